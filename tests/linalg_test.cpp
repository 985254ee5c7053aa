#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/matrices.hpp"

using namespace xg;
using namespace xg::test;

namespace {

Tensor random(const Shape& shape, Dtype dtype = float64) {
  static Generator generator(11);
  return uniform(shape, -1, 1, {.dtype = dtype}, generator);
}

// The largest difference; 0 for tensors without elements.
double distance(const Tensor& a, const Tensor& b) {
  REQUIRE(broadcast_shapes("distance", a.shape(), b.shape()) == a.shape());
  return a.numel() == 0 ? 0 : max(abs(a - b)).item();
}

double allowed(Dtype dtype) { return dtype == float32 ? 1e-4 : 1e-12; }

template <class F> void for_shapes(const F& f) {
  for (const Dtype dtype : {float32, float64})
    for (const Shape& shape :
         {Shape{1, 1}, Shape{5, 5}, Shape{7, 3}, Shape{3, 7}, Shape{2, 3, 4, 4}, Shape{4, 6, 2},
          Shape{40, 40}, Shape{0, 3, 3}, Shape{2, 0, 3}, Shape{2, 3, 0}, Shape{0, 0}}) {
      CAPTURE(shape);
      f(random(shape, dtype), allowed(dtype));
    }
}

void check_orthonormal_columns(const Tensor& q, double tolerance) {
  const Tensor product = matmul(mt(q), q);
  CHECK(distance(product, identity_of(product)) < tolerance);
}

// The symmetric matrix with these eigenvalues in a fixed basis.
Tensor with_eigenvalues(const std::vector<double>& w) {
  Generator generator(3);
  const auto n = static_cast<std::int64_t>(w.size());
  const Tensor q = qr(normal({n, n}, 0, 1, {.dtype = float64}, generator))[0];
  return matmul(with_diagonal(q, from_values(w, {n}, {.dtype = float64})), mt(q));
}

}  // namespace

TEST_CASE("P L U is the matrix, with a permutation and triangles") {
  for_shapes([](const Tensor& x, double tolerance) {
    const auto [p, l, u] = lu(x);
    CHECK(distance(matmul(p, matmul(l, u)), x) < tolerance);
    CHECK(distance(matmul(p, mt(p)), identity_of(p)) == 0);
    CHECK(distance(l, tril(l)) == 0);
    CHECK(distance(u, triu(u)) == 0);
    CHECK(distance(diagonal(l, 0, -2, -1), scalar(1)) == 0);
  });
}

TEST_CASE("Q R is the matrix, with orthonormal columns and a triangle") {
  for (const QrMode mode : {QrMode::reduced, QrMode::complete})
    for_shapes([mode](const Tensor& x, double tolerance) {
      const auto [q, r] = qr(x, mode);
      CHECK(q.size(-1) == (mode == QrMode::complete ? x.size(-2) : std::min(x.size(-2), x.size(-1))));
      CHECK(distance(matmul(q, r), x) < tolerance);
      CHECK(distance(r, triu(r)) == 0);
      check_orthonormal_columns(q, tolerance);
    });
}

TEST_CASE("U S Vh is the matrix, with orthonormal columns and rows and descending values") {
  for (const bool full : {false, true})
    for_shapes([full](const Tensor& x, double tolerance) {
      const auto [u, s, vh] = svd(x, full);
      const std::int64_t k = s.size(-1);
      CHECK(u.size(-1) == (full ? x.size(-2) : k));
      CHECK(vh.size(-2) == (full ? x.size(-1) : k));
      CHECK(distance(matmul(with_diagonal(narrow(u, -1, 0, k), s), narrow(vh, -2, 0, k)), x) < tolerance);
      check_orthonormal_columns(u, tolerance);
      check_orthonormal_columns(mt(vh), tolerance);
      if (k > 1) CHECK(all(narrow(s, -1, 0, k - 1) >= narrow(s, -1, 1, k - 1)).item() == 1);
      CHECK(distance(svdvals(x), s) < tolerance);
    });
}

TEST_CASE("V W V^T is the symmetric matrix, with ascending values") {
  for_shapes([](const Tensor& x, double tolerance) {
    if (x.size(-1) != x.size(-2)) return;
    const Tensor a = symmetric(x);
    const auto [w, v] = eigh(a);
    CHECK(distance(matmul(with_diagonal(v, w), mt(v)), a) < tolerance);
    check_orthonormal_columns(v, tolerance);
    CHECK(distance(eigvalsh(a), w) < tolerance);
    CHECK(distance(eigh(tril(x) + mt(tril(x, -1)))[0], eigvalsh(x)) < tolerance);  // the lower half is read
  });
}

