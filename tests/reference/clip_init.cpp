#include <cmath>
#include <map>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/optim/clip.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

namespace init = nn::init;

init::Nonlinearity nonlinearity(const std::string& name) {
  static const std::map<std::string, init::Nonlinearity> all{{"sigmoid", init::Nonlinearity::sigmoid},
                                                             {"tanh", init::Nonlinearity::tanh},
                                                             {"relu", init::Nonlinearity::relu},
                                                             {"selu", init::Nonlinearity::selu},
                                                             {"leaky_relu", init::Nonlinearity::leaky_relu},
                                                             {"linear", init::Nonlinearity::linear}};
  const bool is_layer = name == "linear" || name.starts_with("conv");
  const auto it = all.find(is_layer ? "linear" : name);
  if (it == all.end()) throw NotImplemented("nonlinearity " + name);
  return it->second;
}

Tensor number(double value, Dtype dtype = float64) { return scalar(value, {.dtype = dtype}); }

init::KaimingOptions kaiming(const Call& c) {
  return {.a = c.number("a", 0),
          .mode = c.text("mode", "fan_in") == "fan_out" ? init::FanMode::fan_out : init::FanMode::fan_in,
          .nonlinearity = nonlinearity(c.text("nonlinearity", "leaky_relu"))};
}

void draw(const Call& c, const std::string& scheme, Tensor& weight, Generator& generator) {
  if (scheme == "xavier_uniform")
    init::xavier_uniform_(weight, c.number("gain", 1), generator);
  else if (scheme == "xavier_normal")
    init::xavier_normal_(weight, c.number("gain", 1), generator);
  else if (scheme == "kaiming_uniform")
    init::kaiming_uniform_(weight, kaiming(c), generator);
  else if (scheme == "kaiming_normal")
    init::kaiming_normal_(weight, kaiming(c), generator);
  else
    throw NotImplemented("scheme " + scheme);
}

// How much wider the scheme draws than a unit draw from the same stream: its bound or standard deviation.
double width(const Call& c, const Shape& shape) {
  const std::string scheme = c.text("scheme", "");
  if (scheme == "default_uniform") manual_seed(1);
  Generator generator(1), again(1);
  Tensor drawn = empty(shape, float64), unit = empty(shape, float64);
  if (scheme == "default_uniform")
    drawn = init::default_weight(shape, float64);
  else
    draw(c, scheme, drawn, generator);
  if (scheme.ends_with("uniform"))
    init::uniform_(unit, -1, 1, again);
  else
    init::normal_(unit, 0, 1, again);
  std::int64_t largest = 0;
  for (std::int64_t i = 0; i < unit.numel(); ++i)
    if (std::abs(unit.data<double>()[i]) > std::abs(unit.data<double>()[largest])) largest = i;
  return drawn.data<double>()[largest] / unit.data<double>()[largest];
}

Outputs init_stats(const Call& c) {
  const Shape shape = c.dims("shape");
  const init::Fans fans = init::calculate_fans(empty(shape, float64));
  return {number(static_cast<double>(fans.in), int64), number(static_cast<double>(fans.out), int64),
          number(width(c, shape))};
}

// Parameters whose gradients are the case's inputs.
std::vector<Tensor> with_gradients(const Call& c) {
  std::vector<Tensor> parameters;
  for (const Tensor& g : c.list("g")) {
    parameters.push_back(zeros_like(g).requires_grad(true));
    parameters.back().set_grad(clone(g));
  }
  return parameters;
}

std::vector<Tensor> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
  for (const Tensor& p : parameters) gradients.push_back(p.grad());
  return gradients;
}

Outputs clip_norm(const Call& c) {
  const std::vector<Tensor> parameters = with_gradients(c);
  const double total =
      optim::clip_grad_norm(parameters, c.number("max_norm"), {.norm_type = c.number("norm_type", 2)});
  std::vector<Tensor> all = gradients_of(parameters);
  all.push_back(number(total));
  return all;
}

Outputs clip_value(const Call& c) {
  const std::vector<Tensor> parameters = with_gradients(c);
  optim::clip_grad_value(parameters, c.number("clip_value"));
  return gradients_of(parameters);
}

const OpsOf clips{
    {"clip_grad_norm_", clip_norm},
    {"clip_grad_value_", clip_value},
};

const OpsOf initialisers{
    {"init_stats", init_stats},
    {"calculate_gain",
     [](const Call& c) {
       return number(init::calculate_gain(nonlinearity(c.text("nonlinearity", "")), c.number("param", 0.01)));
     }},
};

}  // namespace
}  // namespace xg::test
