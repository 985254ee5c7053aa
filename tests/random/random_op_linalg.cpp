#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "random_op.hpp"
#include "support/matrices.hpp"

namespace xg::test {
namespace {

// Values lie in [-2, 2]: this is diagonally dominant.
Tensor regular(const Tensor& x) {
  return x + (2.0 * static_cast<double>(std::max(x.size(-2), x.size(-1))) + 1) * identity_of(x);
}

Shape batched(const Shape& batch, std::int64_t m, std::int64_t n) {
  Shape shape = batch;
  shape.push_back(m);
  shape.push_back(n);
  return shape;
}

Sample of_matrix(Choices& c, std::int64_t m, std::int64_t n, std::function<Tensor(const Tensor&)> f,
                 std::string text) {
  Sample s{.inputs = {distinct_tensor(c, batched(c.shape(0, 2, 0, 3), m, n))},
           .run = [f = std::move(f)](const Inputs& in) { return f(in[0]); },
           .tolerance32 = 1e-3};
  s.text = fmt::format("{} {}", text, to_string(s.inputs[0].shape()));
  return s;
}

Sample draw_function(Choices& c) {
  const std::int64_t n = c.integer(0, 4), power = c.pick({1, 2, 3, -1, -2});
  switch (c.below(7)) {
    case 0:
      return of_matrix(
          c, n, n, [](const Tensor& x) { return inv(regular(x)); }, "inv");
    case 1:
      return of_matrix(
          c, n, n, [](const Tensor& x) { return det(x / 2); }, "det");
    case 2:
      return of_matrix(
          c, n, n, [](const Tensor& x) { return slogdet(regular(x))[1]; }, "slogdet");
    case 3:
      return of_matrix(
          c, n, n, [](const Tensor& x) { return cholesky(definite(x)); }, "cholesky");
    case 4:
      return of_matrix(
          c, n, n, [](const Tensor& x) { return matrix_exp(x / 2); }, "matrix_exp");
    case 5:
      return of_matrix(
          c, n, n, [](const Tensor& x) { return pinv(regular(x)); }, "pinv");
    default:
      return of_matrix(
          c, n, n, [power](const Tensor& x) { return matrix_power(regular(x) / 6, power); },
          fmt::format("matrix_power {} of", power));
  }
}

Tensor lu_product(const Tensor& x) {
  const auto [p, l, u] = lu(regular(x));
  return cat({l * l, mt(u * u)}, -2);
}

// Free of the signs that LAPACK chooses.
Tensor qr_squares(const Tensor& x) {
  const auto [q, r] = qr(regular(x));
  return cat({q * q, mt(r * r)}, -2);
}

// Values far enough from each other.
Tensor apart(const Tensor& x) {
  const auto n = static_cast<double>(std::min(x.size(-2), x.size(-1)));
  const Tensor steps = arange(1, n + 1, 1, {.dtype = x.dtype()});
  return x / 4 + identity_of(x) * (3.0 * (x.size(-2) < x.size(-1) ? unsqueeze(steps, -1) : steps));
}

Tensor eigh_function(const Tensor& x) {
  const auto [w, v] = eigh(symmetric(apart(x)));
  return matmul(v * unsqueeze(sin(w), -2), mt(v));
}

Tensor svd_function(const Tensor& x) {
  const auto [u, s, vh] = svd(apart(x), false);
  return cat({matmul(u * unsqueeze(sin(s), -2), vh), matmul(u * unsqueeze(exp(-s), -2), vh)}, -1);
}

Sample draw_decomposition(Choices& c) {
  const std::int64_t m = c.integer(1, 4), n = c.integer(1, 4);
  switch (c.below(4)) {
    case 0:
      return of_matrix(c, m, n, lu_product, "lu");
    case 1:
      return of_matrix(c, m, n, qr_squares, "qr");
    case 2:
      return of_matrix(c, n, n, eigh_function, "eigh");
    default:
      return of_matrix(c, m, n, svd_function, "svd");
  }
}

// Some of the leading axes, each perhaps of length 1.
Shape part_of(Choices& c, const Shape& whole) {
  Shape part;
  for (std::size_t i = static_cast<std::size_t>(c.below(static_cast<std::int64_t>(whole.size()) + 1));
       i < whole.size(); ++i)
    part.push_back(c.coin() ? 1 : whole[i]);
  return part;
}

Sample draw_system(Choices& c) {
  const Shape whole = c.shape(0, 2, 0, 3);
  const std::int64_t n = c.integer(0, 4), k = c.integer(0, 3);
  const Tensor a = distinct_tensor(c, batched(part_of(c, whole), n, n));
  const bool left = !c.coin();
  const Tensor b = distinct_tensor(c, batched(part_of(c, whole), left ? n : k, left ? k : n));
  const SolveTriangularOptions options{.upper = c.coin(), .left = left, .unitriangular = c.coin()};
  Sample s{.inputs = {a, b}, .tolerance32 = 1e-4, .mixes = true};
  s.text = fmt::format("{} {}", to_string(a.shape()), to_string(b.shape()));
  const bool is_vector = b.shape() == Shape(std::span(a.shape().begin(), a.dim() - 1));
  if (!is_vector && c.coin()) {
    s.run = [left](const Inputs& in) { return solve(regular(in[0]), in[1], {.left = left}); };
    s.text = fmt::format("solve {} left {}", s.text, left);
  } else {
    s.run = [options](const Inputs& in) { return solve_triangular(regular(in[0]) / 4, in[1], options); };
    s.text = fmt::format("solve_triangular {} upper {} left {} unitriangular {}", s.text, options.upper,
                         options.left, options.unitriangular);
  }
  return s;
}

Sample draw_lstsq(Choices& c) {
  const Shape whole = c.shape(0, 1, 0, 3);
  const std::int64_t m = c.integer(1, 4), n = c.integer(1, 4), k = c.integer(1, 2);
  Sample s{.inputs = {distinct_tensor(c, batched(part_of(c, whole), m, n)),
                      distinct_tensor(c, batched(part_of(c, whole), m, k))},
           .run = [](const Inputs& in) { return lstsq(regular(in[0]), in[1]); },
           .tolerance32 = 1e-3};
  s.text = fmt::format("lstsq {} {}", to_string(s.inputs[0].shape()), to_string(s.inputs[1].shape()));
  return s;
}

const RandomOps linalg_ops([] {
  return std::vector<RandomOp>{{"functions of matrices", draw_function},
                               {"decompositions", draw_decomposition},
                               {"solve", draw_system},
                               {"lstsq", draw_lstsq}};
});

}  // namespace
}  // namespace xg::test
