#include "elementwise.hpp"

#include <fmt/format.h>

#include "copy.hpp"
#include "strided.hpp"
#include "sum_to.hpp"

namespace xg::detail {
namespace {

// A number, or the one element of a tensor, repeated over 64 bytes so that a kernel can load it as a lane.
struct Spread {
  alignas(64) std::byte bytes[spread_bytes];

  void fill(Dtype compute, double value) {
    if (compute == float32)
      std::fill_n(reinterpret_cast<float*>(bytes), spread_bytes / sizeof(float), static_cast<float>(value));
    else
      std::fill_n(reinterpret_cast<double*>(bytes), spread_bytes / sizeof(double), value);
  }
};

// One place in memory, seen with any shape.
bool is_one_element(const TensorImpl& t) {
  for (std::size_t axis = 0; axis < t.shape.size(); ++axis)
    if (t.shape[axis] == 0 || (t.shape[axis] != 1 && t.strides[axis] != 0)) return false;
  return true;
}

double first_element(const Tensor& x) {
  return visit_dtype(x.dtype(),
                     [&]<class T>(std::type_identity<T>) { return static_cast<double>(*x.data<T>()); });
}

// Collects the operands of one loop and runs it, by the short way when all of them are dense.
class LoopCall {
 public:
  LoopCall(const Shape& shape, Dtype compute) : shape_(shape), compute_(compute), numel_(count(shape)) {}

  void number(double value) {
    Spread& s = spreads_[count_];
    s.fill(compute_, value);
    add({s.bytes, false, false}, nullptr, Role::number);
  }
  /// x must outlive run().
  void input(const Tensor& x) {
    TensorImpl& t = x.impl();
    const bool whole = t.shape == shape_ && t.dense;
    if (!whole && is_one_element(t)) return number(first_element(x));
    dense_ = dense_ && whole && t.dtype == compute_;
    add({t.data, true, false}, &t, Role::input);
  }
  void output(const Tensor& y) { add({y.impl().data, true, false}, &y.impl(), Role::output); }
  void sum(const Tensor& y) {
    dense_ = false;
    add({y.impl().data, true, true}, &y.impl(), Role::sum);
  }
  void no_output() { add({nullptr, true, false}, nullptr, Role::nobody); }
  void end_inputs() { inputs_ = count_; }

  void run(const LoopKernel (&kernels)[2], const void* functors) {
    if (numel_ == 0) return;
    const LoopKernel kernel = kernels[compute_ == float64];
    if (dense_)
      return run_dense(static_cast<std::size_t>(numel_), size_of(compute_), {streams_.data(), count_}, kernel,
                       functors);
    std::array<LoopOperand, max_operands> operands;
    for (std::size_t k = 0; k < count_; ++k) operands[k] = operand(k);
    run_loop(shape_, compute_, {operands.data(), count_}, inputs_, kernel, functors);
  }

 private:
  enum class Role : std::uint8_t { number, input, output, sum, nobody };

  void add(Stream stream, TensorImpl* impl, Role role) {
    streams_[count_] = stream;
    impls_[count_] = impl;
    roles_[count_++] = role;
  }
  LoopOperand operand(std::size_t k) {
    switch (roles_[k]) {
      case Role::number:
        return {spreads_[k].bytes, Strides::filled(shape_.size(), 0), compute_, false};
      case Role::nobody:
        return {nullptr, contiguous_strides(shape_), compute_, false};
      default:
        break;
    }
    const TensorImpl& t = *impls_[k];
    return {t.data, broadcast_strides(t.shape, t.strides, shape_), t.dtype, roles_[k] == Role::sum};
  }

