#include "backward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "anomaly.hpp"
#include "copy.hpp"
#include "create.hpp"
#include "loop.hpp"
#include "node.hpp"

namespace xg {
namespace {

template <class T> void add_kernel(const void*, std::size_t n, const Stream* streams) {
  dispatch([&](auto isa) {
    using L = lane<T, decltype(isa)>;
    map_streams<L, false>(
        n, streams, [](const L& a, const L& b) { return a + b; }, std::index_sequence<0, 1>(),
        std::index_sequence<0>());
  });
}

// y is dense and of the shape and dtype of a and b.
void add_into(const Tensor& y, const Tensor& a, const Tensor& b) {
  const LoopKernel kernel = y.dtype() == float32 ? add_kernel<float> : add_kernel<double>;
  if (a.is_contiguous() && b.is_contiguous()) {
    const Stream streams[] = {
        {a.impl().data, true, false}, {b.impl().data, true, false}, {y.impl().data, true, false}};
    return run_dense(static_cast<std::size_t>(y.numel()), size_of(y.dtype()), streams, kernel, nullptr);
  }
  LoopOperand operands[] = {LoopOperand::input(a, y.shape()), LoopOperand::input(b, y.shape()),
                            LoopOperand::output(y)};
  run_loop(y.shape(), y.dtype(), operands, 2, kernel, nullptr);
}

// Nobody else can see the memory: the handle, the storage and the tape are ours alone.
bool is_private(const Tensor& t) {
  return t.ref()->unique() && t.impl().storage->unique() && t.impl().storage->owned() && !t.requires_grad() &&
         t.is_contiguous();
}

using Hook = std::function<Tensor(const Tensor&)>;

// Walks on several threads may end in the same leaves.
std::mutex leaves_mutex;

// One walk over the tape. A node is processed when its rank is the highest one left: all its users have been.
class Walk {
 public:
  Walk(BackwardOptions options, bool accumulates) : options_(options), accumulates_(accumulates) {}
  ~Walk() { give_up(); }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  /// Gradients of this tensor are handed out by gradient_of(); then only nodes that lead to one of them are
  /// walked.
  void capture(const Tensor& t) {
    if (t.node())
      captured_nodes_[{t.node(), t.impl().output_index}] = Tensor();
    else
      captured_leaves_[&t.impl()] = Tensor();
  }
  Tensor gradient_of(const Tensor& t) const {
    return t.node() ? captured_nodes_.at({t.node(), t.impl().output_index}) : captured_leaves_.at(&t.impl());
  }

  void seed(const Tensor& root, const Tensor& g) {
    if (Node* n = root.node()) {
      roots_.push_back(Ref<Node>::share(n));
      deliver(*n, root.impl().output_index, g);
    } else {
      deliver_leaf(root.ref(), g);
    }
  }

  void run() {
    detail::ProfiledSpan span;
    span.open(detail::Profiled::walk, accumulates_ ? "backward()" : "grad()", "");
    if (!accumulates_) mark_needed();
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end());
      Node* const node = heap_.back().node;
      heap_.pop_back();
      visit(*node);
    }
    finish_leaves();
  }

 private:
  struct Entry {
    std::uint64_t rank;
    std::uint64_t order;  // of arrival: ties are processed in a fixed order
    Node* node;
    bool operator<(const Entry& o) const { return rank != o.rank ? rank < o.rank : order > o.order; }
  };
  using Output = std::pair<const Node*, std::uint32_t>;
  struct OutputHash {
    std::size_t operator()(const Output& o) const {
      return std::hash<const Node*>()(o.first) * 31 + o.second;
    }
  };

  bool recording() const { return options_.create_graph; }

  // Without this mark grad() would walk to leaves that nobody asked for. Each node is reached once.
  void mark_needed() {
    std::vector<Node*> all;
    std::unordered_map<const Node*, bool> seen;
    for (const auto& r : roots_)
      if (seen.emplace(r.get(), true).second) all.push_back(r.get());
    for (std::size_t i = 0; i < all.size(); ++i)
      for (const Edge& e : all[i]->edges())
        if (e.node && seen.emplace(e.node.get(), true).second) all.push_back(e.node.get());
    std::ranges::sort(all, {}, [](const Node* n) { return n->rank(); });
    for (Node* n : all)
      if (std::ranges::any_of(n->edges(), [&](const Edge& e) { return leads_to_captured(e); }))
        needed_[n] = true;
  }
  bool leads_to_captured(const Edge& e) const {
    if (e.leaf) return captured_leaves_.contains(e.leaf.get());
    return e.node && (needed_.contains(e.node.get()) || captured_nodes_.contains({e.node.get(), e.output}));
  }
  bool wants(const Edge& e) const { return accumulates_ ? e.leads_somewhere() : leads_to_captured(e); }

  static void add_to(Tensor& sum, Tensor g) {
    sum = sum.defined() ? accumulate(std::move(sum), g) : std::move(g);
  }

