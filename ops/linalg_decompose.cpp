#include "linalg_decompose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "../core/create.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "lapack.hpp"
#include "linalg_triangular.hpp"
#include "matmul.hpp"
#include "matrices.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

using matrices::batch_of;
using matrices::shape_of;
using matrices::transposed;

struct Sizes {
  std::int64_t matrices, m, n, k;

  explicit Sizes(const Tensor& x)
      : matrices(count(batch_of(x))), m(x.size(-2)), n(x.size(-1)), k(std::min(m, n)) {}
  std::int64_t work() const { return m * n * k; }
};

Tensor first_rows(const Tensor& x, std::int64_t rows) { return narrow(x, -2, 0, rows); }
Tensor first_columns(const Tensor& x, std::int64_t columns) { return narrow(x, -1, 0, columns); }
Tensor rows_from(const Tensor& x, std::int64_t row) { return narrow(x, -2, row, x.size(-2) - row); }
Tensor columns_from(const Tensor& x, std::int64_t column) {
  return narrow(x, -1, column, x.size(-1) - column);
}

Tensor permutations(const Shape& batch, std::int64_t m, const std::vector<int>& pivots, std::int64_t k,
                    Dtype dtype) {
  Tensor p = zeros(shape_of(batch, m, m), {.dtype = dtype});
  visit_floating("lu", dtype, [&]<class T>(std::type_identity<T>) {
    T* data = p.mutable_data<T>();
    std::vector<std::int64_t> rows(static_cast<std::size_t>(m));
    for (std::int64_t i = 0; i < count(batch); ++i) {
      for (std::int64_t j = 0; j < m; ++j) rows[static_cast<std::size_t>(j)] = j;
      for (std::int64_t j = 0; j < k; ++j)
        std::swap(rows[static_cast<std::size_t>(j)],
                  rows[static_cast<std::size_t>(pivots[static_cast<std::size_t>(i * k + j)] - 1)]);
      for (std::int64_t j = 0; j < m; ++j) data[(i * m + rows[static_cast<std::size_t>(j)]) * m + j] = T{1};
    }
  });
  return p;
}

// L and U of the same size: the derivative by P^T x from L^T gL and gU U^T.
Tensor pull_square_lu(const Tensor& l, const Tensor& u, const Tensor& lower, const Tensor& upper) {
  const Tensor left =
      solve_triangular(transposed(l), tril(lower, -1) + triu(upper), {.upper = true, .unitriangular = true});
  return solve_triangular(transposed(u), left, {.upper = false, .left = false});
}

Tensor pull_wide_lu(const Tensor& l, const Tensor& u, const Tensor& gl, const Tensor& gu) {
  const std::int64_t k = l.size(-1);
  const Tensor square = first_columns(u, k), lower = matmul(transposed(l), gl);
  const Tensor upper = matmul(first_columns(gu, k), transposed(square));
  if (u.size(-1) == k) return pull_square_lu(l, u, lower, upper);
  // U's columns beyond the square are L^-1 times those of P^T x.
  const Tensor gv = columns_from(gu, k), v = columns_from(u, k);
  return cat({pull_square_lu(l, square, lower - matmul(gv, transposed(v)), upper),
              solve_triangular(transposed(l), gv, {.upper = true, .unitriangular = true})},
             -1);
}

Tensor pull_tall_lu(const Tensor& l, const Tensor& u, const Tensor& gl, const Tensor& gu) {
  const std::int64_t k = u.size(-2);
  const Tensor square = first_rows(l, k), lower = matmul(transposed(square), first_rows(gl, k));
  // L's rows beyond the square are those of P^T x times U^-1.
  const Tensor gv = rows_from(gl, k), v = rows_from(l, k);
  const Tensor upper = matmul(gu, transposed(u)) - matmul(transposed(v), gv);
  return cat({pull_square_lu(square, u, lower, upper),
              solve_triangular(transposed(u), gv, {.upper = false, .left = false})},
             -2);
}

// The lower triangle and its mirror image.
Tensor mirrored(const Tensor& x) { return tril(x) + transposed(tril(x, -1)); }

