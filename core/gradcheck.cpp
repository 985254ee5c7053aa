#include "gradcheck.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <ostream>

#include "backward.hpp"
#include "copy.hpp"
#include "create.hpp"
#include "differences.hpp"
#include "mode.hpp"

namespace xg {
namespace gradcheck_detail {
namespace {

using Values = std::vector<double>;

Values values_of(const Tensor& x) {
  const Tensor dense = contiguous(to(x.detach(), float64));
  return {dense.data<double>(), dense.data<double>() + dense.numel()};
}

// "[3,7]" for the row-major number of an element; empty for a 0-d tensor.
std::string element(const Shape& shape, std::size_t linear) {
  if (shape.empty()) return {};
  Dims index = Dims::filled(shape.size(), 0);
  auto rest = static_cast<std::int64_t>(linear);
  for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) index[axis] = rest % shape[axis];
  return fmt::format("[{}]", fmt::join(index.begin(), index.end(), ","));
}

// The sign of a NaN says nothing.
double positive_nan(double v) { return std::isnan(v) ? std::abs(v) : v; }

// Verbs inside of the function put their results on the tape.
Mode differentiating() {
  Mode m = mode();
  m.recording = m.differentiating = true;
  return m;
}

// Away from zero, so that no element goes unseen.
Values random_weights(Generator& generator, std::size_t n) {
  Values w(n);
  generator.fill_uniform(std::span<double>(w), -0.5, 0.5);
  for (double& v : w) v += std::copysign(0.5, v);
  return w;
}

class Check {
 public:
  Check(const Function& f, const Inputs& inputs, const GradcheckOptions& options)
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
    std::int64_t elements = 0;
    for (const Values& b : base_) elements += static_cast<std::int64_t>(b.size());
    if (elements * static_cast<std::int64_t>(y0_.size()) <= options_.full_up_to)
      check_every_element(outputs);
    else
      for (std::int64_t t = 0; t < options_.directions && result_.passed; ++t) check_random_directions();
    if (result_.message.empty())
      result_.message = fmt::format("gradcheck: ok, {} derivatives compared", comparisons_);
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
    return fmt::format("output {}{}", i, element(output_shapes_[i], k));
  }

  std::string input_name(const Direction& d) const {
    const std::string where =
        d.end - d.begin == 1 ? element(leaves_[d.leaf].shape(), d.begin) : " along a random direction";
    return names_[d.leaf] + where;
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
    Values cotangent(y0_.size(), 0.0);
    for (std::size_t k = 0; k < y0_.size(); ++k) {
      cotangent[k] = 1;
      gradients_.push_back(analytic(outputs, cotangent));
      cotangent[k] = 0;
    }
    for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf)
      for (std::size_t i = 0; i < base_[leaf].size(); ++i)
        if (!check_direction({leaf, i, i + 1, nullptr})) return;
  }

