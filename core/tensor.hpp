#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "dtype.hpp"
#include "ref.hpp"
#include "reflect.hpp"
#include "shape.hpp"
#include "storage.hpp"

namespace xg {

class Index;
class Node;
class Tensor;
struct LeafState;

/// Makes a Tensor from a foreign array type. core/xtensor.hpp specialises it for every xtensor expression.
template <class E> struct TensorFrom {};

template <class E>
concept ForeignArray = requires(E&& e) {
  TensorFrom<std::remove_cvref_t<E>>::make(std::forward<E>(e));
};

/// What a handle refers to: a strided window on a storage, and its place on the tape.
struct TensorImpl final : RefCounted {
  TensorImpl(Ref<Storage> s, std::byte* first, Dtype d, const Shape& sh, const Strides& st);
  /// Dense, and made in front of the storage, in its block.
  TensorImpl(Ref<Storage> s, Dtype d, const Shape& sh);
  ~TensorImpl();
  static void dispose(TensorImpl* p) noexcept;

  const Shape shape;
  const Strides strides;
  std::byte* const data;
  Ref<Storage> storage;
  Node* node = nullptr;            // the op that made it; owned
  LeafState* leaf = nullptr;       // gradient, name and hooks of a leaf; owned, made when first needed
  std::uint32_t output_index = 0;  // which output of `node`
  const Dtype dtype;
  const bool dense;             // contiguous
  const bool in_block = false;  // of the storage
  bool requires_grad = false;
};

struct BackwardOptions {
  /// Keep what the ops saved, so that the graph can be walked again.
  bool retain_graph = false;
  /// Record the walk itself, so that gradients can be differentiated; retains too. A leaf's .grad then holds a
  /// graph that holds the leaf: zero_grad() lets both go, and grad() makes no such circle.
  bool create_graph = false;
};

/// A handle to an n-dimensional array of bool, int64, float32 or float64; copies share the array.
/// Values are immutable once they are on the tape; only leaves are written, by optimizers and through
/// mutable_data().
class Tensor {
 public:
  /// An undefined tensor, which has no shape and no dtype.
  Tensor() noexcept = default;
  /// From any xtensor expression, e.g. `Tensor t = xt::sin(a) + 1;` (include <xgrad/core/xtensor.hpp>).
  template <class E>
  requires(!std::same_as<std::remove_cvref_t<E>, Tensor> && ForeignArray<E>) Tensor(E&& e)
      : Tensor(TensorFrom<std::remove_cvref_t<E>>::make(std::forward<E>(e))) {}
  explicit Tensor(Ref<TensorImpl> impl) noexcept : impl_(std::move(impl)) {}

  bool defined() const noexcept { return static_cast<bool>(impl_); }
  const Shape& shape() const { return impl().shape; }
  const Strides& strides() const { return impl().strides; }
  Dtype dtype() const { return impl().dtype; }
  std::size_t dim() const { return shape().size(); }
  /// Length of one axis; negative axes count from the end.
  std::int64_t size(std::int64_t axis) const { return shape()[normalize_axis("size", axis, shape())]; }
  std::int64_t numel() const { return count(shape()); }
  /// Dense and row-major.
  bool is_contiguous() const { return impl().dense; }

  /// Read access; element (i, j, ...) lies at data[i * strides[0] + j * strides[1] + ...].
  /// Throws  DtypeError "[data] the tensor is float32, not float64: ...".
  template <Element T> const T* data() const {
    check_dtype(dtype_of<T>);
    return reinterpret_cast<const T*>(impl().data);
  }
  /// Write access to a leaf, e.g. for an initialiser; each call counts as one write (see version()).
  /// Throws  GraphError "[mutable_data] the tensor was made by 'mul': ..." when it is on the tape.
  template <Element T> T* mutable_data() {
    check_dtype(dtype_of<T>);
    check_writable("mutable_data");
    impl().storage->bump_version();
    return reinterpret_cast<T*>(impl().data);
  }
  /// The value of a tensor with one element.
  /// Throws  ShapeError "[item] the tensor has 6 elements, shape [2, 3]: ...".
  template <class T = double> T item() const { return static_cast<T>(item_as_double()); }
  /// The value at one position, e.g. x.at({1, 2}); negative indices count from the end.
  double at(const Dims& index) const;

