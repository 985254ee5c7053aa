#pragma once
/// The table of all losses but ctc_loss, which has a test of its own.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <xgrad/nn/reduction.hpp>

#include "op_table/op_table.hpp"

namespace xg::test {

using nn::Reduction;

/// A loss with all that its properties need; loss_properties_test.cpp runs them over all rows.
struct LossRow {
  std::string name;  ///< the function, then '/' and what is special
  std::function<Tensor(const Inputs&, Reduction)> run;
  Inputs inputs;                                             ///< gradients of all floating ones are checked
  std::function<double(const Inputs&, std::int64_t)> plain;  ///< loss number i, by loops
  std::vector<Inputs> extremes = {};                         ///< values and gradients must be finite there
};

const std::vector<LossRow>& losses();

}  // namespace xg::test
