#include "gemm.hpp"

#include "../core/parallel.hpp"
#include "blas.hpp"
#include "buffer.hpp"
#include "gemm_tile.hpp"
#include "gemv.hpp"

namespace xg {
namespace {

using detail::LeftRows;
using detail::RightPanel;
using detail::TileSize;
using detail::VectorProduct;

// A panel of b (depth x tile columns) stays in the L1 cache, a block of a (block_rows x depth) in L2.
constexpr std::int64_t panel_bytes = 20 << 10;
template <class L>
constexpr std::int64_t max_depth =
    std::min(panel_bytes / static_cast<std::int64_t>(TileSize<L>::columns * sizeof(typename L::value_type)),
             std::int64_t{320});
constexpr std::int64_t block_rows = 144;
constexpr std::int64_t block_columns = 384;

// Blocks below which splitting c over threads costs more than it brings, and the most pieces there can be.
constexpr std::int64_t piece_rows = 96;
constexpr std::int64_t piece_columns = 64;
constexpr std::int64_t piece_work = 96 * 64 * 64;
constexpr std::int64_t max_pieces = 32;
constexpr std::int64_t vector_piece_work = 1 << 16;

template <class T>
StridedMatrix<T> block_of(const StridedMatrix<T>& m, std::int64_t row, std::int64_t column) {
  return {m.data + row * m.row_step + column * m.column_step, m.row_step, m.column_step};
}

template <class L, class T>
XGRAD_INLINE void pack_panels(const StridedMatrix<T>& b, std::int64_t columns, std::int64_t depth, T* to) {
  detail::pack_strided<L, static_cast<std::size_t>(TileSize<L>::columns)>(b.transposed(), columns, depth, to);
}

// Panels whose rows are dense can be read where they are, if that happens so seldom that a copy is dearer.
template <class T> bool reads_in_place(const StridedMatrix<T>& b, std::int64_t row_tiles) {
  return b.column_step == 1 && row_tiles <= 2;
}
template <class T> RightPanel<T> panel_in_place(const StridedMatrix<T>& b) { return {b.data, b.row_step}; }

template <class T> struct Product {
  std::int64_t m, n, k;
  StridedMatrix<T> a;
  T* c;
  std::int64_t c_step;
  Start<T> start;
};

template <class T> Start<T> block_of(const Start<T>& start, std::int64_t row, std::int64_t column) {
  return start.data ? Start<T>{start.data + row * start.row_step + column, start.row_step} : start;
}

template <class L, class T>
XGRAD_INLINE LeftRows<T> rows_of_a(const StridedMatrix<T>& a, std::int64_t rows, std::int64_t depth,
                                   T* packed) {
  constexpr std::int64_t tile = TileSize<L>::rows;
  if (!packed) return {a.data, a.row_step, a.column_step, tile * a.row_step};
  detail::pack_strided<L, static_cast<std::size_t>(tile)>(a, rows, depth, packed);
  return {packed, 1, tile, tile * depth};
}

// On one thread, block by block.
template <class L, class T>
XGRAD_INLINE void multiply_blocks(const Product<T>& x, const StridedMatrix<T>& b) {
  constexpr std::int64_t width = TileSize<L>::columns;
  const std::int64_t row_tiles = (x.m + TileSize<L>::rows - 1) / TileSize<L>::rows;
  const bool in_place = reads_in_place(b, row_tiles);
  const bool pack_a = x.a.column_step != 1 && x.n > 4 * width;
  const std::int64_t depth_blocks = (x.k + max_depth<L> - 1) / max_depth<L>;
  const std::int64_t max_block_depth = (x.k + depth_blocks - 1) / depth_blocks;
  const std::int64_t max_columns = std::min(block_columns, (x.n + width - 1) / width * width);
  const Buffer<T> panels(max_block_depth * max_columns + width * static_cast<std::int64_t>(L::size));
  const Buffer<T> left(pack_a ? max_block_depth * (block_rows + TileSize<L>::rows) : 0);
  for (std::int64_t p = 0; p < x.k; p += max_block_depth) {
    const std::int64_t depth = std::min(max_block_depth, x.k - p);
    const Start<T> start = p == 0 ? x.start : Start<T>{x.c, x.c_step};
    LeftRows<T> rows{};
    for (std::int64_t j0 = 0; j0 < x.n; j0 += max_columns) {
      const std::int64_t columns = std::min(max_columns, x.n - j0);
      const std::int64_t read_in_place = in_place ? columns / width * width : 0;
      pack_panels<L>(block_of(b, p, j0 + read_in_place), columns - read_in_place, depth,
                     panels.data() + read_in_place * depth);
      for (std::int64_t i = 0; i < x.m; i += block_rows) {
        const std::int64_t height = std::min(block_rows, x.m - i);
        if (x.m > block_rows || j0 == 0) rows = rows_of_a<L>(block_of(x.a, i, p), height, depth, left.data());
        for (std::int64_t j = 0; j < columns; j += width) {
          const RightPanel<T> panel = j < read_in_place ? panel_in_place(block_of(b, p, j0 + j))
                                                        : RightPanel<T>{panels.data() + j * depth, width};
          detail::multiply_panel<L>(height, std::min(width, columns - j), depth, rows, panel,
                                    x.c + i * x.c_step + j0 + j, x.c_step, block_of(start, i, j0 + j));
        }
      }
    }
  }
}

template <class T> void multiply(const Product<T>& x, const StridedMatrix<T>& b) {
  dispatch([&](auto isa) {
    using Isa = decltype(isa);
    // Half of a wide tile's columns would be nobody's.
    const bool narrow = x.n * static_cast<std::int64_t>(sizeof(T)) <= 64;
    if constexpr (std::is_same_v<Isa, isa::avx512>)
      if (narrow) return multiply_blocks<lane<T, isa::avx2>>(x, b);
    multiply_blocks<lane<T, Isa>>(x, b);
  });
}

// What OpenBLAS calls a transposed operand and its leading dimension; 0 if it cannot read the matrix.
template <class T> CBLAS_TRANSPOSE blas_order(const StridedMatrix<T>& m) {
  return m.column_step == 1 ? CblasNoTrans : CblasTrans;
}
template <class T>
std::int64_t leading_dimension(const StridedMatrix<T>& m, std::int64_t rows, std::int64_t columns) {
  if (m.column_step == 1) return m.row_step >= columns ? m.row_step : 0;
  return m.row_step == 1 && m.column_step >= rows ? m.column_step : 0;
}

// From here on OpenBLAS is measured to be faster. It chooses its kernels itself, so without AVX2 that is
// soon.
template <class T> bool is_for_blas(const Product<T>& x, const StridedMatrix<T>& b) {
  if (detail::active_level() >= detail::IsaLevel::avx512) return false;
  const std::int64_t limit = detail::active_level() == detail::IsaLevel::avx2 ? 512 : 32;
  return std::min({x.m, x.n, x.k}) >= limit && leading_dimension(x.a, x.m, x.k) > 0 &&
         leading_dimension(b, x.k, x.n) > 0;
}

// Writes the start to c, if there is one and it is not c itself.
template <class T> void copy_start(const Product<T>& x) {
  if (!x.start.data || x.start.data == x.c) return;
  for (std::int64_t i = 0; i < x.m; ++i)
    std::copy_n(x.start.data + i * x.start.row_step, x.n, x.c + i * x.c_step);
}

template <class T> void multiply_by_blas(const Product<T>& x, const StridedMatrix<T>& b) {
  copy_start(x);
  hold_blas_at_one_thread();
  const auto call = [&](auto routine) {
    const auto narrow = [](std::int64_t n) { return static_cast<blasint>(n); };
    routine(CblasRowMajor, blas_order(x.a), blas_order(b), narrow(x.m), narrow(x.n), narrow(x.k), T{1},
            x.a.data, narrow(leading_dimension(x.a, x.m, x.k)), b.data,
            narrow(leading_dimension(b, x.k, x.n)), x.start.data ? T{1} : T{0}, x.c, narrow(x.c_step));
  };
  if constexpr (sizeof(T) == sizeof(float))
    call(cblas_sgemm);
  else
    call(cblas_dgemm);
}

// c is cut along its longer side into pieces of at least the sizes above, so that little is packed twice.
template <class T> void multiply_in_pieces(const Product<T>& x, const StridedMatrix<T>& b) {
  const bool by_blas = is_for_blas(x, b);
  const auto piece = [&](const Product<T>& part, const StridedMatrix<T>& right) {
    return by_blas ? multiply_by_blas(part, right) : multiply(part, right);
  };
  const std::int64_t by_work = std::min(x.m * x.n * x.k / piece_work, max_pieces);
  const std::int64_t by_rows = std::min(by_work, x.m / piece_rows);
  const std::int64_t by_columns = std::min(by_work, x.n / piece_columns);
  const std::int64_t pieces = std::max(by_rows, by_columns);
  if (pieces < 2) return piece(x, b);
  const bool cuts_rows = by_rows > by_columns;
  const std::int64_t length = cuts_rows ? x.m : x.n;
  const std::int64_t unit = cuts_rows ? 24 : 32;  // multiples of the tiles' rows and columns
  const std::int64_t cut = ((length + pieces - 1) / pieces + unit - 1) / unit * unit;
  parallel_ranges(static_cast<std::size_t>(length), static_cast<std::size_t>(cut),
                  [&](std::size_t begin, std::size_t end) {
                    const auto first = static_cast<std::int64_t>(begin);
                    const std::int64_t count = static_cast<std::int64_t>(end) - first;
                    Product<T> part = x;
                    if (cuts_rows) {
                      part.m = count;
                      part.a = block_of(x.a, first, 0);
                      part.c += first * x.c_step;
                      part.start = block_of(x.start, first, 0);
                      return piece(part, b);
                    }
                    part.n = count;
                    part.c += first;
                    part.start = block_of(x.start, 0, first);
                    piece(part, block_of(b, 0, first));
                  });
}

// True if it was a product with a vector and is done.
template <class T> bool multiply_vector(const VectorProduct<T>& v) {
  const bool dense_columns = v.m.row_step == 1;
  if (!dense_columns && (v.m.column_step != 1 || v.y_step != 1)) return false;
  VectorProduct<T> whole = v;
  const Buffer<T> x(dense_columns && v.x_step != 1 ? v.k : 0);
  if (x.data()) {
    for (std::int64_t p = 0; p < v.k; ++p) x.data()[p] = v.x[p * v.x_step];
    whole.x = x.data();
    whole.x_step = 1;
  }
  const std::int64_t grain = std::max<std::int64_t>(64, vector_piece_work / v.k);
  parallel_ranges(static_cast<std::size_t>(v.n), static_cast<std::size_t>(grain),
                  [&](std::size_t begin, std::size_t end) {
                    const auto first = static_cast<std::int64_t>(begin);
                    VectorProduct<T> part = whole;
                    part.n = static_cast<std::int64_t>(end) - first;
                    part.m = block_of(v.m, 0, first);
                    part.y += first * v.y_step;
                    dispatch([&](auto isa) {
                      using L = lane<T, decltype(isa)>;
                      if (dense_columns)
                        detail::multiply_dense_columns<L>(part);
                      else
                        detail::multiply_dense_rows<L>(part);
                    });
                  });
  return true;
}

// A few columns of a long sum, as in the weights' gradient of a narrow layer, would leave most of a vector idle:
// their transpose fills it. True if that is done.
template <class T> bool multiply_transposed(const Product<T>& x, const StridedMatrix<T>& b) {
  if (x.n * static_cast<std::int64_t>(sizeof(T)) > 32 || x.n >= x.m || x.m > x.k) return false;
  const Buffer<T> columns(x.m * x.n);
  const auto for_each = [&](auto f) {
    for (std::int64_t i = 0; i < x.m; ++i)
      for (std::int64_t j = 0; j < x.n; ++j) f(i, j, columns.data()[j * x.m + i]);
  };
  if (x.start.data)
    for_each([&](std::int64_t i, std::int64_t j, T& v) { v = x.start.data[i * x.start.row_step + j]; });
  const Start<T> start = x.start.data ? Start<T>{columns.data(), x.m} : Start<T>();
  multiply_in_pieces(Product<T>{x.n, x.m, x.k, b.transposed(), columns.data(), x.m, start}, x.a.transposed());
  for_each([&](std::int64_t i, std::int64_t j, T v) { x.c[i * x.c_step + j] = v; });
  return true;
}

// Nothing to sum over leaves the start.
template <class T> bool is_trivial(const Product<T>& x) {
  if (x.k == 0 && !x.start.data && x.n > 0)
    for (std::int64_t i = 0; i < x.m; ++i) std::fill_n(x.c + i * x.c_step, x.n, T{});
  if (x.k == 0) copy_start(x);
  return x.m == 0 || x.n == 0 || x.k == 0;
}

}  // namespace

template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const StridedMatrix<T>& a,
          const StridedMatrix<T>& b, T* c, std::int64_t c_step, Start<T> start) {
  const Product<T> product{m, n, k, a, c, c_step, start};
  if (is_trivial(product)) return;
  if (m == 1 || n == 1) {
    copy_start(product);
    const bool adds = start.data != nullptr;
    if (m == 1 && multiply_vector<T>({n, k, a.data, a.column_step, b, c, 1, adds})) return;
    if (n == 1 && multiply_vector<T>({m, k, b.data, b.row_step, a.transposed(), c, c_step, adds})) return;
  }
  if (!multiply_transposed(product, b)) multiply_in_pieces(product, b);
}

#define XGRAD_INSTANTIATE(T)                                                            \
  template void gemm(std::int64_t, std::int64_t, std::int64_t, const StridedMatrix<T>&, \
                     const StridedMatrix<T>&, T*, std::int64_t, Start<T>);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg
