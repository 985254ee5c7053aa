#include "parallel.hpp"

#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "error.hpp"

namespace xg {
namespace {

constexpr int max_threads = 1024;
constexpr std::string_view expected_threads = ": expected a whole number from 1 to 1024";

// Long enough to bridge the serial code between two ops, short enough not to starve other processes.
constexpr auto idle_spin = std::chrono::microseconds(100);

constinit std::atomic<int> global_threads{0};  // 0: nobody has set it
constinit thread_local int guarded_threads = 0;

// Outlives the pool, so that a call made during static destruction runs inline.
constinit std::atomic<bool> pool_taken{false};

int checked_threads(int threads) {
  if (threads >= 1 && threads <= max_threads) return threads;
  throw ValueError("[set_num_threads] " + std::to_string(threads) + std::string(expected_threads));
}

int default_threads() {
  if (const char* text = std::getenv("XGRAD_NUM_THREADS")) return detail::parse_num_threads(text);
  const unsigned cores = std::thread::hardware_concurrency();
  return static_cast<int>(std::clamp(cores, 1U, static_cast<unsigned>(max_threads)));
}

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins until ready() or until the time is over; returns ready().
template <class Ready> bool spin_until(Ready ready) {
  const auto deadline = std::chrono::steady_clock::now() + idle_spin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (ready()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return ready();
}

struct Worker {
  std::thread thread;
  std::condition_variable wake;
  std::atomic<bool> asleep{false};
};

constexpr std::uint32_t nothing_failed = std::numeric_limits<std::uint32_t>::max();

std::uint32_t unclaimed(std::uint64_t ticket) { return static_cast<std::uint32_t>(ticket); }

/// One job at a time. `ticket_` holds the job's generation and how many of its pieces nobody has claimed;
/// whoever lowers it owns a piece, and as long as a piece is unfinished the job's other fields do not change.
/// So a worker that wakes up late finds nothing to claim, and nobody ever waits for it. The caller is
/// participant 0, workers are 1, 2, ...
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  /// Only the thread that took the pool may call this.
  void run(std::uint32_t pieces, std::size_t participants, detail::PieceFunction function, void* context);

 private:
  void grow(std::size_t workers);
  void wake(std::size_t workers);
  void work(Worker& self, std::size_t participant);
  void sleep(Worker& self, std::size_t participant);
  bool has_news(std::size_t participant) const;
  void claim_pieces(std::size_t participant);
  void run_piece(std::uint32_t piece);
  void record_failure(std::uint32_t piece, std::exception_ptr failure);
  void finish_piece();
  void wait_for_claimed_pieces();
  void rethrow_failure();

  alignas(64) std::atomic<std::uint64_t> ticket_{0};
  alignas(64) std::atomic<std::uint32_t> unfinished_{0};
  alignas(64) std::atomic<detail::PieceFunction> function_{nullptr};
  std::atomic<void*> context_{nullptr};
  std::atomic<std::uint32_t> pieces_{0};
  std::atomic<std::size_t> participants_{0};
  std::atomic<std::uint32_t> failed_piece_{nothing_failed};  // the lowest that threw
  std::atomic<bool> caller_asleep_{false};
  std::atomic<bool> stop_{false};

  std::mutex mutex_;  // guards failure_ and the last look before a sleep
  std::condition_variable finished_;
  std::exception_ptr failure_;
  std::vector<std::unique_ptr<Worker>> workers_;  // touched only by whoever took the pool
};

Pool::~Pool() {
  pool_taken.store(true);
  {
    const std::lock_guard lock(mutex_);
    stop_.store(true);
  }
  for (const auto& worker : workers_) {
    worker->wake.notify_one();
    worker->thread.join();
  }
}

void Pool::run(std::uint32_t pieces, std::size_t participants, detail::PieceFunction function,
               void* context) {
  grow(participants - 1);
  participants = std::min(participants, workers_.size() + 1);
  function_.store(function, std::memory_order_relaxed);
  context_.store(context, std::memory_order_relaxed);
  pieces_.store(pieces, std::memory_order_relaxed);
  participants_.store(participants, std::memory_order_relaxed);
  failed_piece_.store(nothing_failed, std::memory_order_relaxed);
  unfinished_.store(pieces, std::memory_order_relaxed);
  const std::uint64_t generation = (ticket_.load(std::memory_order_relaxed) >> 32) + 1;
  ticket_.store(generation << 32 | pieces);
  wake(participants - 1);
  claim_pieces(0);
  wait_for_claimed_pieces();
  if (failed_piece_.load(std::memory_order_relaxed) != nothing_failed) rethrow_failure();
}

void Pool::grow(std::size_t workers) {
  while (workers_.size() < workers) {
    try {
      auto& worker = *workers_.emplace_back(std::make_unique<Worker>());
      worker.thread =
          std::thread([this, &worker, participant = workers_.size()] { work(worker, participant); });
    } catch (const std::system_error&) {
      // The system gives no more threads: the caller and those that exist do the work.
      workers_.pop_back();
      return;
    }
  }
}

void Pool::wake(std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i) {
    if (!workers_[i]->asleep.load()) continue;
    // A worker between its last look and its sleep holds the mutex; the notification must come after that.
    { const std::lock_guard lock(mutex_); }
    workers_[i]->wake.notify_one();
  }
}

void Pool::work(Worker& self, std::size_t participant) {
  while (!stop_.load()) {
    if (!spin_until([&] { return has_news(participant); })) sleep(self, participant);
    claim_pieces(participant);
  }
}

void Pool::sleep(Worker& self, std::size_t participant) {
  std::unique_lock lock(mutex_);
  self.asleep.store(true);
  self.wake.wait(lock, [&] { return has_news(participant); });
  self.asleep.store(false);
}

bool Pool::has_news(std::size_t participant) const {
  if (stop_.load(std::memory_order_relaxed)) return true;
  return unclaimed(ticket_.load()) != 0 && participant < participants_.load(std::memory_order_relaxed);
}

void Pool::claim_pieces(std::size_t participant) {
  std::uint64_t ticket = ticket_.load();
  while (unclaimed(ticket) != 0 && participant < participants_.load(std::memory_order_relaxed)) {
    // If this is not the ticket's job any more, the exchange fails and the number is not used.
    const std::uint32_t piece = pieces_.load(std::memory_order_relaxed) - unclaimed(ticket);
    if (!ticket_.compare_exchange_weak(ticket, ticket - 1)) continue;
    run_piece(piece);
    finish_piece();
    ticket = ticket_.load();
  }
}

void Pool::run_piece(std::uint32_t piece) {
  // Pieces are claimed in rising order, so every piece below a failed one does run, and the lowest failure is
  // found.
  if (piece > failed_piece_.load(std::memory_order_relaxed)) return;
  std::exception_ptr failure;
  try {
    function_.load(std::memory_order_relaxed)(context_.load(std::memory_order_relaxed), piece);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) record_failure(piece, std::move(failure));
}

void Pool::record_failure(std::uint32_t piece, std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  if (piece > failed_piece_.load(std::memory_order_relaxed)) return;
  failed_piece_.store(piece, std::memory_order_relaxed);
  failure_ = std::move(failure);
}

void Pool::finish_piece() {
  if (unfinished_.fetch_sub(1) != 1 || !caller_asleep_.load()) return;
  { const std::lock_guard lock(mutex_); }
  finished_.notify_one();
}

void Pool::wait_for_claimed_pieces() {
  const auto done = [&] { return unfinished_.load() == 0; };
  if (done() || spin_until(done)) return;
  std::unique_lock lock(mutex_);
  caller_asleep_.store(true);
  finished_.wait(lock, done);
  caller_asleep_.store(false);
}

void Pool::rethrow_failure() {
  std::exception_ptr failure;
  {
    const std::lock_guard lock(mutex_);
    failure.swap(failure_);
  }
  std::rethrow_exception(std::move(failure));
}

Pool& pool() {
  static Pool instance;
  return instance;
}

/// Holds the pool for a scope if nobody else has it.
class PoolClaim {
 public:
  PoolClaim() : taken_(!pool_taken.exchange(true, std::memory_order_acquire)) {}
  ~PoolClaim() {
    if (taken_) pool_taken.store(false, std::memory_order_release);
  }
  PoolClaim(const PoolClaim&) = delete;
  PoolClaim& operator=(const PoolClaim&) = delete;
  explicit operator bool() const { return taken_; }

