#include "storage.hpp"

#include <memory>

#include "profile_hooks.hpp"

namespace xg {

// An owned block carries its header in front of the data: one allocation, and the data stay 64-byte aligned.
namespace {
constexpr std::size_t header = 64;
static_assert(sizeof(Storage) <= header);
}  // namespace

Ref<Storage> Storage::make(std::size_t bytes, std::uint32_t front) {
  std::byte* place = static_cast<std::byte*>(allocate(front + header + bytes)) + front;
  auto storage = Ref<Storage>::adopt(::new (place) Storage(place + header, bytes, front, nullptr));
  detail::profile_memory(storage.get(), bytes);
  return storage;
}

Ref<Storage> Storage::borrow(std::byte* data, std::size_t bytes, std::function<void()> release) {
  auto held = std::make_unique<std::function<void()>>(std::move(release));
  auto s = Ref<Storage>::adopt(cached_new<Storage>(data, bytes, 0U, held.get()));
  held.release();
  return s;
}

void Storage::dispose(Storage* s) noexcept {
  if (s->owned()) {
    void* const block = s->front();
    const std::size_t bytes = s->front_ + header + s->bytes_;
    s->~Storage();
    return deallocate(block, bytes);
  }
  const std::unique_ptr<std::function<void()>> release(s->release_);
  cached_delete(s);
  if (*release) (*release)();
}

}  // namespace xg
