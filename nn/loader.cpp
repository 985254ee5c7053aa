#include "loader.hpp"

#include <fmt/format.h>

#include <bit>

#include "../core/error.hpp"
#include "../core/saved_state.hpp"

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

std::map<std::string, Tensor> to_tensors(const LoaderState& state) {
  return {{"epoch", xg::detail::saved_number(state.epoch)},
          {"batch", xg::detail::saved_number(state.batch)},
          {"seed", xg::detail::saved_number(std::bit_cast<std::int64_t>(state.seed))},
          {"batch_size", xg::detail::saved_number(state.batch_size)},
          {"samples", xg::detail::saved_number(state.samples)}};
}

LoaderState from_tensors(const std::map<std::string, Tensor>& saved, const LoaderState& now) {
  const auto number = [&](const char* name) { return xg::detail::find_saved_integer(saved, name); };
  const LoaderState state{number("epoch"), number("batch"), std::bit_cast<std::uint64_t>(number("seed")),
                          number("batch_size"), number("samples")};
  if (state.batch_size != now.batch_size || state.samples != now.samples)
    throw StructureError(
        fmt::format("[load_state] the place is one among {} samples in batches of {}, this loader has {} in "
                    "batches of {}: load it into a loader of the same batches",
                    state.samples, state.batch_size, now.samples, now.batch_size));
  if (state.epoch < 0 || state.batch < 0 || state.batch > (state.samples - 1) / state.batch_size + 1)
    throw StructureError(fmt::format("[load_state] there is no batch {} in epoch {} of {} samples",
                                     state.batch, state.epoch, state.samples));
  return state;
}

}  // namespace xg::nn::detail