TEST_CASE("a matrix times its inverse, and what solve() finds, give back the right-hand side") {
  for_shapes([](const Tensor& x, double tolerance) {
    if (x.size(-1) != x.size(-2)) return;
    const Tensor a = x + 3 * identity_of(x);
    CHECK(distance(matmul(a, inv(a)), identity_of(a)) < 100 * tolerance);
    const Tensor b = random({x.size(-1), 2}, x.dtype());
    CHECK(distance(matmul(a, solve(a, b)), b) < 100 * tolerance);
    const Tensor l = cholesky(matmul(a, mt(a)));
    CHECK(distance(matmul(l, mt(l)), matmul(a, mt(a))) < 100 * tolerance);
    CHECK(distance(cholesky_solve(matmul(matmul(a, mt(a)), b), l), b) < 1e4 * tolerance);
  });
}

TEST_CASE("one matrix on the left serves a batch on the right, and the other way round") {
  const Tensor a = random({3, 3}) + 3 * eye(3, 3, {.dtype = float64}), b = random({4, 2, 3, 1});
  CHECK(distance(matmul(a, solve(a, b)), b) < 1e-12);
  CHECK(distance(matmul(triu(a), solve_triangular(a, b, {.upper = true})), b) < 1e-12);
  const Tensor many = random({4, 1, 3, 3}) + 3 * identity_of(a), one = random({2, 3, 1});
  CHECK(distance(matmul(many, solve(many, one)), expand(one, {4, 2, 3, 1})) < 1e-12);
  CHECK(gradcheck([](const Tensor& x, const Tensor& y) { return solve(x, y); }, {many, one}));
  CHECK(gradgradcheck([](const Tensor& x, const Tensor& y) { return solve(x, y); }, {many, one}));
}

TEST_CASE("b as vectors: one for all matrices, or one for each") {
  const Tensor a = random({2, 3, 3}) + 3 * eye(3, 3, {.dtype = float64});
  for (const Shape& shape : {Shape{3}, Shape{2, 3}}) {
    const Tensor b = random(shape), x = solve(a, b);
    CHECK(x.shape() == Shape{2, 3});
    CHECK(distance(squeeze(matmul(a, unsqueeze(x, -1)), -1), expand(b, {2, 3})) < 1e-13);
  }
}

TEST_CASE("the same bits for any number of threads") {
  const Tensor x = random({50, 12, 12}) + 5 * eye(12, 12, {.dtype = float64});
  const auto values = [&](int threads) {
    const ThreadGuard guard(threads);
    const Tensor y = contiguous(cat({inv(x), mt(qr(x)[0]), svd(x)[0], eigh(x)[1], lu(x)[2]}));
    return std::vector<double>(y.data<double>(), y.data<double>() + y.numel());
  };
  CHECK(values(1) == values(4));
}

TEST_CASE("a determinant has its cofactors as gradient where it is 0, to any order") {
  const std::vector<std::vector<double>> singular{
      {1, 2, 3, 4, 5, 6, 7, 8, 9},  // rank 2, and rounding hides it
      {1, 2, 3, 2, 4, 6, 1, 0, 1},  // rank 2, exactly
      {0, 1, 2, 0, 3, 1, 0, 2, 2},  // the first pivot is missing
      {1, 2, 3, 2, 4, 6, 3, 6, 9},  // rank 1: the cofactors are 0
      {0, 0, 0, 0, 0, 0, 0, 0, 0},
  };
  for (const auto& values : singular) {
    CAPTURE(values);
    const Tensor x = from_values(values, {3, 3}, {.dtype = float64});
    CHECK(std::abs(det(x).item()) < 1e-14);
    CHECK(gradcheck(det, x));
    CHECK(gradgradcheck(det, x));
  }
  CHECK(gradcheck(det, zeros({1, 1})));
  Tensor mixed = stack({from_values(singular[1], {3, 3}, {.dtype = float64}), eye(3, 3, {.dtype = float64})});
  CHECK(gradgradcheck(det, mixed));
}

TEST_CASE("the third derivative of a 3 x 3 determinant is the sign of the permutation") {
  const Tensor x = zeros({3, 3}, {.dtype = float64, .requires_grad = true});
  const auto d = [&](const Tensor& y, std::int64_t i, std::int64_t j) {
    return select(select(grad(y, x, {.create_graph = true}), 0, i), 0, j);
  };
  CHECK(d(d(d(det(x), 0, 0), 1, 1), 2, 2).item() == doctest::Approx(1));
  CHECK(d(d(d(det(x), 0, 1), 1, 0), 2, 2).item() == doctest::Approx(-1));
}

