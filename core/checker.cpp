#include "checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "backward.hpp"
#include "blame.hpp"
#include "copy.hpp"
#include "create.hpp"
#include "differences.hpp"
#include "gradcheck_text.hpp"

namespace xg::gradcheck_detail {

Values values_of(const Tensor& x) {
  const Tensor dense = contiguous(to(x.detach(), float64));
  return {dense.data<double>(), dense.data<double>() + dense.numel()};
}

Values random_weights(Generator& generator, std::size_t n) {
  Values w(n);
  generator.fill_uniform(std::span<double>(w), -0.5, 0.5);
  for (double& v : w) v += std::copysign(0.5, v);
  return w;
}

int gravity(GradcheckVerdict v) {
  return v == GradcheckVerdict::ok ? 0 : v == GradcheckVerdict::kink ? 1 : 2;
}

namespace {

class Checker {
 public:
  Checker(const Function& f, const Inputs& inputs, const GradcheckOptions& options)
      : f_(f), options_(options), generator_(options.seed) {
    for (std::size_t i = 0; i < inputs.tensors.size(); ++i)
      if (is_floating(inputs.tensors[i].dtype())) {
        leaves_.push_back(inputs.tensors[i]);
        names_.push_back(inputs.names[i]);
        base_.push_back(values_of(inputs.tensors[i]));
      }
    all_ = inputs.tensors;
    if (leaves_.empty())
      throw ValueError(
          "[gradcheck] no floating input: pass at least one float32 or float64 tensor, or a model with a "
          "tensor that asks for a gradient");
  }

  GradcheckResult run() {
    const std::vector<Tensor> outputs = evaluate();
    for (const Tensor& y : outputs) {
      output_shapes_.push_back(y.shape());
      computes_in_float32_ = computes_in_float32_ || y.dtype() == float32;
    }
    y0_ = flat(outputs);
    if (!is_deterministic() || !is_finite()) return result_;
    std::int64_t elements = 0;  // of the Jacobian
    for (const Values& b : base_) elements += static_cast<std::int64_t>(b.size());
    elements *= static_cast<std::int64_t>(y0_.size());
    if (elements <= options_.full_up_to)
      check_every_element(outputs);
    else
      for (std::int64_t t = 0; t < options_.directions && result_.passed; ++t) check_random_directions();
    if (result_.message.empty())
      result_.message = fmt::format("gradcheck: ok, {} derivatives compared", result_.rows.size());
    explain();
    return result_;
  }

 private:
  // A piece of one input, moved along weights that are zero elsewhere.
  struct Direction {
    std::size_t leaf, begin, end;
    const Values* weights;
    double weight(std::size_t i) const { return weights ? (*weights)[i] : 1.0; }
  };

  std::vector<Tensor> evaluate() const {
    std::vector<Tensor> outputs = f_(all_);
    std::erase_if(outputs, [](const Tensor& y) { return !y.defined() || !is_floating(y.dtype()); });
    return outputs;
  }

  Values flat(const std::vector<Tensor>& outputs) const {
    Values all;
    for (const Tensor& y : outputs) {
      const Values v = values_of(y);
      all.insert(all.end(), v.begin(), v.end());
    }
    if (!y0_.empty() && all.size() != y0_.size())
      throw ShapeError(
          fmt::format("[gradcheck] the function returned {} numbers and then {}: its outputs "
                      "must keep their shapes",
                      y0_.size(), all.size()));
    return all;
  }

  std::string output_name(std::size_t k) const {
    if (weights_of_outputs_) return "a weighted sum of all outputs";
    std::size_t i = 0;
    for (; k >= static_cast<std::size_t>(count(output_shapes_[i])); ++i)
      k -= static_cast<std::size_t>(count(output_shapes_[i]));
    return fmt::format("output {}{}", i, element_name(output_shapes_[i], k));
  }

  void fail(GradcheckVerdict verdict, std::string message) {
    result_.verdict = verdict;
    result_.passed = false;
    result_.message = "gradcheck: " + std::move(message);
  }

