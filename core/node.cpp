#include "node.hpp"

#include <fmt/format.h>

#include <cmath>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "saved_hooks.hpp"

namespace xg {
namespace {

thread_local Mode thread_mode;
// The vjp that runs, and what it has unpacked.
thread_local constinit struct {
  Node* node = nullptr;
  UnpackedTensor* unpacked = nullptr;
} running;
const std::string no_scope;

// Nodes that died while another one was being destroyed; a list instead of recursion, so that a graph of any
// depth is freed in bounded stack.
thread_local Node* dead_nodes = nullptr;
thread_local bool draining = false;

bool is_watched() { return detail::tape_watchers.load(std::memory_order_relaxed) != 0; }

void pack_saved(Node& n) {
  if (!thread_mode.saved_hooks) return;
  n.hand_to_hooks();
  thread_mode.saved_hooks->pack_pending();
}

void tell_observer(Node& n, std::span<const Tensor> outputs) {
  if (thread_mode.observer) thread_mode.observer->recorded(n, outputs);
}

}  // namespace

Mode& mode() noexcept { return thread_mode; }

Scope::Scope(std::string_view name) : before_(mode().scope) {
  static std::mutex mutex;
  static auto* names = new std::unordered_map<std::string, ScopeName*>;
  std::string path = before_ ? before_->path + "/" : std::string();
  path += name;
  const std::lock_guard lock(mutex);
  ScopeName*& known = (*names)[path];
  if (!known) known = new ScopeName{path};
  mode().scope = known;
  const std::size_t parent = before_ ? before_->path.size() + 1 : 0;
  span_.open(detail::Profiled::scope, known->path.c_str() + parent, known->path.c_str());
}

Node::Node(const char* name, std::size_t inputs) : name_(name), scope_(thread_mode.scope), edges_(inputs) {}

Node::More& Node::more() {
  if (!more_) more_ = std::make_unique<More>();
  return *more_;
}

std::span<const std::pair<std::uint32_t, Node::Hook>> Node::hooks() const {
  if (!more_) return {};
  return more_->hooks;
}

const std::string& Node::scope() const { return scope_ ? scope_->path : no_scope; }

std::string Node::describe() const {
  std::string text = fmt::format("'{}' {}", name_, to_string(first_.shape));
  if (scope_) text += fmt::format(" in scope '{}'", scope_->path);
  return text;
}

void Node::dispose(Node* n) noexcept {
  n->next_dead_ = dead_nodes;
  dead_nodes = n;
  if (draining) return;
  draining = true;
  while (dead_nodes) {
    Node* dead = dead_nodes;
    dead_nodes = dead->next_dead_;
    delete dead;
  }
  draining = false;
}

void Node::connect(std::size_t input, const Tensor& x) {
  if (!x.defined() || !x.requires_grad()) return;
  TensorImpl& impl = x.impl();
  Edge& edge = edges_[input];
  if (!impl.node) {
    edge.leaf = x.ref();
    return;
  }
  edge.node = Ref<Node>::share(impl.node);
  edge.output = impl.output_index;
  rank_ = std::max(rank_, impl.node->rank_ + 1);
}

void Node::adopt_outputs(Ref<Node> node, std::span<Tensor> outputs) {
  if (is_watched()) [[unlikely]]
    pack_saved(*node);
  Node& n = *node;
  for (Tensor& y : outputs) {
    if (!is_floating(y.dtype())) continue;
    n.adopt_output(y);
    // The first output takes over the reference that the node was made with.
    y.impl().node = node ? node.release() : Ref<Node>::share(&n).release();
  }
  if (is_watched()) [[unlikely]]
    tell_observer(n, outputs);
}

void Node::adopt_output(Tensor& y) {
  // The output must be a handle of its own: an op that returns its input unchanged would turn a leaf into a
  // result.
  if (!y.ref()->unique() || y.impl().node || y.impl().leaf) y = y.detach();
  TensorImpl& impl = y.impl();
  impl.output_index = adopted_;
  impl.requires_grad = true;
  Output& output = adopted_++ == 0 ? first_ : more().outputs.emplace_back().output;
  output.shape = impl.shape;
  output.dtype = impl.dtype;
}

Tensor SavedOutput::get() const {
  Tensor y = saved_.get();
  if (!running.node || !mode().recording) return y;
  y = y.detach();
  TensorImpl& impl = y.impl();
  running.node->add_ref();
  impl.node = running.node;
  impl.output_index = index_;
  impl.requires_grad = true;
  return y;
}

bool is_recorded(std::initializer_list<const Tensor*> inputs) {
  if (!thread_mode.recording) return false;
  for (const Tensor* x : inputs)
    if (x->defined() && x->requires_grad()) return true;
  return false;
}

bool is_recorded(std::span<const Tensor> inputs) {
  if (!thread_mode.recording) return false;
  for (const Tensor& x : inputs)
    if (x.defined() && x.requires_grad()) return true;
  return false;
}

Node* current_node() noexcept { return running.node; }
CurrentNode::CurrentNode(Node* node) noexcept : before_(running.node) { running.node = node; }
CurrentNode::~CurrentNode() {
  if (running.unpacked) [[unlikely]]
    detail::drop_unpacked_tensors();
  running.node = before_;
}

UnpackedTensor*& detail::unpacked_tensors() noexcept { return running.unpacked; }

}  // namespace xg
