#include "check.hpp"

#include <fmt/format.h>

#include <limits>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

using Tensors = std::vector<Tensor>;

// The same values in memory with gaps (one axis) or in another order (several); NaN fills the gaps.
Tensor spread(const Tensor& x) {
  if (!is_floating(x.dtype()) || x.dim() == 0) return x;
  Shape shape = x.shape();
  Strides strides;
  Tensor buffer;
  if (x.dim() == 1) {
    buffer = full({2 * x.numel()}, std::numeric_limits<double>::quiet_NaN(), {.dtype = x.dtype()});
    strides = {2};
  } else {
    std::swap(shape[0], shape[shape.size() - 1]);
    buffer = empty(shape, x.dtype());
    strides = buffer.strides();
    std::swap(strides[0], strides[strides.size() - 1]);
  }
  const Tensor view = as_strided(buffer, x.shape(), strides);
  copy_elements(x, view);
  return view;
}

// One run of a case; both memory layouts go through it.
class Run {
 public:
  Run(const Case& c, const Op& op, Arrays& arrays, bool strided, Result& result)
      : case_(c), op_(op), arrays_(arrays), strided_(strided), result_(result) {}

  void operator()() {
    inputs_ = load(case_.inputs);
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (case_.kind == "grad" && case_.differentiable[i]) inputs_[i].requires_grad(true);
    const Call call(case_.input_names, inputs_, case_.attrs);
    outputs_ = op_(call);
    if (const auto name = call.unread()) throw NotImplemented(fmt::format("{} is not passed on", *name));
    compare_all("output", case_.output_names, outputs_, case_.outputs, case_.atol);
    if (case_.kind == "grad") first_order();
  }

 private:
  Tensors load(const std::vector<ArrayName>& names) {
    Tensors all;
    for (const ArrayName& name : names) {
      const Tensor x = name ? to_tensor(arrays_.get(case_.family, *name)) : Tensor();
      all.push_back(x.defined() && strided_ ? spread(x) : x);
    }
    return all;
  }

  // Only what is on the tape and has a cotangent takes part; gradients that nothing reaches are zero.
  static Tensors pull(const Tensors& from, const Tensors& cotangents, const Tensors& to,
                      GradOptions options) {
    Tensors roots;
    for (std::size_t k = 0; k < from.size(); ++k) {
      if (!from[k].defined() || !cotangents[k].defined() || !from[k].requires_grad()) continue;
      roots.push_back(from[k]);
      options.cotangents.push_back(cotangents[k]);
    }
    Tensors wanted;
    for (const Tensor& x : to)
      if (x.defined() && x.requires_grad()) wanted.push_back(x);
    options.allow_unused = true;
    const Tensors found = roots.empty() ? Tensors(wanted.size()) : grad(roots, wanted, options);
    Tensors all;
    auto next = found.begin();
    for (const Tensor& x : to) {
      if (!x.defined() || !x.requires_grad())
        all.emplace_back();
      else
        all.push_back(next->defined() ? *next : zeros_like(x)), ++next;
    }
    return all;
  }

  void first_order() {
    Tensors cotangents = load(case_.cotangents);
    compare_all("vjp", case_.input_names, pull(outputs_, cotangents, inputs_, {.retain_graph = true}),
                case_.vjps, case_.atol);
    if (!case_.jvp && !case_.second) return;
    for (Tensor& g : cotangents)
      if (g.defined()) g.requires_grad(true);
    const Tensors vjps = pull(outputs_, cotangents, inputs_, {.create_graph = true});
    compare_all("recorded vjp", case_.input_names, vjps, case_.vjps, case_.atol);
    second_order(vjps, cotangents);
  }

  // <vjp, v> is linear in the cotangents: its gradient there is the jvp along v.
  void second_order(const Tensors& vjps, const Tensors& cotangents) {
    const Tensors v = load(case_.second ? case_.second->v : case_.jvp->tangents);
    if (case_.jvp)
      compare_all("jvp", case_.output_names, pull(vjps, v, cotangents, {.retain_graph = true}),
                  case_.jvp->outputs, case_.atol);
    if (!case_.second) return;
    Tensors to = cotangents;
    to.insert(to.end(), inputs_.begin(), inputs_.end());
    const Tensors all = pull(vjps, v, to, {});
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(cotangents.size());
    compare_all("second derivative along the cotangent of", case_.output_names, {all.begin(), middle},
                case_.second->grad_cotangents, case_.atol);
    compare_all("second derivative along", case_.input_names, {middle, all.end()}, case_.second->grad_inputs,
                case_.second->atol);
  }

  void compare_all(const char* what, const std::vector<std::string>& roles, const Tensors& got,
                   const std::vector<ArrayName>& references, double atol) {
    if (got.size() != references.size()) {
      note({std::numeric_limits<double>::infinity(),
            fmt::format("{} of them, the reference has {}", got.size(), references.size())},
           what, "count");
      return;
    }
    for (std::size_t i = 0; i < got.size(); ++i)
      if (references[i])
        note(compare(got[i], arrays_.get(case_.family, *references[i]), {case_.rtol, atol}), what, roles[i]);
  }

  // The first failure tells most; what follows from it is left out.
  void note(const Difference& d, const char* what, const std::string& role) {
    if (result_.verdict == Verdict::failed || d.worst <= result_.worst) return;
    result_.worst = d.worst;
    result_.detail = fmt::format("{} {}{}: {}", what, role, strided_ ? " (strided)" : "", d.text);
    if (d.worst > 1) result_.verdict = Verdict::failed;
  }

  const Case& case_;
  const Op& op_;
  Arrays& arrays_;
  bool strided_;
  Result& result_;
  Tensors inputs_, outputs_;
};

}  // namespace

Result check(const Case& c, Arrays& arrays) {
  Result result{.of = &c};
  const Op* op = find_op(c.op);
  if (!op) return {&c, Verdict::missing, 0, c.op};
  try {
    Run(c, *op, arrays, false, result)();
    if (c.strided) Run(c, *op, arrays, true, result)();
  } catch (const NotImplemented& e) {
    return {&c, Verdict::missing, 0, fmt::format("{} ({})", c.op, e.what())};
  } catch (const Error& e) {
    return {&c, Verdict::failed, std::numeric_limits<double>::infinity(), e.what()};
  }
  return result;
}

}  // namespace xg::test
