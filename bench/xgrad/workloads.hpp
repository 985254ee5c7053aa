#pragma once

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/parameters.hpp>

#include <memory>
#include <utility>

#include "../workload.hpp"

namespace bench {

void add_chains();
void add_scalars();
void add_elementwise();
void add_rows();
void add_models();
void add_sequences();
void add_growth();

using Leaves = std::vector<xg::Tensor>;

inline xg::Tensor normal_tensor(const xg::Shape& shape, unsigned seed, double scale = 1) {
  return xg::from_values(normals(xg::count(shape), seed, scale), shape);
}
inline xg::Tensor class_tensor(const xg::Shape& shape, std::int64_t below, unsigned seed) {
  return xg::from_values(classes(xg::count(shape), below, seed), shape);
}

/// The i-th parameter, with its start values.
inline xg::Tensor parameter(const xg::Shape& shape, unsigned i) {
  return xg::from_values(parameter_values({shape.begin(), shape.end()}, i), shape).requires_grad(true);
}
/// Gives a network's parameters their start values, in the order in which they stand.
template <class Net> void start(const Net& net) {
  unsigned i = 0;
  for (xg::Tensor& leaf : xg::parameters(net)) xg::assign(leaf, parameter(leaf.shape(), i++).detach());
}

inline double checksum(const xg::Tensor& x) {
  const xg::Tensor dense = xg::contiguous(x.detach());
  return dense.dtype() == xg::float64 ? checksum(dense.data<double>(), dense.numel())
                                      : checksum(dense.data<float>(), dense.numel());
}
/// Of a value and of the leaves' gradients.
inline std::vector<double> checksums(const xg::Tensor& value, const Leaves& leaves) {
  std::vector<double> sums{checksum(value)};
  for (const xg::Tensor& leaf : leaves) sums.push_back(checksum(leaf.grad()));
  return sums;
}

/// f of constants.
template <class F> void add_value(const std::string& name, const std::vector<xg::Shape>& shapes, F f) {
  add(name, [shapes, f]() -> Run {
    Leaves inputs;
    for (const xg::Shape& shape : shapes)
      inputs.push_back(normal_tensor(shape, static_cast<unsigned>(inputs.size())));
    auto y = std::make_shared<xg::Tensor>();
    return {[=] { *y = f(inputs); }, [=] { return std::vector<double>{checksum(*y)}; }};
  });
}

/// f of leaves, forward and backward, with a random gradient of f unless f is one number.
template <class F> void add_gradient(const std::string& name, std::function<Leaves()> make_leaves, F f) {
  add(name, [make_leaves, f]() -> Run {
    struct State {
      Leaves leaves;
      xg::Tensor y, g;
    };
    auto s = std::make_shared<State>(State{make_leaves(), {}, {}});
    if (const xg::Tensor y = f(s->leaves); y.shape().size() > 0) s->g = normal_tensor(y.shape(), 99);
    return {[s, f] {
              for (xg::Tensor& leaf : s->leaves) leaf.zero_grad();
              s->y = f(s->leaves);
              s->y.backward(s->g);
            },
            [s] { return checksums(s->y, s->leaves); }};
  });
}
/// The same with parameters of these shapes.
template <class F> void add_gradient(const std::string& name, const std::vector<xg::Shape>& shapes, F f) {
  add_gradient(
      name,
      [shapes] {
        Leaves leaves;
        for (const xg::Shape& shape : shapes)
          leaves.push_back(parameter(shape, static_cast<unsigned>(leaves.size())));
        return leaves;
      },
      f);
}

}  // namespace bench
