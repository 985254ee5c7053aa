#include "tensor.hpp"

#include <fmt/format.h>

#include "backward.hpp"
#include "node.hpp"

namespace xg {

TensorImpl::~TensorImpl() {
  delete leaf;
  if (node && node->drop_ref()) Node::dispose(node);
}

void TensorImpl::dispose(TensorImpl* p) noexcept {
  if (!p->in_block) return cached_delete(p);
  const Ref<Storage> block = std::move(p->storage);  // the memory under p
  p->~TensorImpl();
}

namespace {

bool is_dense(const Shape& shape, const Strides& strides) {
  std::int64_t expected = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

}  // namespace

TensorImpl::TensorImpl(Ref<Storage> s, std::byte* first, Dtype d, const Shape& sh, const Strides& st)
    : shape(sh), strides(st), data(first), storage(std::move(s)), dtype(d), dense(is_dense(sh, st)) {}

static_assert(sizeof(TensorImpl) % 64 == 0, "the data behind one in a storage's block must stay aligned");

TensorImpl::TensorImpl(Ref<Storage> s, Dtype d, const Shape& sh)
    : shape(sh),
      strides(contiguous_strides(sh)),
      data(s->data()),
      storage(std::move(s)),
      dtype(d),
      dense(true),
      in_block(true) {}

namespace {

Tensor make_tensor(Ref<Storage> storage, std::byte* first, Dtype dtype, const Shape& shape,
                   const Strides& strides) {
  return Tensor(
      Ref<TensorImpl>::adopt(cached_new<TensorImpl>(std::move(storage), first, dtype, shape, strides)));
}

LeafState& leaf_state(const Tensor& t) {
  TensorImpl& impl = t.impl();
  if (!impl.leaf) impl.leaf = new LeafState;
  return *impl.leaf;
}

}  // namespace

double Tensor::at(const Dims& index) const {
  const TensorImpl& t = impl();
  if (index.size() != t.shape.size())
    throw IndexError(fmt::format("[at] index {} has {} numbers, the tensor has shape {}", to_string(index),
                                 index.size(), to_string(t.shape)));
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < index.size(); ++i) {
    const std::int64_t k = index[i] < 0 ? index[i] + t.shape[i] : index[i];
    if (k < 0 || k >= t.shape[i])
      throw IndexError(fmt::format("[at] index {} lies outside of a tensor of shape {}", to_string(index),
                                   to_string(t.shape)));
    offset += k * t.strides[i];
  }
  return visit_dtype(t.dtype,
                     [&]<class T>(std::type_identity<T>) { return static_cast<double>(data<T>()[offset]); });
}

Tensor& Tensor::requires_grad(bool on) {
  TensorImpl& t = impl();
  if (t.node)
    throw GraphError(
        fmt::format("[requires_grad] the tensor was made by {}: only leaves can be switched; use detach()",
                    t.node->describe()));
  if (on && !is_floating(t.dtype)) throw_not_floating("requires_grad", t.dtype);
  t.requires_grad = on;
  return *this;
}

Tensor Tensor::grad() const { return impl().leaf ? impl().leaf->grad : Tensor(); }

void Tensor::set_grad(Tensor g) {
  if (g.defined() && (g.shape() != shape() || g.dtype() != dtype()))
    throw ShapeError(
        fmt::format("[set_grad] a gradient {} does not fit a tensor {}", describe(g), describe(*this)));
  leaf_state(*this).grad = std::move(g);
}

void Tensor::zero_grad() {
  if (impl().leaf) impl().leaf->grad = Tensor();
}

const std::string& Tensor::name() const {
  static const std::string none;
  return impl().leaf ? impl().leaf->name : none;
}

Tensor& Tensor::set_name(std::string name) {
  leaf_state(*this).name = std::move(name);
  return *this;
}

void Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) {
  if (!requires_grad())
    throw GraphError(
        fmt::format("[register_hook] the tensor {} gets no gradient: call requires_grad(true) first",
                    xg::describe(*this)));
  if (node())
    node()->add_hook(impl().output_index, std::move(hook));
  else
    leaf_state(*this).hooks.push_back(std::move(hook));
}

void Tensor::backward(const Tensor& g, BackwardOptions options) const {
  xg::backward({*this}, g.defined() ? std::vector<Tensor>{g} : std::vector<Tensor>{}, options);
}

Tensor Tensor::detach() const {
  const TensorImpl& t = impl();
  return make_tensor(t.storage, t.data, t.dtype, t.shape, t.strides);
}

void Tensor::throw_undefined() {
  throw GraphError(
      "[tensor] this Tensor is undefined: it was default-constructed, or it is a gradient that no "
      "backward() has filled");
}

void Tensor::check_dtype(Dtype asked) const {
  if (asked != dtype())
    throw DtypeError(
        fmt::format("[data] the tensor is {}, not {}: read it as that type, or convert it with to(x, {})",
                    to_string(dtype()), to_string(asked), to_string(asked)));
}

void Tensor::check_writable(const char* verb) const {
  if (node())
    throw GraphError(
        fmt::format("[{}] the tensor was made by {} and its values are on the tape: write to a clone() of "
                    "its detach()",
                    verb, node()->describe()));
}

double Tensor::item_as_double() const {
  if (numel() != 1)
    throw ShapeError(
        fmt::format("[item] the tensor has {} elements, shape {}: only a tensor with one element has "
                    "an item",
                    numel(), to_string(shape())));
  return visit_dtype(dtype(),
                     [&]<class T>(std::type_identity<T>) { return static_cast<double>(*data<T>()); });
}

Tensor empty(const Shape& shape, Dtype dtype) {
  for (std::int64_t s : shape)
    if (s < 0) throw ShapeError(fmt::format("[empty] shape {}: sizes cannot be negative", to_string(shape)));
  auto storage = Storage::make(static_cast<std::size_t>(count(shape)) * size_of(dtype), sizeof(TensorImpl));
  void* place = storage->front();
  return Tensor(Ref<TensorImpl>::adopt(::new (place) TensorImpl(std::move(storage), dtype, shape)));
}

Tensor from_storage(Ref<Storage> storage, Dtype dtype, const Shape& shape, const Strides& strides) {
  std::byte* first = storage->data();
  return make_tensor(std::move(storage), first, dtype, shape, strides);
}

Tensor as_strided(const Tensor& x, const Shape& shape, const Strides& strides, std::int64_t offset) {
  detail::profile_view();
  const TensorImpl& t = x.impl();
  std::byte* first = t.data + offset * static_cast<std::int64_t>(size_of(t.dtype));
  return make_tensor(t.storage, first, t.dtype, shape, strides);
}

std::string describe(const Tensor& x) {
  return x.defined() ? fmt::format("{} {}", to_string(x.dtype()), to_string(x.shape())) : "undefined";
}

}  // namespace xg
