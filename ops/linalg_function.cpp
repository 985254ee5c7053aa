#include "linalg_function.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "../core/create.hpp"
#include "../core/node.hpp"
#include "arithmetic.hpp"
#include "cumulative.hpp"
#include "linalg_solve.hpp"
#include "math.hpp"
#include "matmul.hpp"
#include "matrices.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

using matrices::transposed;

// Coefficients of Pade's approximant of degree 13, and the 1-norm up to which it is exact in float64.
constexpr std::array<double, 14> pade{64764752532480000.,
                                      32382376266240000.,
                                      7771770303897600.,
                                      1187353796428800.,
                                      129060195264000.,
                                      10559470521600.,
                                      670442572800.,
                                      33522128640.,
                                      1323241920.,
                                      40840800.,
                                      960960.,
                                      16380.,
                                      182.,
                                      1.};
constexpr double pade_reach = 5.371920351148152;

Tensor pade_exp(const Tensor& x) {
  const Tensor one = matrices::identity_like(x, x.size(-1));
  const Tensor x2 = matmul(x, x), x4 = matmul(x2, x2), x6 = matmul(x2, x4);
  const auto even = [&](std::size_t i) {
    return matmul(x6, pade[i + 12] * x6 + pade[i + 10] * x4 + pade[i + 8] * x2) + pade[i + 6] * x6 +
           pade[i + 4] * x4 + pade[i + 2] * x2 + pade[i] * one;
  };
  const Tensor u = matmul(x, even(1)), v = even(0);
  return solve(v - u, v + u);
}

// Each matrix is halved until it is within the approximant's reach, and squared as often afterwards; what its
// neighbours in the batch need has no influence.
Tensor exp_values(const Tensor& x) {
  if (x.numel() == 0) return x;
  const Tensor sizes = amax(sum(abs(x), {-2}), {-1});
  const Tensor halvings = nan_to_num(clamp_min(ceil(log2(sizes / pade_reach)), 0.0), 0.0, 0.0, 0.0);
  const Tensor times = unsqueeze(unsqueeze(halvings, -1), -1);
  Tensor y = pade_exp(x * exp2(-times));
  const double most = max(halvings).item();
  for (double i = 0; i < most; ++i) y = where(times > i, matmul(y, y), y);
  return y;
}

}  // namespace

Tensor matrix_exp(const Tensor& x) {
  matrices::check_square("matrix_exp", x);
  const Tensor y = no_grad([&] { return exp_values(x.detach()); });
  return record("matrix_exp", {&x}, y, [x = Saved(x)](const Tensor& g) {
    if (g.numel() == 0) return g;
    const Tensor xt = transposed(x.get());
    const std::int64_t n = xt.size(-1);
    const Tensor above = cat({xt, g}, -1), below = cat({zeros_like(xt), xt}, -1);
    return narrow(narrow(matrix_exp(cat({above, below}, -2)), -2, 0, n), -1, n, n);
  });
}

Tensor matrix_power(const Tensor& x, std::int64_t n) {
  matrices::check_square("matrix_power", x);
  if (n == 0) return broadcast_to(matrices::identity_like(x, x.size(-1)), x.shape());
  Tensor square = n < 0 ? inv(x) : x, y;
  for (std::int64_t rest = std::abs(n); rest > 0; rest /= 2) {
    if (rest % 2 == 1) y = y.defined() ? matmul(y, square) : square;
    if (rest > 1) square = matmul(square, square);
  }
  return y;
}

Tensor trace(const Tensor& x) {
  if (x.dim() != 2)
    throw ShapeError(
        fmt::format("[trace] x {}: expected a matrix; sum diagonal() over batches", to_string(x.shape())));
  return sum(diagonal(x));
}

Tensor vander(const Tensor& x, std::int64_t n) {
  if (x.dim() == 0) throw ShapeError("[vander] x []: expected a vector or a batch of vectors");
  if (n < -1) throw ValueError(fmt::format("[vander] n {}: expected a number of columns", n));
  const std::int64_t columns = n == -1 ? x.size(-1) : n;
  const Tensor column = unsqueeze(x, -1), first = ones_like(column);
  if (columns < 2) return narrow(first, -1, 0, columns);
  Shape factors = column.shape();
  factors[factors.size() - 1] = columns - 1;
  return cumprod(cat({first, broadcast_to(column, factors)}, -1), -1);
}

}  // namespace xg