  void check_random_directions() {
    if (y0_.size() > 1) weights_of_outputs_ = random_weights(generator_, y0_.size());
    gradients_ = {analytic(evaluate(), weights_of_outputs_.value_or(Values{1}))};
    for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      if (base_[leaf].empty()) continue;
      const Values weights = random_weights(generator_, base_[leaf].size());
      if (!check_direction({leaf, 0, base_[leaf].size(), &weights})) return;
    }
  }

  Values at(const Direction& d, double t) {
    double* x = leaves_[d.leaf].mutable_data<double>();
    const Values& base = base_[d.leaf];
    for (std::size_t i = d.begin; i < d.end; ++i) x[i] = base[i] + t * d.weight(i);
    Values y = flat(evaluate());
    std::copy(base.begin(), base.end(), leaves_[d.leaf].mutable_data<double>());
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
    return differences::derivatives([&](double t) { return view(at(d, t)); }, view(y0_), scale, options_.rtol,
                                    options_.atol);
  }

  // False if the check has failed. A long direction that is wrong or has a kink is halved until single
  // elements are left: they can be named, and a kink in one cannot hide a wrong derivative of another.
  bool check_direction(const Direction& d) {
    const auto derivatives = numeric(d, [this](const Values& y) { return compared(y); });
    for (std::size_t k = 0; k < derivatives.size(); ++k) {
      double exact = 0;
      for (std::size_t i = d.begin; i < d.end; ++i) exact += gradients_[k][d.leaf][i] * d.weight(i);
      ++comparisons_;
      GradcheckVerdict verdict = judge(exact, derivatives[k]);
      if (verdict == GradcheckVerdict::ok) continue;
      const bool single = d.end - d.begin == 1;
      if (!single && halvings_left_ > 0) return check_halves(d);
      // Kinks of several elements or outputs at once, with weights of both signs: "between" needs more care.
      if (!single && derivatives[k].has_kink()) verdict = GradcheckVerdict::kink;
      if (single && weights_of_outputs_ && verdict == GradcheckVerdict::wrong && lies_in_hull(d, exact))
        verdict = GradcheckVerdict::kink;
      if (!report(verdict, d, k, exact, derivatives[k])) return false;
    }
    return true;
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

  // False if the check ends here.
  bool report(GradcheckVerdict verdict, const Direction& d, std::size_t k, double exact,
              const differences::Derivative& n) {
    if (verdict == GradcheckVerdict::kink && result_.verdict == GradcheckVerdict::kink) return true;
    const double weight = d.end - d.begin == 1 ? d.weight(d.begin) : 1;
    result_.input = input_name(d);
    result_.analytic = exact / weight;
    result_.numeric = n.value / weight;
    const std::string where = fmt::format("{} for {}", result_.input, output_name(k));
    if (verdict == GradcheckVerdict::not_finite) {
      fail(verdict, fmt::format("not finite: at {} the analytic derivative is {:g} and {}", where,
                                positive_nan(result_.analytic),
                                n.finite ? fmt::format("the numeric one {:g}", result_.numeric)
                                         : std::string("the function has no finite values around it")));
    } else if (verdict == GradcheckVerdict::wrong) {
      fail(verdict,
           fmt::format("wrong derivative at {}: analytic {}, numeric {} +- {:.1e}, difference {:.3e}, "
                       "allowed {:.1e}{}",
                       where, result_.analytic, result_.numeric, n.error / std::abs(weight),
                       std::abs(result_.analytic - result_.numeric), allowed(exact, n) / std::abs(weight),
                       remark(n)));
    } else {
      result_.verdict = verdict;
      result_.passed = options_.allow_kinks;
      result_.message = fmt::format("gradcheck: {}a kink or tie at {}: left {}, right {}, analytic {}",
                                    options_.allow_kinks ? "ok but for " : "", where, n.left() / weight,
                                    n.right() / weight, result_.analytic);
    }
    return result_.passed;
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
  std::vector<std::vector<Values>> gradients_;  // of each number compared, by each input
  bool computes_in_float32_ = false;
  int halvings_left_ = 256;
  std::size_t comparisons_ = 0;
  GradcheckResult result_;
};

}  // namespace

void throw_arguments(std::size_t inputs) {
  throw ValueError(
      fmt::format("[gradcheck] the function takes neither {} tensors nor one std::vector<Tensor>", inputs));
}

Inputs make_inputs(const std::vector<Tensor>& given) {
  Inputs inputs;
  for (const Tensor& x : given) {
    inputs.names.push_back(x.name().empty() ? fmt::format("input {}", inputs.names.size()) : x.name());
    inputs.tensors.push_back(x);
    if (is_floating(x.dtype())) {
      const NoGrad guard;
      inputs.tensors.back() = clone(to(x.detach(), float64));
      inputs.tensors.back().requires_grad(true);
    }
  }
  return inputs;
}

GradcheckResult first_order(const Function& f, const Inputs& inputs, const GradcheckOptions& options) {
  const ModeGuard guard(differentiating());
  return Check(f, inputs, options).run();
}

GradcheckResult second_order(const Function& f, const Inputs& inputs, const GradcheckOptions& options) {
  const ModeGuard guard(differentiating());
  const auto recorded = [&](const std::vector<Tensor>& x) {
    std::vector<Tensor> outputs = f(x);
    std::erase_if(outputs, [](const Tensor& y) { return !y.defined() || !y.requires_grad(); });
    return outputs;
  };
  std::vector<Tensor> wanted;
  for (const Tensor& x : inputs.tensors)
    if (is_floating(x.dtype())) wanted.push_back(x);
  Inputs both = inputs;
  Generator generator(options.seed + 1);
  for (const Tensor& y : recorded(inputs.tensors)) {
    const Values v = random_weights(generator, static_cast<std::size_t>(y.numel()));
    both.names.push_back(fmt::format("cotangent {}", both.tensors.size() - inputs.tensors.size()));
    both.tensors.push_back(
        from_values(std::span<const double>(v), y.shape(), {.dtype = float64, .requires_grad = true}));
  }
  const auto n = static_cast<std::ptrdiff_t>(inputs.tensors.size());
  const Function gradient = [&](const std::vector<Tensor>& x) {
    const std::vector<Tensor> outputs = recorded({x.begin(), x.begin() + n});
    std::vector<Tensor> grads(wanted.size());
    if (!outputs.empty())
      grads = grad(outputs, wanted,
                   {.cotangents = {x.begin() + n, x.end()}, .create_graph = true, .allow_unused = true});
    for (std::size_t i = 0; i < grads.size(); ++i)
      if (!grads[i].defined()) grads[i] = zeros_like(wanted[i]);
    return grads;
  };
  GradcheckResult result = Check(gradient, both, options).run();
  result.message.insert(0, "second order: ");
  return result;
}

}  // namespace gradcheck_detail

std::ostream& operator<<(std::ostream& out, const GradcheckResult& result) { return out << result.message; }

}  // namespace xg
