#include "activation.hpp"

#include <fmt/format.h>

#include "../core/create.hpp"
#include "../core/elementwise.hpp"
#include "arithmetic.hpp"
#include "view.hpp"

namespace xg {

namespace {

// scale * x for x > 0, else scale * alpha * (e^(rate x) - 1). The derivative's own derivative is 0 at 0, as
// PyTorch has it.
Tensor exponential_unit(const char* name, const Tensor& x, double scale, double alpha, double rate) {
  const double below = scale * alpha;
  return elementwise(
      name, [=](auto v) { return where(v > 0.0, scale * v, below * expm1(rate * v)); },
      pullback<Keep::inputs>([=](auto g, auto v) {
        return g * where(v > 0.0, scale, below * rate * exp(where(v < 0.0, rate * v, 0.0)));
      }))(x);
}

}  // namespace

Tensor relu(const Tensor& x) {
  static const auto op = elementwise(
      "relu", [](auto v) { return where(v <= 0.0, 0.0, v); },
      pullback<Keep::output>([](auto g, auto y) { return where(y <= 0.0, 0.0, g); }));
  return op(x);
}

Tensor relu6(const Tensor& x) {
  static const auto op = elementwise(
      "relu6", [](auto v) { return where(v <= 0.0, 0.0, where(v >= 6.0, 6.0, v)); },
      pullback<Keep::output>([](auto g, auto y) { return where((y <= 0.0) | (y >= 6.0), 0.0, g); }));
  return op(x);
}

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  return elementwise("leaky_relu", [s = negative_slope](auto v) { return where(v > 0.0, v, s * v); })(x);
}

Tensor prelu(const Tensor& x, const Tensor& weight) {
  static const auto op = elementwise("prelu", [](auto v, auto w) { return where(v > 0.0, v, w * v); });
  if (weight.numel() == 1) return op(x, reshape(weight, {}));
  if (weight.dim() != 1 || x.dim() < 2 || x.size(1) != weight.numel())
    throw ShapeError(
        fmt::format("[prelu] weight {} fits neither one element nor the channels, axis 1, of x {}",
                    to_string(weight.shape()), to_string(x.shape())));
  Shape channels = Shape::filled(x.dim() - 1, 1);
  channels[0] = weight.numel();
  return op(x, reshape(weight, channels));
}

Tensor rrelu(const Tensor& x, double lower, double upper, bool training, Generator& generator) {
  if (!(lower <= upper))
    throw ValueError(fmt::format("[rrelu] lower {} and upper {}: lower must not exceed upper", lower, upper));
  if (!training) return leaky_relu(x, (lower + upper) / 2);
  if (!is_floating(x.dtype())) throw_not_floating("rrelu", x.dtype());
  static const auto op = elementwise("rrelu", [](auto v, auto s) { return where(v > 0.0, v, s * v); });
  return op(x, uniform(x.shape(), lower, upper, {.dtype = x.dtype()}, generator));
}

Tensor threshold(const Tensor& x, double threshold, double value) {
  return elementwise("threshold", [threshold, value](auto v) { return where(v <= threshold, value, v); })(x);
}

Tensor elu(const Tensor& x, double alpha) { return exponential_unit("elu", x, 1, alpha, 1); }

Tensor selu(const Tensor& x) {
  constexpr double alpha = 1.6732632423543772848170429916717;
  constexpr double scale = 1.0507009873554804934193349852946;
  return exponential_unit("selu", x, scale, alpha, 1);
}

Tensor celu(const Tensor& x, double alpha) {
  if (alpha == 0) throw ValueError("[celu] alpha 0: must not be zero");
  return exponential_unit("celu", x, 1, alpha, 1 / alpha);
}

Tensor gelu(const Tensor& x, Approximate approximate) {
  static const auto by_erf = elementwise("gelu", [](auto v) { return gelu(v); });
  static const auto by_tanh = elementwise("gelu", [](auto v) { return gelu_tanh(v); });
  return approximate == Approximate::none ? by_erf(x) : by_tanh(x);
}

