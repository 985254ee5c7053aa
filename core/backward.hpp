#pragma once

#include <span>
#include <vector>

#include "tensor.hpp"

namespace xg {

struct GradOptions {
  std::vector<Tensor> cotangents = {};  ///< one for each output; none needed for outputs with one element
  bool retain_graph = false;            ///< keep what the ops saved, so that the graph can be walked again
  bool create_graph = false;  ///< record the walk, so that gradients can be differentiated; retains too
  bool allow_unused = false;  ///< an input that no output depends on gets an undefined gradient
};

/// Gradients of the outputs (summed, each times its cotangent) with respect to the inputs; no .grad is
/// touched. Inputs may be leaves or results of recorded ops.
/// Throws  GraphError "[grad] no output depends on input 1 [3, 4]: ...".
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {});
Tensor grad(const Tensor& output, const Tensor& input, const GradOptions& options = {});

/// Tensor::backward() from several tensors at once.
void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& cotangents = {},
              BackwardOptions options = {});

/// a + b of equal shapes as the walk sums cotangents: recorded if the walk is, in place if nobody else holds
/// a.
Tensor accumulate(Tensor a, const Tensor& b);

}  // namespace xg