TEST_CASE("slogdet neither overflows nor underflows") {
  const Tensor x = 1e-3 * eye(400, 400, {.dtype = float64});
  CHECK(det(x).item() == 0);
  CHECK(slogdet(x)[1].item() == doctest::Approx(400 * std::log(1e-3)));
  CHECK(slogdet(-x)[0].item() == 1);
  CHECK(slogdet(zeros({2, 2}))[0].item() == 0);
  CHECK(slogdet(zeros({2, 2}))[1].item() == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(logdet(tensor({{1, 0}, {0, -1}})).item()));
}

TEST_CASE("equal eigenvalues: functions that treat them alike have their first derivatives") {
  const Tensor x = with_eigenvalues({1, 2, 2, 2, 5});
  CHECK(gradcheck([](const Tensor& a) { return sum(exp(eigvalsh(symmetric(a)))); }, x));
  CHECK(gradcheck([](const Tensor& a) { return sum(log(eigvalsh(symmetric(a)))); }, x));
  CHECK(gradcheck(
      [](const Tensor& a) {
        const Tensor space = narrow(eigh(symmetric(a))[1], -1, 1, 3);
        return matmul(space, mt(space));
      },
      x));
  Tensor one = eye(3, 3, {.dtype = float64}).requires_grad(true);
  sum(square(eigvalsh(one))).backward();
  CHECK(distance(one.grad(), 2 * one.detach()) < 1e-15);
}

TEST_CASE("equal and vanishing singular values: functions that treat them alike have their derivatives") {
  const Tensor q = narrow(with_eigenvalues({1, 1, 1, -1}), -1, 0, 3);  // all three singular values are 1
  CHECK(gradcheck([](const Tensor& a) { return sum(svdvals(a)); }, q));
  CHECK(gradcheck([](const Tensor& a) { return matrix_norm(a, "nuc"); }, q));
  const Tensor low_rank = matmul(random({4, 2}), random({2, 3}));
  CHECK(gradcheck([](const Tensor& a) { return sum(square(svdvals(a))); }, low_rank));
}

TEST_CASE("near-equal eigenvalues leave first derivatives of functions of the matrix accurate") {
  const Tensor x = with_eigenvalues({1, 1 + 1e-7, 3});
  const auto by_eigenvalues = [](const Tensor& a) {
    const auto [w, v] = eigh(symmetric(a));
    return sum(matmul(with_diagonal(v, exp(w)), mt(v)) * (eye(3, 3, {.dtype = float64}) + 1));
  };
  const auto directly = [](const Tensor& a) {
    return sum(matrix_exp(symmetric(a)) * (eye(3, 3, {.dtype = float64}) + 1));
  };
  const auto gradient = [&](const auto& f) {
    Tensor a = x.detach().requires_grad(true);
    return grad(f(a), a);
  };
  CHECK(distance(gradient(by_eigenvalues), gradient(directly)) < 1e-7);
}

TEST_CASE(
    "least squares: residuals are orthogonal to the columns, solutions without columns to spare are short") {
  const Tensor tall = random({2, 6, 3}), b = random({2, 6, 2});
  const Tensor rest = matmul(tall, lstsq(tall, b)) - b;
  CHECK(distance(matmul(mt(tall), rest), scalar(0)) < 1e-13);
  const Tensor wide = random({3, 5}), c = random({3, 2}), x = lstsq(wide, c);
  CHECK(distance(matmul(wide, x), c) < 1e-13);
  CHECK(distance(x, matmul(pinv(wide), c)) < 1e-13);
}

TEST_CASE("pseudo-inverses fulfil Penrose's equations at any rank, and their derivatives keep the rank") {
  const Tensor a = matmul(random({5, 2}), random({2, 4})), p = pinv(a);
  CHECK(distance(matmul(matmul(a, p), a), a) < 1e-13);
  CHECK(distance(matmul(matmul(p, a), p), p) < 1e-12);
  CHECK(distance(matmul(a, p), mt(matmul(a, p))) < 1e-13);
  CHECK(distance(matmul(p, a), mt(matmul(p, a))) < 1e-13);
  const auto f = [](const Tensor& x, const Tensor& y) { return pinv(matmul(x, y)); };
  CHECK(gradcheck(f, {random({5, 2}), random({2, 4})}));
  CHECK(gradgradcheck(f, {random({4, 2}), random({2, 3})}));
  CHECK(distance(pinv(zeros({2, 3})), zeros({3, 2})) == 0);
}