  const Shape& shape_;
  Dtype compute_;
  std::int64_t numel_;
  std::size_t count_ = 0, inputs_ = 0;
  bool dense_ = true;
  // Filled as far as count_ goes; clearing them all would cost more than a small op.
  std::array<Stream, max_operands> streams_;
  std::array<TensorImpl*, max_operands> impls_;
  std::array<Role, max_operands> roles_;
  std::array<Spread, max_operands> spreads_;
};

Tensor zeros_of(const Shape& shape, Dtype dtype) {
  Tensor t = empty(shape, dtype);
  std::memset(t.impl().data, 0, static_cast<std::size_t>(t.numel()) * size_of(dtype));
  return t;
}

class ElementwiseNode final : public Node {
 public:
  ElementwiseNode(const char* name, const ElementwiseRule& rule, const void* functors,
                  std::span<const Operand* const> inputs, std::span<const Tensor> outputs, Dtype compute)
      : Node(name, inputs.size()),
        rule_(rule),
        functors_(rule.box(functors)),
        compute_(compute),
        inputs_(rule.keeps_inputs() ? inputs.size() : 0),
        outputs_(rule.keeps_outputs() ? outputs.size() : 0) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i]->is_tensor()) connect(i, inputs[i]->tensor());
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs[i]->is_tensor())
        inputs_[i].saved = Saved::unseen(inputs[i]->tensor());
      else
        inputs_[i].number = inputs[i]->value();
    }
    for (std::size_t k = 0; k < outputs_.size(); ++k)
      outputs_[k] = SavedOutput::unseen(outputs[k], static_cast<std::uint32_t>(k));
  }

  void vjp(std::span<const Tensor> g, Wanted wanted, std::span<Tensor> grads) override {
    if (rule_.passes_on)
      pass_on(g[0], wanted, grads);
    else if (mode().recording)
      record_vjp(g, wanted, grads);
    else
      run_vjp(g, wanted, grads);
    for (std::size_t i = 0; i < grads.size(); ++i)
      if (grads[i].defined() && grads[i].dtype() != input_dtype(i)) grads[i] = to(grads[i], input_dtype(i));
  }

  void release() noexcept override {
    for (Input& in : inputs_) in.saved = Saved();
    for (SavedOutput& y : outputs_) y = SavedOutput();
    functors_.box = {};
  }

  void hand_to_hooks() override {
    for (Input& in : inputs_) in.saved.hand_to_hooks();
    for (SavedOutput& y : outputs_) y.hand_to_hooks();
  }

 private:
  struct Input {
    Saved saved;
    double number = 0;  // where no tensor is saved
  };

  // Asked only of inputs that lead somewhere.
  const Shape& input_shape(std::size_t i) const {
    const Edge& e = edges()[i];
    return e.node ? e.node->output(e.output).shape : e.leaf->shape;
  }
  Dtype input_dtype(std::size_t i) const {
    const Edge& e = edges()[i];
    return e.node ? e.node->output(e.output).dtype : e.leaf->dtype;
  }
  bool gets_gradient(std::size_t i, Wanted wanted) const { return wanted[i] && edges()[i].leads_somewhere(); }

  void pass_on(const Tensor& g, Wanted wanted, std::span<Tensor> grads) const {
    for (std::size_t i = 0; i < grads.size(); ++i)
      if (gets_gradient(i, wanted)) grads[i] = sum_to(g, input_shape(i));
  }

  // One fused pass over memory: all cotangents and kept tensors in, all gradients out.
  void run_vjp(std::span<const Tensor> g, Wanted wanted, std::span<Tensor> grads) {
    const Shape& shape = output(0).shape;
    LoopCall call(shape, compute_);
    for (const Tensor& t : g) call.input(t);
    for (const Input& in : inputs_) in.saved.defined() ? call.input(in.saved.get()) : call.number(in.number);
    for (const SavedOutput& y : outputs_) call.input(y.values());
    call.end_inputs();
    for (std::size_t i = 0; i < grads.size(); ++i) {
      if (!gets_gradient(i, wanted)) {
        call.no_output();
      } else if (input_shape(i) == shape) {
        call.output(grads[i] = empty(shape, compute_));
      } else {
        call.sum(grads[i] = zeros_of(input_shape(i), compute_));
      }
    }
    call.run(rule_.backward, functors_.functors);
  }

  void record_vjp(std::span<const Tensor> g, Wanted wanted, std::span<Tensor> grads) {
    std::vector<Recorded> arguments(g.begin(), g.end());
    for (const Input& in : inputs_)
      arguments.push_back(in.saved.defined() ? Recorded(to(in.saved.get(), compute_)) : Recorded(in.number));
    for (const SavedOutput& y : outputs_) arguments.emplace_back(y.get());
    std::vector<Recorded> partials(grads.size());
    rule_.recorded(functors_.functors, arguments, partials);
    for (std::size_t i = 0; i < grads.size(); ++i) {
      const Recorded& p = partials[i];
      if (!gets_gradient(i, wanted) || (p.is_number() && p.number() == 0)) continue;
      const Tensor whole = p.is_number() ? full(output(0).shape, p.number(), {.dtype = compute_})
                                         : broadcast_to(p.tensor(), output(0).shape);
      grads[i] = sum_to(whole, input_shape(i));
    }
  }

  const ElementwiseRule& rule_;
  BoxedFunctors functors_;
  Dtype compute_;
  SmallArray<Input, 2> inputs_;
  SmallArray<SavedOutput, 1> outputs_;
};

