#include <fmt/format.h>

#include "chain.hpp"
#include "lstm.hpp"

namespace bench {
namespace {

void add_layers(const std::string& name, std::int64_t batch, std::int64_t width) {
  add_gradient(name, {{batch, width}, {width, width}, {width}, {width, width}, {width}}, [](const Leaves& l) {
    return torch::linear(torch::relu(torch::linear(l[0], l[1], l[2])), l[3], l[4]);
  });
}

}  // namespace

void add_growth() {
  for (std::int64_t n : growth_depths)
    add_gradient(
        fmt::format("growth/depth/{}", n), [] { return chain_leaves(1); },
        [n](const Leaves& l) { return chain(l, n / 2).sum(); });
  for (std::int64_t n : growth_widths) add_layers(fmt::format("growth/width/{}", n), 64, n);
  for (std::int64_t n : growth_batches) add_layers(fmt::format("growth/batch/{}", n), n, 256);
  for (std::int64_t n : growth_steps)
    add_lstm(fmt::format("growth/steps/{}", n), Lstm{.steps = n, .batch = 8});
}

}  // namespace bench
