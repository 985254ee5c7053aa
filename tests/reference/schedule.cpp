#include <xgrad/core/create.hpp>
#include <xgrad/optim/schedule.hpp>

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
  if (name == "SequentialLR") return sequential(a, base_lr);
  if (name == "ChainedScheduler") return chained(a, base_lr);
  throw NotImplemented(name);
}

Op schedule(const std::string& name) {
  return [name](const Call& c) {
    const double base_lr = c.number("base_lr");
    const Attributes arguments = c.nested("args");
    const Schedule s = make_schedule(name, arguments, base_lr);
    if (const auto left = arguments.unread()) throw NotImplemented("argument '" + *left + "'");
    std::vector<double> rates;
    for (std::int64_t t = 0; t <= c.integer("steps"); ++t) rates.push_back(base_lr * s(t));
    return from_values(rates, {static_cast<std::int64_t>(rates.size())}, {.dtype = float64});
  };
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
};

}  // namespace
}  // namespace xg::test