  bool is_deterministic() {
    const Values again = flat(evaluate());
    for (std::size_t k = 0; k < again.size(); ++k)
      if (std::bit_cast<std::uint64_t>(again[k]) != std::bit_cast<std::uint64_t>(y0_[k])) {
        fail(GradcheckVerdict::nondeterministic,
             fmt::format("not deterministic: {} was {} and then {} for the same inputs; seed its random "
                         "numbers inside of the function, or switch dropout off",
                         output_name(k), y0_[k], again[k]));
        return false;
      }
    return true;
  }

  bool is_finite() {
    for (std::size_t k = 0; k < y0_.size(); ++k)
      if (!std::isfinite(y0_[k])) {
        fail(GradcheckVerdict::not_finite,
             fmt::format("not finite: {} is {} at the given inputs", output_name(k), positive_nan(y0_[k])));
        return false;
      }
    return true;
  }

  // Gradients of all inputs for one cotangent over the concatenated outputs; unconnected ones are zero.
  std::vector<Values> analytic(const std::vector<Tensor>& outputs, const Values& cotangent) const {
    std::vector<Tensor> recorded;
    GradOptions options{.retain_graph = true, .allow_unused = true};
    const double* v = cotangent.data();
    for (const Tensor& y : outputs) {
      const auto n = static_cast<std::size_t>(y.numel());
      if (y.requires_grad()) {
        recorded.push_back(y);
        options.cotangents.push_back(from_values(std::span(v, n), y.shape(), {.dtype = y.dtype()}));
      }
      v += n;
    }
    std::vector<Tensor> grads(leaves_.size());
    if (!recorded.empty()) grads = grad(recorded, leaves_, options);
    std::vector<Values> values;
    for (std::size_t i = 0; i < grads.size(); ++i)
      values.push_back(grads[i].defined() ? values_of(grads[i]) : Values(base_[i].size(), 0.0));
    return values;
  }

  void check_every_element(const std::vector<Tensor>& outputs) {
    result_.rows.reserve(static_cast<std::size_t>(options_.full_up_to));
    Values cotangent(y0_.size(), 0.0);
    for (std::size_t k = 0; k < y0_.size(); ++k) {
      compared_names_.push_back(output_name(k));
      cotangent[k] = 1;
      gradients_.push_back(analytic(outputs, cotangent));
      cotangent[k] = 0;
    }
    for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf)
      for (std::size_t i = 0; i < base_[leaf].size(); ++i) check_direction({leaf, i, i + 1, nullptr});
  }

  void check_random_directions() {
    if (y0_.size() > 1) weights_of_outputs_ = random_weights(generator_, y0_.size());
    compared_names_ = {output_name(0)};
    gradients_ = {analytic(evaluate(), weights_of_outputs_.value_or(Values{1}))};
    for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      if (base_[leaf].empty()) continue;
      const Values weights = random_weights(generator_, base_[leaf].size());
      check_direction({leaf, 0, base_[leaf].size(), &weights});
    }
  }

  Values at(const Direction& d, double t) {
    const auto begin = static_cast<std::ptrdiff_t>(d.begin), end = static_cast<std::ptrdiff_t>(d.end);
    Values tangent(base_[d.leaf].size(), 0.0);
    if (d.weights)
      std::copy(d.weights->begin() + begin, d.weights->begin() + end, tangent.begin() + begin);
    else
      std::fill(tangent.begin() + begin, tangent.begin() + end, 1.0);
    return at(d.leaf, tangent, t);
  }
  Values at(std::size_t leaf, const Values& tangent, double t) {
    double* x = leaves_[leaf].mutable_data<double>();
    const Values& base = base_[leaf];
    for (std::size_t i = 0; i < base.size(); ++i) x[i] = base[i] + t * tangent[i];
    Values y = flat(evaluate());
    std::copy(base.begin(), base.end(), leaves_[leaf].mutable_data<double>());
    return y;
  }

