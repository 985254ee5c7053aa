#include "memory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

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
constexpr SizeClass size_class(std::size_t bytes) {
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

constexpr std::size_t slab_limit = 1024;                    // smaller blocks are cut off slabs
constexpr std::size_t thread_limit = std::size_t{1} << 16;  // larger blocks go straight to the shared cache
constexpr std::size_t batch = 32;         // blocks moved at a time between thread and shared cache
constexpr std::size_t most_batches = 64;  // of one size that a thread keeps
constexpr std::size_t class_count = 16 + 8 * 48;
constexpr std::size_t slab_classes = size_class(slab_limit).index + 1;
constexpr std::size_t thread_classes = size_class(thread_limit).index + 1;

constexpr std::size_t class_bytes(std::size_t index) {
  if (index < 16) return (index + 1) * 64;
  const std::size_t power = 10 + (index - 16) / 8;
  return (std::size_t{1} << power) + ((index - 16) % 8 + 1) * (std::size_t{1} << (power - 3));
}

struct Block {
  Block* next;
  Block* next_batch;  // of the first block of a batch
};

// Free blocks of one size. All but the topmost few hang together in batches, which change hands whole: their
// blocks have left the CPU's caches long ago and are not touched for it.
class FreeList {
 public:
  bool empty() const { return !top_ && !batches_; }
  std::size_t size() const { return top_size_ + batch * batch_count_; }
  std::size_t batches() const { return batch_count_; }

  void push(void* p) {
    if (top_size_ == batch) {
      push_batch(top_);
      top_ = nullptr;
      top_size_ = 0;
    }
    top_ = ::new (p) Block{top_, nullptr};
    ++top_size_;
  }
  void* pop() {
    if (!top_) open_batch();
    Block* b = top_;
    top_ = b->next;
    --top_size_;
    __builtin_prefetch(top_);  // the next one to be popped
    return b;
  }
  /// Up to a batch from another list, if it has any, into this one, which is empty.
  void take_some(FreeList& other) {
    if (!other.top_ && other.batches_) other.open_batch();
    top_ = std::exchange(other.top_, nullptr);
    top_size_ = std::exchange(other.top_size_, 0);
  }
  void give_batches(FreeList& other, std::size_t n) {
    for (; n > 0; --n) other.push_batch(pop_batch());
  }
  void give_all(FreeList& other) {
    give_batches(other, batch_count_);
    while (top_) other.push(pop());
  }

 private:
  void push_batch(Block* first) {
    first->next_batch = batches_;
    batches_ = first;
    ++batch_count_;
  }
  Block* pop_batch() {
    --batch_count_;
    return std::exchange(batches_, batches_->next_batch);
  }
  void open_batch() {
    top_ = pop_batch();
    top_size_ = batch;
  }

  Block* top_ = nullptr;
  Block* batches_ = nullptr;
  std::size_t top_size_ = 0, batch_count_ = 0;
};

// Memory that small blocks of all sizes are cut off, one after the other.
struct Slab {
  std::byte* begin;
  std::size_t bytes;
  std::size_t cut = 0;   // bytes that became blocks
  std::size_t free = 0;  // bytes of them that are free; counted by SharedCache::give_back_slabs()
};

// Slabs grow with what is in use, from a few pages to many huge ones.
constexpr std::size_t smallest_slab = std::size_t{1} << 18, largest_slab = std::size_t{1} << 25;

struct SharedCache {
  std::mutex mutex;
  std::array<FreeList, class_count> lists;
  std::vector<Slab> slabs;  // the last one is cut
  std::size_t slab_bytes = 0;

  /// Blocks into an empty list: from here, or else new ones.
  void refill(FreeList& list, SizeClass c) {
    list.take_some(lists[c.index]);
    if (list.empty()) add_blocks(list, c);
  }
  void* take(SizeClass c) {
    FreeList& list = lists[c.index];
    if (list.empty()) add_blocks(list, c);
    return list.pop();
  }

  void give_back() {
    give_back_slabs();
    for (std::size_t i = slab_classes; i < lists.size(); ++i)
      while (!lists[i].empty()) std::free(lists[i].pop());
  }

 private:
  void add_blocks(FreeList& list, SizeClass c) {
    if (c.index >= slab_classes) return list.push(from_system(c.bytes));
    if (slabs.empty() || slabs.back().bytes - slabs.back().cut < batch * c.bytes) add_slab();
    Slab& slab = slabs.back();
    slab.cut += batch * c.bytes;
    for (std::size_t i = 1; i <= batch; ++i) list.push(slab.begin + slab.cut - i * c.bytes);
  }

  void add_slab() {
    const std::size_t bytes = std::clamp(std::bit_ceil(slab_bytes / 4), smallest_slab, largest_slab);
    slabs.reserve(slabs.size() + 1);
    slabs.push_back({static_cast<std::byte*>(from_system(bytes)), bytes});
    slab_bytes += bytes;
  }

  // Those whose blocks are all free.
  void give_back_slabs() {
    std::ranges::sort(slabs, {}, &Slab::begin);
    for (Slab& slab : slabs) slab.free = 0;
    const auto slab_of = [&](void* p) -> Slab& {
      return *std::prev(std::ranges::upper_bound(slabs, static_cast<std::byte*>(p), {}, &Slab::begin));
    };
    const auto sift = [&](const auto& keeps) {
      for (std::size_t i = 0; i < slab_classes; ++i) {
        FreeList all;
        std::swap(all, lists[i]);
        while (!all.empty())
          if (void* p = all.pop(); keeps(slab_of(p), class_bytes(i))) lists[i].push(p);
      }
    };
    sift([](Slab& slab, std::size_t bytes) {
      slab.free += bytes;
      return true;
    });
    sift([](const Slab& slab, std::size_t) { return slab.free < slab.cut; });
    std::erase_if(slabs, [&](const Slab& slab) {
      if (slab.free < slab.cut) return false;
      slab_bytes -= slab.bytes;
      std::free(slab.begin);
      return true;
    });
  }
};
SharedCache& shared_cache() {
  static auto* cache = new SharedCache;  // never destroyed: threads and statics may free blocks after main
  return *cache;
}

// Trivially destructible, so that it can still be read when the thread's other objects are gone; closed then,
// and before the thread's first use.
struct ThreadCache {
  std::array<FreeList, thread_classes> lists;
  enum : std::uint8_t { fresh, open, closed } state;
};
thread_local constinit ThreadCache thread_cache{};

void leave_cache() {
  SharedCache& shared = shared_cache();
  const std::lock_guard lock(shared.mutex);
  for (std::size_t i = 0; i < thread_classes; ++i) {
    count_bytes(-static_cast<std::int64_t>(thread_cache.lists[i].size() * class_bytes(i)));
    thread_cache.lists[i].give_all(shared.lists[i]);
  }
}

bool open_cache() {
  struct AtExit {
    AtExit() { thread_cache.state = ThreadCache::open; }
    ~AtExit() {
      thread_cache.state = ThreadCache::closed;
      leave_cache();
    }
  };
  if (thread_cache.state == ThreadCache::fresh) {
    [[maybe_unused]] thread_local const AtExit at_exit;
  }
  return thread_cache.state == ThreadCache::open;
}

void* take_shared(SizeClass c) {
  count_bytes(static_cast<std::int64_t>(c.bytes));
  SharedCache& shared = shared_cache();
  const std::lock_guard lock(shared.mutex);
  return shared.take(c);
}

void give_shared(void* p, SizeClass c) noexcept {
  count_bytes(-static_cast<std::int64_t>(c.bytes));
  SharedCache& shared = shared_cache();
  const std::lock_guard lock(shared.mutex);
  shared.lists[c.index].push(p);
}

void* refill_and_take(FreeList& list, SizeClass c) {
  if (!open_cache()) return take_shared(c);
  SharedCache& shared = shared_cache();
  {
    const std::lock_guard lock(shared.mutex);
    shared.refill(list, c);
  }
  count_bytes(static_cast<std::int64_t>(list.size() * c.bytes));
  return list.pop();
}

void spill(FreeList& list, SizeClass c) noexcept {
  constexpr std::size_t spilled = most_batches / 2;
  SharedCache& shared = shared_cache();
  const std::lock_guard lock(shared.mutex);
  list.give_batches(shared.lists[c.index], spilled);
  count_bytes(-static_cast<std::int64_t>(spilled * batch * c.bytes));
}

void* take(SizeClass c) {
  if (c.index >= thread_classes) return take_shared(c);
  FreeList& list = thread_cache.lists[c.index];
  return list.empty() ? refill_and_take(list, c) : list.pop();
}

void give(void* p, SizeClass c) noexcept {
  ThreadCache& cache = thread_cache;
  if (c.index >= thread_classes || (cache.state != ThreadCache::open && !open_cache()))
    return give_shared(p, c);
  FreeList& list = cache.lists[c.index];
  list.push(p);
  if (list.batches() > most_batches) spill(list, c);
}

void drop_cache() {
  if (thread_cache.state == ThreadCache::open) leave_cache();
  SharedCache& shared = shared_cache();
  const std::lock_guard lock(shared.mutex);
  shared.give_back();
}

#endif

}  // namespace

void* allocate(std::size_t bytes) { return take(size_class(bytes)); }
void deallocate(void* block, std::size_t bytes) noexcept { give(block, size_class(bytes)); }

MemoryStats memory_stats() { return {in_use.load(), peak.load(), system_calls.load()}; }
void reset_peak_memory() { peak.store(in_use.load()); }
void empty_cache() { drop_cache(); }

}  // namespace xg
