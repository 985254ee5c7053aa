#include "memory.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define XGRAD_PLAIN_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XGRAD_PLAIN_MALLOC 1
#endif
#endif

namespace xg {
namespace {

constexpr std::size_t alignment = 64;

// 64-byte steps up to 1 KiB, then eight steps a power of two: at most 12.5 % of a block is unused.
struct SizeClass {
  std::size_t index;
  std::size_t bytes;
};
SizeClass size_class(std::size_t bytes) {
  if (bytes <= 1024) {
    const std::size_t i = bytes == 0 ? 0 : (bytes - 1) / 64;
    return {i, (i + 1) * 64};
  }
  const auto power =
      static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^power < bytes <= 2^(power+1)
  const std::size_t step = std::size_t{1} << (power - 3);
  const std::size_t k = (bytes - 1 - (std::size_t{1} << power)) / step;
  return {16 + 8 * (power - 10) + k, (std::size_t{1} << power) + (k + 1) * step};
}

std::atomic<std::int64_t> in_use{0};
std::atomic<std::int64_t> peak{0};
std::atomic<std::int64_t> system_calls{0};

// Large blocks lie on huge pages where the system has them: they are handed out faster, and steps across a
// matrix do not look up a page each.
constexpr std::size_t huge_page = std::size_t{1} << 21;

void* from_system(std::size_t bytes) {
  system_calls.fetch_add(1, std::memory_order_relaxed);
  const std::size_t unit = bytes >= huge_page ? huge_page : alignment;
  void* p = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
  if (!p) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  if (bytes >= huge_page) madvise(p, bytes, MADV_HUGEPAGE);
#endif
  return p;
}

// Small blocks are counted a batch at a time, when they enter or leave a thread's cache: one by one would
// cost more than the allocation.
void count_bytes(std::int64_t bytes) {
  const std::int64_t now = in_use.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::int64_t top = peak.load(std::memory_order_relaxed);
  while (now > top && !peak.compare_exchange_weak(top, now, std::memory_order_relaxed)) {
  }
}

#ifdef XGRAD_PLAIN_MALLOC

// Under AddressSanitizer a cache would hide use after free.
void* take(SizeClass c) {
  count_bytes(static_cast<std::int64_t>(c.bytes));
  return from_system(c.bytes);
}
void give(void* p, SizeClass c) noexcept {
  count_bytes(-static_cast<std::int64_t>(c.bytes));
  std::free(p);
}
void drop_cache() {}

#else

constexpr std::size_t small_limit = std::size_t{1} << 16;  // larger blocks go straight to the shared cache
constexpr std::size_t batch = 32;  // blocks moved at a time between thread and shared cache
constexpr std::size_t class_count = 16 + 8 * 48;

constexpr std::int64_t class_bytes(std::size_t index) {
  if (index < 16) return static_cast<std::int64_t>((index + 1) * 64);
  const std::size_t power = 10 + (index - 16) / 8;
  return (std::int64_t{1} << power) +
         static_cast<std::int64_t>((index - 16) % 8 + 1) * (std::int64_t{1} << (power - 3));
}

struct Block {
  Block* next;
};

struct FreeList {
  Block* head = nullptr;
  std::size_t size = 0;
  void push(void* p) {
    head = ::new (p) Block{head};
    ++size;
  }
  void* pop() {
    Block* b = head;
    head = b->next;
    --size;
    return b;
  }
};

struct SharedCache {
  std::mutex mutex;
  std::array<FreeList, class_count> lists;
};
SharedCache& shared_cache() {
  static auto* cache = new SharedCache;  // never destroyed: threads and statics may free blocks after main
  return *cache;
}

void move_blocks(FreeList& from, FreeList& to, std::size_t n) {
  for (; n > 0 && from.size > 0; --n) to.push(from.pop());
}

void free_all(FreeList& list) {
  while (list.size > 0) std::free(list.pop());
}

struct ThreadCache {
  static constexpr std::size_t small_classes = 16 + 8 * 6;
  std::array<FreeList, small_classes> lists;
  static thread_local bool alive;  // trivially destructible, so it can still be read when the cache is gone

  ThreadCache() { alive = true; }
  ~ThreadCache() {
    alive = false;
    SharedCache& shared = shared_cache();
    const std::lock_guard lock(shared.mutex);
    for (std::size_t i = 0; i < lists.size(); ++i) {
      count_bytes(-static_cast<std::int64_t>(lists[i].size) * class_bytes(i));
      move_blocks(lists[i], shared.lists[i], lists[i].size);
    }
  }
};
thread_local bool ThreadCache::alive = false;

ThreadCache* thread_cache() {
  thread_local ThreadCache cache;
  return ThreadCache::alive ? &cache : nullptr;
}

void* take_shared(SizeClass c) {
  SharedCache& shared = shared_cache();
  {
    const std::lock_guard lock(shared.mutex);
    FreeList& list = shared.lists[c.index];
    if (list.size > 0) return list.pop();
  }
  return from_system(c.bytes);
}

void give_shared(void* p, SizeClass c) noexcept {
  SharedCache& shared = shared_cache();
  const std::lock_guard lock(shared.mutex);
  shared.lists[c.index].push(p);
}

void* take(SizeClass c) {
  ThreadCache* cache = c.bytes <= small_limit ? thread_cache() : nullptr;
  if (!cache) {
    count_bytes(static_cast<std::int64_t>(c.bytes));
    return take_shared(c);
  }
  FreeList& list = cache->lists[c.index];
  if (list.size == 0) {
    SharedCache& shared = shared_cache();
    {
      const std::lock_guard lock(shared.mutex);
      move_blocks(shared.lists[c.index], list, batch);
    }
    if (list.size == 0) list.push(from_system(c.bytes));
    count_bytes(static_cast<std::int64_t>(list.size * c.bytes));
  }
  return list.pop();
}

void give(void* p, SizeClass c) noexcept {
  ThreadCache* cache = c.bytes <= small_limit ? thread_cache() : nullptr;
  if (!cache) {
    count_bytes(-static_cast<std::int64_t>(c.bytes));
    return give_shared(p, c);
  }
  FreeList& list = cache->lists[c.index];
  list.push(p);
  if (list.size > 64 * batch) {
    SharedCache& shared = shared_cache();
    const std::lock_guard lock(shared.mutex);
    move_blocks(list, shared.lists[c.index], 32 * batch);
    count_bytes(-static_cast<std::int64_t>(32 * batch * c.bytes));
  }
}

void drop_cache() {
  SharedCache& shared = shared_cache();
  const std::lock_guard lock(shared.mutex);
  if (ThreadCache* cache = thread_cache())
    for (std::size_t i = 0; i < cache->lists.size(); ++i) {
      count_bytes(-static_cast<std::int64_t>(cache->lists[i].size) * class_bytes(i));
      free_all(cache->lists[i]);
    }
  for (FreeList& list : shared.lists) free_all(list);
}

#endif

}  // namespace

void* allocate(std::size_t bytes) { return take(size_class(bytes)); }
void deallocate(void* block, std::size_t bytes) noexcept { give(block, size_class(bytes)); }

MemoryStats memory_stats() { return {in_use.load(), peak.load(), system_calls.load()}; }
void reset_peak_memory() { peak.store(in_use.load()); }
void empty_cache() { drop_cache(); }

}  // namespace xg
