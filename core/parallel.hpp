#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace xg {

/// Sets how many threads, the caller's own included, a `parallel_for` of any thread may use.
/// Throws  ValueError "[set_num_threads] 0: expected a whole number from 1 to 1024".
void set_num_threads(int threads);

/// The number of threads a `parallel_for` of this thread may use: what the innermost ThreadGuard,
/// set_num_threads or the environment's XGRAD_NUM_THREADS says, in this order, and otherwise one for each
/// core.
/// Throws  ValueError when XGRAD_NUM_THREADS is not a whole number from 1 to 1024.
int num_threads();

/// Within its scope, calls made by this thread use that many threads; other threads are not affected.
class ThreadGuard {
 public:
  explicit ThreadGuard(int threads);
  ~ThreadGuard();
  ThreadGuard(const ThreadGuard&) = delete;
  ThreadGuard& operator=(const ThreadGuard&) = delete;

 private:
  int outer_;
};

namespace detail {

using PieceFunction = void (*)(void* context, std::size_t piece);

void run_pieces(std::size_t pieces, PieceFunction function, void* context);

/// The value of XGRAD_NUM_THREADS as a number.
int parse_num_threads(const char* text);

}  // namespace detail

/// Calls f(piece) once for each piece in [0, pieces), on the caller and on the pool's workers, in no fixed
/// order. The caller decides on the pieces from the size of its work alone, so results never depend on the
/// thread count. Calls from inside a piece, and calls made while another thread has the pool, run inline.
/// Throws  the exception of the lowest piece that threw; pieces after that one may have been left out.
template <class F> void parallel_for(std::size_t pieces, F&& f) {
  using Function = std::remove_reference_t<F>;
  detail::run_pieces(
      pieces, [](void* context, std::size_t piece) { (*static_cast<Function*>(context))(piece); },
      const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

/// Calls f(begin, end) for [0, count) cut every `grain` elements, the last cut being shorter.
template <class F> void parallel_ranges(std::size_t count, std::size_t grain, F&& f) {
  const std::size_t pieces = count / grain + (count % grain != 0 ? 1 : 0);
  parallel_for(pieces, [&](std::size_t piece) {
    const std::size_t begin = piece * grain;
    f(begin, begin + std::min(grain, count - begin));
  });
}

}  // namespace xg
