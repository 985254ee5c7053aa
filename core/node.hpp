#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mode.hpp"
#include "small_array.hpp"
#include "tensor.hpp"

namespace xg {

/// Where a cotangent goes: to an output of another op, to a leaf, or nowhere.
struct Edge {
  Ref<Node> node;
  Ref<TensorImpl> leaf;
  std::uint32_t output = 0;

  bool leads_somewhere() const { return node || leaf; }
};

/// Which inputs of an op need a cotangent; a vjp may leave the others undefined.
class Wanted {
 public:
  explicit Wanted(std::uint64_t mask) : mask_(mask) {}
  bool operator[](std::size_t input) const { return input >= 64 || ((mask_ >> input) & 1) != 0; }

 private:
  std::uint64_t mask_;
};

/// A recorded operation: where its inputs came from, and how cotangents of its outputs become those of its
/// inputs. It keeps no handle of its outputs, so a graph lives exactly as long as somebody can still walk it.
class Node : public RefCounted {
 public:
  struct Output {
    Shape shape;
    Dtype dtype = float32;
  };

  Node(const char* name, std::size_t inputs);
  virtual ~Node() = default;

  /// Cotangents of the outputs in, those of the wanted inputs out; written with public ops, so it can be
  /// recorded.
  virtual void vjp(std::span<const Tensor> g, Wanted wanted, std::span<Tensor> grads) = 0;
  /// Lets go of everything saved for backward.
  virtual void release() noexcept = 0;
  /// Hands to SavedTensorHooks what was saved by Saved::unseen().
  virtual void hand_to_hooks() {}

  const char* name() const { return name_; }
  /// One more than the highest rank among the inputs' nodes: every edge leads to a lower rank.
  std::uint64_t rank() const { return rank_; }
  const std::string& scope() const;
  std::span<const Edge> edges() const { return {edges_.data(), edges_.size()}; }
  const Output& output(std::size_t i) const { return i == 0 ? first_ : more_->outputs[i - 1].output; }
  std::size_t output_count() const { return more_ ? 1 + more_->outputs.size() : 1; }
  /// "'matmul' [64, 10] in scope 'encoder'", for messages.
  std::string describe() const;

  static void dispose(Node* n) noexcept;
  static void* operator new(std::size_t bytes) { return allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) noexcept { deallocate(p, bytes); }

  // How the tape is tied together; used by record() and the walk.
  void connect(std::size_t input, const Tensor& x);
  /// Makes the floating ones among `outputs` results of the node, which lives as long as one of them.
  /// If hooks of saved tensors throw, the outputs stay as they were.
  static void adopt_outputs(Ref<Node> node, std::span<Tensor> outputs);
  using Hook = std::function<Tensor(const Tensor&)>;
  void add_hook(std::uint32_t output, Hook hook) { more().hooks.emplace_back(output, std::move(hook)); }
  /// With the numbers of their outputs.
  std::span<const std::pair<std::uint32_t, Hook>> hooks() const;
  Tensor& cotangent(std::size_t output) {
    return output == 0 ? cotangent_ : more_->outputs[output - 1].cotangent;
  }
  bool freed = false;                           // what was saved is gone
  std::atomic<const void*> walked_by{nullptr};  // the walk that holds the cotangents

 private:
  // What few nodes have.
  struct More {
    struct Further {
      Output output;
      Tensor cotangent;
    };
    std::vector<Further> outputs;
    std::vector<std::pair<std::uint32_t, Hook>> hooks;
  };

  void adopt_output(Tensor& y);
  More& more();

  std::uint32_t rank_ = 1;
  std::uint32_t adopted_ = 0;
  const char* name_;
  const ScopeName* scope_;
  SmallArray<Edge, 2> edges_;
  Output first_;
  Tensor cotangent_;  // of the first output
  std::unique_ptr<More> more_;
  Node* next_dead_ = nullptr;
};

namespace detail {

/// How many SavedTensorHooks and TapeObservers live, in all threads: as long as there is none, saving a tensor and
/// recording an op cost one look at this.
inline std::atomic<int> tape_watchers{0};

}  // namespace detail

/// An input that backward needs. get() throws GraphError if it was written since.
class Saved {
 public:
  Saved() = default;
  explicit Saved(const Tensor& t) : Saved(unseen(t)) {
    if (detail::tape_watchers.load(std::memory_order_relaxed) != 0) [[unlikely]]
      hand_to_hooks();
  }
  /// One that hooks do not see before hand_to_hooks() is called: for nodes that are made only when their op is
  /// recorded, and that are small and many.
  static Saved unseen(const Tensor& t) {
    Saved saved;
    saved.tensor_ = t;
    saved.version_ = t.defined() ? t.version() : 0;
    return saved;
  }
  void hand_to_hooks();
  bool defined() const { return tensor_.defined(); }
  /// To be called inside of the vjp only; the reference holds until it ends.
  const Tensor& get() const {
    if (tensor_.defined() && tensor_.version() != version_) [[unlikely]]
      return unpacked();
    return tensor_;
  }

 private:
  const Tensor& unpacked() const;

  Tensor tensor_;
  std::uint64_t version_ = 0;
};

/// An output that backward needs. It does not keep its own node alive; get() ties it to the tape again.
class SavedOutput {
 public:
  SavedOutput() = default;
  explicit SavedOutput(const Tensor& y, std::uint32_t index = 0) : saved_(y.detach()), index_(index) {}
  static SavedOutput unseen(const Tensor& y, std::uint32_t index) {
    SavedOutput saved;
    saved.saved_ = Saved::unseen(y.detach());
    saved.index_ = index;
    return saved;
  }
  void hand_to_hooks() { saved_.hand_to_hooks(); }
  /// To be called inside of the vjp only.
  Tensor get() const;
  /// Its values alone, for a vjp that is not recorded.
  const Tensor& values() const { return saved_.get(); }

