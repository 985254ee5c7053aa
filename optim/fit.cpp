#include "fit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "clip.hpp"
#include "hyper.hpp"
#include "interrupt.hpp"
#include "non_finite.hpp"
#include "progress.hpp"

namespace xg::optim::detail {
namespace {

constexpr const char* training = "train/";
constexpr const char* validation = "valid/";

void check(const FitOptions& o) {
  check_positive("fit", "epochs", o.epochs);
  check_positive("fit", "accumulate", o.accumulate);
  check_not_negative("fit", "checkpoint_every", o.checkpoint_every);
  if (o.clip_grad_norm) check_positive("fit", "clip_grad_norm", *o.clip_grad_norm);
  if (o.checkpoint.empty() && (o.resume || o.checkpoint_every > 0))
    throw ValueError(
        fmt::format("[fit] {} needs a file: set checkpoint", o.resume ? "resume" : "checkpoint_every"));
}

void add_prefixed(Figures& all, const char* prefix, const Figures& figures) {
  for (const auto& [name, value] : figures) all[prefix + name] = value;
}

Progress::Values shown(const Figures& figures) {
  Progress::Values values(figures.begin(), figures.end());
  std::stable_partition(values.begin(), values.end(), [](const auto& v) { return v.first == "loss"; });
  return values;
}

/// The point of the lowest value, counted from 1; 0 if there is none.
std::int64_t lowest_point(const Curve* curve) {
  std::int64_t best = 0;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; curve && i < curve->value.size(); ++i)
    if (curve->value[i] < lowest) {
      lowest = curve->value[i];
      best = static_cast<std::int64_t>(i) + 1;
    }
  return best;
}

class Run {
 public:
  Run(FitParts parts, Optimizer& optimizer, const FitOptions& options);
  FitResult go();

 private:
  using Judge = FitParts::Judge;

  bool is_over() const;
  Ended why() const;
  void run_epoch();
  bool take_batch(const Judge& judge, std::int64_t samples);
  void begin_step();
  void walk_back(const Judge& judge, std::int64_t samples, std::int64_t batches);
  void clip(const Judge& judge);
  bool take_step();
  void end_epoch();
  void look_at_epoch();
  double watched() const;
  void save() const;
  void check_finite(const char* what, double value, const Judge& judge) const;

