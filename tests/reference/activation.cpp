#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/softmax.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

Tensor gelu_by_name(const Call& c) {
  const bool tanh = c.text("approximate", "none") == "tanh";
  return gelu(c[0], tanh ? Approximate::tanh : Approximate::none);
}

const OpsOf activations{
    {"relu", unary(relu)},
    {"relu6", unary(relu6)},
    {"elu", [](const Call& c) { return elu(c[0], c.number("alpha", 1)); }},
    {"selu", unary(selu)},
    {"celu", [](const Call& c) { return celu(c[0], c.number("alpha", 1)); }},
    {"gelu", gelu_by_name},
    {"silu", unary(silu)},
    {"mish", unary(mish)},
    {"softplus",
     [](const Call& c) { return softplus(c[0], c.number("beta", 1), c.number("threshold", 20)); }},
    {"softsign", unary(softsign)},
    {"softshrink", [](const Call& c) { return softshrink(c[0], c.number("lambd", 0.5)); }},
    {"hardshrink", [](const Call& c) { return hardshrink(c[0], c.number("lambd", 0.5)); }},
    {"tanhshrink", unary(tanhshrink)},
    {"hardtanh",
     [](const Call& c) { return hardtanh(c[0], c.number("min_val", -1), c.number("max_val", 1)); }},
    {"hardsigmoid", unary(hardsigmoid)},
    {"hardswish", unary(hardswish)},
    {"leaky_relu", [](const Call& c) { return leaky_relu(c[0], c.number("negative_slope", 0.01)); }},
    {"logsigmoid", unary(log_sigmoid)},
    {"threshold", [](const Call& c) { return threshold(c[0], c.number("threshold"), c.number("value")); }},
    {"prelu", binary(prelu)},
    {"rrelu_eval", [](const Call& c) { return rrelu(c[0], c.number("lower"), c.number("upper")); }},
    {"glu", [](const Call& c) { return glu(c[0], c.integer("dim")); }},
    {"softmin", [](const Call& c) { return softmin(c[0], c.integer("dim")); }},
    {"softmax", [](const Call& c) { return softmax(c[0], c.integer("dim")); }},
    {"log_softmax", [](const Call& c) { return log_softmax(c[0], c.integer("dim")); }},
};

}  // namespace
}  // namespace xg::test
