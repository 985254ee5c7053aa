#include "embedding.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/comparison.hpp"
#include "../ops/reduce.hpp"
#include "../ops/view.hpp"
#include "init.hpp"

namespace xg::nn::detail {
namespace {

// How often the index names each row, [rows, 1].
Tensor frequencies(const Tensor& weight, const Tensor& index) {
  const Tensor flat = reshape(index, {-1});
  const Tensor counts = index_add(zeros({weight.size(0)}, {.dtype = weight.dtype()}), 0, flat,
                                  ones({flat.numel()}, {.dtype = weight.dtype()}));
  return unsqueeze(counts, -1);
}

}  // namespace

std::int64_t padding_row(const char* layer, std::int64_t num_embeddings,
                         std::optional<std::int64_t> padding_idx) {
  if (!padding_idx) return -1;
  if (*padding_idx < -num_embeddings || *padding_idx >= num_embeddings)
    throw IndexError(fmt::format("[{}] padding_idx {} is out of range for {} embeddings", layer, *padding_idx,
                                 num_embeddings));
  return *padding_idx < 0 ? *padding_idx + num_embeddings : *padding_idx;
}

Tensor embedding_weight(const char* layer, std::int64_t num_embeddings, std::int64_t embedding_dim,
                        std::optional<std::int64_t> padding_idx, Dtype dtype) {
  const std::int64_t row = padding_row(layer, num_embeddings, padding_idx);
  Tensor weight = randn({num_embeddings, embedding_dim}, {.dtype = dtype});
  if (row >= 0) {
    Tensor padding = select(weight, 0, row);
    init::zeros_(padding);
  }
  return weight.requires_grad(true);
}

void shorten_rows(Tensor weight, const Tensor& index, double max_norm, double norm_type) {
  const NoGrad guard;
  const Tensor lengths = norm(weight, norm_type, {1}, true);
  const Tensor too_long = (lengths > max_norm) & (frequencies(weight, index) > 0);
  // A write would make backward() refuse the products that use the weight: none without need.
  if (any(too_long).item<bool>())
    assign(weight, where(too_long, weight * (max_norm / (lengths + 1e-7)), weight));
}

Tensor with_gradient_by_frequency(const Tensor& weight, const Tensor& index) {
  const Tensor factor = no_grad([&] { return 1 / clamp_min(frequencies(weight, index), 1); });
  return record("scale_grad_by_freq", {&weight}, weight.detach(),
                [factor = Saved(factor)](const Tensor& g) { return g * factor.get(); });
}

}  // namespace xg::nn::detail
