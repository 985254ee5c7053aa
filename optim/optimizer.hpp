#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/clone_tree.hpp"
#include "../core/tree.hpp"
#include "rule.hpp"

namespace xg::optim {

/// Updates the tensors of a model, in place or on the tape, and remembers for each of them what its rule
/// carries from step to step. It holds handles of the tensors: values may be assigned, but a tensor that is
/// replaced by another one is no longer seen. A tensor that occurs twice is updated once.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates every parameter that asks for a gradient and has one, each in one pass over its memory.
  void step();
  /// Drops the gradients of all parameters.
  void zero_grad();

  /// The model after one step, recorded: its parameters are functions of the model's, of the gradients, of
  /// the hyper-parameters and of all that went into the steps before. A tensor whose gradient is undefined
  /// stays as it is.
  ///
  ///   const Net gradients = grad(loss(net), net, {.create_graph = true});
  ///   net = adam.recorded_step(net, gradients);
  ///
  /// Throws  StructureError if the tree is not the one that the optimizer was made for; ShapeError if a
  /// gradient does not fit its parameter.
  template <class Net> Net recorded_step(const Net& net, const Net& gradients);
  /// Cuts the state off the tape, so that later steps no longer lead back to earlier ones.
  void detach_state();

  /// A copy of everything remembered, by name: "exp_avg.fc1.weight", "step.fc1.weight". A parameter that has
  /// not been updated yet has no entry.
  std::map<std::string, Tensor> state() const;
  /// Puts a copy back, e.g. `adam.load_state(read_safetensors("adam.safetensors"))`.
  /// Throws  StructureError, before anything is changed, for unknown or missing names or other shapes.
  void load_state(const std::map<std::string, Tensor>& saved);

  virtual void set_lr(Hyper lr) = 0;

 protected:
  using Leaves = std::vector<std::pair<std::string, Tensor>>;
  explicit Optimizer(const Leaves& leaves);

 private:
  struct Slot {
    std::string path;
    Tensor parameter;
    std::size_t first = 0;       // the slot that has the same tensor
    const Rule* rule = nullptr;  // that made the state; another one starts it over
    std::int64_t steps = 0;
    std::vector<Tensor> state{};
  };
  class Updates;

  virtual Update update_at(std::int64_t step) const = 0;
  static const Update& begin_step(Slot& slot, const Tensor& p, Updates& updates);
  std::unordered_map<const TensorImpl*, Tensor> record(std::span<const Tensor> parameters,
                                                       std::span<const Tensor> gradients);
  void check_fit(std::span<const Tensor> parameters, std::span<const Tensor> gradients) const;

  std::vector<Slot> slots_;
};

template <class Net> Net Optimizer::recorded_step(const Net& net, const Net& gradients) {
  std::vector<Tensor> parameters, given;
  zip_leaves_of<Tensor>(net, gradients, [&](const std::string&, const Tensor& p, const Tensor& g) {
    parameters.push_back(p);
    given.push_back(g);
  });
  const auto next = record(parameters, given);
  return clone_tree<Tensor>(net, [&](const Tensor& p) {
    const auto it = p.defined() ? next.find(&p.impl()) : next.end();
    return it == next.end() ? p : it->second;
  });
}

/// The optimizer of a rule whose options have a function `Update update(const Options&, std::int64_t step)`
/// beside them; steps count from 1, for each parameter by itself.
template <class Options> class OptimizerOf final : public Optimizer {
 public:
  /// Of all tensors of a model, or of a list of them.
  template <class Net = std::vector<Tensor>>
  requires(!std::is_base_of_v<Optimizer, Net>) explicit OptimizerOf(const Net& net, Options options = {})
      : Optimizer(leaves(net)), options(std::move(options)) {
    update(this->options, 1);  // refuses bad options here and not at the first step
  }

  void set_lr(Hyper lr) override { options.lr = std::move(lr); }

  Options options;  ///< may be changed between steps

 private:
  template <class Net> static Leaves leaves(const Net& net) {
    Leaves all;
    for_each_leaf_of<Tensor>(
        net, [&](const std::string& path, const Tensor& leaf) { all.emplace_back(path, leaf); });
    return all;
  }
  Update update_at(std::int64_t step) const override { return update(options, step); }
};

}  // namespace xg::optim
