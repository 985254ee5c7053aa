#include "linalg_triangular.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../core/node.hpp"
#include "../core/operand.hpp"
#include "../core/strided.hpp"
#include "arithmetic.hpp"
#include "blas.hpp"
#include "lapack.hpp"
#include "matmul.hpp"
#include "matrices.hpp"
#include "view.hpp"

namespace xg {
namespace {

using matrices::batch_of;
using matrices::transposed;

/// Triangular matrices where they lie, if BLAS can read them there: by rows, or by columns.
struct Triangles {
  Tensor a;
  std::int64_t n;
  bool by_columns;

  explicit Triangles(const Tensor& x) : a(x), n(x.size(-1)) {
    const auto fits = [&](std::size_t step, std::size_t one) {
      return a.strides()[one] == 1 && a.strides()[step] >= n;
    };
    by_columns = fits(a.dim() - 1, a.dim() - 2);
    if (!by_columns && !fits(a.dim() - 2, a.dim() - 1)) a = matrices::copy_rows(x);
  }
  std::int64_t step() const { return a.strides()[a.dim() - (by_columns ? 1 : 2)]; }
  Strides batch_strides(const Shape& to) const {
    return broadcast_strides(batch_of(a), Strides(std::span(a.strides().begin(), a.dim() - 2)), to);
  }
};

template <class T>
void trsm(const Triangles& t, const T* a, T* x, std::int64_t rows, std::int64_t columns,
          const SolveTriangularOptions& options) {
  hold_blas_at_one_thread();
  const auto narrow = [](std::int64_t n) { return static_cast<blasint>(n); };
  const auto call = [&](auto routine) {
    routine(CblasRowMajor, options.left ? CblasLeft : CblasRight,
            options.upper != t.by_columns ? CblasUpper : CblasLower, t.by_columns ? CblasTrans : CblasNoTrans,
            options.unitriangular ? CblasUnit : CblasNonUnit, narrow(rows), narrow(columns), T{1}, a,
            narrow(t.step()), x, narrow(columns));
  };
  if constexpr (sizeof(T) == sizeof(float))
    call(cblas_strsm);
  else
    call(cblas_dtrsm);
}

template <class T> void check_diagonal(const T* a, const Triangles& t, const Shape& batch, std::int64_t i) {
  for (std::int64_t j = 0; j < t.n; ++j)
    if (a[j * (t.step() + 1)] == 0)
      throw ValueError(
          fmt::format("[solve_triangular] {}element [{}, {}] of the diagonal is 0; the system has "
                      "no unique solution",
                      matrices::place(batch, i), j, j));
}

Tensor solve_values(const Tensor& a, const Tensor& b, const SolveTriangularOptions& options) {
  const Triangles triangles(a);
  const Shape batch = broadcast_shapes("solve_triangular", batch_of(a), batch_of(b));
  const std::int64_t rows = b.size(-2), columns = b.size(-1);
  Tensor x = matrices::copy_rows(broadcast_to(b.detach(), matrices::shape_of(batch, rows, columns)));
  if (x.numel() == 0) return x;
  visit_floating("solve_triangular", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* from = triangles.a.template data<T>();
    T* to = x.mutable_data<T>();
    matrices::for_each(count(batch), triangles.n * rows * columns, [&](std::int64_t i) {
      Odometer<1> at(batch, {triangles.batch_strides(batch)});
      at.seek(i);
      if (!options.unitriangular) check_diagonal(from + at.offset(), triangles, batch, i);
      trsm(triangles, from + at.offset(), to + i * rows * columns, rows, columns, options);
    });
  });
  return x;
}

Tensor solve_recorded(const Tensor& a, const Tensor& b, const SolveTriangularOptions& options) {
  Tensor x = solve_values(a, b, options);
  return record(
      "solve_triangular", {&a, &b}, x,
      [a = Saved(a), x = SavedOutput(x), b_shape = b.shape(), options](const Tensor& g, Wanted wanted) {
        SolveTriangularOptions adjoint = options;
        adjoint.upper = !options.upper;
        const Tensor gb = solve_recorded(transposed(a.get()), g, adjoint);
        std::array<Tensor, 2> grads;
        if (wanted[0]) {
          const Tensor ga = options.left ? matmul(gb, transposed(x.get())) : matmul(transposed(x.get()), gb);
          const int skipped = options.unitriangular ? 1 : 0;
          grads[0] = -sum_to(options.upper ? triu(ga, skipped) : tril(ga, -skipped), a.get().shape());
        }
        if (wanted[1]) grads[1] = sum_to(gb, b_shape);
        return grads;
      });
}

Tensor cholesky_values(const Tensor& x) {
  Tensor l = tril(x.detach());
  const Shape batch = batch_of(x);
  const std::int64_t n = x.size(-1);
  if (l.numel() == 0) return l;
  matrices::check_finite("cholesky", l);
  visit_floating("cholesky", x.dtype(), [&]<class T>(std::type_identity<T>) {
    T* a = l.mutable_data<T>();
    matrices::for_each(count(batch), n * n * n, [&](std::int64_t i) {
      // What is upper by columns is lower by rows.
      if (const int order = lapack::potrf(n, a + i * n * n))
        throw ValueError(
            fmt::format("[cholesky] {}the leading minor of order {} is not positive definite; see "
                        "that the matrix is symmetric, or add to its diagonal",
                        matrices::place(batch, i), order));
    });
  });
  return l;
}

// The lower triangle with half of the diagonal.
Tensor half(const Tensor& x) { return (tril(x) + tril(x, -1)) * 0.5; }

Tensor lower_cholesky(const Tensor& x) {
  Tensor l = cholesky_values(x);
  return record("cholesky", {&x}, l, [l = SavedOutput(l)](const Tensor& g) {
    const Tensor lower = l.get(), inner = half(matmul(transposed(lower), g));
    const Tensor left = solve_triangular(transposed(lower), inner, {.upper = true});
    const Tensor whole = solve_triangular(lower, left, {.upper = false, .left = false});
    return (whole + transposed(whole)) * 0.5;
  });
}

}  // namespace