 private:
  bool taken_;
};

}  // namespace

void set_num_threads(int threads) { global_threads.store(checked_threads(threads)); }

int num_threads() {
  if (guarded_threads != 0) return guarded_threads;
  if (const int threads = global_threads.load(std::memory_order_relaxed)) return threads;
  static const int threads = default_threads();
  return threads;
}

ThreadGuard::ThreadGuard(int threads) : outer_(guarded_threads) {
  guarded_threads = checked_threads(threads);
}

ThreadGuard::~ThreadGuard() { guarded_threads = outer_; }

namespace detail {

void run_pieces(std::size_t pieces, PieceFunction function, void* context) {
  const auto threads = static_cast<std::size_t>(num_threads());
  // A ticket counts pieces in 32 bits.
  if (pieces > 1 && threads > 1 && pieces < nothing_failed) {
    if (const PoolClaim claim; claim) {
      pool().run(static_cast<std::uint32_t>(pieces), std::min(pieces, threads), function, context);
      return;
    }
  }
  for (std::size_t piece = 0; piece < pieces; ++piece) function(context, piece);
}

int parse_num_threads(const char* text) {
  const std::string_view digits(text);
  int threads = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), threads);
  if (error == std::errc{} && end == digits.data() + digits.size() && threads >= 1 && threads <= max_threads)
    return threads;
  throw ValueError("[parallel] XGRAD_NUM_THREADS is \"" + std::string(digits) + "\"" +
                   std::string(expected_threads));
}

}  // namespace detail
}  // namespace xg
