// The functions of scalars alone, without derivatives: what their gradients are measured by.
#include <benchmark/benchmark.h>

#include <memory>

#include "functions.hpp"

namespace bench {
namespace {

template <class F> void add_function(const std::string& name, std::vector<double> start, F f) {
  add(name, [start, f]() -> Run {
    auto x = std::make_shared<std::vector<double>>(start);
    auto y = std::make_shared<double>();
    return {[=] {
              benchmark::DoNotOptimize(x->data());
              benchmark::ClobberMemory();
              *y = f(*x);
            },
            [=] { return std::vector<double>{*y < 0 ? -*y : *y}; }};
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  add_function("scalar/rosenbrock/1000", rosenbrock_start(), rosenbrock<double>);
  add_function("scalar/net/64x16x32", net_start(),
               [x = net_inputs(), target = net_targets()](const std::vector<double>& parameters) {
                 return net_loss(parameters, x.data(), target.data());
               });
  return run(argc, argv, {[](int) {}});
}
