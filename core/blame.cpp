#include "blame.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "checker.hpp"
#include "create.hpp"
#include "differences.hpp"
#include "node.hpp"
#include "small_array.hpp"

namespace xg::gradcheck_detail {
namespace {

double dot(const Values& a, const Values& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}
double size_of_terms(const Values& a, const Values& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus(),
                            [](double x, double y) { return std::abs(x * y); });
}

using Recorded = std::function<void(Node& node, std::span<const Tensor> outputs)>;

class Observer final : public TapeObserver {
 public:
  explicit Observer(Recorded f) : f_(std::move(f)) {}
  void recorded(Node& node, std::span<const Tensor> outputs) const override {
    const NoGrad guard;
    f_(node, outputs);
  }

 private:
  Recorded f_;
};

class Trial {
 public:
  Trial(const Line& line, const GradcheckOptions& options) : line_(line), options_(options) {}

  std::string run() {
    find_ops();
    bool all_tried = true;
    for (std::size_t i = 0; i < ops_.size(); ++i) all_tried = pull(i) && all_tried;
    std::vector<std::string> guilty;
    const auto derivatives = differentiate();
    if (!derivatives) return {};
    for (std::size_t i = 0; i < ops_.size(); ++i)
      if (is_guilty((*derivatives)[i], (*derivatives)[ops_.size() + i])) guilty.push_back(describe(ops_[i]));
    if (guilty.empty() && !all_tried) return {};
    if (guilty.empty())
      return "every op on the tape is right by itself: the function depends on this input past the tape "
             "(detach(), NoGrad, data())";
    return fmt::format("to blame: {}", fmt::join(guilty, "; "));
  }

 private:
  // The cotangent that op `user` gave to an output.
  struct Use {
    std::size_t user;
    Values gradient;
  };
  struct Op {
    Ref<Node> node;
    std::string inside;  // of whose vjp it was recorded
    std::vector<Values> cotangents;
    std::vector<std::vector<Use>> uses;  // of each output
    double slope = 0;                    // of what the leaf itself gives to the right side
  };

  void observe(double t, Recorded f) const {
    const Observer observer(std::move(f));
    Mode during = mode();
    during.observer = &observer;
    const ModeGuard guard(during);
    line_.run(t);
  }

  void find_ops() {
    observe(0, [this](Node& node, std::span<const Tensor>) {
      const Node* outer = current_node();
      numbers_.emplace(&node, ops_.size());
      Op& op = ops_.emplace_back();
      op.node = Ref<Node>::share(&node);
      op.inside = outer ? outer->describe() : std::string();
      op.uses.resize(node.output_count());
    });
  }

  // Fills the cotangents of op i at random, and hands those of its inputs to where these come from. False if it
  // has no vjp, which does not matter to the function if it is never walked.
  bool pull(std::size_t i) {
    Node& node = *ops_[i].node;
    if (node.freed) return false;
    SmallArray<Tensor, 2> g(node.output_count());
    for (std::uint32_t k = 0; k < g.size(); ++k)
      g[k] = normal(node.output(k).shape, 0, 1, {.dtype = node.output(k).dtype}, generator_);
    const auto edges = node.edges();
    std::uint64_t mask = 0;
    for (std::size_t e = 0; e < std::min<std::size_t>(edges.size(), 64); ++e)
      mask |= std::uint64_t{edges[e].leads_somewhere()} << e;
    SmallArray<Tensor, 3> gradients(edges.size());
    try {
      const CurrentNode current(&node);
      const NoGrad guard;
      node.vjp({g.data(), g.size()}, Wanted(mask), {gradients.data(), gradients.size()});
    } catch (const Error&) {
      return false;
    }
    for (const Tensor& c : g) ops_[i].cotangents.push_back(values_of(c));
    for (std::size_t e = 0; e < edges.size(); ++e)
      if (gradients[e].defined()) hand_on(edges[e], i, values_of(gradients[e]));
    return true;
  }

  void hand_on(const Edge& edge, std::size_t user, Values gradient) {
    if (edge.leaf == line_.leaf.ref()) ops_[user].slope += dot(gradient, line_.tangent);
    const auto it = numbers_.find(edge.node.get());
    if (it != numbers_.end()) ops_[it->second].uses[edge.output].push_back({user, std::move(gradient)});
  }

  // Derivatives along the line of <cotangent, outputs> and of <vjp, inputs>, for all ops; none if the function
  // does not do the same everywhere.
  std::optional<std::vector<differences::Derivative>> differentiate() {
    differences::Point origin = sides(0);
    if (diverged_) return {};
    auto found = differences::derivatives([this](double t) { return sides(t); }, origin,
                                          scale() * options_.eps, options_.rtol, options_.atol);
    if (diverged_) return {};
    return found;
  }

  double scale() const {
    const Values base = values_of(line_.leaf);
    double largest = 1;
    for (std::size_t i = 0; i < base.size(); ++i)
      if (line_.tangent[i] != 0) largest = std::max(largest, std::abs(base[i]));
    return largest;
  }

  differences::Point sides(double t) {
    const std::size_t n = ops_.size();
    differences::Point p{Values(2 * n, 0.0), Values(2 * n, 0.0)};
    for (std::size_t i = 0; i < n; ++i) p.values[n + i] = t * ops_[i].slope;
    const auto add = [&](std::size_t at, const Values& a, const Values& b) {
      p.values[at] += dot(a, b);
      p.magnitudes[at] += size_of_terms(a, b);
    };
    std::size_t i = 0;
    observe(t, [&](Node& node, std::span<const Tensor> outputs) {
      if (i == n || std::string_view(node.name()) != ops_[i].node->name()) {
        diverged_ = true;
        return;
      }
      std::size_t k = 0;
      for (const Tensor& y : outputs) {
        if (!is_floating(y.dtype())) continue;
        const Values v = values_of(y);
        if (!ops_[i].cotangents.empty()) add(i, ops_[i].cotangents[k], v);
        for (const Use& use : ops_[i].uses[k]) add(n + use.user, use.gradient, v);
        ++k;
      }
      ++i;
    });
    diverged_ = diverged_ || i != n;
    return p;
  }

  bool is_guilty(const differences::Derivative& left, const differences::Derivative& right) const {
    if (!left.finite || !right.finite || left.has_kink() || right.has_kink()) return false;
    const double allowed =
        10 * (options_.atol + options_.rtol * std::max(std::abs(left.value), std::abs(right.value)) +
              left.error + right.error) +
        left.noise + right.noise;
    return std::abs(left.value - right.value) > allowed;
  }

  static std::string describe(const Op& op) {
    const bool all_on_tape =
        std::ranges::all_of(op.node->edges(), [](const Edge& e) { return e.leads_somewhere(); });
    return fmt::format(
        "the vjp of {}{}{}", op.node->describe(),
        op.inside.empty() ? "" : fmt::format(", recorded by the vjp of {}", op.inside),
        all_on_tape ? "" : ", or an input of it that was taken off the tape (detach(), NoGrad)");
  }

  const Line& line_;
  const GradcheckOptions& options_;
  Generator generator_{0};
  std::vector<Op> ops_;
  std::unordered_map<const Node*, std::size_t> numbers_;
  bool diverged_ = false;
};

}  // namespace

std::string blame(const Line& line, const GradcheckOptions& options) { return Trial(line, options).run(); }

}  // namespace xg::gradcheck_detail
