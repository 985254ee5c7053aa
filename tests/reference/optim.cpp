#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>
#include <xgrad/optim/adagrad.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adam_variants.hpp>
#include <xgrad/optim/lbfgs.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/sign_based.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

// The constructor's arguments for parameter i: those of its group over the common ones.
Attributes arguments_of(const Call& c, std::size_t i) {
  nlohmann::json all = c.json("args");
  if (const nlohmann::json& groups = c.json("groups"); i < groups.size()) all.update(groups[i]);
  return Attributes(all);
}

struct Replayed {
  Tensor path;                          // the parameter after each step, a row a step
  std::map<std::string, Tensor> state;  // of the optimizer at the end
};

// Feeds the stored gradients, a row a step.
template <class Options>
Replayed replay(const Tensor& start, const Tensor& gradients, const Options& options) {
  Tensor p = clone(start);
  p.requires_grad(true);
  optim::OptimizerOf<Options> optimizer(p, options);
  std::vector<Tensor> path;
  for (const Tensor& g : unbind(gradients)) {
    p.set_grad(clone(g));
    optimizer.step();
    path.push_back(clone(p.detach()));
  }
  return {stack(path), optimizer.state()};
}

// Paths of all parameters and then, if a name is given, what the optimizer has under that name for each.
template <class Options> Op optimizer(Options (*options)(const Attributes&), const char* state = nullptr) {
  return [options, state](const Call& c) {
    const std::vector<Tensor> starts = c.list("p"), gradients = c.list("grads");
    std::vector<Tensor> paths, states;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const Attributes arguments = arguments_of(c, i);
      const Options chosen = options(arguments);
      if (const auto name = arguments.unread()) throw NotImplemented("argument '" + *name + "'");
      const Replayed replayed = replay(starts[i], gradients.at(i), chosen);
      paths.push_back(replayed.path);
      if (state) states.push_back(replayed.state.at(state));
    }
    paths.insert(paths.end(), states.begin(), states.end());
    return Outputs(paths);
  };
}

void read_pair(const Attributes& a, const char* name, std::array<optim::Hyper, 2>& pair) {
  if (a.has(name)) pair = {a.json(name)[0].get<double>(), a.json(name)[1].get<double>()};
}

optim::SgdOptions sgd(const Attributes& a) {
  return {.lr = a.number("lr", 1e-3),
          .momentum = a.number("momentum", 0),
          .dampening = a.number("dampening", 0),
          .weight_decay = a.number("weight_decay", 0),
          .nesterov = a.flag("nesterov"),
          .maximize = a.flag("maximize")};
}

template <class Options> Options adam_like(const Attributes& a) {
  Options options;
  options.lr = a.number("lr", options.lr.value());
  options.eps = a.number("eps", options.eps.value());
  options.weight_decay = a.number("weight_decay", options.weight_decay.value());
  options.maximize = a.flag("maximize");
  read_pair(a, "betas", options.betas);
  return options;
}

template <class Options> Options adam(const Attributes& a) {
  Options options = adam_like<Options>(a);
  options.amsgrad = a.flag("amsgrad");
  return options;
}

optim::NAdamOptions nadam(const Attributes& a) {
  optim::NAdamOptions options = adam_like<optim::NAdamOptions>(a);
  options.momentum_decay = a.number("momentum_decay", options.momentum_decay);
  return options;
}

optim::AdagradOptions adagrad(const Attributes& a) {
  return {.lr = a.number("lr", 1e-2),
          .lr_decay = a.number("lr_decay", 0),
          .weight_decay = a.number("weight_decay", 0),
          .initial_accumulator_value = a.number("initial_accumulator_value", 0),
          .eps = a.number("eps", 1e-10),
          .maximize = a.flag("maximize")};
}

optim::AdadeltaOptions adadelta(const Attributes& a) {
  return {.lr = a.number("lr", 1),
          .rho = a.number("rho", 0.9),
          .eps = a.number("eps", 1e-6),
          .weight_decay = a.number("weight_decay", 0),
          .maximize = a.flag("maximize")};
}

