#include "evaluate.hpp"

#include "../core/error.hpp"

namespace xg::optim::detail {

void throw_metrics_of_whole_batch() {
  throw ValueError(
      "[fit] metrics need a loss of (prediction, target): one of (net, batch) measures by itself and returns "
      "Outcome(loss, {{\"accuracy\", ...}})");
}

}  // namespace xg::optim::detail
