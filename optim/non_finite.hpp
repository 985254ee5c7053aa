#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../core/parameters.hpp"
#include "../core/random.hpp"

namespace xg::optim {

/// The first NaN or infinity of a run, in the loss or in gradients.
struct NonFinite {
  std::int64_t step = 0;
  std::string op;    ///< that made it, "log"; empty if that cannot be told
  std::string text;  ///< whole sentence, with shapes and parameters
};

/// Learns which op is to blame: calls the function that gave a loss, or gradients, that are not finite once
/// more under DetectAnomaly, with the random numbers of `random`, and walks back from its result. Gradients
/// and the default generator stay as they are.
NonFinite find_non_finite(const std::function<Tensor()>& loss, const std::vector<NamedTensor>& parameters,
                          Generator::State random, std::int64_t step);

}  // namespace xg::optim
