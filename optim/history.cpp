#include "history.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/error.hpp"

namespace xg::optim {

void History::add(const std::string& name, double step, double value) {
  Curve& curve = curves_[name];
  curve.step.push_back(step);
  curve.value.push_back(value);
}

const Curve* History::find(const std::string& name) const {
  const auto found = curves_.find(name);
  return found == curves_.end() ? nullptr : &found->second;
}

double History::last(const std::string& name) const {
  const Curve* const curve = find(name);
  if (!curve || curve->value.empty())
    throw ValueError(fmt::format("[History] there is no curve \"{}\"", name));
  return curve->value.back();
}

std::map<std::string, Tensor> History::state() const {
  std::map<std::string, Tensor> all;
  for (const auto& [name, curve] : curves_) {
    Tensor points = empty({2, static_cast<std::int64_t>(curve.step.size())}, float64);
    std::ranges::copy(curve.value, std::ranges::copy(curve.step, points.mutable_data<double>()).out);
    all.emplace(name, std::move(points));
  }
  return all;
}

void History::load_state(const std::map<std::string, Tensor>& saved) {
  std::map<std::string, Curve> loaded;
  for (const auto& [name, tensor] : saved) {
    if (!is_floating(tensor.dtype()) || tensor.dim() != 2 || tensor.size(0) != 2)
      throw StructureError(
          fmt::format("[load_state] the curve \"{}\" is {}: expected [2, points]", name, describe(tensor)));
    const Tensor points = contiguous(to(tensor.detach(), float64));
    const double* const steps = points.data<double>();
    const double* const values = steps + points.size(1);
    loaded[name] = {{steps, values}, {values, values + points.size(1)}};
  }
  curves_ = std::move(loaded);
}

}  // namespace xg::optim
