#include "diagnosis.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "loss_course.hpp"
#include "svg.hpp"

namespace xg::optim {
namespace {

using svg::value_text;

// Gradients of early layers below this part of those of later ones: thousands of steps would move them less
// than one step moves the others. Layers of healthy networks differ by two orders of magnitude.
constexpr double vanishing_ratio = 1e-4;
// ... or all of them, over their weights, so small that no usual learning rate moves anything.
constexpr double vanishing_gradient = 1e-6;
// Gradients so many times longer than the weights: one step with a rate of 0.001 replaces the whole model.
constexpr double exploding_gradient = 1e3;
// Updates should be about 1e-3 of the weights; a decade below is slow. Karpathy, cs231n, "Babysitting the
// learning process".
constexpr double small_update = 1e-4;
// A rate that is too large kills 40 % and more of a network's ReLUs (Karpathy, cs231n, "Activation functions");
// up to a third are silent in networks that learn well, such as LeNet-5 on MNIST.
constexpr double many_dead = 0.5;
constexpr double nearly_all = 0.9;
// Networks that learn well end with up to three quarters, so it counts from the start on, or if nothing is learned.
constexpr double many_saturated = 0.7;
// The validation loss over its lowest value. Prechelt 1998, "Early stopping - but when?", stops between 1 and
// 5 % above it; at 20 % noise is no explanation any more.
constexpr double overfitting_rise = 1.2;
// A rise that is small beside the fall before it does no harm, however large it is beside the lowest value.
constexpr double visible_rise = 0.05;
// Fewer points do not show that a loss is stuck, or that it rises again.
constexpr std::size_t least_steps_to_be_stuck = 100, least_evaluations = 4;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double median(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return nan;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

/// A weight with the course of its figures; vectors are left out, for their norms start at 0 or are no measure.
struct Weights {
  std::string path;
  double elements;
  Curve gradient, weight;
  std::vector<double> updates;

  double gradient_rms() const { return median(gradient.value) / std::sqrt(elements); }
};

/// All that a diagnosis rests on.
class Diagnosis {
 public:
  Diagnosis(const History& history, const Monitor* monitor, const DiagnosisOptions& options)
      : history_(history), monitor_(monitor), options_(options) {
    if (const Curve* loss = history.find(options.train_loss); loss && !loss->value.empty())
      loss_.emplace(*loss);
    // A loop may have stopped before it wrote the loss that was none.
    if (loss_ && monitor && monitor->non_finite()) loss_->ends_finite = false;
    if (monitor) collect_weights();
  }

  std::vector<Finding> run() {
    if (!exploding_from_the_start() && !learning_rate_too_large()) {
      not_finite() || exploding_later() || learning_rate_unstable() || dead_layer() ||
          saturated_activations() || vanishing_gradients() || dying_relus() || learning_rate_too_small();
      overfitting();
    }
    unused_parameters();
    return std::move(findings_);
  }

 private:
  bool add(Finding finding) {
    findings_.push_back(std::move(finding));
    return true;
  }

  Curve curve(const std::string& name) const {
    const Curve* found = history_.find(name);
    return found ? *found : Curve{};
  }

  void collect_weights() {
    for (const ParameterFigures& p : monitor_->parameters()) {
      Weights w{p.path, static_cast<double>(p.parameter.numel()), curve("gradient_norm/" + p.path),
                curve("weight_norm/" + p.path), curve("update_ratio/" + p.path).value};
      if (p.parameter.dim() >= 2 && !w.gradient.value.empty()) weights_.push_back(std::move(w));
    }
  }

  /// The whole gradient's norm over that of all weights, at each sample that all weights share.
  std::vector<double> relative_gradients() const {
    std::size_t samples = weights_.empty() ? 0 : std::numeric_limits<std::size_t>::max();
    for (const Weights& w : weights_)
      samples = std::min({samples, w.gradient.value.size(), w.weight.value.size()});
    std::vector<double> ratios;
    for (std::size_t t = 0; t < samples; ++t) {
      double gradient = 0, weight = 0;
      for (const Weights& w : weights_) {
        gradient = std::hypot(gradient, w.gradient.value[t]);
        weight = std::hypot(weight, w.weight.value[t]);
      }
      ratios.push_back(gradient / weight);
    }
    return ratios;
  }

  bool exploding_at(std::size_t sample, double ratio, const std::string& when) {
    const auto norm = [&](const Weights& w) { return w.gradient.value[sample]; };
    const Weights& worst = *std::ranges::max_element(weights_, {}, norm);
    return add({Fault::exploding_gradients, Severity::error, worst.path, ratio,
                fmt::format("{} the gradient is {} times as long as the weights, longest in {} ({})", when,
                            value_text(ratio, 3), worst.path, value_text(norm(worst), 3)),
                "Start with smaller weights (nn::init::kaiming_normal_ for ReLU, xavier_normal_ for tanh), "
                "normalise inputs, targets and layers, average the loss over the batch, and limit the "
                "gradient with optim::clip_grad_norm."});
  }

  bool exploding_from_the_start() {
    const std::vector<double> ratios = relative_gradients();
    if (ratios.empty() || !(ratios[0] > exploding_gradient)) return false;
    return exploding_at(0, ratios[0], "at the start");
  }

  bool exploding_later() {
    const std::vector<double> ratios = relative_gradients();
    const auto peak = std::ranges::max_element(ratios);
    if (peak == ratios.end() || !(*peak > exploding_gradient)) return false;
    const auto sample = static_cast<std::size_t>(peak - ratios.begin());
    return exploding_at(sample, *peak,
                        fmt::format("at step {}", value_text(weights_[0].gradient.step[sample])));
  }

  bool learning_rate_too_large() {
    if (!loss_ || !loss_->diverged()) return false;
    std::string seen = fmt::format("the loss went from {} up to {}", value_text(loss_->first, 3),
                                   value_text(loss_->peak, 3));
    seen += loss_->ends_finite ? fmt::format(" and ended at {}", value_text(loss_->last, 3))
                               : " and ended with NaN or infinity";
    return add(
        {Fault::learning_rate_too_large, Severity::error, options_.train_loss, loss_->peak, seen,
         fmt::format("{}: optim::lr_range_test finds where the loss falls fastest; a warm-up helps too.",
                     lower_rate())});
  }

  bool learning_rate_unstable() {
    if (!loss_ || !loss_->jumps()) return false;
    return add(
        {Fault::learning_rate_unstable, Severity::warning, options_.train_loss,
         static_cast<double>(loss_->setbacks),
         fmt::format("the loss rose in {} of {} stretches by more than {} of its first value",
                     loss_->setbacks, loss_->stretches, percent(setback_height)),
         fmt::format("{}, let it decay (optim::cosine, optim::ReduceOnPlateau), or take larger batches.",
                     lower_rate())});
  }

  std::string lower_rate() const {
    const Curve lr = curve("lr");
    if (lr.value.empty()) return "Divide the learning rate by 3 to 10";
    const double rate = *std::ranges::max_element(lr.value);
    return fmt::format("Lower the learning rate from {} to {} or less", value_text(rate, 3),
                       value_text(rate / 5, 2));
  }

  bool learning_rate_too_small() {
    if (!loss_ || loss_->steps < least_steps || loss_->fell_from_start_to(little_learned)) return false;
    const Curve lr = curve("lr");
    const std::string rate = lr.value.empty()
                                 ? std::string("it")
                                 : fmt::format("it ({})", value_text(*std::ranges::max_element(lr.value), 3));
    const std::string remedy =
        fmt::format("Raise {} tenfold, or let optim::lr_range_test suggest a rate.", rate);
    if (weights_.empty()) {
      if (loss_->steps < least_steps_to_be_stuck || !loss_->is_stuck()) return false;
      return add(
          {Fault::learning_rate_too_small, Severity::warning, options_.train_loss, loss_->last,
           fmt::format("after {} steps the loss is still {}", loss_->steps, value_text(loss_->last, 3)),
           fmt::format("{} If that changes nothing, an optim::Monitor shows where gradients get lost.",
                       remedy)});
    }
    std::vector<double> largest;
    for (const Weights& w : weights_)
      if (!w.updates.empty()) largest.push_back(*std::ranges::max_element(w.updates));
    const double update = median(largest);
    if (!(update < small_update)) return false;
    return add(
        {Fault::learning_rate_too_small, Severity::warning, weights_[0].path, update,
         fmt::format("a step changes the weights by {} of their size at most, where about 1e-3 is usual, "
                     "and the loss has not fallen by {}",
                     value_text(update, 2), percent(1 - little_learned)),
         remedy});
  }

  /// The hidden activation with the highest figure of a kind at the end.
  struct Worst {
    std::string name{};
    double share = 0;
    int over = 0;  // how many exceed the limit

    std::string others(double limit) const {
      return over < 2 ? std::string()
                      : fmt::format("; more than {} in {} other activations", percent(limit), over - 1);
    }
    Severity severity() const { return share > nearly_all ? Severity::error : Severity::warning; }
  };

  /// With `at_first` those only whose figure was that high before anything was learned.
  Worst worst_activation(const std::string& kind, double limit, bool at_first = false) const {
    Worst worst;
    if (!monitor_) return worst;
    for (const ActivationFigures& a : monitor_->activations()) {
      const std::vector<double> shares = curve(fmt::format("{}/{}", kind, a.name)).value;
      if (!a.hidden || shares.empty() || !(shares.back() > limit)) continue;
      if (at_first && !(shares.front() > limit)) continue;
      ++worst.over;
      if (shares.back() <= worst.share) continue;
      worst.name = a.name;
      worst.share = shares.back();
    }
    return worst;
  }

  /// A layer that lets nothing pass explains why gradients vanish; some dead units may be what follows from it.
  bool dead_layer() { return worst_activation("dead", many_dead).share > nearly_all && dying_relus(); }

  bool dying_relus() {
    const Worst worst = worst_activation("dead", many_dead);
    if (worst.over == 0) return false;
    return add(
        {Fault::dying_relu, worst.severity(), worst.name, worst.share,
         fmt::format("{} of its units are 0 for every example and get no gradient any more{}",
                     percent(worst.share), worst.others(many_dead)),
         "Lower the learning rate, start biases at 0 and weights with nn::init::kaiming_normal_, or use "
         "leaky_relu, elu or gelu, which have a slope on the negative side too."});
  }

  bool saturated_activations() {
    const bool has_learned = loss_ && loss_->fell_from_start_to(little_learned);
    const Worst worst = worst_activation("saturated", many_saturated, has_learned);
    if (worst.over == 0) return false;
    return add(
        {Fault::saturated_activation, worst.severity(), worst.name, worst.share,
         fmt::format("{} of its values lie in the flat parts, where hardly any gradient passes{}",
                     percent(worst.share), worst.others(many_saturated)),
         "Start with smaller weights (nn::init::xavier_normal_), normalise the inputs or the layer before "
         "it (nn::LayerNorm, nn::BatchNorm1d), or use relu or gelu."});
  }

  bool vanishing_gradients() {
    const std::string remedy =
        "Use ReLU or GELU with nn::init::kaiming_normal_ instead of sigmoid and tanh, normalise between "
        "layers (nn::BatchNorm1d, nn::LayerNorm), or add skip connections.";
    double later = 0;
    const Weights *worst = nullptr, *longest = nullptr, *reference = nullptr;
    double lowest = vanishing_ratio;
    for (auto w = weights_.rbegin(); w != weights_.rend(); ++w) {
      const double rms = w->gradient_rms();
      if (later > 0 && rms / later <= lowest) {
        lowest = rms / later;
        worst = &*w;
        reference = longest;
      }
      if (rms > later) {
        later = rms;
        longest = &*w;
      }
    }
    if (worst)
      return add({Fault::vanishing_gradients, Severity::error, worst->path, lowest,
                  lowest == 0 ? "its gradient is 0"
                              : fmt::format("element for element its gradient is {} of that of {}",
                                            value_text(lowest, 2), reference->path),
                  remedy});
    const double relative = median(relative_gradients());
    if (!(relative < vanishing_gradient) || !loss_ || loss_->fell_from_start_to(little_learned)) return false;
    return add({Fault::vanishing_gradients, Severity::error, weights_[0].path, relative,
                fmt::format("all gradients together are {} of the weights' size", value_text(relative, 2)),
                remedy});
  }

  bool not_finite() {
    const bool watched = monitor_ && monitor_->non_finite();
    if (!watched && (!loss_ || loss_->ends_finite)) return false;
    if (!watched)
      return add({Fault::non_finite, Severity::error, options_.train_loss, nan,
                  "the loss became NaN or infinite",
                  "Run the step in a DetectAnomaly scope, or train with an optim::Monitor, to learn which op "
                  "made it."});
    const NonFinite& found = *monitor_->non_finite();
    return add({Fault::non_finite, Severity::error, found.op, static_cast<double>(found.step),
                fmt::format("at step {}: {}", found.step, found.text),
                "Keep the op's input inside of its domain: clamp it, add a small number below log, sqrt and "
                "division, or use a form that is safe (log_softmax, cross_entropy, ..._with_logits)."});
  }

  void overfitting() {
    const Curve valid = curve(options_.valid_loss), train = curve(options_.train_loss);
    const std::size_t n = valid.value.size();
    if (n < least_evaluations || train.value.empty()) return;
    const auto best = static_cast<std::size_t>(std::ranges::min_element(valid.value) - valid.value.begin());
    const double lowest = valid.value[best];
    // The lowest of the latest evaluations, so that a few bad ones are none.
    const std::size_t latest = std::max<std::size_t>(3, n / 5);
    const double end =
        *std::min_element(valid.value.end() - static_cast<std::ptrdiff_t>(latest), valid.value.end());
    if (best + latest >= n || !(lowest > 0) || !(end > overfitting_rise * lowest)) return;
    if (!(end - lowest > visible_rise * (valid.value[0] - lowest))) return;
    const double train_end = train_loss_around(train, valid.step[n - 1]);
    if (!(train_end < train_loss_around(train, valid.step[best])) || !(end > overfitting_rise * train_end))
      return;
    add({Fault::overfitting, end > 2 * lowest ? Severity::error : Severity::warning, options_.valid_loss,
         end / lowest,
         fmt::format("the validation loss is {} and rising since its best, {} at step {}, while the training "
                     "loss falls",
                     value_text(end, 3), value_text(lowest, 3), value_text(valid.step[best])),
         "Stop there (early stopping), take more or augmented data, weight decay (optim::AdamW), dropout or "
         "a smaller model."});
  }

  /// The mean of the tenth of the curve before a step.
  static double train_loss_around(const Curve& train, double step) {
    const auto end =
        static_cast<std::size_t>(std::ranges::upper_bound(train.step, step) - train.step.begin());
    const std::size_t span = std::max<std::size_t>(1, train.value.size() / 10);
    return end == 0 ? train.value.front() : mean_of(train.value, end - std::min(end, span), end);
  }

  void unused_parameters() {
    if (!monitor_) return;
    std::vector<std::string> unused;
    bool any_used = false;
    for (const ParameterFigures& p : monitor_->parameters()) {
      any_used = any_used || p.ever_had_gradient;
      if (!p.ever_had_gradient) unused.push_back(p.path);
    }
    if (unused.empty() || !any_used) return;
    const std::string others =
        unused.size() == 1 ? std::string() : fmt::format("; nor had {} more", unused.size() - 1);
    add({Fault::unused_parameter, Severity::warning, unused[0], static_cast<double>(unused.size()),
         fmt::format("it never had a gradient, for the loss does not depend on it{}", others),
         "Use it in the model's operator(), freeze() it, or remove it."});
  }

  const History& history_;
  const Monitor* monitor_;
  const DiagnosisOptions& options_;
  std::optional<LossCourse> loss_{};
  std::vector<Weights> weights_{};
  std::vector<Finding> findings_{};
};

}  // namespace

std::vector<Finding> diagnose(const History& history, const DiagnosisOptions& options) {
  return Diagnosis(history, nullptr, options).run();
}
std::vector<Finding> diagnose(const History& history, const Monitor& monitor,
                              const DiagnosisOptions& options) {
  return Diagnosis(history, &monitor, options).run();
}
std::vector<Finding> diagnose(const Monitor& monitor, const DiagnosisOptions& options) {
  return diagnose(monitor.history(), monitor, options);
}

}  // namespace xg::optim
