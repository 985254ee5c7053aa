#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg_decompose.hpp>
#include <xgrad/ops/linalg_function.hpp>
#include <xgrad/ops/linalg_norm.hpp>
#include <xgrad/ops/linalg_rank.hpp>
#include <xgrad/ops/linalg_solve.hpp>
#include <xgrad/ops/linalg_triangular.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

Tensor transposed(const Tensor& x) { return transpose(x, -2, -1); }
Tensor identity_of(const Tensor& x) { return eye(x.size(-1), x.size(-1), {.dtype = x.dtype()}); }

// The first input as `pre` asks for it.
Tensor prepared(const Call& c) {
  const Tensor& x = c[0];
  const std::string pre = c.text("pre", "");
  if (pre == "sym") return (x + transposed(x)) / 2;
  if (pre == "spd") return matmul(x, transposed(x)) + identity_of(x);
  if (pre == "dom") return x + 3 * identity_of(x);
  if (!pre.empty()) throw NotImplemented("pre " + pre);
  return x;
}

Op of_matrix(Tensor (*f)(const Tensor&)) {
  return [f](const Call& c) { return f(prepared(c)); };
}

Outputs eigh_function(const Call& c) {
  const auto [w, v] = eigh(prepared(c));
  const std::string f = c.text("f", "exp");
  if (f != "exp" && f != "sqrt1") throw NotImplemented("f " + f);
  const Tensor values = f == "exp" ? exp(w) : sqrt(1 + w * w);
  return {matmul(v * unsqueeze(values, -2), transposed(v)), w};
}

Outputs svd_function(const Call& c) {
  const auto [u, s, vh] = svd(c[0], false);
  return {matmul(u * unsqueeze(exp(-s), -2), vh), matmul(u, transposed(u)), s};
}

Outputs qr_positive(const Call& c) {
  const auto [q, r] = qr(c[0]);
  const Tensor signs = sign(diagonal(r.detach(), 0, -2, -1));
  return {q * unsqueeze(signs, -2), unsqueeze(signs, -1) * r};
}

Tensor shifted_cholesky_solve(const Call& c) {
  return cholesky_solve(c[1], tril(c[0]) + 2 * identity_of(c[0]));
}

Tensor matrix_norm_of(const Call& c) {
  const Axes axes = c.has("dim") ? c.dims("dim") : Axes{-2, -1};
  const bool keepdim = c.flag("keepdim");
  const std::string name = c.json("ord").is_string() ? c.text("ord", "") : "";
  if (name == "fro" || name == "nuc") return matrix_norm(c[0], name, axes, keepdim);
  return matrix_norm(c[0], c.number("ord"), axes, keepdim);
}

// torch.linalg.norm: an order over two axes means matrices.
Tensor norm_of(const Call& c) {
  const Axes axes = c.dims("dim");
  if (c.has("ord") && axes.size() == 2) return matrix_norm_of(c);
  return norm(c[0], c.number("ord", 2), axes, c.flag("keepdim"));
}

const OpsOf systems{
    {"inv", of_matrix(inv)},
    {"det", of_matrix(det)},
    {"slogdet", [](const Call& c) { return slogdet(prepared(c)); }},
    {"logdet", of_matrix(logdet)},
    {"solve", [](const Call& c) { return solve(prepared(c), c[1]); }},
    {"solve_triangular",
     [](const Call& c) {
       return solve_triangular(prepared(c), c[1],
                               {.upper = c.flag("upper"),
                                .left = c.flag("left", true),
                                .unitriangular = c.flag("unitriangular")});
     }},
    {"cholesky", [](const Call& c) { return cholesky(prepared(c), c.flag("upper")); }},
    {"cholesky_solve", shifted_cholesky_solve},
    {"pinv", of_matrix([](const Tensor& x) { return pinv(x); })},
};

const OpsOf decompositions{
    {"eigvalsh", of_matrix(eigvalsh)}, {"eigh_function", eigh_function},
    {"svdvals", of_matrix(svdvals)},   {"svd_function", svd_function},
    {"qr_positive", qr_positive},      {"lu", [](const Call& c) { return lu(c[0]); }},
};

const OpsOf functions{
    {"matrix_exp", of_matrix(matrix_exp)},
    {"matrix_power", [](const Call& c) { return matrix_power(prepared(c), c.integer("n")); }},
    {"trace", of_matrix(trace)},
    {"matrix_norm", matrix_norm_of},
    {"norm", norm_of},
    {"vander", [](const Call& c) { return vander(c[0], c.integer("N", -1)); }},
};

}  // namespace
}  // namespace xg::test
