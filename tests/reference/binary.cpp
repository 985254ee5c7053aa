#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/math.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

Tensor divide(const Call& c) {
  const std::string rounding = c.text("rounding_mode", "");
  if (rounding == "floor") return floor_divide(c[0], c[1]);
  return rounding == "trunc" ? trunc(c[0] / c[1]) : c[0] / c[1];
}

Tensor clamp_between_tensors(const Call& c) {
  const Tensor low = c.find("min"), high = c.find("max");
  if (!high.defined()) return clamp_min(c[0], low);
  return low.defined() ? clamp(c[0], low, high) : clamp_max(c[0], high);
}

Tensor fill_masked(const Call& c) {
  const Tensor value = c.find("value");
  return value.defined() ? masked_fill(c[0], c[1], value) : masked_fill(c[0], c[1], c.number("value"));
}

const OpsOf arithmetic{
    {"add", [](const Call& c) { return c[0] + (c.has("alpha") ? c.number("alpha") * c[1] : c[1]); }},
    {"sub", [](const Call& c) { return c[0] - (c.has("alpha") ? c.number("alpha") * c[1] : c[1]); }},
    {"mul", binary(operator*)},
    {"div", divide},
    {"pow", binary(pow)},
    {"atan2", binary(atan2)},
    {"hypot", binary(hypot)},
    {"minimum", binary(minimum)},
    {"maximum", binary(maximum)},
    {"fmin", binary(fmin)},
    {"fmax", binary(fmax)},
    {"fmod", binary(fmod)},
    {"remainder", binary(remainder)},
    {"logaddexp", binary(logaddexp)},
    {"logaddexp2", binary(logaddexp2)},
    {"xlogy", binary(xlogy)},
    {"xlog1py", binary(xlog1py)},
    {"copysign", binary(copysign)},
    {"fmod_scalar", [](const Call& c) { return fmod(c[0], c.number("other")); }},
    {"remainder_scalar", [](const Call& c) { return remainder(c[0], c.number("other")); }},
    {"addcmul", [](const Call& c) { return addcmul(c[0], c[1], c[2], c.number("value", 1)); }},
    {"addcdiv", [](const Call& c) { return addcdiv(c[0], c[1], c[2], c.number("value", 1)); }},
    {"lerp", [](const Call& c) { return lerp(c[0], c[1], c[2]); }},
    {"lerp_scalar", [](const Call& c) { return lerp(c[0], c[1], c.number("weight")); }},
};

const OpsOf choices{
    {"where", [](const Call& c) { return where(c[0], c[1], c[2]); }},
    {"masked_fill", fill_masked},
    {"clamp_tensor", clamp_between_tensors},
    {"eq", binary(operator==)},
    {"ne", binary(operator!=)},
    {"lt", binary(operator<)},
    {"le", binary(operator<=)},
    {"gt", binary(operator>)},
    {"ge", binary(operator>=)},
};

}  // namespace
}  // namespace xg::test
