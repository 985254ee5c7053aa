#include <fmt/format.h>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/softmax.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

using nn::Reduction;

Reduction reduction(Choices& c) { return c.pick({Reduction::mean, Reduction::sum, Reduction::none}); }

std::string text_of(const std::string& name, const Tensor& x, Reduction r) {
  const char* names[] = {"none", "mean", "sum", "batchmean"};
  return fmt::format("{} {} {}", name, to_string(x.shape()), names[static_cast<int>(r)]);
}

// Values that stay away from these, in fifths, so that differences and hinges stay off their kinks.
Tensor off_kinks(Choices& c, const Shape& shape, double shift) {
  return to(tensor_of(c, {.shape = shape, .low = -10, .high = 10, .dtype = int64}), float64) * 0.25 + shift;
}

Tensor signs(Choices& c, const Shape& shape) {
  return tensor_of(c, {.shape = shape, .low = 0, .high = 2, .dtype = int64}) * 2 - 1;
}

// A loss of two tensors of one shape.
template <class F>
RandomOp of_pair(std::string name, F f, std::vector<Arg> args = {Arg{}, Arg{}}, double shift = 0.09375) {
  return {name, [=](Choices& c) {
            const Shape shape = c.shape(0, 4, 1, 4);
            const Reduction r = reduction(c);
            const auto drawn = [&](Arg arg, double by) {
              arg.shape = shape;
              return arg.low == -2 ? off_kinks(c, shape, by) : tensor_of(c, arg);
            };
            const Tensor x = drawn(args[0], shift), t = drawn(args[1], 0);
            return Sample{.inputs = {x, t},
                          .run = [=](const Inputs& in) { return f(in[0], in[1], r); },
                          .text = text_of(name, x, r),
                          .tolerance32 = 1e-4};
          }};
}

// A loss of scores that signs choose.
template <class F> RandomOp of_signs(std::string name, F f) {
  return {name, [=](Choices& c) {
            const Shape shape = c.shape(0, 4, 1, 4);
            const Reduction r = reduction(c);
            const Tensor x = off_kinks(c, shape, 0.09375), t = signs(c, shape);
            return Sample{.inputs = {x, t},
                          .run = [=](const Inputs& in) { return f(in[0], in[1], r); },
                          .text = text_of(name, x, r)};
          }};
}

// A loss of classes of n samples, or of one, which may have further axes.
template <class F> RandomOp of_classes(std::string name, F f, std::size_t max_axes) {
  return {name, [=](Choices& c) {
            Shape shape = c.shape(1, max_axes, 1, 4), rest = shape;
            rest.erase(shape.size() == 1 ? 0 : 1);
            const std::int64_t classes = shape[shape.size() == 1 ? 0 : 1];
            const Reduction r = reduction(c);
            const Tensor x = distinct_tensor(c, shape);
            const Tensor t =
                tensor_of(c, {.shape = rest, .low = 0, .high = static_cast<double>(classes), .dtype = int64});
            const Tensor weight =
                c.coin() ? tensor_of(c, {.shape = {classes}, .low = 0.5, .high = 2}) : Tensor();
            return Sample{.inputs = {x, t},
                          .run = [=](const Inputs& in) { return f(in[0], in[1], weight, r); },
                          .text = text_of(name, x, r) + (weight.defined() ? " weighted" : "")};
          }};
}

Sample draw_triplet(Choices& c) {
  const Shape shape = c.shape(1, 3, 1, 4);
  const Reduction r = reduction(c);
  const bool swap = c.coin();
  const double p = c.pick({2.0, 3.0});
  const Tensor a = off_kinks(c, shape, 0.09375), b = off_kinks(c, shape, 0), n = off_kinks(c, shape, 0.1875);
  return {.inputs = {a, b, n},
          .run =
              [=](const Inputs& in) {
                return nn::triplet_margin_loss(in[0], in[1], in[2],
                                               {.margin = 1.3, .p = p, .swap = swap, .reduction = r});
              },
          .text = fmt::format("{} p {} swap {}", text_of("triplet_margin_loss", a, r), p, swap),
          .tolerance32 = 1e-4};
}

