#include <xgrad/core/copy.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

// The constructor's arguments for parameter i: those of its group over the common ones.
Attributes arguments_of(const Call& c, std::size_t i) {
  nlohmann::json all = c.json("args");
  if (const nlohmann::json& groups = c.json("groups"); i < groups.size()) all.update(groups[i]);
  return Attributes(all);
}

// Feeds the stored gradients, a row a step, and keeps the parameter after each step.
template <class Options> Tensor replay(const Tensor& start, const Tensor& gradients, const Options& options) {
  Tensor p = clone(start);
  p.requires_grad(true);
  optim::OptimizerOf<Options> optimizer(std::vector<Tensor>{p}, options);
  std::vector<Tensor> path;
  for (const Tensor& g : unbind(gradients)) {
    p.set_grad(clone(g));
    optimizer.step();
    path.push_back(clone(p.detach()));
  }
  return stack(path);
}

template <class Options> Op optimizer(Options (*options)(const Attributes&)) {
  return [options](const Call& c) {
    const std::vector<Tensor> starts = c.list("p"), gradients = c.list("grads");
    std::vector<Tensor> paths;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const Attributes arguments = arguments_of(c, i);
      const Options chosen = options(arguments);
      if (const auto name = arguments.unread()) throw NotImplemented("argument '" + *name + "'");
      paths.push_back(replay(starts[i], gradients.at(i), chosen));
    }
    return Outputs(paths);
  };
}

optim::SgdOptions sgd(const Attributes& a) {
  return {.lr = a.number("lr", 1e-3),
          .momentum = a.number("momentum", 0),
          .dampening = a.number("dampening", 0),
          .weight_decay = a.number("weight_decay", 0),
          .nesterov = a.flag("nesterov"),
          .maximize = a.flag("maximize")};
}

template <class Options> Options adam(const Attributes& a) {
  Options options{.lr = a.number("lr", 1e-3),
                  .eps = a.number("eps", 1e-8),
                  .weight_decay = a.number("weight_decay", Options().weight_decay.value()),
                  .maximize = a.flag("maximize")};
  if (a.has("betas")) options.betas = {a.json("betas")[0].get<double>(), a.json("betas")[1].get<double>()};
  return options;
}

optim::RmspropOptions rmsprop(const Attributes& a) {
  return {.lr = a.number("lr", 1e-2),
          .alpha = a.number("alpha", 0.99),
          .eps = a.number("eps", 1e-8),
          .weight_decay = a.number("weight_decay", 0),
          .momentum = a.number("momentum", 0),
          .centered = a.flag("centered"),
          .maximize = a.flag("maximize")};
}

const OpsOf optimizers{
    {"optim.SGD", optimizer(sgd)},
    {"optim.Adam", optimizer(adam<optim::AdamOptions>)},
    {"optim.AdamW", optimizer(adam<optim::AdamWOptions>)},
    {"optim.RMSprop", optimizer(rmsprop)},
};

}  // namespace
}  // namespace xg::test