  /// Indexing by NumPy's rules, e.g. x[{slice(1, none), newaxis, places}] or x[3] (include
  /// <xgrad/ops/indexing.hpp>).
  Tensor operator[](std::initializer_list<Index> index) const;
  Tensor operator[](const Index& index) const;

  /// Read-only xtensor adaptor over the tensor's own memory (include <xgrad/core/xtensor.hpp>).
  template <Element T> auto array() const;
  /// Writable xtensor adaptor; the rules of mutable_data() hold.
  template <Element T> auto mutable_array();

  /// How often the storage was written since it was made; views share it.
  std::uint64_t version() const { return impl().storage->version(); }

  /// True if backward() reaches it: a leaf that asks for a gradient, or the result of a recorded op.
  bool requires_grad() const { return impl().requires_grad; }
  /// Makes a floating leaf ask for a gradient, or stop asking. Returns *this.
  Tensor& requires_grad(bool on);
  bool is_leaf() const { return impl().node == nullptr; }
  /// The op that made it, null for a leaf.
  Node* node() const { return impl().node; }
  /// The accumulated gradient of a leaf; undefined before the first backward().
  Tensor grad() const;
  void set_grad(Tensor g);
  /// Drops the gradient, so that the next backward() stores instead of adding.
  void zero_grad();
  /// The dotted path of a parameter, for messages; empty if it has none.
  const std::string& name() const;
  Tensor& set_name(std::string name);
  /// Calls `hook` with the gradient when it is complete; what the hook returns, if defined, replaces it.
  void register_hook(std::function<Tensor(const Tensor&)> hook);

  /// Gradients of this tensor (times `g`; a scalar needs none) are added to the .grad of every leaf it
  /// depends on.
  /// Throws  GraphError "[backward] ...": not on the tape, shape of g, already walked and freed,
  /// written since.
  void backward(const Tensor& g = {}, BackwardOptions options = {}) const;

  /// The same values outside of the tape; shares memory.
  Tensor detach() const;

  TensorImpl& impl() const {
    if (!impl_) throw_undefined();
    return *impl_;
  }
  const Ref<TensorImpl>& ref() const noexcept { return impl_; }
  /// The same array, not just equal values.
  bool is_same(const Tensor& o) const noexcept { return impl_ == o.impl_; }

 private:
  [[noreturn]] static void throw_undefined();
  void check_dtype(Dtype asked) const;
  void check_writable(const char* verb) const;
  double item_as_double() const;

  Ref<TensorImpl> impl_;
};

/// Walks over trees do not look into tensors: they are the leaves.
template <> inline constexpr bool is_opaque<Tensor> = true;

/// What a leaf has beyond its values.
struct LeafState {
  Tensor grad;
  std::string name;
  bool frozen = false;  // a parameter that freeze() keeps from asking for a gradient
  std::vector<std::function<Tensor(const Tensor&)>> hooks;
  std::shared_ptr<struct PackedTensor> packed;  // the values of a tensor that SavedTensorHooks took away
};

/// A new tensor of uninitialised dense memory.
Tensor empty(const Shape& shape, Dtype dtype);
/// A tensor on memory that is there already; the first element lies at the storage's start.
Tensor from_storage(Ref<Storage> storage, Dtype dtype, const Shape& shape, const Strides& strides);
/// A view: other shape and strides on the same storage, starting `offset` elements after x's first. Not
/// recorded.
Tensor as_strided(const Tensor& x, const Shape& shape, const Strides& strides, std::int64_t offset = 0);
/// "float32 [2, 3]", for messages.
std::string describe(const Tensor& x);

}  // namespace xg