  FitParts parts_;
  Optimizer& optimizer_;
  const FitOptions& options_;
  History own_history_;
  History& history_;
  FitState state_;
  std::int64_t batch_ = 0;   // of the epoch, the next one
  Means means_, group_;      // of the epoch, and of the batches of one step
  Generator::State random_;  // before the batch
  std::vector<Tensor> parameters_;
  std::optional<Progress> bar_;
  bool is_left_ = false;  // in the middle of an epoch
  Interrupt interrupt_;
};

Run::Run(FitParts parts, Optimizer& optimizer, const FitOptions& options)
    : parts_(std::move(parts)),
      optimizer_(optimizer),
      options_(options),
      history_(options.monitor ? options.monitor->history() : own_history_) {
  check(options);
  for (const auto& [path, p] : parts_.parameters) parameters_.push_back(p);
  Snapshot& snapshot = parts_.snapshot;
  snapshot.add("optimizer", optimizer_);
  snapshot.add("epoch", state_.epoch);
  snapshot.add("step", state_.step);
  snapshot.add("batch", batch_);
  snapshot.add("means", means_);
  snapshot.add("history", history_);
  if (options.plateau) snapshot.add("plateau", *options.plateau);
  if (options.early_stopping) snapshot.add("early_stopping", *options.early_stopping);
  if (options.average) snapshot.add("average", *options.average);
  if (options.resume) snapshot.load(options.checkpoint);
  if (options.monitor) options.monitor->write_to(history_, state_.step);
}

FitResult Run::go() {
  while (!is_over()) run_epoch();
  EarlyStopping* const stopping = options_.early_stopping;
  const Ended ended = why();
  if (stopping && (ended == Ended::early || ended == Ended::finished)) stopping->restore_best();
  return {.ended = ended,
          .epochs = state_.epoch,
          .steps = state_.step,
          .best_epoch = stopping ? stopping->best_epoch() : lowest_point(history_.find("valid/loss")),
          .history = history_};
}

Ended Run::why() const {
  if (options_.early_stopping && options_.early_stopping->stopped()) return Ended::early;
  if (state_.epoch >= options_.epochs) return Ended::finished;
  return state_.stop ? Ended::stopped : Ended::interrupted;
}

bool Run::is_over() const {
  return state_.epoch >= options_.epochs || state_.stop || interrupt_ ||
         (options_.early_stopping && options_.early_stopping->stopped());
}

void Run::run_epoch() {
  if (options_.progress) {
    const std::int64_t left = std::max<std::int64_t>(parts_.samples - means_.samples(), 0);
    bar_.emplace(static_cast<std::size_t>(left),
                 ProgressOptions{.label = fmt::format("epoch {}/{}", state_.epoch + 1, options_.epochs)});
  }
  parts_.train([this](const Judge& judge, std::int64_t samples) {
    is_left_ = !take_batch(judge, samples);
    return !is_left_;
  });
  if (!is_left_) end_epoch();
  bar_.reset();
}

bool Run::take_batch(const Judge& judge, std::int64_t samples) {
  const std::int64_t place = batch_ % options_.accumulate;
  const std::int64_t together = std::min(options_.accumulate, parts_.batches - (batch_ - place));
  if (place == 0) begin_step();
  walk_back(judge, samples, together);
  if (bar_) bar_->advance(static_cast<std::size_t>(samples), shown(means_.values()));
  ++batch_;
  if (place + 1 < together) return true;
  clip(judge);
  return take_step();
}

void Run::begin_step() {
  for (Tensor& p : parameters_) p.zero_grad();
  group_ = Means();
  if (!options_.schedule && !options_.plateau) return;
  double factor = options_.plateau ? options_.plateau->current() : 1;
  if (options_.schedule)
    factor *= (*options_.schedule)(options_.schedule_by_epoch ? state_.epoch : state_.step);
  optimizer_.scale_lr(factor);
}

void Run::walk_back(const Judge& judge, std::int64_t samples, std::int64_t batches) {
  random_ = default_generator().state();
  Outcome outcome = options_.monitor ? options_.monitor->watch(judge) : judge();
  const double loss = outcome.loss.item();
  check_finite("the loss", loss, judge);
  (batches == 1 ? outcome.loss : outcome.loss / static_cast<double>(batches)).backward();
  outcome.figures["loss"] = loss;
  group_.add(outcome.figures, samples);
  means_.add(outcome.figures, samples);
}

void Run::clip(const Judge& judge) {
  constexpr double unlimited = std::numeric_limits<double>::infinity();
  if (options_.monitor) options_.monitor->gradients();
  const double norm = optim::clip_grad_norm(parameters_, options_.clip_grad_norm.value_or(unlimited));
  check_finite("the norm of the gradients", norm, judge);
  history_.add("gradient_norm", static_cast<double>(state_.step), norm);
}

bool Run::take_step() {
  const auto step = static_cast<double>(state_.step);
  state_.figures = group_.values();
  for (const auto& [name, value] : state_.figures) history_.add(training + name, step, value);
  history_.add("lr", step, optimizer_.lr().value());
  optimizer_.step();
  if (options_.average) options_.average->update();
  if (options_.monitor) options_.monitor->step();
  ++state_.step;
  if (options_.on_step) options_.on_step(state_);
  const bool leave = state_.stop || interrupt_;
  if (leave || (options_.checkpoint_every > 0 && state_.step % options_.checkpoint_every == 0)) save();
  return !leave;
}

void Run::end_epoch() {
  if (options_.average) {
    const auto averages = options_.average->use();
    look_at_epoch();
  } else {
    look_at_epoch();
  }
  ++state_.epoch;
  batch_ = 0;
  means_ = Means();
  if (options_.on_epoch) options_.on_epoch(state_);
  save();
}

void Run::look_at_epoch() {
  state_.figures.clear();
  add_prefixed(state_.figures, training, means_.values());
  if (parts_.validate) {
    const Figures figures = parts_.validate();
    add_prefixed(state_.figures, validation, figures);
    for (const auto& [name, value] : figures)
      history_.add(validation + name, static_cast<double>(state_.step), value);
    Figures all = means_.values();
    add_prefixed(all, validation, figures);
    if (bar_) bar_->advance(0, shown(all));
  }
  if (options_.plateau) (*options_.plateau)(watched());
  if (options_.early_stopping) (*options_.early_stopping)(watched());
}

double Run::watched() const {
  const std::string name = !options_.watch.empty() ? options_.watch
                           : parts_.validate       ? "valid/loss"
                                                   : "train/loss";
  const auto found = state_.figures.find(name);
  if (found != state_.figures.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, value] : state_.figures) names.push_back(known);
  throw ValueError(
      fmt::format("[fit] watch \"{}\": the figures of an epoch are {}", name, fmt::join(names, ", ")));
}

void Run::save() const {
  if (!options_.checkpoint.empty()) parts_.snapshot.save(options_.checkpoint);
}

void Run::check_finite(const char* what, double value, const Judge& judge) const {
  if (std::isfinite(value)) return;
  const auto loss = [&judge] { return judge().loss; };
  const NonFinite found = find_non_finite(loss, parts_.parameters, random_, state_.step);
  if (options_.monitor) options_.monitor->note(found);
  // The sign of a NaN says nothing.
  throw AnomalyError(fmt::format("[fit] step {}, epoch {}: {} is {}: {}", state_.step, state_.epoch + 1, what,
                                 std::isnan(value) ? std::abs(value) : value, found.text));
}

}  // namespace

FitResult fit(FitParts parts, Optimizer& optimizer, const FitOptions& options) {
  return Run(std::move(parts), optimizer, options).go();
}

}  // namespace xg::optim::detail