Sample draw_ctc(Choices& c) {
  const std::int64_t steps = c.integer(1, 6), n = c.integer(1, 3), classes = c.integer(2, 4);
  const std::int64_t longest = c.integer(0, 3);
  const Tensor x = distinct_tensor(c, {steps, n, classes});
  const Tensor labels =
      tensor_of(c, {.shape = {n, longest}, .low = 1, .high = static_cast<double>(classes), .dtype = int64});
  const Tensor lengths =
      tensor_of(c, {.shape = {n}, .low = 0, .high = static_cast<double>(longest + 1), .dtype = int64});
  const Tensor inputs =
      tensor_of(c, {.shape = {n}, .low = 0, .high = static_cast<double>(steps + 1), .dtype = int64});
  const Reduction r = reduction(c);
  return {.inputs = {x},
          .run =
              [=](const Inputs& in) {
                return nn::ctc_loss(log_softmax(in[0], 2), labels, inputs, lengths,
                                    {.reduction = r, .zero_infinity = true});
              },
          .text = text_of("ctc_loss", x, r),
          .tolerance32 = 1e-4};
}

std::vector<RandomOp> ops() {
  const Arg chance{.low = 0.1, .high = 0.9}, count{.low = 1.25, .high = 4};
  return {
      of_pair("mse_loss", [](auto& x, auto& t, Reduction r) { return nn::mse_loss(x, t, {r}); }),
      of_pair("l1_loss", [](auto& x, auto& t, Reduction r) { return nn::l1_loss(x, t, {r}); }),
      of_pair("huber_loss", [](auto& x, auto& t, Reduction r) { return nn::huber_loss(x, t, {r}); }),
      of_pair("smooth_l1_loss", [](auto& x, auto& t, Reduction r) { return nn::smooth_l1_loss(x, t, {r}); }),
      of_pair("poisson_nll_loss",
              [](auto& x, auto& t, Reduction r) {
                return nn::poisson_nll_loss(x, t, {.full = true, .reduction = r});
              },
              {Arg{}, count}),
      of_pair("binary_cross_entropy",
              [](auto& x, auto& t, Reduction r) { return nn::binary_cross_entropy(x, t, {.reduction = r}); },
              {chance, chance}),
      of_pair("binary_cross_entropy_with_logits",
              [](auto& x, auto& t, Reduction r) {
                return nn::binary_cross_entropy_with_logits(x, t, {.reduction = r});
              },
              {Arg{}, chance}),
      of_pair("kl_div", [](auto& x, auto& t, Reduction r) { return nn::kl_div(x, t, {r}); }, {Arg{}, chance}),
      of_signs("soft_margin_loss",
               [](auto& x, auto& t, Reduction r) { return nn::soft_margin_loss(x, t, {r}); }),
      of_signs(
          "hinge_embedding_loss",
          [](auto& x, auto& t, Reduction r) { return nn::hinge_embedding_loss(x, t, {.reduction = r}); }),
      of_classes(
          "cross_entropy",
          [](auto& x, auto& t, auto& w, Reduction r) {
            return nn::cross_entropy(x, t, {.weight = w, .reduction = r});
          },
          4),
      of_classes(
          "nll_loss",
          [](auto& x, auto& t, auto& w, Reduction r) {
            return nn::nll_loss(x, t, {.weight = w, .reduction = r});
          },
          4),
      of_classes(
          "multi_margin_loss",
          [](auto& x, auto& t, auto& w, Reduction r) {
            return nn::multi_margin_loss(x, t, {.margin = 1.03, .weight = w, .reduction = r});
          },
          2),
      {"triplet_margin_loss", draw_triplet},
      {"ctc_loss", draw_ctc},
  };
}

const RandomOps loss_ops(ops);

}  // namespace
}  // namespace xg::test