Tensor pull_tall_qr(const Tensor& q, const Tensor& r, const Tensor& gq, const Tensor& gr) {
  const Tensor m = matmul(r, transposed(gr)) - matmul(transposed(gq), q);
  return solve_triangular(transposed(r), gq + matmul(q, mirrored(m)), {.upper = false, .left = false});
}

Tensor pull_reduced_qr(const Tensor& q, const Tensor& r, const Tensor& gq, const Tensor& gr) {
  const std::int64_t k = q.size(-1);
  if (r.size(-1) == k) return pull_tall_qr(q, r, gq, gr);
  // x = [X Y] with X = Q U and Y = Q V: R's columns beyond the square are V = Q^T Y.
  const Tensor gv = columns_from(gr, k), y = matmul(q, columns_from(r, k));
  const Tensor gx =
      pull_tall_qr(q, first_columns(r, k), gq + matmul(y, transposed(gv)), first_columns(gr, k));
  return cat({gx, matmul(q, gv)}, -1);
}

// Columns [k, m) are determined by the first k as far as the space that they span: they turn as those do.
Tensor with_complement(const Tensor& q, const Tensor& gq, std::int64_t k) {
  if (q.size(-1) == k) return gq;
  const Tensor first = first_columns(q, k), rest = columns_from(q, k);
  return first_columns(gq, k) - matmul(rest, matmul(transposed(columns_from(gq, k)), first));
}

std::array<Tensor, 2> qr_values(const Tensor& x, QrMode mode) {
  const Sizes s(x);
  const std::int64_t width = mode == QrMode::complete ? s.m : s.k;
  Tensor packed = matrices::copy_columns(x.detach());
  Tensor q = matrices::empty_columns(shape_of(batch_of(x), s.m, width), x.dtype());
  visit_floating("qr", x.dtype(), [&]<class T>(std::type_identity<T>) {
    T *from = packed.mutable_data<T>(), *to = q.mutable_data<T>();
    if (q.numel() == 0) return;
    matrices::for_each(s.matrices, s.work(), [&](std::int64_t i) {
      std::vector<T> tau(static_cast<std::size_t>(s.k));
      T *a = from + i * s.m * s.n, *columns = to + i * s.m * width;
      if (s.k > 0) lapack::geqrf(s.m, s.n, a, tau.data());
      std::copy_n(a, s.m * s.k, columns);
      lapack::orgqr(s.m, width, s.k, columns, tau.data());
    });
  });
  return {q, no_grad([&] { return triu(first_rows(packed, width)); })};
}

// 1 / (x_j - x_i). What is equal up to rounding is alike: its turns into each other count for nothing.
Tensor inverse_gaps(const Tensor& x) {
  const Tensor gaps = unsqueeze(x, -2) - unsqueeze(x, -1);
  if (gaps.numel() == 0) return gaps;
  const double rounding = x.dtype() == float32 ? 0x1p-23 : 0x1p-52;
  const Tensor most = unsqueeze(amax(abs(x.detach()), {-1}, true), -1);
  const Tensor alike = abs(gaps.detach()) <= most * (10.0 * static_cast<double>(x.size(-1)) * rounding);
  return where(alike, 0.0, 1.0 / where(alike, 1.0, gaps));
}

void check_converged(const char* op, int info, const Tensor& x, std::int64_t i) {
  if (info != 0)
    throw ValueError(
        fmt::format("[{}] {}LAPACK's iteration did not converge; scale the matrix, or add a little "
                    "noise",
                    op, matrices::place(batch_of(x), i)));
}

// False for the zeros that stand for an output nobody used: they must not meet an infinity on the way.
bool is_used(const Tensor& g) { return g.requires_grad() || any(g != 0.0).item() != 0; }

Tensor scaled_columns(const Tensor& x, const Tensor& by) { return x * unsqueeze(by, -2); }
Tensor scaled_rows(const Tensor& by, const Tensor& x) { return unsqueeze(by, -1) * x; }
Tensor diagonal_matrix(const Tensor& v) { return scaled_rows(v, matrices::identity_like(v, v.size(-1))); }
Tensor skew(const Tensor& x) { return x - transposed(x); }

