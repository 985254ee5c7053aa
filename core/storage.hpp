#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "memory.hpp"
#include "ref.hpp"

namespace xg {

/// A block of bytes that tensors view: owned (64-byte aligned, cached) or borrowed from somebody else's
/// array.
class Storage final : public RefCounted {
 public:
  /// With `front` bytes, a multiple of 64, in front of itself in the same block: for an object that holds it.
  static Ref<Storage> make(std::size_t bytes, std::uint32_t front = 0);
  /// `release` runs when the last tensor on it goes; it keeps the lender alive.
  static Ref<Storage> borrow(std::byte* data, std::size_t bytes, std::function<void()> release);
  static void dispose(Storage* s) noexcept;

  std::byte* data() const noexcept { return data_; }
  void* front() noexcept { return reinterpret_cast<std::byte*>(this) - front_; }
  std::size_t bytes() const noexcept { return bytes_; }
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_relaxed); }
  void bump_version() noexcept { version_.fetch_add(1, std::memory_order_relaxed); }
  bool owned() const noexcept { return release_ == nullptr; }

 private:
  template <class T, class... Args> friend T* cached_new(Args&&...);
  Storage(std::byte* data, std::size_t bytes, std::uint32_t front, std::function<void()>* release)
      : front_(front), data_(data), bytes_(bytes), release_(release) {}

  std::uint32_t front_;
  std::byte* data_;
  std::size_t bytes_;
  std::function<void()>* release_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace xg
