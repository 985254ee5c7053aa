#include "linalg_rank.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "../core/copy.hpp"
#include "../core/node.hpp"
#include "../core/operand.hpp"
#include "arithmetic.hpp"
#include "linalg_decompose.hpp"
#include "linalg_norm.hpp"
#include "linalg_solve.hpp"
#include "linalg_triangular.hpp"
#include "matmul.hpp"
#include "matrices.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

using matrices::transposed;

double rounding(const Tensor& x) {
  const double epsilon =
      x.dtype() == float32 ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
  return epsilon * static_cast<double>(std::max(x.size(-2), x.size(-1)));
}

// Where the singular values s of x count.
Tensor counts(const Tensor& x, const Tensor& s, const RankTolerance& tolerance) {
  if (s.numel() == 0) return s > 0.0;
  const double rtol = tolerance.rtol.value_or(tolerance.atol > 0 ? 0 : rounding(x));
  return s > maximum(amax(s, {-1}, true) * rtol, tolerance.atol);
}

void check_full_rank(const Tensor& a, const Tensor& r) {
  const Tensor d = abs(diagonal(r.detach(), 0, -2, -1));
  if (d.numel() == 0) return;
  const Tensor bad = contiguous(amin(d, {-1}) <= amax(d, {-1}) * rounding(a));
  const bool* is_bad = bad.data<bool>();
  for (std::int64_t i = 0; i < bad.numel(); ++i)
    if (is_bad[i])
      throw ValueError(
          fmt::format("[lstsq] {}a {} has no full rank; take matmul(pinv(a), b), or add a penalty",
                      matrices::place(bad.shape(), i), to_string(a.shape())));
}

Tensor pinv_values(const Tensor& x, const RankTolerance& tolerance) {
  const auto [u, s, vh] = svd(x, false);
  const Tensor inverse = where(counts(x, s, tolerance), 1.0 / s, 0.0);
  return matmul(transposed(vh) * unsqueeze(inverse, -2), transposed(u));
}

}  // namespace

Tensor lstsq(const Tensor& a, const Tensor& b) {
  matrices::check("lstsq", a);
  if (b.dim() < 2 || b.size(-2) != a.size(-2))
    throw ShapeError(fmt::format("[lstsq] a {} and b {}: b must be matrices of {} rows", to_string(a.shape()),
                                 to_string(b.shape()), a.size(-2)));
  const Dtype dtype = result_dtype(a, b);
  const bool is_wide = a.size(-2) < a.size(-1);
  const Tensor left = to(a, dtype), right = to(b, dtype);
  const auto [q, r] = qr(is_wide ? transposed(left) : left);
  check_full_rank(a, r);
  if (is_wide) return matmul(q, solve_triangular(transposed(r), right, {.upper = false}));
  return solve_triangular(r, matmul(transposed(q), right), {.upper = true});
}

Tensor pinv(const Tensor& x, RankTolerance tolerance) {
  matrices::check("pinv", x);
  Tensor y = no_grad([&] { return pinv_values(x, tolerance); });
  return record("pinv", {&x}, y, [x = Saved(x), y = SavedOutput(y)](const Tensor& g) {
    const Tensor &a = x.get(), p = y.get(), pt = transposed(p), gt = transposed(g);
    // The parts of a change of x that p sees, and that lead out of x's column and row space.
    const Tensor rows = matmul(gt, matmul(p, pt)), columns = matmul(matmul(pt, p), gt);
    return rows - matmul(a, matmul(p, rows)) + columns - matmul(matmul(columns, p), a) -
           matmul(pt, matmul(g, pt));
  });
}

Tensor matrix_rank(const Tensor& x, RankTolerance tolerance) {
  matrices::check("matrix_rank", x);
  const Tensor s = svdvals(x.detach());
  return count_nonzero(counts(x, s, tolerance), {-1});
}

Tensor cond(const Tensor& x) {
  matrices::check("cond", x);
  const Tensor s = svdvals(x);
  return amax(s, {-1}) / amin(s, {-1});
}

Tensor cond(const Tensor& x, double ord) {
  matrices::check_square("cond", x);
  return matrix_norm(x, ord) * matrix_norm(inv(x), ord);
}

Tensor cond(const Tensor& x, std::string_view ord) {
  matrices::check_square("cond", x);
  return matrix_norm(x, ord) * matrix_norm(inv(x), ord);
}

}  // namespace xg