  void deliver(Node& node, std::uint32_t output, Tensor g) {
    const void* nobody = nullptr;
    if (node.walked_by.compare_exchange_strong(nobody, this, std::memory_order_acq_rel)) {
      heap_.push_back({node.rank(), arrivals_++, &node});
      std::push_heap(heap_.begin(), heap_.end());
    } else if (nobody != this) {
      throw GraphError(
          fmt::format("[backward] {} is being walked by another thread: graphs that share ops must be "
                      "walked one after the other",
                      node.describe()));
    }
    add_to(node.cotangent(output), std::move(g));
  }

  void deliver_leaf(const Ref<TensorImpl>& leaf, Tensor g) { add_to(gradient_of_leaf(leaf), std::move(g)); }

  // The first few leaves are found faster one by one than by a hash.
  Tensor& gradient_of_leaf(const Ref<TensorImpl>& leaf) {
    constexpr std::size_t searched = 8;
    const std::size_t known = leaves_.size();
    for (std::size_t i = 0; i < std::min(searched, known); ++i)
      if (leaves_[i].first == leaf) return leaves_[i].second;
    if (known >= searched) {
      const auto [it, fresh] = leaf_index_.try_emplace(leaf.get(), known);
      if (!fresh) return leaves_[it->second].second;
    }
    return leaves_.emplace_back(leaf, Tensor()).second;
  }

  static void release(Node& node) {
    for (std::size_t k = 0; k < node.output_count(); ++k) node.cotangent(k) = Tensor();
    node.walked_by.store(nullptr, std::memory_order_release);
  }

  void visit(Node& node) {
    SmallArray<Tensor, 2> g(node.output_count());
    take_cotangents(node, g);
    for (const auto& [output, hook] : node.hooks())
      if (Tensor replaced = hook(g[output]); replaced.defined())
        g[output] = checked_hook(node, output, replaced);
    for (std::uint32_t k = 0; k < g.size() && !captured_nodes_.empty(); ++k)
      if (auto it = captured_nodes_.find({&node, k}); it != captured_nodes_.end()) it->second = g[k];
    if (!accumulates_ && !needed_.contains(&node)) return;
    if (node.freed)
      throw GraphError(
          fmt::format("[backward] {} was walked before and what it saved is gone: pass "
                      "{{.retain_graph = true}} to the first walk",
                      node.describe()));
    const auto edges = node.edges();
    SmallArray<Tensor, 3> grads(edges.size());
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(edges.size(), 64); ++i)
      mask |= std::uint64_t{wants(edges[i])} << i;
    {
      const CurrentNode current(&node);
      detail::ProfiledSpan span;
      if (detail::is_profiled()) [[unlikely]]
        span.open(detail::Profiled::vjp, node.name(), node.scope().c_str());
      node.vjp({g.data(), g.size()}, Wanted(mask), {grads.data(), grads.size()});
    }
    if (!options_.retain_graph && !options_.create_graph) {
      node.release();
      node.freed = true;
    }
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (!grads[i].defined() || !wants(edges[i])) continue;
      check_gradient(node, i, grads[i]);
      if (edges[i].node)
        deliver(*edges[i].node, edges[i].output, std::move(grads[i]));
      else
        deliver_leaf(edges[i].leaf, std::move(grads[i]));
    }
  }

  static void take_cotangents(Node& node, SmallArray<Tensor, 2>& g) {
    for (std::size_t k = 0; k < g.size(); ++k) {
      g[k] = std::move(node.cotangent(k));
      if (!g[k].defined()) g[k] = zeros(node.output(k).shape, {.dtype = node.output(k).dtype});
    }
    release(node);
  }

  static Tensor checked_hook(const Node& node, std::uint32_t output, const Tensor& g) {
    if (g.shape() != node.output(output).shape)
      throw GraphError(fmt::format("[backward] a hook on {} returned a gradient of shape {}", node.describe(),
                                   to_string(g.shape())));
    return g;
  }

  void check_gradient(const Node& node, std::size_t input, const Tensor& g) const {
    const Edge& edge = node.edges()[input];
    const Shape& expected = edge.node ? edge.node->output(edge.output).shape : edge.leaf->shape;
    if (g.shape() != expected)
      throw GraphError(
          fmt::format("[backward] the vjp of {} returned {} for input {} of shape {}: sum it to that "
                      "shape (sum_to)",
                      node.describe(), to_string(g.shape()), input, to_string(expected)));
    if (mode().anomaly) check_gradient_anomaly(node, input, g);
  }

  // Leaves come last and together: an error on the way leaves every .grad as it was.
  void finish_leaves() {
    for (auto& [leaf, g] : leaves_) {
      for (const Hook& hook : hooks_of(*leaf))
        if (Tensor replaced = hook(g); replaced.defined()) g = checked_hook(*leaf, replaced);
      if (g.dtype() != leaf->dtype) g = to(g, leaf->dtype);
      if (auto it = captured_leaves_.find(leaf.get()); it != captured_leaves_.end()) it->second = g;
    }
    if (!accumulates_) return;
    const std::lock_guard lock(leaves_mutex);
    for (auto& [leaf, g] : leaves_)
      if (leaf->requires_grad) add_to_leaf(*leaf, std::move(g));
  }

  void add_to_leaf(TensorImpl& leaf, Tensor g) const {
    if (!leaf.leaf) leaf.leaf = new LeafState;
    Tensor& sum = leaf.leaf->grad;
    if (sum.defined())
      sum = accumulate(std::move(sum), g);
    else if ((recording() && g.requires_grad()) || is_private(g))
      sum = std::move(g);
    else
      sum = clone(g);  // two leaves may be handed one gradient, and a user may write to either
  }

  // A copy, since hooks run without the lock: they may walk graphs themselves.
  static std::vector<Hook> hooks_of(const TensorImpl& leaf) {
    const std::lock_guard lock(leaves_mutex);
    return leaf.leaf ? leaf.leaf->hooks : std::vector<Hook>();
  }

  static Tensor checked_hook(const TensorImpl& leaf, const Tensor& g) {
    if (g.shape() != leaf.shape)
      throw GraphError(fmt::format("[backward] a hook on a leaf {} {} returned a gradient of shape {}",
                                   to_string(leaf.dtype), to_string(leaf.shape), to_string(g.shape())));
    return g;
  }

  void give_up() {
    for (const Entry& e : heap_) release(*e.node);
  }

  BackwardOptions options_;
  bool accumulates_;
  std::uint64_t arrivals_ = 0;
  std::vector<Ref<Node>> roots_;
  std::vector<Entry> heap_;
  std::vector<std::pair<Ref<TensorImpl>, Tensor>> leaves_;
  std::unordered_map<const TensorImpl*, std::size_t> leaf_index_;
  std::unordered_map<const Node*, bool> needed_;
  std::unordered_map<Output, Tensor, OutputHash> captured_nodes_;
  std::unordered_map<const TensorImpl*, Tensor> captured_leaves_;
};