Tensor silu(const Tensor& x) {
  static const auto op = elementwise("silu", [](auto v) { return silu(v); });
  return op(x);
}

Tensor mish(const Tensor& x) {
  static const auto op = elementwise("mish", [](auto v) { return mish(v); });
  return op(x);
}

Tensor softplus(const Tensor& x, double beta, double threshold) {
  if (beta <= 0) throw ValueError(fmt::format("[softplus] beta {}: must be positive", beta));
  return elementwise("softplus", [beta, threshold](auto v) {
    const auto scaled = beta * v;
    return where(scaled > threshold, v, softplus(scaled) / beta);
  })(x);
}

Tensor log_sigmoid(const Tensor& x) {
  static const auto op = elementwise("log_sigmoid", [](auto v) { return log_sigmoid(v); });
  return op(x);
}

Tensor softsign(const Tensor& x) {
  static const auto op = elementwise(
      "softsign", [](auto v) { return v / (1.0 + abs(v)); }, pullback<Keep::inputs>([](auto g, auto v) {
        const auto d = 1.0 + abs(v);
        return g / (d * d);
      }));
  return op(x);
}

Tensor tanhshrink(const Tensor& x) {
  // Near 0, where v - tanh(v) cancels, it is (v cosh(v) - sinh(v)) / cosh(v), with the numerator's power series.
  static const auto op = elementwise(
      "tanhshrink",
      [](auto v) {
        const auto u = v * v;
        auto series = 1.0 / 6758061133824000 + u * (1.0 / 2554547108585472000);
        for (const double c : {1.0 / 22230464256000, 1.0 / 93405312000, 1.0 / 518918400, 1.0 / 3991680,
                               1.0 / 45360, 1.0 / 840, 1.0 / 30, 1.0 / 3})
          series = c + u * series;
        return where(abs(v) < 1.5, v * u * series / cosh(v), v - tanh(v));
      },
      pullback<Keep::inputs>([](auto g, auto v) {
        const auto t = tanh(v);
        return g * (t * t);
      }));
  return op(x);
}

Tensor softshrink(const Tensor& x, double lambd) {
  if (lambd < 0) throw ValueError(fmt::format("[softshrink] lambd {}: must not be negative", lambd));
  return elementwise("softshrink", [l = lambd](auto v) {
    return where(v > l, v - l, where(v < -l, v + l, where(v == v, 0.0, v)));
  })(x);
}

Tensor hardshrink(const Tensor& x, double lambd) {
  return elementwise("hardshrink", [l = lambd](auto v) { return where((v >= -l) & (v <= l), 0.0, v); })(x);
}

Tensor hardsigmoid(const Tensor& x) {
  static const auto op = elementwise(
      "hardsigmoid", [](auto v) { return where(v <= -3.0, 0.0, where(v >= 3.0, 1.0, (v + 3.0) / 6.0)); });
  return op(x);
}

Tensor hardswish(const Tensor& x) {
  static const auto op = elementwise(
      "hardswish", [](auto v) { return where(v < -3.0, 0.0, where(v > 3.0, v, v * (v + 3.0) / 6.0)); });
  return op(x);
}

Tensor hardtanh(const Tensor& x, double min_val, double max_val) {
  if (min_val > max_val)
    throw ValueError(fmt::format("[hardtanh] min_val {} and max_val {}: the bounds are the wrong way round",
                                 min_val, max_val));
  return elementwise("hardtanh", [low = min_val, high = max_val](auto v) {
    return where(v <= low, low, where(v >= high, high, v));
  })(x);
}

Tensor glu(const Tensor& x, std::int64_t axis) {
  static const auto op = elementwise("glu", [](auto a, auto b) { return a * sigmoid(b); });
  const std::int64_t length = x.shape()[normalize_axis("glu", axis, x.shape())];
  if (length % 2 != 0)
    throw ShapeError(fmt::format("[glu] axis {} of {} has the odd length {}: it must split into halves", axis,
                                 to_string(x.shape()), length));
  const std::vector<Tensor> halves = split(x, {length / 2, length / 2}, axis);
  return op(halves[0], halves[1]);
}

}  // namespace xg
