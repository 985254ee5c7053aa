#pragma once

#include <cstdint>

namespace xg::nn {

/// What becomes of the elements' losses. batchmean divides their sum by the batch size; kl_div alone has it.
enum class Reduction : std::uint8_t { none, mean, sum, batchmean };

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

}  // namespace xg::nn
