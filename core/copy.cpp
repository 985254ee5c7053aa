#include "copy.hpp"

#include <fmt/format.h>

#include <cstring>

#include "dispatch.hpp"
#include "node.hpp"
#include "parallel.hpp"
#include "strided.hpp"
#include "transpose.hpp"

namespace xg {
namespace {

constexpr std::int64_t grain = 1 << 15;

template <class To, class From> XGRAD_INLINE To convert(From v) {
  if constexpr (std::same_as<To, bool>)
    return v != From{};
  else
    return static_cast<To>(v);
}

// Rows of `inner` elements, both sides strided. Two unit strides are the compiler's to vectorise.
template <class To, class From>
XGRAD_INLINE void copy_row(To* dst, std::int64_t dst_step, const From* src, std::int64_t src_step,
                           std::int64_t n) {
  if (dst_step == 1 && src_step == 1) {
    if constexpr (std::same_as<To, From>) {
      std::memcpy(dst, src, static_cast<std::size_t>(n) * sizeof(To));
    } else {
      for (std::int64_t i = 0; i < n; ++i) dst[i] = convert<To>(src[i]);
    }
  } else if (dst_step == 1 && src_step == 0) {
    std::fill_n(dst, n, convert<To>(*src));
  } else {
    for (std::int64_t i = 0; i < n; ++i) dst[i * dst_step] = convert<To>(src[i * src_step]);
  }
}

// dst[r][c] = src[c][r] for a square as wide as a lane, in registers.
template <class L, class T, std::size_t... I>
XGRAD_INLINE void transpose_tile(T* dst, std::int64_t dst_row, const T* src, std::int64_t src_column,
                                 std::index_sequence<I...> all) {
  L x[] = {L::load(src + static_cast<std::int64_t>(I) * src_column)...};
  detail::transpose_square(x, all);
  (x[I].store(dst + static_cast<std::int64_t>(I) * dst_row), ...);
}

// Lanes only carry the bits, so whole numbers travel as the floating type of their size.
template <class T> using Carrier = std::conditional_t<sizeof(T) == sizeof(float), float, double>;
template <class To, class From>
inline constexpr bool has_carrier = std::same_as<To, From> && (sizeof(To) == 4 || sizeof(To) == 8);

// The last two axes where the source runs along the first of them: square tiles, so that each cache line that
// is fetched on either side is used whole.
template <class To, class From>
void copy_transposed(To* dst, std::int64_t dst_row, const From* src, std::int64_t src_column,
                     std::int64_t rows, std::int64_t columns) {
  dispatch([&](auto isa) {
    constexpr auto size = static_cast<std::int64_t>(decltype(isa)::bytes / sizeof(To));
    for (std::int64_t r0 = 0; r0 < rows; r0 += size) {
      const std::int64_t r1 = std::min(rows, r0 + size);
      for (std::int64_t c0 = 0; c0 < columns; c0 += size) {
        const std::int64_t c1 = std::min(columns, c0 + size);
        if constexpr (has_carrier<To, From>) {
          using T = Carrier<To>;
          if (r1 - r0 == size && c1 - c0 == size) {
            transpose_tile<lane<T, decltype(isa)>>(
                reinterpret_cast<T*>(dst + r0 * dst_row + c0), dst_row,
                reinterpret_cast<const T*>(src + r0 + c0 * src_column), src_column,
                std::make_index_sequence<static_cast<std::size_t>(size)>());
            continue;
          }
        }
        for (std::int64_t r = r0; r < r1; ++r)
          for (std::int64_t c = c0; c < c1; ++c) dst[r * dst_row + c] = convert<To>(src[r + c * src_column]);
      }
    }
  });
}

template <class To, class From>
void copy_typed(To* dst, const From* src, Shape shape, std::array<Strides, 2> strides) {
  collapse_axes(shape, strides);
  if (shape.empty()) {
    *dst = convert<To>(*src);
    return;
  }
  const Strides &to = strides[0], &from = strides[1];
  const std::size_t rank = shape.size();
  const bool tiled =
      rank >= 2 && to[rank - 1] == 1 && from[rank - 2] == 1 && from[rank - 1] != 0 && shape[rank - 2] >= 4;
  const std::int64_t inner = shape.back();
  const std::size_t inner_axes = tiled ? 2 : 1;
  Shape outer(std::span(shape.begin(), rank - inner_axes));
  const std::array<Strides, 2> outer_strides{Strides(std::span(to.begin(), rank - inner_axes)),
                                             Strides(std::span(from.begin(), rank - inner_axes))};
  const std::int64_t rows = count(outer);
  if (tiled) {
    const std::int64_t height = shape[rank - 2];
    const std::int64_t cut = std::max<std::int64_t>(16, grain / inner / 16 * 16);
    const std::int64_t cuts = (height + cut - 1) / cut;
    parallel_for(static_cast<std::size_t>(rows * cuts), [&](std::size_t piece) {
      Odometer<2> at(outer, outer_strides);
      const auto p = static_cast<std::int64_t>(piece);
      at.seek(p / cuts);
      const std::int64_t r = p % cuts * cut;
      copy_transposed(dst + at.offset(0) + r * to[rank - 2], to[rank - 2], src + at.offset(1) + r,
                      from[rank - 1], std::min(cut, height - r), inner);
    });
    return;
  }
  if (rows == 1) {
    parallel_ranges(static_cast<std::size_t>(inner), grain, [&](std::size_t begin, std::size_t end) {
      const auto b = static_cast<std::int64_t>(begin);
      dispatch([&](auto) {
        copy_row(dst + b * to[rank - 1], to[rank - 1], src + b * from[rank - 1], from[rank - 1],
                 static_cast<std::int64_t>(end - begin));
      });
    });
    return;
  }
  const auto rows_a_piece = static_cast<std::size_t>(std::max<std::int64_t>(1, grain / inner));
  parallel_ranges(static_cast<std::size_t>(rows), rows_a_piece, [&](std::size_t begin, std::size_t end) {
    Odometer<2> at(outer, outer_strides);
    at.seek(static_cast<std::int64_t>(begin));
    dispatch([&](auto) {
      for (std::size_t r = begin; r < end; ++r, at.next())
        copy_row(dst + at.offset(0), to[rank - 1], src + at.offset(1), from[rank - 1], inner);
    });
  });
}

}  // namespace

void copy_elements(const Tensor& src, const Tensor& dst) {
  if (dst.numel() == 0) return;
  const Strides from = broadcast_strides(src.shape(), src.strides(), dst.shape());
  visit_dtype(dst.dtype(), [&]<class To>(std::type_identity<To>) {
    visit_dtype(src.dtype(), [&]<class From>(std::type_identity<From>) {
      copy_typed(reinterpret_cast<To*>(dst.impl().data), src.data<From>(), dst.shape(),
                 {dst.strides(), from});
    });
  });
}

Tensor contiguous(const Tensor& x) { return x.is_contiguous() ? x : clone(x); }

Tensor clone(const Tensor& x) {
  Tensor y = empty(x.shape(), x.dtype());
  copy_elements(x, y);
  return record("clone", {&x}, std::move(y), [](const Tensor& g) { return g; });
}

Tensor to(const Tensor& x, Dtype dtype) {
  if (x.dtype() == dtype) return x;
  Tensor y = empty(x.shape(), dtype);
  copy_elements(x, y);
  if (!is_floating(x.dtype())) return y;
  return record("to", {&x}, std::move(y), [from = x.dtype()](const Tensor& g) { return to(g, from); });
}

void assign(Tensor& dst, const Tensor& src) {
  if (broadcast_shapes("assign", dst.shape(), src.shape()) != dst.shape())
    throw ShapeError(fmt::format("[assign] a value of shape {} does not fit a tensor of shape {}",
                                 to_string(src.shape()), to_string(dst.shape())));
  visit_dtype(dst.dtype(), [&]<class T>(std::type_identity<T>) { dst.mutable_data<T>(); });
  copy_elements(src, dst);
}

}  // namespace xg
