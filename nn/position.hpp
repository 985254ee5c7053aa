#pragma once

#include <cstdint>

#include "../core/tensor.hpp"
#include "init.hpp"

/// How a network without order of its own is told the steps' positions. x is [..., steps, features] throughout,
/// and `offset` is the position of its first step, e.g. the length of a key/value cache.
namespace xg::nn {

/// [length, dim] with sin(p w_k) in column 2k and cos(p w_k) in column 2k + 1, w_k = base^(-2k / dim), of
/// positions p from offset on.
/// Throws  ValueError "[sinusoidal_positions] dim 5: must be even".
/// Source  Vaswani et al. 2017, arXiv:1706.03762.
Tensor sinusoidal_positions(std::int64_t length, std::int64_t dim, std::int64_t offset = 0,
                            double base = 10000, Dtype dtype = float32);

/// x + sinusoidal_positions(); `nn::SinusoidalPositions add_positions{};`.
struct SinusoidalPositions {
  double base = 10000;

  Tensor operator()(const Tensor& x, std::int64_t offset = 0) const;
};

struct LearnedPositionsOptions {
  double std = 0.02;  ///< of the normal distribution that the table starts from
  Dtype dtype = float32;
};

namespace detail {

Tensor position_table(std::int64_t max_length, std::int64_t dim, const LearnedPositionsOptions& options);

}  // namespace detail

/// x plus a learned vector for each position; `nn::LearnedPositions add_positions{1024, 512};`.
/// Throws  ShapeError "[LearnedPositions] x [2, 9, 4] from position 0 on: the table [8, 4] is too short".
struct LearnedPositions {
  std::int64_t max_length, dim;
  LearnedPositionsOptions options = {};
  Tensor weight = detail::position_table(max_length, dim, options);

  Tensor operator()(const Tensor& x, std::int64_t offset = 0) const;
};

struct RotaryOptions {
  double base = 10000;
  bool interleaved = false;  ///< pairs are features 2k and 2k + 1, as in the paper, not k and k + dim / 2
};

/// Turns each pair k of features of step p by the angle p * base^(-2k / dim), so that products of queries and
/// keys depend on the distance of their steps; for the heads' queries and keys, not the values.
/// `nn::RotaryEmbedding turn{64}; q = turn(q);`
/// Shapes  x [..., steps, dim]; returns the same.
/// Grad    x, any order.
/// Throws  ShapeError "[RotaryEmbedding] x [2, 5, 6]: expected [..., steps, 8] with an even number of features".
/// Source  Su et al. 2021, arXiv:2104.09864.
struct RotaryEmbedding {
  std::int64_t dim;
  RotaryOptions options = {};

  Tensor operator()(const Tensor& x, std::int64_t offset = 0) const;
};

}  // namespace xg::nn