 private:
  Saved saved_;
  std::uint32_t index_ = 0;
};

/// True if an op on these inputs goes on the tape.
bool is_recorded(std::initializer_list<const Tensor*> inputs);
bool is_recorded(std::span<const Tensor> inputs);

/// The node whose vjp runs on this thread now, for messages and SavedOutput.
Node* current_node() noexcept;
class CurrentNode {
 public:
  explicit CurrentNode(Node* node) noexcept;
  ~CurrentNode();
  CurrentNode(const CurrentNode&) = delete;
  CurrentNode& operator=(const CurrentNode&) = delete;

 private:
  Node* before_;
};

/// Told of every op that this thread puts on the tape, after its vjp is known and before its outputs leave.
class TapeObserver {
 public:
  TapeObserver() { detail::tape_watchers.fetch_add(1, std::memory_order_relaxed); }
  TapeObserver(const TapeObserver&) = delete;
  TapeObserver& operator=(const TapeObserver&) = delete;
  virtual void recorded(Node& node, std::span<const Tensor> outputs) const = 0;

 protected:
  ~TapeObserver() { detail::tape_watchers.fetch_sub(1, std::memory_order_relaxed); }
};

/// In anomaly mode: throws AnomalyError if a value of the op's output is NaN or infinite.
void check_anomaly(const char* name, std::span<const Tensor* const> inputs, const Tensor& output);

namespace detail {

template <class Vjp> class VjpNode final : public Node {
 public:
  VjpNode(const char* name, std::size_t inputs, Vjp vjp) : Node(name, inputs), vjp_(std::move(vjp)) {}

  void vjp(std::span<const Tensor> g, Wanted wanted, std::span<Tensor> grads) override {
    store(call(g, wanted), grads);
  }
  void release() noexcept override { vjp_.reset(); }

 private:
  decltype(auto) call(std::span<const Tensor> g, Wanted wanted) {
    if constexpr (std::invocable<Vjp&, std::span<const Tensor>, Wanted>) {
      return (*vjp_)(g, wanted);
    } else if constexpr (std::invocable<Vjp&, const Tensor&, Wanted>) {
      return (*vjp_)(g[0], wanted);
    } else {
      return (*vjp_)(g[0]);
    }
  }
  static void store(Tensor&& one, std::span<Tensor> grads) { grads[0] = std::move(one); }
  template <class Many> static void store(Many&& many, std::span<Tensor> grads) {
    std::size_t i = 0;
    for (auto& t : many) grads[i++] = std::move(t);
  }

  std::optional<Vjp> vjp_;
};

template <class Inputs, class Outputs, class Vjp>
void record_outputs(const char* name, const Inputs& inputs, Outputs& outputs, Vjp&& vjp) {
  auto node = Ref<Node>::adopt(new VjpNode<std::decay_t<Vjp>>(name, inputs.size(), std::forward<Vjp>(vjp)));
  std::size_t i = 0;
  for (const Tensor* x : inputs) node->connect(i++, *x);
  Node::adopt_outputs(std::move(node), outputs);
}

}  // namespace detail

/// Puts an op on the tape and returns its output. `vjp` is called as vjp(g) or vjp(g, wanted) and returns the
/// inputs' cotangents (a Tensor for one input, else a std::array or std::vector of them; undefined means
/// zero). It captures what it needs as Saved or SavedOutput and is written with public ops.
template <class Vjp>
Tensor record(const char* name, std::initializer_list<const Tensor*> inputs, Tensor output, Vjp&& vjp) {
  if (mode().anomaly) check_anomaly(name, {inputs.begin(), inputs.size()}, output);
  if (is_recorded(inputs)) {
    std::span<Tensor> one(&output, 1);
    detail::record_outputs(name, inputs, one, std::forward<Vjp>(vjp));
  }
  detail::profile_op(name, output.impl().storage.get());
  return output;
}

/// The same for a list of inputs whose length is known at run time only.
template <class Vjp>
Tensor record(const char* name, std::span<const Tensor> inputs, Tensor output, Vjp&& vjp) {
  std::vector<const Tensor*> pointers;
  pointers.reserve(inputs.size());
  for (const Tensor& x : inputs) pointers.push_back(&x);
  if (mode().anomaly) check_anomaly(name, pointers, output);
  if (is_recorded(inputs)) {
    std::span<Tensor> one(&output, 1);
    detail::record_outputs(name, pointers, one, std::forward<Vjp>(vjp));
  }
  detail::profile_op(name, output.impl().storage.get());
  return output;
}

/// The same for several outputs; vjp(span of g, wanted) gets a zero tensor for an output nobody used.
/// Outputs that are not floating (indices, say) stay off the tape if they come last.
template <std::size_t N, class Vjp>
std::array<Tensor, N> record(const char* name, std::initializer_list<const Tensor*> inputs,
                             std::array<Tensor, N> outputs, Vjp&& vjp) {
  if (mode().anomaly)
    for (const Tensor& y : outputs) check_anomaly(name, {inputs.begin(), inputs.size()}, y);
  if (is_recorded(inputs)) detail::record_outputs(name, inputs, outputs, std::forward<Vjp>(vjp));
  detail::profile_op(name, outputs[0].impl().storage.get());
  return outputs;
}

}  // namespace xg