// Memory by rows holds the transposes for LAPACK: what is lower becomes upper, eigenvectors become rows.
std::array<Tensor, 2> eigh_values(const char* op, const Tensor& x, bool vectors) {
  const Sizes s(x);
  Tensor rows = matrices::copy_rows(x.detach()), w = empty(shape_of(batch_of(x), s.n), x.dtype());
  matrices::check_finite(op, rows);
  visit_floating(op, x.dtype(), [&]<class T>(std::type_identity<T>) {
    T *a = rows.mutable_data<T>(), *values = w.mutable_data<T>();
    if (rows.numel() == 0) return;
    matrices::for_each(s.matrices, 9 * s.work(), [&](std::int64_t i) {
      check_converged(op, lapack::syevd(vectors, s.n, a + i * s.n * s.n, values + i * s.n), x, i);
    });
  });
  return {w, no_grad([&] { return transposed(rows); })};
}

Tensor pull_eigh(const Tensor& w, const Tensor& v, const Tensor& gw, const Tensor& gv) {
  if (!is_used(gv)) return matmul(scaled_columns(v, gw), transposed(v));
  const Tensor inner = diagonal_matrix(gw) + matmul(transposed(v), gv) * inverse_gaps(w);
  const Tensor whole = matmul(matmul(v, inner), transposed(v));
  return (whole + transposed(whole)) * 0.5;
}

std::array<Tensor, 2> recorded_eigh(const char* op, const Tensor& x) {
  const auto [w, v] = eigh_values(op, x, true);
  return record(op, {&x}, std::array{w, v},
                [w = SavedOutput(w, 0), v = SavedOutput(v, 1)](std::span<const Tensor> g, Wanted) {
                  return std::array{pull_eigh(w.get(), v.get(), g[0], g[1])};
                });
}

// Memory by rows holds the transposes for LAPACK: its u and vt are our vh and u.
std::array<Tensor, 3> svd_values(const char* op, const Tensor& x, char job) {
  const Sizes s(x);
  const Shape batch = batch_of(x);
  const auto vectors = [&](std::int64_t all) { return job == 'N' ? 0 : job == 'S' ? s.k : all; };
  const std::int64_t wide = vectors(s.m), high = vectors(s.n);
  Tensor rows = matrices::copy_rows(x.detach());
  matrices::check_finite(op, rows);
  const auto identities = [&](std::int64_t m, std::int64_t n) {
    return matrices::copy_rows(broadcast_to(eye(m, n, {.dtype = x.dtype()}), shape_of(batch, m, n)));
  };
  Tensor values = empty(shape_of(batch, s.k), x.dtype());
  if (rows.numel() == 0) return {identities(s.m, wide), values, identities(high, s.n)};
  Tensor u = empty(shape_of(batch, s.m, wide), x.dtype()), vh = empty(shape_of(batch, high, s.n), x.dtype());
  visit_floating(op, x.dtype(), [&]<class T>(std::type_identity<T>) {
    T *a = rows.mutable_data<T>(), *to = values.mutable_data<T>();
    T *left = u.mutable_data<T>(), *right = vh.mutable_data<T>();
    matrices::for_each(s.matrices, 9 * s.work(), [&](std::int64_t i) {
      check_converged(op,
                      lapack::gesdd(job, s.n, s.m, a + i * s.m * s.n, to + i * s.k, right + i * high * s.n,
                                    left + i * s.m * wide),
                      x, i);
    });
  });
  return {u, values, vh};
}

// Of the terms for one side's vectors: turns within their space, scaled by the values of the other side, ...
Tensor turns(const Tensor& s, const Tensor& inner) {
  const Tensor sums = unsqueeze(s, -2) + unsqueeze(s, -1);
  return skew(inner) * (inverse_gaps(s) / where(sums == 0.0, 1.0, sums));
}
// ... and what leaves it.
Tensor leaving(const Tensor& u, const Tensor& inner, const Tensor& gu, const Tensor& s) {
  const Tensor is_zero = s == 0.0;
  return scaled_columns(gu - matmul(u, inner), where(is_zero, 0.0, 1.0 / where(is_zero, 1.0, s)));
}

