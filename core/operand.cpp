#include "operand.hpp"

#include <optional>

namespace xg {
namespace {

int category(Dtype d) { return d == boolean ? 0 : d == int64 ? 1 : 2; }

void include(std::optional<Dtype>& dtype, Dtype next) { dtype = dtype ? promote(*dtype, next) : next; }

// Of tensors alone that have the same one: the usual case.
std::optional<Dtype> common_dtype(std::span<const Operand* const> operands) {
  for (const Operand* o : operands)
    if (!o->is_tensor() || o->dtype() != operands[0]->dtype()) return {};
  if (operands.empty()) return {};
  return operands[0]->dtype();
}

}  // namespace

Dtype result_dtype(std::span<const Operand* const> operands) {
  if (const auto dtype = common_dtype(operands)) return *dtype;
  std::optional<Dtype> with_axes, zero_d, numbers;
  for (const Operand* o : operands)
    include(!o->is_tensor() ? numbers : o->tensor().dim() > 0 ? with_axes : zero_d, o->dtype());
  std::optional<Dtype> result = with_axes;
  for (const auto& weaker : {zero_d, numbers})
    if (weaker && (!result || category(*weaker) > category(*result))) result = weaker;
  return result.value_or(float32);
}

}  // namespace xg