  // What is compared: every output for small functions, else their weighted sum.
  differences::Point compared(Values y) const {
    if (!weights_of_outputs_) return separate(std::move(y));
    double sum = 0, magnitude = 0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      const double term = (*weights_of_outputs_)[k] * y[k];
      sum += term;
      magnitude += std::abs(term);
    }
    return {{sum}, {magnitude}};
  }
  static differences::Point separate(Values y) {
    Values magnitudes = y;
    for (double& m : magnitudes) m = std::abs(m);
    return {std::move(y), std::move(magnitudes)};
  }

  template <class View> std::vector<differences::Derivative> numeric(const Direction& d, const View& view) {
    double scale = 1;
    for (std::size_t i = d.begin; i < d.end; ++i) scale = std::max(scale, std::abs(base_[d.leaf][i]));
    return differences::derivatives([&](double t) { return view(at(d, t)); }, view(y0_), scale * options_.eps,
                                    options_.rtol, options_.atol);
  }

  // False if it fails. A long direction that is wrong or has a kink is halved until single elements are left:
  // they can be named, and a kink in one cannot hide a wrong derivative of another.
  bool check_direction(const Direction& d) {
    const auto derivatives = numeric(d, [this](const Values& y) { return compared(y); });
    const bool single = d.end - d.begin == 1;
    const std::string element =
        single ? element_name(leaves_[d.leaf].shape(), d.begin) : std::string(" along a random direction");
    bool good = true;
    for (std::size_t k = 0; k < derivatives.size(); ++k) {
      double exact = 0;
      for (std::size_t i = d.begin; i < d.end; ++i) exact += gradients_[k][d.leaf][i] * d.weight(i);
      GradcheckVerdict verdict = judge(exact, derivatives[k]);
      if (verdict != GradcheckVerdict::ok) {
        if (!single && halvings_left_ > 0) return check_halves(d);
        // Kinks of several elements or outputs at once, with weights of both signs: "between" needs more care.
        if (!single && derivatives[k].has_kink()) verdict = GradcheckVerdict::kink;
        if (single && weights_of_outputs_ && verdict == GradcheckVerdict::wrong && lies_in_hull(d, exact))
          verdict = GradcheckVerdict::kink;
      }
      const double weight = single ? d.weight(d.begin) : 1;
      result_.rows.push_back({.input = names_[d.leaf],
                              .element = element,
                              .output = compared_names_[k],
                              .analytic = exact / weight,
                              .numeric = derivatives[k].value / weight,
                              .verdict = verdict});
      if (gravity(verdict) > gravity(result_.verdict))
        headline(result_.rows.back(), d, exact, derivatives[k], weight);
      good = good && passes(verdict);
    }
    return good;
  }

  // Whether the weighted sum lies between what left and right derivatives of the outputs allow.
  bool lies_in_hull(const Direction& d, double exact) {
    const auto outputs = numeric(d, separate);
    double middle = 0, reach = 0;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const double weight = (*weights_of_outputs_)[k];
      middle += weight * outputs[k].value;
      reach += std::abs(weight) * allowed(outputs[k].value, outputs[k]);
      if (outputs[k].has_kink()) reach += std::abs(weight * outputs[k].jump) / 2;
    }
    return std::ranges::any_of(outputs, [](const auto& o) { return o.has_kink(); }) &&
           std::abs(exact - middle) <= reach;
  }

  bool check_halves(const Direction& d) {
    --halvings_left_;
    const std::size_t middle = d.begin + (d.end - d.begin) / 2;
    return check_direction({d.leaf, d.begin, middle, d.weights}) &&
           check_direction({d.leaf, middle, d.end, d.weights});
  }

  double allowed(double exact, const differences::Derivative& n) const {
    const double scale = std::max(std::abs(exact), std::abs(n.value));
    return options_.atol + options_.rtol * scale + std::min(n.error, 10 * options_.rtol * scale) + n.noise;
  }

  GradcheckVerdict judge(double exact, const differences::Derivative& n) const {
    if (!n.finite || !std::isfinite(exact)) return GradcheckVerdict::not_finite;
    const double tolerance = allowed(exact, n);
    if (n.has_kink()) {
      const double low = std::min(n.left(), n.right()), high = std::max(n.left(), n.right());
      const double slack = 2 * tolerance + n.jump_error;
      return exact >= low - slack && exact <= high + slack ? GradcheckVerdict::kink : GradcheckVerdict::wrong;
    }
    return std::abs(exact - n.value) <= tolerance ? GradcheckVerdict::ok : GradcheckVerdict::wrong;
  }

  void headline(const GradcheckRow& row, const Direction& d, double exact, const differences::Derivative& n,
                double weight) {
    result_.input = row.input + row.element;
    result_.analytic = row.analytic;
    result_.numeric = row.numeric;
    const std::string where = fmt::format("{} for {}", result_.input, row.output);
    if (row.verdict == GradcheckVerdict::not_finite) {
      fail(row.verdict, fmt::format("not finite: at {} the analytic derivative is {:g} and {}", where,
                                    positive_nan(row.analytic),
                                    n.finite ? fmt::format("the numeric one {:g}", row.numeric)
                                             : std::string("the function has no finite values around it")));
    } else if (row.verdict == GradcheckVerdict::wrong) {
      fail(
          row.verdict,
          fmt::format("wrong derivative at {}: analytic {}, numeric {} +- {:.1e}, difference {:.3e}, "
                      "allowed {:.1e}{}",
                      where, row.analytic, row.numeric, n.error / std::abs(weight),
                      std::abs(row.analytic - row.numeric), allowed(exact, n) / std::abs(weight), remark(n)));
      wrong_.leaf = d.leaf;
      wrong_.tangent.assign(base_[d.leaf].size(), 0.0);
      for (std::size_t i = d.begin; i < d.end; ++i) wrong_.tangent[i] = d.weight(i);
    } else {
      result_.verdict = row.verdict;
      result_.passed = options_.allow_kinks;
      result_.message = fmt::format("gradcheck: {}a kink or tie at {}: left {}, right {}, analytic {}",
                                    options_.allow_kinks ? "ok but for " : "", where, n.left() / weight,
                                    n.right() / weight, row.analytic);
    }
  }

  bool passes(GradcheckVerdict v) const { return gravity(v) < (options_.allow_kinks ? 2 : 1); }

  // What a failure has to tell beside its headline.
  void explain() {
    if (result_.passed) return;
    constexpr std::size_t most_rows = 8;
    if (result_.verdict == GradcheckVerdict::wrong && !computes_in_float32_) {
      const std::string culprits = blame({leaves_[wrong_.leaf], wrong_.tangent,
                                          [this](double t) {
                                            if (t == 0)
                                              evaluate();
                                            else
                                              at(wrong_.leaf, wrong_.tangent, t);
                                          }},
                                         options_);
      if (!culprits.empty()) result_.message += "\n  " + culprits;
    }
    std::vector<GradcheckRow> failed = result_.rows;
    std::erase_if(failed, [this](const GradcheckRow& r) { return passes(r.verdict); });
    result_.message += fmt::format("\n{}  {} of {} comparisons failed", table_of(failed, most_rows),
                                   failed.size(), result_.rows.size());
  }

  std::string remark(const differences::Derivative& n) const {
    if (computes_in_float32_)
      return "; the function returns float32, too coarse for differences: convert with to()";
    if (n.error <= 1e-3 * std::abs(n.value) + 1e-6) return {};
    return "; the differences do not settle: the function jumps here, or it rounds to float32 on the way";
  }

  const Function& f_;
  GradcheckOptions options_;
  Generator generator_;
  std::vector<Tensor> all_, leaves_;
  std::vector<std::string> names_;
  std::vector<Values> base_;
  std::vector<Shape> output_shapes_;
  Values y0_;
  std::optional<Values> weights_of_outputs_;    // of the one number compared along random directions
  std::vector<std::string> compared_names_;     // of each number compared
  std::vector<std::vector<Values>> gradients_;  // of each number compared, by each input
  bool computes_in_float32_ = false;
  int halvings_left_ = 256;
  struct {
    std::size_t leaf = 0;
    Values tangent;
  } wrong_;  // the direction that the headline is about
  GradcheckResult result_;
};

}  // namespace

GradcheckResult compare(const Function& f, const Inputs& inputs, const GradcheckOptions& options) {
  return Checker(f, inputs, options).run();
}

}  // namespace xg::gradcheck_detail
