#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "tensor.hpp"

namespace xg {

struct UnpackedTensor;

/// While it lives, what this thread's ops save for backward goes through `pack(Tensor)`, which returns anything,
/// and comes back through `unpack(that)`, a tensor of the same shape and dtype, when backward needs it: to keep
/// activations in fewer bits, or on disk. The innermost guard counts. Ops in pack and unpack are not recorded;
/// parameters, the leaves that ask for a gradient, are not packed, since they live on anyway.
/// Throws  what pack throws, from the op, and what unpack throws, from backward(), with every tensor and
///         gradient as it was; GraphError "[saved_hooks] unpack returned float32 [3], packed was float32 [4]: ...".
class SavedTensorHooks {
 public:
  template <class Pack, class Unpack>
  SavedTensorHooks(Pack pack, Unpack unpack)
      : SavedTensorHooks([pack = std::move(pack),
                          unpack = std::make_shared<Unpack>(std::move(unpack))](const Tensor& x) mutable {
          using Packed = std::decay_t<std::invoke_result_t<Pack&, const Tensor&>>;
          auto packed = std::make_shared<Packed>(pack(x));
          return [packed, unpack] { return Tensor((*unpack)(*packed)); };
        }) {}
  ~SavedTensorHooks();
  SavedTensorHooks(const SavedTensorHooks&) = delete;
  SavedTensorHooks& operator=(const SavedTensorHooks&) = delete;

  /// Packs what was saved since the last call, as far as it still is; called when an op goes on the tape.
  void pack_pending() const;

 private:
  using Unpacker = std::function<Tensor()>;
  friend class Saved;
  explicit SavedTensorHooks(std::function<Unpacker(const Tensor&)> pack);

  std::function<Unpacker(const Tensor&)> pack_;
  // Tensors are saved before it is known whether their op is recorded; those of an op that is not die unpacked.
  mutable std::vector<std::weak_ptr<PackedTensor>> pending_;
  const SavedTensorHooks* before_;
};

namespace detail {

/// What running vjps have unpacked, the innermost one's first: it stays until its vjp ends, and is unpacked once.
UnpackedTensor*& unpacked_tensors() noexcept;
void drop_unpacked_tensors() noexcept;

}  // namespace detail

}  // namespace xg
