#include "loader.hpp"

#include <fmt/format.h>

namespace xg::nn::detail {

std::int64_t common_length(std::initializer_list<const Tensor*> tensors) {
  const Tensor& first = **tensors.begin();
  for (const Tensor* tensor : tensors)
    if (tensor->dim() == 0 || first.dim() == 0 || tensor->size(0) != first.size(0))
      throw ShapeError(fmt::format("[TensorDataset] tensors {} and {}: axis 0 must have one length",
                                   to_string(first.shape()), to_string(tensor->shape())));
  return first.size(0);
}

void check_loader(std::int64_t batch_size, std::int64_t samples) {
  if (batch_size < 1)
    throw ValueError(fmt::format("[DataLoader] batch_size {}: must be positive", batch_size));
  if (samples < 0) throw ValueError(fmt::format("[DataLoader] a data set of {} samples", samples));
}

}  // namespace xg::nn::detail
