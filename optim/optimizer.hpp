#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/clone_tree.hpp"
#include "../core/parameters.hpp"
#include "../core/tree.hpp"
#include "rule.hpp"

namespace xg::optim {

/// Which tensors of a model: those whose path fits a pattern, where * stands for any characters and ? for
/// one, e.g. "*.bias"; or those for which a function of path and tensor says yes.
class Which {
 public:
  using Predicate = std::function<bool(const std::string& path, const Tensor& tensor)>;

  Which(const char* pattern) : Which(std::string(pattern)) {}
  Which(std::string pattern);
  template <class F>
  requires std::is_invocable_r_v<bool, const F&, const std::string&, const Tensor&> Which(F f)
      : predicate_(std::move(f)), text_("a function") {}

  bool operator()(const std::string& path, const Tensor& tensor) const { return predicate_(path, tensor); }
  /// For messages.
  const std::string& text() const { return text_; }

 private:
  Predicate predicate_;
  std::string text_;
};

/// Tensors with options of their own.
template <class Options> struct Group {
  Which which;
  Options options;
};

/// Updates the tensors of a model, in place or on the tape, and remembers for each of them what its rule
/// carries from step to step. It holds handles of the tensors: values may be assigned, but a tensor that is
/// replaced by another one is no longer seen. A tensor that occurs twice is updated once.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates every parameter that asks for a gradient and has one, each in one pass over its memory for each
  /// rule.
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

  /// The tensors that it updates, each once: those that ask for a gradient.
  std::vector<Tensor> parameters() const;

  virtual Hyper lr() const = 0;
  /// Sets the learning rate; the rates of groups keep the ratio to it that they had at first.
  virtual void set_lr(Hyper lr) = 0;
  /// Sets all learning rates to a multiple of those that the optimizer was made with:
  /// `adam.scale_lr(schedule(t));`
  virtual void scale_lr(const Hyper& factor) = 0;

  /// The learning rates of group 0, 1, ....
  virtual std::vector<Hyper> lrs() const = 0;
  /// Sets exactly these, e.g. after a restart.
  /// Throws  ValueError "[set_lrs] 2 learning rates for 1 groups".
  virtual void set_lrs(const std::vector<Hyper>& lrs) = 0;

 protected:
  /// Tensors that fit none of the groups are in group 0; the others in that of the first one that they fit,
  /// counted from 1.
  /// Throws  ValueError "[groups] group 0, *.bais, has no tensor of the model that is not in a group before".
  Optimizer(const std::vector<NamedTensor>& leaves, const std::vector<Which>& groups);
  /// Throws  ValueError "[set_lr] the learning rate was 0 at first, and those of groups keep their ratio to
  /// it: ...".
  static Hyper ratio(const Hyper& lr, const Hyper& base);
  static void check_lrs(std::size_t given, std::size_t groups);

 private:
  struct Slot {
    std::string path;
    Tensor parameter;
    std::size_t first = 0;  // the slot that has the same tensor
    std::size_t group = 0;
    std::vector<const Rule*> rules{};  // that made the state; other ones start it over
    std::int64_t steps = 0;
    std::vector<Tensor> state{};
  };
  struct Job;
  class Updates;

  virtual std::vector<Update> updates_at(std::size_t group, std::int64_t step) const = 0;
  static Job begin_step(Slot& slot, const Tensor& p, const Tensor& g, Updates& updates);
  static void load_slot(Slot& slot, const std::map<std::string, Tensor>& saved);
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

/// The optimizer of options that have a function `update(const Options&, std::int64_t step)` beside them,
/// which returns an Update, or a list of them that are run one after the other; steps count from 1, for each
/// parameter by itself.
///
///   Adam adam{net, {.lr = 1e-3, .weight_decay = 1e-4}, {{"*.bias", {.lr = 1e-3}}}};
template <class Options> class OptimizerOf final : public Optimizer {
 public:
  using Groups = std::vector<Group<Options>>;

  /// Of all tensors of a model, or of a list of them.
  template <class Net = std::vector<Tensor>>
  requires(!std::is_base_of_v<Optimizer, Net>) explicit OptimizerOf(const Net& net, Options options = {},
                                                                    Groups groups = {})
      : Optimizer(leaves(net), filters(groups)), options(std::move(options)), groups(std::move(groups)) {
    for (std::size_t i = 0; i <= this->groups.size(); ++i) {
      updates_at(i, 1);  // refuses bad options here and not at the first step
      bases_.push_back(options_of(i).lr);
    }
  }

  Hyper lr() const override { return options.lr; }
  void set_lr(Hyper lr) override {
    for (std::size_t i = 0; i < groups.size(); ++i)
      groups[i].options.lr = bases_[i + 1] * ratio(lr, bases_[0]);
    options.lr = std::move(lr);
  }
  void scale_lr(const Hyper& factor) override {
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i].options.lr = bases_[i + 1] * factor;
    options.lr = bases_[0] * factor;
  }
  std::vector<Hyper> lrs() const override {
    std::vector<Hyper> all;
    for (std::size_t i = 0; i <= groups.size(); ++i) all.push_back(options_of(i).lr);
    return all;
  }
  void set_lrs(const std::vector<Hyper>& lrs) override {
    check_lrs(lrs.size(), groups.size() + 1);
    options.lr = lrs[0];
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i].options.lr = lrs[i + 1];
  }

  Options options;  ///< may be changed between steps
  Groups groups;    ///< their options too

 private:
  template <class Net> static std::vector<NamedTensor> leaves(const Net& net) {
    std::vector<NamedTensor> all;
    for_each_leaf_of<Tensor>(
        net, [&](const std::string& path, const Tensor& leaf) { all.emplace_back(path, leaf); });
    return all;
  }
  static std::vector<Which> filters(const Groups& groups) {
    std::vector<Which> all;
    for (const Group<Options>& group : groups) all.push_back(group.which);
    return all;
  }
  static std::vector<Update> list(Update update) { return {std::move(update)}; }
  static std::vector<Update> list(std::vector<Update> updates) { return updates; }

  const Options& options_of(std::size_t group) const {
    return group == 0 ? options : groups[group - 1].options;
  }
  std::vector<Update> updates_at(std::size_t group, std::int64_t step) const override {
    return list(update(options_of(group), step));
  }

  std::vector<Hyper> bases_;  // the learning rates at first, of group 0, 1, ...
};

}  // namespace xg::optim
