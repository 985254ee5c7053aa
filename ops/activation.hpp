#pragma once

#include <cstdint>

#include "../core/operand.hpp"
#include "../core/random.hpp"
#include "math.hpp"

namespace xg {

// Activations work on each element and keep the shape; sigmoid and tanh stand in math.hpp. At a kink the
// gradient is 0, or where it says so that of the negative side.

/// max(x, 0); NaN stays NaN.
/// Grad    0 at 0; saves its output.
Tensor relu(const Tensor& x);
/// min(max(x, 0), 6).
Tensor relu6(const Tensor& x);
/// x for x > 0, else negative_slope * x.
/// Grad    negative_slope at 0.
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
/// x for x > 0, else weight * x with a learnable weight.
/// Shapes  x [n, c, ...]; weight of one element, or [c].
/// Grad    x and weight, any order; weight at 0.
/// Throws  ShapeError "[prelu] weight [3] fits neither one element nor the channels, axis 1, of x [2, 4]".
Tensor prelu(const Tensor& x, const Tensor& weight);
/// leaky_relu with a random slope for each element, uniform on [lower, upper), while training, else with the
/// mean of the bounds.
/// Grad    any order; the slope at 0.
/// Throws  ValueError "[rrelu] lower 0.5 and upper 0.25: lower must not exceed upper".
/// Source  Xu et al. 2015, arXiv:1505.00853.
Tensor rrelu(const Tensor& x, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false,
             Generator& generator = default_generator());
/// x for x > threshold, else value.
Tensor threshold(const Tensor& x, double threshold, double value);

/// x for x > 0, else alpha * (e^x - 1).
/// Grad    alpha at 0.
/// Source  Clevert et al. 2015, arXiv:1511.07289.
Tensor elu(const Tensor& x, double alpha = 1);
/// 1.0507... * elu(x, 1.6732...), which keeps mean 0 and variance 1 from layer to layer.
/// Source  Klambauer et al. 2017, arXiv:1706.02515.
Tensor selu(const Tensor& x);
/// x for x > 0, else alpha * (e^(x / alpha) - 1).
/// Source  Barron 2017, arXiv:1704.07483.
Tensor celu(const Tensor& x, double alpha = 1);

/// How gelu() computes the normal distribution function.
enum class Approximate { none, tanh };
/// x * Phi(x), with the normal distribution function Phi, or x/2 * (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
/// Source  Hendrycks and Gimpel 2016, arXiv:1606.08415.
Tensor gelu(const Tensor& x, Approximate approximate = Approximate::none);
/// x * sigmoid(x).
Tensor silu(const Tensor& x);
/// x * tanh(softplus(x)).
/// Source  Misra 2019, arXiv:1908.08681.
Tensor mish(const Tensor& x);
/// log(1 + e^(beta x)) / beta; x itself where beta * x > threshold.
Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20);
/// log(sigmoid(x)).
Tensor log_sigmoid(const Tensor& x);
/// x / (1 + |x|).
Tensor softsign(const Tensor& x);
/// x - tanh(x).
Tensor tanhshrink(const Tensor& x);
/// x - lambd for x > lambd, x + lambd for x < -lambd, else 0.
/// Throws  ValueError "[softshrink] lambd -1: must not be negative".
Tensor softshrink(const Tensor& x, double lambd = 0.5);
/// x where |x| > lambd, else 0.
Tensor hardshrink(const Tensor& x, double lambd = 0.5);

/// relu6(x + 3) / 6.
Tensor hardsigmoid(const Tensor& x);
/// x * relu6(x + 3) / 6.
/// Grad    -1/2 at -3 and 3/2 at 3.
Tensor hardswish(const Tensor& x);
/// x within [min_val, max_val].
Tensor hardtanh(const Tensor& x, double min_val = -1, double max_val = 1);

/// a * sigmoid(b), where a and b are the halves of x along one axis.
/// Shapes  the axis becomes half as long.
/// Grad    any order.
/// Throws  ShapeError "[glu] axis -1 of [2, 3] has the odd length 3: it must split into halves".
/// Source  Dauphin et al. 2016, arXiv:1612.08083.
Tensor glu(const Tensor& x, std::int64_t axis = -1);

}  // namespace xg
