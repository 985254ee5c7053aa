#pragma once
/// What objects with state() and load_state() write into a map of tensors, and read back.

#include <cstdint>
#include <map>
#include <string>

#include "tensor.hpp"

namespace xg::detail {

using SavedState = std::map<std::string, Tensor>;

/// An int64 or float64 tensor [].
Tensor saved_number(std::int64_t value);
Tensor saved_number(double value);

/// Throws  StructureError "[load_state] \"best\" is missing".
const Tensor& find_saved(const SavedState& saved, const std::string& name);
/// Throws  also StructureError "[load_state] \"epoch\" is float32 [2]: expected int64 []".
std::int64_t find_saved_integer(const SavedState& saved, const std::string& name);
double find_saved_number(const SavedState& saved, const std::string& name);

}  // namespace xg::detail
