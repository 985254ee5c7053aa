#include "activation_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "../core/copy.hpp"

namespace xg::optim {

struct ActivationLog::Kind {
  std::string_view op;
  bool dies = false;  // a unit at 0 has no gradient
  double (*slope)(double) =
      nullptr;  // over its maximum, from the op's value; for ops that are flat at both ends
};

/// Where an activation's input came from.
struct ActivationLog::Origin {
  std::string layer;
  bool channels_first = false;
};

/// Its units are one axis of a dense tensor: element i belongs to unit i / inner % count.
struct ActivationLog::Units {
  std::int64_t count = 1, inner = 1;

  template <class T> void note_alive(const T* y, std::int64_t n, std::vector<bool>& alive) const {
    for (std::int64_t i = 0, unit = 0; i < n; i += inner, unit = unit + 1 == count ? 0 : unit + 1) {
      const auto u = static_cast<std::size_t>(unit);
      if (!alive[u]) alive[u] = std::any_of(y + i, y + i + inner, [](T value) { return value > 0; });
    }
  }
};

namespace {

constexpr std::size_t bins = 40;
// So many values of a large tensor are enough for a histogram and for shares.
constexpr std::int64_t enough_values = 1 << 14;
// Below this part of its largest slope an activation passes too little on to learn by.
constexpr double flat_slope = 0.05;
// The layer before an activation is one or two ops away.
constexpr std::size_t most_ops_back = 64;

std::string layer_of(const std::string& parameter) {
  const std::size_t dot = parameter.rfind('.');
  return dot == std::string::npos ? parameter : parameter.substr(0, dot);
}

bool keeps_channels_first(std::string_view op) {
  return op.starts_with("conv") || op == "batch_norm" || op == "group_norm" || op == "instance_norm";
}

std::int64_t odd_stride(std::int64_t n) {
  return (n / enough_values) | 1;  // odd, so that it runs through the units of any even number
}

template <class T> Histogram histogram_of(const T* y, std::int64_t n) {
  const std::int64_t stride = odd_stride(n);
  Histogram h{.lo = std::numeric_limits<double>::infinity(), .hi = -std::numeric_limits<double>::infinity()};
  for (std::int64_t i = 0; i < n; i += stride) {
    const auto value = static_cast<double>(y[i]);
    if (!std::isfinite(value)) continue;
    h.lo = std::min(h.lo, value);
    h.hi = std::max(h.hi, value);
  }
  if (!(h.lo <= h.hi)) return {};
  h.counts.assign(bins, 0);
  const double scale = h.hi > h.lo ? static_cast<double>(bins) / (h.hi - h.lo) : 0.0;
  for (std::int64_t i = 0; i < n; i += stride) {
    const auto value = static_cast<double>(y[i]);
    if (std::isfinite(value))
      ++h.counts[std::min(bins - 1, static_cast<std::size_t>((value - h.lo) * scale))];
  }
  return h;
}

}  // namespace

ActivationLog::ActivationLog(const std::vector<NamedTensor>& parameters, std::int64_t window,
                             std::vector<std::string> further_ops)
    : window_(window), further_ops_(std::move(further_ops)), used_(parameters.size()) {
  for (const auto& [path, tensor] : parameters) {
    parameters_[&tensor.impl()] = paths_.size();
    paths_.push_back(path);
  }
}

void ActivationLog::begin() {
  for (Tally& t : tallies_) {
    t.alive.assign(t.alive.size(), false);
    t.values = t.flat = 0;
    t.squares = 0;
  }
}

void ActivationLog::end() {
  for (std::size_t k = 0; k < tallies_.size(); ++k) {
    Tally& t = tallies_[k];
    if (t.values == 0) continue;
    const auto values = static_cast<double>(t.values);
    figures_[k].rms = std::sqrt(t.squares / values);
    if (!std::isnan(figures_[k].saturated)) figures_[k].saturated = static_cast<double>(t.flat) / values;
    if (t.alive.empty()) continue;
    std::int64_t dead = 0;
    for (std::size_t u = 0; u < t.alive.size(); ++u) {
      t.quiet[u] = t.alive[u] ? 0 : t.quiet[u] + 1;
      dead += t.quiet[u] >= window_;
    }
    figures_[k].dead = static_cast<double>(dead) / static_cast<double>(t.alive.size());
  }
}

ActivationLog::Pass::Pass(ActivationLog& log)
    : log_(log), before_(mode().observer), first_place_(log.place_) {
  mode().observer = this;
}

ActivationLog::Pass::~Pass() {
  mode().observer = before_;
  for (std::size_t k = 0; k < log_.tallies_.size(); ++k)
    if (log_.tallies_[k].place >= first_place_)
      log_.figures_[k].hidden = log_.tallies_[k].place < log_.last_layer_place_;
}

void ActivationLog::Pass::recorded(Node& node, std::span<const Tensor> outputs) const {
  if (before_) before_->recorded(node, outputs);
  const NoGrad guard;
  log_.note_parameters(node);
  const Kind* kind = log_.kind_of(node.name());
  if (kind && outputs[0].numel() != 0) {
    const Tensor y = contiguous(outputs[0].detach());
    const Origin origin = log_.origin_of(node);
    const std::size_t axis = y.dim() == 0 ? 0 : origin.channels_first && y.dim() > 1 ? 1 : y.dim() - 1;
    Units units{.count = y.dim() == 0 ? 1 : y.shape()[axis]};
    for (std::size_t i = axis + 1; i < y.dim(); ++i) units.inner *= y.shape()[i];
    const std::size_t which = log_.find_or_add(node, origin, units.count);
    log_.measure(which, *kind, y, units);
  }
  ++log_.place_;
}

const ActivationLog::Kind* ActivationLog::kind_of(std::string_view op) const {
  static constexpr std::array<Kind, 24> kinds{{
      {"relu", true},
      {"relu6", true},
      {"sigmoid", false, [](double y) { return 4 * y * (1 - y); }},
      {"tanh", false, [](double y) { return 1 - y * y; }},
      {"softsign", false, [](double y) { return (1 - std::abs(y)) * (1 - std::abs(y)); }},
      {"hardsigmoid", false, [](double y) { return y > 0 && y < 1 ? 1.0 : 0.0; }},
      {"leaky_relu"},
      {"prelu"},
      {"rrelu"},
      {"elu"},
      {"selu"},
      {"celu"},
      {"gelu"},
      {"silu"},
      {"mish"},
      {"softplus"},
      {"hardswish"},
      {"hardtanh"},
      {"tanhshrink"},
      {"softshrink"},
      {"hardshrink"},
      {"threshold"},
      {"log_sigmoid"},
      {"glu"},
  }};
  static constexpr Kind other{};
  const auto* known = std::ranges::find(kinds, op, &Kind::op);
  if (known != kinds.end()) return known;
  return std::ranges::find(further_ops_, op) == further_ops_.end() ? nullptr : &other;
}

ActivationLog::Origin ActivationLog::origin_of(const Node& node) const {
  Origin origin;
  std::vector<const Node*> frontier{&node};
  std::unordered_set<const Node*> seen{&node};
  for (std::size_t i = 0; i < frontier.size() && i < most_ops_back; ++i) {
    origin.channels_first = origin.channels_first || keeps_channels_first(frontier[i]->name());
    for (const Edge& edge : frontier[i]->edges()) {
      const auto found = edge.leaf ? parameters_.find(edge.leaf.get()) : parameters_.end();
      // The weight of prelu is the activation's own.
      if (found != parameters_.end() && i > 0)
        return {layer_of(paths_[found->second]), origin.channels_first};
    }
    for (const Edge& edge : frontier[i]->edges())
      if (edge.node && seen.insert(edge.node.get()).second) frontier.push_back(edge.node.get());
  }
  return origin;
}

std::size_t ActivationLog::find_or_add(const Node& node, const Origin& origin, std::int64_t units) {
  const bool dies = kind_of(node.name())->dies;
  std::size_t same_name = 0;
  for (std::size_t k = 0; k < figures_.size(); ++k) {
    if (figures_[k].op != node.name() || figures_[k].layer != origin.layer) continue;
    if (!dies || static_cast<std::int64_t>(tallies_[k].alive.size()) == units) return k;
    ++same_name;
  }
  ActivationFigures figures{.op = node.name(), .layer = origin.layer, .name = node.name()};
  if (!origin.layer.empty()) figures.name += fmt::format(" after {}", origin.layer);
  if (same_name > 0) figures.name += fmt::format(" ({})", same_name + 1);
  figures_.push_back(std::move(figures));
  Tally tally;
  if (dies) {
    tally.alive.assign(static_cast<std::size_t>(units), false);
    tally.quiet.assign(static_cast<std::size_t>(units), 0);
  }
  tallies_.push_back(std::move(tally));
  return figures_.size() - 1;
}

void ActivationLog::note_parameters(const Node& node) {
  bool takes_data = false, takes_parameter = false;
  for (const Edge& edge : node.edges()) {
    takes_data = takes_data || edge.node;
    const auto found = edge.leaf ? parameters_.find(edge.leaf.get()) : parameters_.end();
    if (found == parameters_.end()) continue;
    takes_parameter = true;
    if (used_[found->second]) continue;
    used_[found->second] = true;
    use_order_.push_back(found->second);
  }
  // A penalty on weights takes no data: it is no layer.
  if (takes_data && takes_parameter) last_layer_place_ = place_;
}

void ActivationLog::measure(std::size_t which, const Kind& kind, const Tensor& y, const Units& units) {
  Tally& tally = tallies_[which];
  ActivationFigures& figures = figures_[which];
  tally.place = place_;
  if (kind.slope) figures.saturated = 0;
  visit_floating("monitor", y.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* data = y.data<T>();
    const std::int64_t n = y.numel();
    for (std::int64_t i = 0, stride = odd_stride(n); i < n; i += stride) {
      const auto value = static_cast<double>(data[i]);
      ++tally.values;
      tally.squares += value * value;
      if (kind.slope) tally.flat += kind.slope(value) < flat_slope;
    }
    if (kind.dies) units.note_alive(data, n, tally.alive);
    figures.latest = histogram_of(data, n);
  });
  if (figures.first.counts.empty()) figures.first = figures.latest;
}

}  // namespace xg::optim
