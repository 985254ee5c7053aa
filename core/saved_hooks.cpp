#include "saved_hooks.hpp"

#include <fmt/format.h>

#include <limits>

#include "node.hpp"

namespace xg {

/// Where the values of a saved tensor are: here, or behind `unpack`.
struct PackedTensor {
  Tensor values;
  std::uint64_t version;
  std::function<Tensor()> unpack;
};

struct UnpackedTensor {
  Tensor stand_in;
  Tensor tensor;
  const Node* by;
  UnpackedTensor* next;
};

namespace {

// The version of a Saved that holds a stand-in: a tensor without values, which has the original's place on the
// tape.
constexpr std::uint64_t stands_in = std::numeric_limits<std::uint64_t>::max();

Tensor stand_in_for(const Tensor& x, std::shared_ptr<PackedTensor> packed) {
  static const Ref<Storage> nothing = Storage::make(0);
  Tensor stand_in = from_storage(nothing, x.dtype(), x.shape(), x.strides());
  TensorImpl& impl = stand_in.impl();
  impl.leaf = new LeafState;
  impl.leaf->packed = std::move(packed);
  impl.node = Ref<Node>::share(x.node()).release();
  impl.output_index = x.impl().output_index;
  impl.requires_grad = x.requires_grad();
  return stand_in;
}

// The stand-in with values again.
Tensor with_values(const Tensor& stand_in, const Tensor& values) {
  Tensor x = values.detach();
  TensorImpl& impl = x.impl();
  impl.node = Ref<Node>::share(stand_in.node()).release();
  impl.output_index = stand_in.impl().output_index;
  impl.requires_grad = stand_in.requires_grad();
  return x;
}

// For code of users, in the middle of recording or of a walk.
Mode mode_of_hooks() {
  Mode quiet = mode();
  quiet.recording = false;
  quiet.saved_hooks = nullptr;
  quiet.observer = nullptr;
  return quiet;
}

[[noreturn]] void throw_changed(const Tensor& x, std::uint64_t version) {
  const Node* n = current_node();
  throw GraphError(
      fmt::format("[backward] {} needs {} {} as it was at version {}, but it was written since and is at "
                  "version {}: call "
                  "backward() before the write, or write to a clone",
                  n ? n->describe() : "the op", describe(x), x.name().empty() ? "" : "'" + x.name() + "'",
                  version, x.version()));
}

Tensor values_of(const Tensor& stand_in) {
  const PackedTensor& packed = *stand_in.impl().leaf->packed;
  if (!packed.unpack) {
    if (packed.values.version() != packed.version) throw_changed(packed.values, packed.version);
    return packed.values;
  }
  const ModeGuard guard(mode_of_hooks());
  Tensor values = packed.unpack();
  if (!values.defined() || values.shape() != stand_in.shape() || values.dtype() != stand_in.dtype())
    throw GraphError(
        fmt::format("[saved_hooks] unpack returned {}, packed was {}: give back the same shape and dtype",
                    describe(values), describe(stand_in)));
  return values;
}

}  // namespace

void Saved::hand_to_hooks() {
  const SavedTensorHooks* const hooks = mode().saved_hooks;
  if (!hooks || !tensor_.defined() || (tensor_.is_leaf() && tensor_.requires_grad())) return;
  auto packed = std::make_shared<PackedTensor>(PackedTensor{tensor_.detach(), version_, {}});
  hooks->pending_.push_back(packed);
  tensor_ = stand_in_for(tensor_, std::move(packed));
  version_ = stands_in;
}

const Tensor& Saved::unpacked() const {
  if (version_ != stands_in) throw_changed(tensor_, version_);
  for (const UnpackedTensor* u = detail::unpacked_tensors(); u; u = u->next)
    if (u->stand_in.is_same(tensor_)) return u->tensor;
  Tensor x = with_values(tensor_, values_of(tensor_));
  UnpackedTensor*& first = detail::unpacked_tensors();
  first = new UnpackedTensor{tensor_, std::move(x), current_node(), first};
  return first->tensor;
}

namespace detail {

void drop_unpacked_tensors() noexcept {
  UnpackedTensor*& first = unpacked_tensors();
  while (first && first->by == current_node()) delete std::exchange(first, first->next);
}

}  // namespace detail

SavedTensorHooks::SavedTensorHooks(std::function<Unpacker(const Tensor&)> pack)
    : pack_(std::move(pack)), before_(mode().saved_hooks) {
  mode().saved_hooks = this;
  detail::tape_watchers.fetch_add(1, std::memory_order_relaxed);
}

SavedTensorHooks::~SavedTensorHooks() {
  detail::tape_watchers.fetch_sub(1, std::memory_order_relaxed);
  mode().saved_hooks = before_;
}

void SavedTensorHooks::pack_pending() const {
  const auto pending = std::exchange(pending_, {});
  const ModeGuard guard(mode_of_hooks());
  for (const auto& saved : pending) {
    const auto packed = saved.lock();
    if (!packed) continue;
    if (packed->values.version() != packed->version) throw_changed(packed->values, packed->version);
    packed->unpack = pack_(packed->values);
    packed->values = Tensor();
  }
}

}  // namespace xg
