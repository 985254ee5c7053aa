#include <map>
#include <optional>

#include <xgrad/core/create.hpp>
#include <xgrad/optim/plateau.hpp>
#include <xgrad/optim/schedule.hpp>

#include "expression.hpp"
#include "table.hpp"

namespace xg::test {
namespace {

using optim::Schedule;

Schedule make_schedule(const std::string& name, const Attributes& a, double base_lr);

// The list [[name, arguments], ...] of a scheduler that is made of others.
std::vector<Schedule> make_parts(const Attributes& a, double base_lr) {
  std::vector<Schedule> parts;
  for (const nlohmann::json& part : a.json("schedulers"))
    parts.push_back(make_schedule(part[0], Attributes(part[1]), base_lr));
  return parts;
}

Schedule chained(const Attributes& a, double base_lr) {
  Schedule product = optim::constant();
  for (const Schedule& part : make_parts(a, base_lr)) product = product * part;
  return product;
}

Schedule sequential(const Attributes& a, double base_lr) {
  const std::vector<Schedule> parts = make_parts(a, base_lr);
  const std::vector<std::int64_t> milestones = a.integers("milestones");
  Schedule all = parts.back();
  for (std::size_t i = milestones.size(); i-- > 0;)
    all = optim::sequence(parts[i], milestones[i] - (i == 0 ? 0 : milestones[i - 1]), all);
  return all;
}

Schedule written(const std::string& expression) {
  return [expression](std::int64_t t) { return evaluate(expression, static_cast<double>(t)); };
}

// A rate and its momentum, if it has one.
struct Cycle {
  Schedule rate;
  std::optional<Schedule> momentum;
};

Cycle one_cycle(const Attributes& a, double base_lr) {
  const std::int64_t total =
      a.has("total_steps") ? a.integer("total_steps") : a.integer("epochs") * a.integer("steps_per_epoch");
  const double peak = a.number("max_lr") / base_lr, start = peak / a.number("div_factor", 25);
  optim::OneCycleOptions options{.start = start,
                                 .peak = peak,
                                 .end = start / a.number("final_div_factor", 1e4),
                                 .pct_start = a.number("pct_start", 0.3),
                                 .anneal_strategy = a.text("anneal_strategy", "cos") == "linear"
                                                        ? optim::Anneal::linear
                                                        : optim::Anneal::cosine,
                                 .three_phase = a.flag("three_phase")};
  const Schedule rate = optim::one_cycle(total, options);
  if (!a.flag("cycle_momentum", true)) return {rate, {}};
  options.start = options.end = a.number("max_momentum", 0.95);
  options.peak = a.number("base_momentum", 0.85);
  return {rate, optim::one_cycle(total, options)};
}

Cycle cyclic(const Attributes& a, double base_lr) {
  static const std::map<std::string, optim::CyclicMode> modes{{"triangular", optim::CyclicMode::triangular},
                                                              {"triangular2", optim::CyclicMode::triangular2},
                                                              {"exp_range", optim::CyclicMode::exp_range}};
  const optim::CyclicOptions options{.step_size_up = a.integer("step_size_up", 2000),
                                     .step_size_down = a.integer("step_size_down", 0),
                                     .mode = modes.at(a.text("mode", "triangular")),
                                     .gamma = a.number("gamma", 1)};
  const Schedule rate = optim::cyclic(a.number("base_lr") / base_lr, a.number("max_lr") / base_lr, options);
  if (!a.flag("cycle_momentum", true)) return {rate, {}};
  return {rate, optim::cyclic(a.number("max_momentum", 0.9), a.number("base_momentum", 0.8), options)};
}

// PyTorch's scheduler of this name as a factor of the base rate; its floors are rates, ours are factors.
Schedule make_schedule(const std::string& name, const Attributes& a, double base_lr) {
  const double floor = a.number("eta_min", 0) / base_lr;
  if (name == "StepLR") return optim::step_decay(a.integer("step_size"), a.number("gamma", 0.1));
  if (name == "MultiStepLR") return optim::multi_step_decay(a.integers("milestones"), a.number("gamma", 0.1));
  if (name == "ExponentialLR") return optim::exponential_decay(a.number("gamma"));
  if (name == "CosineAnnealingLR") return optim::cosine(a.integer("T_max"), floor);
  if (name == "CosineAnnealingWarmRestarts")
    return optim::cosine_restarts(a.integer("T_0"), a.integer("T_mult", 1), floor);
  if (name == "LinearLR")
    return optim::linear(a.integer("total_iters", 5), a.number("start_factor", 1.0 / 3),
                         a.number("end_factor", 1));
  if (name == "ConstantLR")
    return optim::sequence(optim::constant(a.number("factor", 1.0 / 3)), a.integer("total_iters", 5),
                           optim::constant());
  if (name == "PolynomialLR") return optim::polynomial(a.integer("total_iters", 5), a.number("power", 1));
  if (name == "LambdaLR") return written(a.text("lambda", ""));
  if (name == "MultiplicativeLR") return optim::multiplicative(written(a.text("lambda", "")));
  if (name == "SequentialLR") return sequential(a, base_lr);
  if (name == "ChainedScheduler") return chained(a, base_lr);
  throw NotImplemented(name);
}

void check_all_read(const Attributes& arguments) {
  if (const auto left = arguments.unread()) throw NotImplemented("argument '" + *left + "'");
}

Tensor vector_of(const std::vector<double>& values) {
  return from_values(values, {static_cast<std::int64_t>(values.size())}, {.dtype = float64});
}

// Base times the schedule at the steps 0, 1, ...
Tensor values_of(const Schedule& s, std::int64_t steps, double base) {
  std::vector<double> values;
  for (std::int64_t t = 0; t <= steps; ++t) values.push_back(base * s(t));
  return vector_of(values);
}

Op schedule(const std::string& name) {
  return [name](const Call& c) {
    const double base_lr = c.number("base_lr");
    const Attributes arguments = c.nested("args");
    const Schedule s = make_schedule(name, arguments, base_lr);
    check_all_read(arguments);
    return values_of(s, c.integer("steps"), base_lr);
  };
}

Op cycle(Cycle (*make)(const Attributes&, double)) {
  return [make](const Call& c) {
    const double base_lr = c.number("base_lr");
    const Attributes arguments = c.nested("args");
    const Cycle both = make(arguments, base_lr);
    check_all_read(arguments);
    Outputs outputs = values_of(both.rate, c.integer("steps"), base_lr);
    if (both.momentum) outputs.push_back(values_of(*both.momentum, c.integer("steps"), 1));
    return outputs;
  };
}

Outputs plateau(const Call& c) {
  const double base_lr = c.number("base_lr");
  const Attributes a = c.nested("args");
  optim::ReduceOnPlateau reduce({.maximize = a.text("mode", "min") == "max",
                                 .factor = a.number("factor", 0.1),
                                 .patience = a.integer("patience", 10),
                                 .threshold = a.number("threshold", 1e-4),
                                 .absolute = a.text("threshold_mode", "rel") == "abs",
                                 .cooldown = a.integer("cooldown", 0),
                                 .min = a.number("min_lr", 0) / base_lr,
                                 .eps = a.number("eps", 1e-8) / base_lr});
  check_all_read(a);
  const Tensor metrics = c.find("metrics");
  std::vector<double> rates = {base_lr};
  for (std::int64_t t = 0; t < c.integer("steps"); ++t) rates.push_back(base_lr * reduce(metrics.at({t})));
  return vector_of(rates);
}

const OpsOf schedules{
    {"sched.StepLR", schedule("StepLR")},
    {"sched.MultiStepLR", schedule("MultiStepLR")},
    {"sched.ExponentialLR", schedule("ExponentialLR")},
    {"sched.CosineAnnealingLR", schedule("CosineAnnealingLR")},
    {"sched.CosineAnnealingWarmRestarts", schedule("CosineAnnealingWarmRestarts")},
    {"sched.LinearLR", schedule("LinearLR")},
    {"sched.ConstantLR", schedule("ConstantLR")},
    {"sched.PolynomialLR", schedule("PolynomialLR")},
    {"sched.SequentialLR", schedule("SequentialLR")},
    {"sched.ChainedScheduler", schedule("ChainedScheduler")},
    {"sched.LambdaLR", schedule("LambdaLR")},
    {"sched.MultiplicativeLR", schedule("MultiplicativeLR")},
    {"sched.OneCycleLR", cycle(one_cycle)},
    {"sched.CyclicLR", cycle(cyclic)},
    {"sched.ReduceLROnPlateau", plateau},
};

}  // namespace
}  // namespace xg::test