// What the inputs broadcast to: the shape of one of them where that is enough, else `broadcast` is filled.
const Shape& common_shape(const char* name, std::span<const Operand* const> inputs, Shape& broadcast) {
  const Shape* shape = nullptr;
  for (const Operand* o : inputs) {
    if (!o->is_tensor()) continue;
    const Shape& next = o->tensor().shape();
    if (!shape) {
      shape = &next;
    } else if (next != *shape) {
      broadcast = broadcast_shapes(name, *shape, next);
      shape = &broadcast;
    }
  }
  return shape ? *shape : broadcast;
}

void run_forward(const ElementwiseRule& rule, const void* functors, std::span<const Operand* const> inputs,
                 std::span<const Tensor> outputs, const Shape& shape, Dtype compute) {
  LoopCall call(shape, compute);
  for (const Operand* o : inputs) o->is_tensor() ? call.input(o->tensor()) : call.number(o->value());
  call.end_inputs();
  for (const Tensor& y : outputs) call.output(y);
  call.run(rule.forward, functors);
}

}  // namespace

bool has_nan(const Tensor& x) {
  if (x.numel() == 0) return false;
  bool found = false;
  visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* values = x.data<T>();
    for_each_index<1>(x.shape(), {x.strides()}, [&](const Dims&, const std::array<std::int64_t, 1>& at) {
      found = values[at[0]] != values[at[0]];
      return !found;
    });
  });
  return found;
}

void run_elementwise(const char* name, const ElementwiseRule& rule, const void* functors,
                     std::span<const Operand* const> inputs, std::span<Tensor> outputs) {
  Shape broadcast;
  const Shape& shape = common_shape(name, inputs, broadcast);
  Dtype compute = result_dtype(inputs);
  if (!is_floating(compute)) compute = float32;
  for (Tensor& y : outputs) y = empty(shape, compute);
  run_forward(rule, functors, inputs, outputs, shape, compute);
  bool recorded = false;
  for (const Operand* o : inputs) recorded = recorded || (o->is_tensor() && o->tensor().requires_grad());
  const Mode& now = mode();
  if (now.anomaly) {
    std::vector<const Tensor*> tensors;
    for (const Operand* o : inputs)
      if (o->is_tensor()) tensors.push_back(&o->tensor());
    for (const Tensor& y : outputs) check_anomaly(name, tensors, y);
  }
  if (recorded && now.recording) {
    auto node = Ref<Node>::adopt(new ElementwiseNode(name, rule, functors, inputs, outputs, compute));
    Node::adopt_outputs(std::move(node), outputs);
  }
  profile_op(name, outputs[0].impl().storage.get());
}

void run_elementwise_into(const char* name, const ElementwiseRule& rule, const void* functors,
                          std::span<const Operand* const> inputs, std::span<Tensor* const> outputs) {
  Shape broadcast;
  const Shape& shape = common_shape(name, inputs, broadcast);
  const Dtype compute = outputs[0]->dtype();
  if (!is_floating(compute)) throw_not_floating(name, compute);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i]->shape() != shape)
      throw ShapeError(fmt::format("[{}] output {} has shape {}, the result has shape {}", name, i,
                                   to_string(outputs[i]->shape()), to_string(shape)));
    if (outputs[i]->dtype() != compute)
      throw DtypeError(fmt::format("[{}] outputs {} and {}: give them one dtype", name, describe(*outputs[0]),
                                   describe(*outputs[i])));
  }
  const auto base = [](Tensor& t) {
    visit_dtype(t.dtype(), [&]<class T>(std::type_identity<T>) { t.mutable_data<T>(); });
  };
  profile_view();
  for (Tensor* y : outputs) base(*y);
  std::vector<Tensor> targets;
  for (Tensor* y : outputs) targets.push_back(y->is_contiguous() ? *y : empty(shape, compute));
  run_forward(rule, functors, inputs, targets, shape, compute);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!targets[i].is_same(*outputs[i])) copy_elements(targets[i], *outputs[i]);
  profile_op(name, outputs[0]->impl().storage.get());
}

}  // namespace xg::detail