optim::RpropOptions rprop(const Attributes& a) {
  optim::RpropOptions options{.lr = a.number("lr", 1e-2), .maximize = a.flag("maximize")};
  read_pair(a, "etas", options.etas);
  read_pair(a, "step_sizes", options.step_sizes);
  return options;
}

optim::AsgdOptions asgd(const Attributes& a) {
  return {.lr = a.number("lr", 1e-2),
          .lambd = a.number("lambd", 1e-4),
          .alpha = a.number("alpha", 0.75),
          .t0 = a.number("t0", 1e6),
          .weight_decay = a.number("weight_decay", 0),
          .maximize = a.flag("maximize")};
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

Tensor rosenbrock(const Tensor& x) {
  const Tensor head = narrow(x, 0, 0, x.size(0) - 1), tail = narrow(x, 0, 1, x.size(0) - 1);
  return sum(square(1 - head) + 100 * square(tail - square(head)));
}

Tensor quadratic(const Tensor& x) {
  return 0.5 * sum(arange(1, static_cast<double>(x.size(0)) + 1, 1, {.dtype = float64}) * square(x - 1));
}

optim::LbfgsOptions lbfgs_options(const Attributes& a) {
  const std::string search = a.text("line_search_fn", "none");
  if (search != "none" && search != "strong_wolfe") throw NotImplemented("line search " + search);
  return {.lr = a.number("lr", 1),
          .max_iter = a.integer("max_iter", 20),
          .max_eval = a.integer("max_eval", 0),
          .tolerance_grad = a.number("tolerance_grad", 1e-7),
          .tolerance_change = a.number("tolerance_change", 1e-9),
          .history_size = a.integer("history_size", 100),
          .line_search_fn = search == "none" ? optim::LineSearch::none : optim::LineSearch::strong_wolfe};
}

Outputs lbfgs(const Call& c) {
  static const std::map<std::string, Tensor (*)(const Tensor&)> functions{{"rosenbrock", rosenbrock},
                                                                          {"quadratic", quadratic}};
  const Attributes arguments = c.nested("args");
  const optim::LbfgsOptions options = lbfgs_options(arguments);
  if (const auto name = arguments.unread()) throw NotImplemented("argument '" + *name + "'");
  const auto function = functions.find(c.text("function", ""));
  if (function == functions.end()) throw NotImplemented("function " + c.text("function", ""));
  Tensor x = clone(c.find("x0"));
  x.requires_grad(true);
  optim::LBFGS optimizer(x, options);
  std::vector<Tensor> iterates;
  std::vector<double> losses;
  std::vector<std::int64_t> evaluations;
  for (std::int64_t t = 0; t < c.integer("steps"); ++t) {
    optimizer.step([&] { return function->second(x); });
    iterates.push_back(clone(x.detach()));
    losses.push_back(function->second(x.detach()).item());
    evaluations.push_back(optimizer.func_evals());
  }
  const auto n = static_cast<std::int64_t>(losses.size());
  return {stack(iterates), from_values(losses, {n}, {.dtype = float64}), from_values(evaluations, {n})};
}

const OpsOf optimizers{
    {"optim.SGD", optimizer(sgd)},
    {"optim.Adam", optimizer(adam<optim::AdamOptions>)},
    {"optim.AdamW", optimizer(adam<optim::AdamWOptions>)},
    {"optim.NAdam", optimizer(nadam)},
    {"optim.RAdam", optimizer(adam_like<optim::RAdamOptions>)},
    {"optim.Adamax", optimizer(adam_like<optim::AdamaxOptions>)},
    {"optim.RMSprop", optimizer(rmsprop)},
    {"optim.Adagrad", optimizer(adagrad)},
    {"optim.Adadelta", optimizer(adadelta)},
    {"optim.Rprop", optimizer(rprop)},
    {"optim.ASGD", optimizer(asgd, "ax")},
    {"optim.LBFGS", lbfgs},
};

}  // namespace
}  // namespace xg::test
