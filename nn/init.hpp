#pragma once

#include <cstdint>
#include <optional>

#include "../core/random.hpp"
#include "../core/tensor.hpp"

/// Initial values of parameters. Functions that end in '_' overwrite a leaf of any strides in place, also one
/// that asks for a gradient, and return it; names, formulas and defaults are PyTorch's.
namespace xg::nn::init {

/// What follows the layer, for calculate_gain(); linear stands for convolutions too.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// Which count of connections keeps its variance: those that go in, or those that come out.
enum class FanMode { fan_in, fan_out };

struct Fans {
  std::int64_t in, out;
};

/// fan_in = size(1) * receptive field and fan_out = size(0) * receptive field of a weight [out, in, ...].
/// Throws  ShapeError "[calculate_fans] a weight [3] has fewer than 2 axes: ...".
Fans calculate_fans(const Tensor& weight);

/// The factor by which weights make up for the nonlinearity: 1, tanh 5/3, relu sqrt(2), selu 3/4, leaky_relu
/// sqrt(2 / (1 + negative_slope^2)).
double calculate_gain(Nonlinearity nonlinearity, double negative_slope = 0.01);

Tensor& constant_(Tensor& weight, double value);
Tensor& zeros_(Tensor& weight);
Tensor& ones_(Tensor& weight);
/// The identity matrix, also of a weight that is not square.
/// Throws  ShapeError "[eye_] a weight [2, 3, 4] is not a matrix".
Tensor& eye_(Tensor& weight);

/// Uniform on [low, high).
Tensor& uniform_(Tensor& weight, double low = 0, double high = 1, Generator& generator = default_generator());
/// Normal.
Tensor& normal_(Tensor& weight, double mean = 0, double std = 1, Generator& generator = default_generator());

struct TruncNormalOptions {
  double mean = 0, std = 1;
  double low = -2, high = 2;  ///< absolute, not in units of std
};
/// Normal, drawn until inside of [low, high].
/// Throws  ValueError "[trunc_normal_] ..." unless std > 0, low < high and the interval has some weight.
Tensor& trunc_normal_(Tensor& weight, TruncNormalOptions options = {},
                      Generator& generator = default_generator());

/// Uniform within +-gain * sqrt(6 / (fan_in + fan_out)).
/// Source  Glorot and Bengio 2010.
Tensor& xavier_uniform_(Tensor& weight, double gain = 1, Generator& generator = default_generator());
/// Normal with std gain * sqrt(2 / (fan_in + fan_out)).
Tensor& xavier_normal_(Tensor& weight, double gain = 1, Generator& generator = default_generator());

struct KaimingOptions {
  double a = 0;  ///< negative slope, where leaky_relu follows
  FanMode mode = FanMode::fan_in;
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};
/// Uniform within +-gain * sqrt(3 / fan).
/// Source  He et al. 2015, arXiv:1502.01852.
Tensor& kaiming_uniform_(Tensor& weight, KaimingOptions options = {},
                         Generator& generator = default_generator());
/// Normal with std gain / sqrt(fan).
Tensor& kaiming_normal_(Tensor& weight, KaimingOptions options = {},
                        Generator& generator = default_generator());

/// gain times a random matrix of orthonormal rows or columns, whichever are fewer; further axes of the weight
/// are taken together.
/// Source  Saxe et al. 2013, arXiv:1312.6120.
Tensor& orthogonal_(Tensor& weight, double gain = 1, Generator& generator = default_generator());

/// Normal with this std, but a share `sparsity` of each column, rounded up, is 0.
/// Throws  ShapeError "[sparse_] a weight [3] is not a matrix"; ValueError for a sparsity outside of [0, 1].
/// Source  Martens 2010.
Tensor& sparse_(Tensor& weight, double sparsity, double std = 0.01,
                Generator& generator = default_generator());

/// The weight of a convolution that lets its channels through, as many as there are, in each group: 1 at the
/// kernel's centre, 0 elsewhere.
/// Throws  ShapeError "[dirac_] a weight [3, 3] has no 3 to 5 axes"; ValueError for groups that do not divide
///         the output channels.
Tensor& dirac_(Tensor& weight, std::int64_t groups = 1);

/// A new parameter, uniform within +-1/sqrt(fan_in).
Tensor uniform_parameter(const Shape& shape, std::int64_t fan_in, Dtype dtype);
/// The same for a weight [out, in, ...], by its own fan_in: how Linear and the convolutions start.
Tensor default_weight(const Shape& shape, Dtype dtype);
/// The bias that goes with it, uniform within the same bounds: [out], or of the size given.
Tensor default_bias(const Tensor& weight, std::optional<std::int64_t> size = {});

}  // namespace xg::nn::init
