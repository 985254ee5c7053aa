#include "saved_state.hpp"

#include <fmt/format.h>

#include <span>

#include "create.hpp"
#include "error.hpp"

namespace xg::detail {
namespace {

const Tensor& find_single(const SavedState& saved, const std::string& name, Dtype dtype) {
  const Tensor& value = find_saved(saved, name);
  if (value.dtype() != dtype || value.numel() != 1)
    throw StructureError(fmt::format("[load_state] \"{}\" is {}: expected {} []", name, describe(value),
                                     dtype == int64 ? "int64" : "float64"));
  return value;
}

}  // namespace

Tensor saved_number(std::int64_t value) { return from_values(std::span(&value, 1), {}); }
Tensor saved_number(double value) { return scalar(value, {.dtype = float64}); }

const Tensor& find_saved(const SavedState& saved, const std::string& name) {
  const auto found = saved.find(name);
  if (found == saved.end()) throw StructureError(fmt::format("[load_state] \"{}\" is missing", name));
  return found->second;
}

std::int64_t find_saved_integer(const SavedState& saved, const std::string& name) {
  return *find_single(saved, name, int64).data<std::int64_t>();
}

double find_saved_number(const SavedState& saved, const std::string& name) {
  return find_single(saved, name, float64).item();
}

}  // namespace xg::detail
