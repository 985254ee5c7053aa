#include "metric.hpp"

#include <fmt/format.h>

#include "../core/copy.hpp"
#include "../core/error.hpp"
#include "../core/format.hpp"
#include "../core/mode.hpp"
#include "../core/saved_state.hpp"
#include "../ops/arithmetic.hpp"
#include "../ops/reduce.hpp"

namespace xg::optim {

double accuracy(const Tensor& prediction, const Tensor& target) {
  if (prediction.dim() < 2)
    throw ShapeError(fmt::format("[accuracy] prediction {} needs a second axis, of classes",
                                 to_string(prediction.shape())));
  Shape needed = prediction.shape();
  needed.erase(1);
  if (target.shape() != needed)
    throw ShapeError(fmt::format("[accuracy] prediction {} needs a target {}, not {}",
                                 to_string(prediction.shape()), to_string(needed),
                                 to_string(target.shape())));
  const NoGrad guard;
  return mean(to(argmax(prediction, 1) == target, float64)).item();
}

void Means::add(const Figures& figures, std::int64_t samples) {
  for (const auto& [name, value] : figures) sums_[name] += value * static_cast<double>(samples);
  samples_ += samples;
}

Figures Means::values() const {
  Figures means = sums_;
  for (auto& [name, value] : means) value /= static_cast<double>(samples_);
  return means;
}

std::map<std::string, Tensor> Means::state() const {
  std::map<std::string, Tensor> all = {{"samples", xg::detail::saved_number(samples_)}};
  for (const auto& [name, sum] : sums_) all["sum." + name] = xg::detail::saved_number(sum);
  return all;
}

void Means::load_state(const std::map<std::string, Tensor>& saved) {
  constexpr std::string_view prefix = "sum.";
  const std::int64_t samples = xg::detail::find_saved_integer(saved, "samples");
  Figures sums;
  for (const auto& [name, value] : saved)
    if (name.starts_with(prefix))
      sums[name.substr(prefix.size())] = xg::detail::find_saved_number(saved, name);
  sums_ = std::move(sums);
  samples_ = samples;
}

}  // namespace xg::optim