Tensor pull_svd(const Tensor& u, const Tensor& s, const Tensor& vh, std::span<const Tensor> g) {
  const std::int64_t k = s.size(-1);
  const Tensor left = first_columns(u, k), right = transposed(first_rows(vh, k));
  Tensor inner = diagonal_matrix(g[1]), beyond;
  if (is_used(g[0])) {
    const Tensor gu = with_complement(u, g[0], k), turned = matmul(transposed(left), gu);
    inner += scaled_columns(turns(s, turned), s);
    if (left.size(-2) > k) beyond = matmul(leaving(left, turned, gu, s), transposed(right));
  }
  if (is_used(g[2])) {
    const Tensor gv = with_complement(transposed(vh), transposed(g[2]), k);
    const Tensor turned = matmul(transposed(right), gv);
    inner += scaled_rows(s, turns(s, turned));
    if (right.size(-2) > k) beyond = matmul(left, transposed(leaving(right, turned, gv, s)));
  }
  const Tensor within = matmul(matmul(left, inner), transposed(right));
  return beyond.defined() ? within + beyond : within;
}

std::array<Tensor, 3> recorded_svd(const char* op, const Tensor& x, char job) {
  const auto [u, s, vh] = svd_values(op, x, job);
  return record(
      op, {&x}, std::array{u, s, vh},
      [u = SavedOutput(u, 0), s = SavedOutput(s, 1), vh = SavedOutput(vh, 2)](
          std::span<const Tensor> g, Wanted) { return std::array{pull_svd(u.get(), s.get(), vh.get(), g)}; });
}

}  // namespace

std::array<Tensor, 3> lu(const Tensor& x) {
  matrices::check("lu", x);
  const Sizes s(x);
  const Shape batch = batch_of(x);
  Tensor packed = matrices::copy_columns(x.detach());
  std::vector<int> pivots(static_cast<std::size_t>(s.matrices * s.k));
  visit_floating("lu", x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* a = packed.mutable_data<T>();
    if (packed.numel() > 0)
      matrices::for_each(s.matrices, s.work(), [&](std::int64_t i) {
        lapack::getrf(s.m, s.n, a + i * s.m * s.n, pivots.data() + i * s.k);
      });
  });
  const Tensor p = permutations(batch, s.m, pivots, s.k, x.dtype());
  const auto [l, u] = no_grad([&] {
    return std::array{tril(first_columns(packed, s.k), -1) + eye(s.m, s.k, {.dtype = x.dtype()}),
                      triu(first_rows(packed, s.k))};
  });
  const auto factors = record(
      "lu", {&x}, std::array{l, u},
      [p, l = SavedOutput(l, 0), u = SavedOutput(u, 1)](std::span<const Tensor> g, Wanted) {
        const Tensor lower = l.get(), upper = u.get();
        const bool is_tall = lower.size(-2) > upper.size(-1);
        return std::array{matmul(p, (is_tall ? pull_tall_lu : pull_wide_lu)(lower, upper, g[0], g[1]))};
      });
  return {p, factors[0], factors[1]};
}

std::array<Tensor, 2> qr(const Tensor& x, QrMode mode) {
  matrices::check("qr", x);
  const auto [q, r] = qr_values(x, mode);
  return record("qr", {&x}, std::array{q, r},
                [q = SavedOutput(q, 0), r = SavedOutput(r, 1)](std::span<const Tensor> g, Wanted) {
                  const Tensor whole = q.get(), upper = r.get();
                  const std::int64_t k = std::min(whole.size(-2), upper.size(-1));
                  return std::array{pull_reduced_qr(first_columns(whole, k), first_rows(upper, k),
                                                    with_complement(whole, g[0], k), first_rows(g[1], k))};
                });
}

std::array<Tensor, 2> eigh(const Tensor& x) {
  matrices::check_square("eigh", x);
  return recorded_eigh("eigh", x);
}

Tensor eigvalsh(const Tensor& x) {
  matrices::check_square("eigvalsh", x);
  return is_recorded({&x}) ? recorded_eigh("eigvalsh", x)[0] : eigh_values("eigvalsh", x, false)[0];
}

std::array<Tensor, 3> svd(const Tensor& x, bool full_matrices) {
  matrices::check("svd", x);
  return recorded_svd("svd", x, full_matrices ? 'A' : 'S');
}

Tensor svdvals(const Tensor& x) {
  matrices::check("svdvals", x);
  return is_recorded({&x}) ? recorded_svd("svdvals", x, 'S')[1] : svd_values("svdvals", x, 'N')[1];
}

}  // namespace xg
