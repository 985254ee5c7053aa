#pragma once
/// What the losses have in common. Internal to nn.

#include <optional>
#include <string_view>

#include "../core/tensor.hpp"
#include "reduction.hpp"

namespace xg::nn {

/// Throws  ValueError "[mse_loss] reduction batchmean: only kl_div has it, take mean or sum".
Tensor reduced(std::string_view op, const Tensor& losses, Reduction reduction);

/// Throws  ShapeError "[mse_loss] input [8, 1] and target [8] differ in shape: reshape one of them".
void check_same_shape(std::string_view op, const Tensor& a, const Tensor& b,
                      std::string_view a_name = "input", std::string_view b_name = "target");

/// Throws  ShapeError "[nll_loss] weight [4] for 3 classes: expected [3]"; an undefined weight is right.
void check_class_weight(std::string_view op, const Tensor& weight, std::int64_t classes);

/// Throws  DtypeError "[nll_loss] target is float32, not int64: convert it with to(target, int64)".
void check_whole(std::string_view op, std::string_view name, const Tensor& target);

/// Throws  IndexError "[nll_loss] target 3 of sample 2 is none of 3 classes", unless it is ignore_index.
void check_classes(std::string_view op, const Tensor& target, std::int64_t classes,
                   std::optional<std::int64_t> ignore_index = {});

/// losses [n] times the weights of their classes, which are constants; as they are without a weight.
Tensor weighted(const Tensor& losses, const Tensor& weight, const Tensor& index);

}  // namespace xg::nn