TEST_CASE("ranks count the singular values above a tolerance") {
  const Tensor x = with_eigenvalues({1, 1e-3, 1e-9, 0});
  CHECK(matrix_rank(x).item() == 3);
  CHECK(matrix_rank(x, {.atol = 1e-6}).item() == 2);
  CHECK(matrix_rank(x, {.rtol = 1e-2}).item() == 1);
  CHECK(matrix_rank(x, {.atol = 1e-12, .rtol = 1e-6}).item() == 2);
  CHECK(matrix_rank(zeros({2, 3, 0})).shape() == Shape{2});
  CHECK(max(matrix_rank(zeros({2, 3, 3}))).item() == 0);
}

TEST_CASE(
    "exponentials of matrices: rotations, nilpotent ones, large ones, and nothing from the neighbours") {
  const Tensor turn = tensor({{0, -2}, {2, 0}}, {.dtype = float64});
  const Tensor rotation =
      tensor({{std::cos(2), -std::sin(2)}, {std::sin(2), std::cos(2)}}, {.dtype = float64});
  CHECK(distance(matrix_exp(turn), rotation) < 1e-15);
  const Tensor shift = triu(ones({4, 4}, {.dtype = float64}), 3);
  CHECK(distance(matrix_exp(shift), eye(4, 4, {.dtype = float64}) + shift) < 1e-15);
  const Tensor x = random({4, 4}), large = 20 * x;
  CHECK(distance(matmul(matrix_exp(large / 8), matrix_exp(-large / 8)), identity_of(x)) < 1e-10);
  const Tensor both = matrix_exp(stack({x, 1e3 * symmetric(x) - 1e4 * identity_of(x)}));
  CHECK(distance(select(both, 0, 0), matrix_exp(x)) == 0);
  CHECK(distance(select(both, 0, 1), zeros({4, 4})) == 0);
  CHECK(distance(matrix_exp(zeros({3, 3})), eye(3)) == 0);
  CHECK(std::isnan(matrix_exp(full({2, 2}, std::numeric_limits<double>::quiet_NaN())).at({0, 0})));
}

TEST_CASE("powers of matrices") {
  const Tensor x = random({2, 3, 3});
  CHECK(distance(matrix_power(x, 0), expand(identity_of(x), {2, 3, 3})) == 0);
  CHECK(matrix_power(x, 1).is_same(x));
  CHECK(distance(matmul(matrix_power(x + 3 * identity_of(x), -3), matrix_power(x + 3 * identity_of(x), 3)),
                 identity_of(matrix_power(x, 0))) < 1e-12);
}

TEST_CASE("norms of matrices in any two axes") {
  const Tensor x = random({3, 4, 5});
  const Tensor moved = permute(x, {1, 2, 0});
  for (const double ord : {1.0, -1.0, 2.0, -2.0, HUGE_VAL, -HUGE_VAL}) {
    CAPTURE(ord);
    CHECK(distance(matrix_norm(x, ord, {2, 0}), matrix_norm(moved, ord)) < 1e-14);
    CHECK(matrix_norm(x, ord, {2, 0}, true).shape() == Shape{1, 4, 1});
  }
  CHECK(distance(matrix_norm(x, "nuc", {0, 1}), matrix_norm(permute(x, {2, 0, 1}), "nuc")) < 1e-13);
  CHECK(distance(matrix_norm(x), norm(x, 2, {1, 2})) == 0);
}

TEST_CASE("condition numbers") {
  const Tensor x = with_eigenvalues({-4, 1, 2});
  CHECK(cond(x).item() == doctest::Approx(4));
  CHECK(cond(x, 2).item() == doctest::Approx(4));
  CHECK(cond(x, "fro").item() == doctest::Approx(std::sqrt(21.0) * std::sqrt(1.0 / 16 + 1 + 0.25)));
  CHECK(cond(random({2, 4, 3})).shape() == Shape{2});
}

TEST_CASE("triangular systems read views by columns where they are, and their half only") {
  const Tensor a = random({4, 4}) + 3 * eye(4, 4, {.dtype = float64}), b = random({4, 3});
  for (const bool upper : {false, true}) {
    const Tensor half = upper ? triu(a) : tril(a);
    CHECK(distance(matmul(half, solve_triangular(a, b, {.upper = upper})), b) < 1e-14);
    const Tensor columns = mt(contiguous(mt(a)));
    CHECK(distance(matmul(half, solve_triangular(columns, b, {.upper = upper})), b) < 1e-14);
    CHECK(distance(matmul(solve_triangular(a, mt(b), {.upper = upper, .left = false}), half), mt(b)) < 1e-14);
  }
}
