#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/distance.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/products.hpp>
#include <xgrad/ops/reduce.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

Op sum_with_product(Tensor (*f)(const Tensor&, const Tensor&, const Tensor&, AddmmOptions)) {
  return [f](const Call& c) {
    return f(c[0], c[1], c[2], {.beta = c.number("beta", 1), .alpha = c.number("alpha", 1)});
  };
}

std::vector<Tensor> all_inputs(const Call& c) {
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < c.size(); ++i) all.push_back(c[i]);
  return all;
}

// `dims` is a number of axes or a list of axes for each side.
Tensor tensordot_of(const Call& c) {
  const nlohmann::json& dims = c.json("dims");
  if (!dims.is_array()) return tensordot(c[0], c[1], c.integer("dims", 2));
  const auto axes = [&](std::size_t side) {
    return Axes(std::span<const std::int64_t>(dims[side].get<std::vector<std::int64_t>>()));
  };
  return tensordot(c[0], c[1], axes(0), axes(1));
}

const OpsOf products{
    {"matmul", binary(matmul)},
    {"mm", binary(mm)},
    {"bmm", binary(bmm)},
    {"mv", binary(mv)},
    {"dot", binary(dot)},
    {"outer", binary(outer)},
    {"vdot", binary(vdot)},
    {"inner", binary(inner)},
    {"kron", binary(kron)},
    {"cross", [](const Call& c) { return cross(c[0], c[1], c.integer("dim", -1)); }},
    {"addmm", sum_with_product(addmm)},
    {"addmv", sum_with_product(addmv)},
    {"addr", sum_with_product(addr)},
    {"baddbmm", sum_with_product(baddbmm)},
    {"addbmm", sum_with_product(addbmm)},
    {"linear", [](const Call& c) { return linear(c[0], c[1], c.find("bias")); }},
    {"bilinear", [](const Call& c) { return bilinear(c[0], c[1], c[2], c.find("bias")); }},
};

const OpsOf contractions{
    {"einsum", [](const Call& c) { return einsum(c.text("equation", ""), c.list("t")); }},
    {"tensordot", tensordot_of},
    {"multi_dot", [](const Call& c) { return multi_dot(all_inputs(c)); }},
    {"trilinear_products", [](const Call& c) { return sum(matmul(c[0], c[1]) * c[2], {-1}); }},
    {"cdist", [](const Call& c) { return cdist(c[0], c[1], c.number("p", 2)); }},
};

}  // namespace
}  // namespace xg::test
