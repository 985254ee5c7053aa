#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

std::optional<double> optional_number(const Call& c, const char* name) {
  return c.has(name) ? std::optional(c.number(name)) : std::nullopt;
}

Tensor clamp_between(const Call& c) {
  if (!c.has("max")) return clamp_min(c[0], c.number("min"));
  return c.has("min") ? clamp(c[0], c.number("min"), c.number("max")) : clamp_max(c[0], c.number("max"));
}

const OpsOf functions{
    {"abs", unary(abs)},         {"neg", unary(neg)},         {"exp", unary(exp)},
    {"exp2", unary(exp2)},       {"expm1", unary(expm1)},     {"log", unary(log)},
    {"log2", unary(log2)},       {"log10", unary(log10)},     {"log1p", unary(log1p)},
    {"sqrt", unary(sqrt)},       {"rsqrt", unary(rsqrt)},     {"reciprocal", unary(reciprocal)},
    {"square", unary(square)},   {"sin", unary(sin)},         {"cos", unary(cos)},
    {"tan", unary(tan)},         {"asin", unary(asin)},       {"acos", unary(acos)},
    {"atan", unary(atan)},       {"sinh", unary(sinh)},       {"cosh", unary(cosh)},
    {"tanh", unary(tanh)},       {"asinh", unary(asinh)},     {"acosh", unary(acosh)},
    {"atanh", unary(atanh)},     {"erf", unary(erf)},         {"erfc", unary(erfc)},
    {"erfinv", unary(erfinv)},   {"lgamma", unary(lgamma)},   {"digamma", unary(digamma)},
    {"sigmoid", unary(sigmoid)}, {"deg2rad", unary(deg2rad)}, {"rad2deg", unary(rad2deg)},
    {"floor", unary(floor)},     {"ceil", unary(ceil)},       {"round", unary(round)},
    {"trunc", unary(trunc)},     {"frac", unary(frac)},       {"sign", unary(sign)},
    {"sinc", unary(sinc)},
};

const OpsOf with_numbers{
    {"logit", [](const Call& c) { return logit(c[0], optional_number(c, "eps")); }},
    {"clamp", clamp_between},
    {"pow_scalar", [](const Call& c) { return pow(c[0], c.number("exponent")); }},
    {"rpow_scalar", [](const Call& c) { return pow(c.number("base"), c[0]); }},
    {"add_scalar", [](const Call& c) { return c[0] + c.number("other"); }},
    {"rsub_scalar", [](const Call& c) { return c.number("other") - c[0]; }},
    {"mul_scalar", [](const Call& c) { return c[0] * c.number("other"); }},
    {"rdiv_scalar", [](const Call& c) { return c.number("other") / c[0]; }},
    {"nan_to_num",
     [](const Call& c) {
       return nan_to_num(c[0], c.number("nan", 0), optional_number(c, "posinf"),
                         optional_number(c, "neginf"));
     }},
};

}  // namespace
}  // namespace xg::test
