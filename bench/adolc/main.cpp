// ADOL-C: the functions of scalars are recorded once and replayed for every gradient.
#include <adolc/adolc.h>

#include <memory>
#include <utility>

#include "../plain/functions.hpp"

namespace bench {
namespace {

// `pieces` are the sizes of the leaves, one behind the other.
template <class F>
void add_gradient(const std::string& name, short tape, std::vector<double> start, Sizes pieces, F f) {
  add(name, [=]() -> Run {
    trace_on(tape);
    std::vector<adouble> x(start.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] <<= start[i];
    double y = 0;
    f(x) >>= y;
    trace_off();
    auto gradient_of_x = std::make_shared<std::vector<double>>(start.size());
    const int n = static_cast<int>(start.size());
    return {[=] { gradient(tape, n, const_cast<double*>(start.data()), gradient_of_x->data()); },
            [=] {
              std::vector<double> sums{checksum(&y, 1)};
              const double* piece = gradient_of_x->data();
              for (std::int64_t size : pieces)
                sums.push_back(checksum(std::exchange(piece, piece + size), size));
              return sums;
            }};
  });
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  add_gradient("scalar/rosenbrock/1000", 1, rosenbrock_start(), {rosenbrock_size}, rosenbrock<adouble>);
  const ScalarNet n;
  add_gradient("scalar/net/64x16x32", 2, net_start(), {n.hidden * n.in, n.hidden, n.hidden, 1},
               [x = net_inputs(), target = net_targets()](const std::vector<adouble>& parameters) {
                 return net_loss(parameters, x.data(), target.data());
               });
  return run(argc, argv, {[](int) {}});
}
