#include <Eigen/Core>

#include <memory>

#include "../workload.hpp"

int main(int argc, char** argv) {
  using namespace bench;
  add("activation/tanh/1048576/forward", []() -> Run {
    const std::vector<float> values = normals(large, 0);
    auto y = std::make_shared<Eigen::ArrayXf>(large);
    return {
        [y, x = Eigen::ArrayXf(Eigen::Map<const Eigen::ArrayXf>(values.data(), large))] { *y = x.tanh(); },
        [y] { return std::vector<double>{checksum(y->data(), large)}; }};
  });
  return run(argc, argv, {[](int) {}});
}
