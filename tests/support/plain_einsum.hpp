#pragma once

#include <string>
#include <vector>

#include "../op_table/op_table.hpp"

namespace xg::test {

/// The letters of each operand's axes.
using Letters = std::vector<std::string>;

/// Einstein's sum in plain loops over all letters; axes of length 1 broadcast.
Tensor plain_einsum(const Inputs& in, const Letters& operands, const std::string& result);

}  // namespace xg::test
