#include "gradcheck.hpp"

#include <fmt/format.h>

#include <ostream>
#include <span>

#include "backward.hpp"
#include "checker.hpp"
#include "copy.hpp"
#include "create.hpp"
#include "gradcheck_text.hpp"
#include "mode.hpp"

namespace xg {
namespace gradcheck_detail {
namespace {

// The function (inputs, cotangents) -> gradients, and inputs for it.
struct Gradient {
  Function f;
  Inputs inputs;
};
Gradient gradient_of(const Function& f, const Inputs& inputs, std::uint64_t seed) {
  const auto recorded = [f](const std::vector<Tensor>& x) {
    std::vector<Tensor> outputs = f(x);
    std::erase_if(outputs, [](const Tensor& y) { return !y.defined() || !y.requires_grad(); });
    return outputs;
  };
  std::vector<Tensor> wanted;
  for (const Tensor& x : inputs.tensors)
    if (is_floating(x.dtype())) wanted.push_back(x);
  Inputs both = inputs;
  Generator generator(seed);
  for (const Tensor& y : recorded(inputs.tensors)) {
    const Values v = random_weights(generator, static_cast<std::size_t>(y.numel()));
    both.names.push_back(fmt::format("cotangent {}", both.tensors.size() - inputs.tensors.size()));
    both.tensors.push_back(
        from_values(std::span<const double>(v), y.shape(), {.dtype = float64, .requires_grad = true}));
  }
  const auto n = static_cast<std::ptrdiff_t>(inputs.tensors.size());
  return {[recorded, wanted, n](const std::vector<Tensor>& x) {
            const std::vector<Tensor> outputs = recorded({x.begin(), x.begin() + n});
            std::vector<Tensor> grads(wanted.size());
            if (!outputs.empty())
              grads =
                  grad(outputs, wanted,
                       {.cotangents = {x.begin() + n, x.end()}, .create_graph = true, .allow_unused = true});
            for (std::size_t i = 0; i < grads.size(); ++i)
              if (!grads[i].defined()) grads[i] = zeros_like(wanted[i]);
            return grads;
          },
          std::move(both)};
}

GradcheckResult of_order(int order, const Function& f, const Inputs& inputs,
                         const GradcheckOptions& options) {
  if (order == 1) return compare(f, inputs, options);
  const Gradient gradient = gradient_of(f, inputs, options.seed + 1);
  return of_order(order - 1, gradient.f, gradient.inputs, options);
}

// Verbs inside of the function put their results on the tape.
GradcheckResult check_order(int order, const char* verb, const Function& f, const Inputs& inputs,
                            const GradcheckOptions& options) {
  static constexpr const char* prefixes[] = {"", "second order: ", "third order: "};
  Mode during = mode();
  during.recording = during.differentiating = true;
  const ModeGuard guard(during);
  GradcheckResult result = of_order(order, f, inputs, options);
  result.message.insert(0, order <= 3 ? prefixes[order - 1] : fmt::format("order {}: ", order));
  if (!result) result.message += "\n  repeat: " + reproduction(verb, inputs, options);
  return result;
}

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
  return check_order(1, "gradcheck", f, inputs, options);
}

GradcheckResult second_order(const Function& f, const Inputs& inputs, const GradcheckOptions& options) {
  return check_order(2, "gradgradcheck", f, inputs, options);
}

GradcheckResult all_orders(const Function& f, const Inputs& inputs, const GradcheckOptions& options) {
  if (options.order < 1)
    throw ValueError(
        fmt::format("[check_grads] order {}: derivatives have order 1 or higher", options.order));
  GradcheckResult all;
  for (int order = 1; order <= options.order; ++order) {
    GradcheckResult result = check_order(order, "check_grads", f, inputs, options);
    if (!result) return result;
    result.rows.insert(result.rows.begin(), all.rows.begin(), all.rows.end());
    if (gravity(result.verdict) >= gravity(all.verdict))
      all = std::move(result);
    else
      all.rows = std::move(result.rows);
  }
  if (all.verdict == GradcheckVerdict::ok)
    all.message = fmt::format("check_grads: ok, {} derivatives of orders 1 to {} compared", all.rows.size(),
                              options.order);
  return all;
}

}  // namespace gradcheck_detail

std::string GradcheckResult::table() const { return gradcheck_detail::table_of(rows, rows.size()); }

std::ostream& operator<<(std::ostream& out, const GradcheckResult& result) { return out << result.message; }

}  // namespace xg