Tensor solve_triangular(const Tensor& a, const Tensor& b, SolveTriangularOptions options) {
  matrices::check_square("solve_triangular", a);
  if (b.dim() < 2 || b.size(options.left ? -2 : -1) != a.size(-1))
    throw ShapeError(fmt::format("[solve_triangular] a {} and b {}: b must be matrices of {} {}",
                                 to_string(a.shape()), to_string(b.shape()), a.size(-1),
                                 options.left ? "rows" : "columns"));
  const Dtype dtype = result_dtype(a, b);
  return solve_recorded(to(a, dtype), to(b, dtype), options);
}

Tensor cholesky(const Tensor& x, bool upper) {
  matrices::check_square("cholesky", x);
  return upper ? transposed(lower_cholesky(transposed(x))) : lower_cholesky(x);
}

Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper) {
  matrices::check_square("cholesky_solve", factor);
  if (b.dim() < 2 || b.size(-2) != factor.size(-1))
    throw ShapeError(fmt::format("[cholesky_solve] b {} and factor {}: b must be matrices of {} rows",
                                 to_string(b.shape()), to_string(factor.shape()), factor.size(-1)));
  broadcast_shapes("cholesky_solve", matrices::batch_of(factor), matrices::batch_of(b));
  const Tensor lower = upper ? transposed(factor) : factor;
  return solve_triangular(transposed(lower), solve_triangular(lower, b, {.upper = false}), {.upper = true});
}

Tensor cholesky_inverse(const Tensor& factor, bool upper) {
  matrices::check_square("cholesky_inverse", factor);
  return cholesky_solve(matrices::identity_like(factor, factor.size(-1)), factor, upper);
}

}  // namespace xg
