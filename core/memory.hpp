#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace xg {

/// A 64-byte aligned block. Freed blocks are kept by size class and handed out again: fresh pages cost many
/// times what the arithmetic on them does. Any thread may free what another one allocated.
void* allocate(std::size_t bytes);
/// `bytes` as given to allocate().
void deallocate(void* block, std::size_t bytes) noexcept;

struct MemoryStats {
  std::int64_t bytes_in_use;  ///< handed out now, rounded up, with the small blocks that threads keep ready
  std::int64_t peak_bytes_in_use;   ///< the highest value of bytes_in_use since reset_peak_memory()
  std::int64_t system_allocations;  ///< how often the operating system or malloc was asked, ever
};

MemoryStats memory_stats();
void reset_peak_memory();
/// Gives the cached blocks of this thread and the shared ones back to the system.
void empty_cache();

/// new and delete on cached blocks, for the library's many small objects.
template <class T, class... Args> T* cached_new(Args&&... args) {
  void* block = allocate(sizeof(T));
  try {
    return ::new (block) T(std::forward<Args>(args)...);
  } catch (...) {
    deallocate(block, sizeof(T));
    throw;
  }
}
template <class T> void cached_delete(T* object) noexcept {
  object->~T();
  deallocate(object, sizeof(T));
}

}  // namespace xg