// The cotangent of output i, a one if the user gave none.
Tensor cotangent_for(const char* verb, const Tensor& y, const std::vector<Tensor>& given, std::size_t i) {
  if (!y.requires_grad())
    throw GraphError(
        fmt::format("[{}] output {} ({}) is not on the tape: no input asks for a gradient, or it was made "
                    "under NoGrad",
                    verb, i, describe(y)));
  if (i >= given.size() || !given[i].defined()) {
    if (y.numel() != 1)
      throw GraphError(
          fmt::format("[{}] output {} has shape {}: only a single number can go without a cotangent; "
                      "pass one, or reduce it with sum() or mean()",
                      verb, i, to_string(y.shape())));
    return ones_like(y);
  }
  if (given[i].shape() != y.shape())
    throw ShapeError(fmt::format("[{}] the cotangent of output {} has shape {}, the output has shape {}",
                                 verb, i, to_string(given[i].shape()), to_string(y.shape())));
  // Ops may pass it on as it is: it must not bring its own tape into a walk that is not recorded.
  return to(mode().recording ? given[i] : given[i].detach(), y.dtype());
}

void seed_all(Walk& walk, const char* verb, const std::vector<Tensor>& outputs,
              const std::vector<Tensor>& given) {
  if (given.size() > outputs.size())
    throw GraphError(fmt::format("[{}] {} cotangents for {} outputs", verb, given.size(), outputs.size()));
  for (std::size_t i = 0; i < outputs.size(); ++i)
    walk.seed(outputs[i], cotangent_for(verb, outputs[i], given, i));
}

}  // namespace

Tensor accumulate(Tensor a, const Tensor& b) {
  if (!mode().recording && is_private(a)) {
    add_into(a, a, b);
    return a;
  }
  Tensor y = empty(a.shape(), a.dtype());
  add_into(y, a, b);
  return record("accumulate", {&a, &b}, std::move(y), [](const Tensor& g) {
    return std::array<Tensor, 2>{g, g};
  });
}

void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& cotangents,
              BackwardOptions options) {
  Walk walk(options, true);
  const GradMode mode(options.create_graph);
  seed_all(walk, "backward", outputs, cotangents);
  walk.run();
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options) {
  Walk walk({options.retain_graph, options.create_graph}, false);
  for (const Tensor& x : inputs) walk.capture(x);
  const GradMode mode(options.create_graph);
  seed_all(walk, "grad", outputs, options.cotangents);
  walk.run();
  std::vector<Tensor> grads;
  for (const Tensor& x : inputs) {
    grads.push_back(walk.gradient_of(x));
    if (!grads.back().defined() && !options.allow_unused)
      throw GraphError(
          fmt::format("[grad] no output depends on input {} ({}): check that it is the tensor that was "
                      "used, or pass {{.allow_unused = true}}",
                      grads.size() - 1, describe(x)));
  }
  return grads;
}

Tensor grad(const Tensor& output, const Tensor& input, const GradOptions& options) {
  return grad(std::vector<Tensor>{output}, std::vector<Tensor>{input}, options)[0];
}

}  // namespace xg
