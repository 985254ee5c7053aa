#include "summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "../core/node.hpp"
#include "../core/random_guard.hpp"
#include "../core/saved_hooks.hpp"
#include "../core/text_table.hpp"

namespace xg::detail {
namespace {

Shape shape_of(const Edge& e) {
  if (e.leaf) return e.leaf->shape;
  return e.node ? e.node->output(e.output).shape : Shape();
}

Shape batch_of(const Shape& matrices) { return Shape(std::span(matrices.begin(), matrices.size() - 2)); }

// Each factor may be transposed, so the length that is summed over follows from what else it holds. One factor
// that is on the tape is enough.
std::int64_t adds_of_product(const Node& node) {
  const Shape& y = node.output(0).shape;
  if (y.size() < 2) return 0;
  Shape batch = batch_of(y);
  std::int64_t inner = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const Shape x = shape_of(node.edges()[i]);
    if (x.size() < 2) continue;
    batch = broadcast_shapes("summary", batch, batch_of(x));
    const std::int64_t outer = y[y.size() - 2 + i];
    if (outer != 0) inner = x[x.size() - 2] * x[x.size() - 1] / outer;
  }
  return count(batch) * y[y.size() - 2] * y[y.size() - 1] * inner;
}

// Every place of the convolution's output meets all weights of its channel; `output` is the side of the op that
// has these places.
std::int64_t adds_of_convolution(const Shape& output, const Shape& weight) {
  return weight.empty() || weight[0] == 0 ? 0 : count(output) * (count(weight) / weight[0]);
}

std::int64_t multiply_adds_of(const Node& node) {
  constexpr std::array products{"matmul",    "mm",           "bmm",    "mv",      "dot",     "vdot",
                                "linear",    "addmm",        "addmv",  "addr",    "baddbmm", "addbmm",
                                "multi_dot", "chain_matmul", "einsum", "bilinear"};
  const std::string_view name = node.name();
  if (std::ranges::find(products, name) != products.end()) return adds_of_product(node);
  if (!name.starts_with("conv")) return 0;
  const Shape weight = shape_of(node.edges()[1]);
  return name.starts_with("conv_transpose") || name.ends_with("_input")
             ? adds_of_convolution(shape_of(node.edges()[0]), weight)
             : adds_of_convolution(node.output(0).shape, weight);
}

std::string layer_of(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? std::string() : path.substr(0, dot);
}

class Run final : public TapeObserver {
 public:
  Run(const std::vector<NamedTensor>& tensors, const std::vector<Tensor>& inputs) {
    for (const auto& [path, t] : tensors)
      if (t.defined()) {
        paths_.emplace(&t.impl(), path);
        known_.insert(t.impl().storage.get());
      }
    for (const Tensor& t : inputs) known_.insert(t.impl().storage.get());
  }

  void saved(const Tensor& x) {
    // Held, so that no address is seen twice.
    held_.push_back(x);
    if (known_.insert(x.impl().storage.get()).second)
      saved_bytes_ += static_cast<std::int64_t>(x.impl().storage->bytes());
  }

  void recorded(Node& node, std::span<const Tensor>) const override {
    OpSummary op{.layer = {},
                 .op = node.name(),
                 .output = node.output(0).shape,
                 .multiply_adds = multiply_adds_of(node),
                 .saved_bytes = std::exchange(saved_bytes_, 0)};
    for (const Edge& e : node.edges()) {
      const auto path = paths_.find(e.leaf.get());
      if (path == paths_.end()) continue;
      if (op.layer.empty()) op.layer = layer_of(path->second);
      if (used_.insert(e.leaf.get()).second) op.parameters += count(e.leaf->shape);
    }
    if (op.layer.empty()) op.layer = node.scope();
    ops_.push_back(std::move(op));
  }

  std::vector<OpSummary> take() { return std::move(ops_); }

 private:
  std::unordered_map<const TensorImpl*, std::string> paths_;
  std::unordered_set<const Storage*> known_;
  std::vector<Tensor> held_;
  // Observers are told through a const interface.
  mutable std::unordered_set<const TensorImpl*> used_;
  mutable std::int64_t saved_bytes_ = 0;
  mutable std::vector<OpSummary> ops_;
};

}  // namespace

std::vector<OpSummary> summarize_run(const std::vector<NamedTensor>& tensors,
                                     const std::vector<Tensor>& inputs, const std::function<void()>& run) {
  Run observer(tensors, inputs);
  const RandomGuard random;
  const SavedTensorHooks hooks(
      [&observer](const Tensor& x) {
        observer.saved(x);
        return x;
      },
      [](const Tensor& x) { return x; });
  Mode during = mode();
  during.recording = true;
  during.observer = &observer;
  const ModeGuard guard(during);
  run();
  return observer.take();
}

std::string summary_text(const std::vector<NamedTensor>& tensors, const std::vector<OpSummary>& ops) {
  std::vector<std::vector<std::string>> rows{
      {"layer", "op", "output", "parameters", "multiply-adds", "kept for backward"}};
  const auto number = [](std::int64_t n) { return n == 0 ? "-" : with_commas(n); };
  std::int64_t multiply_adds = 0, saved_bytes = 0, elements = 0, trained = 0;
  for (const OpSummary& op : ops) {
    rows.push_back({op.layer, op.op, to_string(op.output), number(op.parameters), number(op.multiply_adds),
                    op.saved_bytes == 0 ? "-" : human_bytes(op.saved_bytes)});
    multiply_adds += op.multiply_adds;
    saved_bytes += op.saved_bytes;
  }
  for (const auto& [path, t] : without_repeats(tensors)) {
    if (!t.defined()) continue;
    elements += t.numel();
    if (t.requires_grad()) trained += t.numel();
  }
  return fmt::format("{}total {} elements, {} trained; {} multiply-adds; {} kept for backward\n",
                     text_table(rows, "<<<>>>"), with_commas(elements), with_commas(trained),
                     with_commas(multiply_adds), human_bytes(saved_bytes));
}

}  // namespace xg::detail
