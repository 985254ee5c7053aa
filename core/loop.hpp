#pragma once
/// The loop that every elementwise kernel runs in: broadcasting, strides, dtypes, threads and sums are
/// handled here once, so that a kernel only ever sees dense rows.

#include <cstddef>
#include <cstring>
#include <span>
#include <tuple>
#include <utility>

#include "dispatch.hpp"
#include "tensor.hpp"

namespace xg {

/// What a kernel sees of one operand, for n elements.
struct Stream {
  std::byte* data;  ///< null for an output that nobody wants
  bool moves;  ///< advances with the elements; else an input is spread over 64 bytes, an output is summed
               ///< into them
  bool adds;   ///< an output that is added to
};
inline constexpr std::size_t spread_bytes = 64;

using LoopKernel = void (*)(const void* functor, std::size_t n, const Stream* streams);

/// One operand of a loop over `shape`.
struct LoopOperand {
  std::byte* data = nullptr;
  Strides strides;  // aligned to the loop's shape; 0 along broadcast axes
  Dtype dtype = float32;
  bool adds = false;  // output smaller than the loop: elements that meet in one place are added up

  static LoopOperand input(const Tensor& x, const Shape& loop) {
    return {x.impl().data, broadcast_strides(x.shape(), x.strides(), loop), x.dtype(), false};
  }
  static LoopOperand output(const Tensor& y) { return {y.impl().data, y.strides(), y.dtype(), false}; }
  /// y must be dense and hold zeros, or what is to be added to.
  static LoopOperand summed(const Tensor& y, const Shape& loop) {
    return {y.impl().data, broadcast_strides(y.shape(), y.strides(), loop), y.dtype(), true};
  }
};

/// At most this many operands.
inline constexpr std::size_t max_operands = 24;

/// Runs the kernel over all elements, cut into pieces that depend on the sizes alone: inputs first, then
/// outputs. Outputs have the dtype `compute`; inputs of another dtype are converted on the way.
void run_loop(const Shape& shape, Dtype compute, std::span<LoopOperand> operands, std::size_t inputs,
              LoopKernel kernel, const void* functor);

/// The same when every operand is dense (moves) or a single element already spread over 64 bytes.
void run_dense(std::size_t n, std::size_t element_bytes, std::span<const Stream> streams, LoopKernel kernel,
               const void* functor);

namespace detail {

template <class L, class R> XGRAD_INLINE L as_lane(const R& r) { return L(r); }

/// The k-th of one result or of a tuple of results.
template <std::size_t K, class R> XGRAD_INLINE decltype(auto) result(const R& r) {
  if constexpr (requires { std::tuple_size<R>::value; })
    return std::get<K>(r);
  else
    return (r);
}

template <bool Summing, class L, class T>
XGRAD_INLINE void put(const Stream& s, T* to, std::size_t at, const L& value) {
  if constexpr (Summing) {
    if (!to) return;
    T* p = to + (s.moves ? at : 0);
    if (s.adds)
      (L::load(p) + value).store(p);
    else
      value.store(p);
  } else {
    value.store(to + at);
  }
}

template <bool Summing, class L, class T>
inline void put_partial(const Stream& s, T* to, std::size_t at, std::size_t n, const L& value) {
  if (Summing && !to) return;
  if (!Summing || (s.moves && !s.adds)) return value.store_partial(to + at, n);
  if (s.moves) return (L::load_partial(to + at, n) + value).store_partial(to + at, n);
  (L::load(to) + where(L::mask_type::first(n), value, L(0))).store(to);
}

}  // namespace detail

/// Applies f to lanes of the inputs (streams I...) and stores its results (streams sizeof...(I) + O...).
/// All elements, the last odd ones too, take the same path through f, so a value never depends on its
/// position.
template <class L, bool Summing, class F, std::size_t... I, std::size_t... O>
XGRAD_INLINE void map_streams(std::size_t n, const Stream* s, const F& f, std::index_sequence<I...>,
                              std::index_sequence<O...>) {
  using T = typename L::value_type;
  const T* const in[] = {reinterpret_cast<const T*>(s[I].data)...};
  const std::size_t moves[] = {(s[I].moves ? ~std::size_t{0} : std::size_t{0})...};
  const Stream* const out = s + sizeof...(I);
  T* const to[] = {reinterpret_cast<T*>(out[O].data)...};
  std::size_t i = 0;
  for (; i + L::size <= n; i += L::size) {
    const auto r = f(L::load(in[I] + (i & moves[I]))...);
    (detail::put<Summing>(out[O], to[O], i, detail::as_lane<L>(detail::result<O>(r))), ...);
  }
  if (const std::size_t rest = n - i; rest > 0) {
    const auto r = f((s[I].moves ? L::load_partial(in[I] + i, rest) : L::load(in[I]))...);
    (detail::put_partial<Summing>(out[O], to[O], i, rest, detail::as_lane<L>(detail::result<O>(r))), ...);
  }
}

}  // namespace xg
