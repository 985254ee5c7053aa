// What every loss must have, run over the table of all of them.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/ops.hpp>

#include "loss_rows.hpp"
#include "support/message_of.hpp"

namespace xg::test {
namespace {

template <class F> void for_each_loss(F f) {
  for (const LossRow& row : losses()) {
    CAPTURE(row.name);
    f(row);
  }
}

constexpr Reduction reductions[] = {Reduction::none, Reduction::mean, Reduction::sum};

Inputs converted(const Inputs& inputs, Dtype dtype) {
  Inputs all;
  for (const Tensor& x : inputs)
    all.push_back(is_floating(x.dtype()) ? clone(to(x, dtype)).requires_grad(true) : x);
  return all;
}

TEST_CASE("losses have the values of plain loops, and reduce them") {
  for_each_loss([](const LossRow& row) {
    const Tensor each = row.run(row.inputs, Reduction::none);
    double total = 0;
    for (std::int64_t i = 0; i < each.numel(); ++i) {
      CAPTURE(i);
      const double expected = row.plain(row.inputs, i);
      CHECK(element(each, i) == doctest::Approx(expected).epsilon(1e-13).scale(1e-2));
      total += expected;
    }
    CHECK(row.run(row.inputs, Reduction::sum).item() == doctest::Approx(total).epsilon(1e-13));
    CHECK(row.run(row.inputs, Reduction::mean).item() ==
          doctest::Approx(total / static_cast<double>(each.numel())).epsilon(1e-13));
  });
}

TEST_CASE("losses have the gradients of differences, of both orders") {
  for_each_loss([](const LossRow& row) {
    for (const Reduction r : reductions) {
      const auto f = [&](const Inputs& in) { return row.run(in, r); };
      CHECK(gradcheck(f, row.inputs, {.allow_kinks = false}));
    }
    const auto f = [&](const Inputs& in) { return row.run(in, Reduction::mean); };
    CHECK(gradgradcheck(f, row.inputs, {.allow_kinks = false}));
  });
}

TEST_CASE("losses in float32 follow those in float64") {
  for_each_loss([](const LossRow& row) {
    const Tensor wide = row.run(row.inputs, Reduction::sum);
    const Tensor narrow = row.run(converted(row.inputs, float32), Reduction::sum);
    CHECK(narrow.dtype() == float32);
    CHECK(narrow.item() == doctest::Approx(wide.item()).epsilon(1e-5));
  });
}

TEST_CASE("losses and their gradients are finite at the extremes") {
  for_each_loss([](const LossRow& row) {
    for (const Inputs& extreme : row.extremes)
      for (const Dtype dtype : {float32, float64}) {
        const Inputs x = converted(extreme, dtype);
        const Tensor loss = row.run(x, Reduction::sum);
        CHECK(std::isfinite(loss.item()));
        loss.backward();
        for (const Tensor& leaf : x)
          if (leaf.requires_grad()) CHECK(all(isfinite(leaf.grad())).item<bool>());
      }
  });
}

TEST_CASE("losses take empty batches") {
  for_each_loss([](const LossRow& row) {
    const std::int64_t n = row.inputs[0].size(0);
    Inputs x;
    for (const Tensor& input : row.inputs) x.push_back(input.size(0) == n ? narrow(input, 0, 0, 0) : input);
    x[0] = clone(x[0]).requires_grad(true);
    CHECK(row.run(x, Reduction::none).numel() == 0);
    CHECK(std::isnan(row.run(x, Reduction::mean).item()));
    const Tensor sum = row.run(x, Reduction::sum);
    CHECK(sum.item() == 0);
    sum.backward();
    CHECK(x[0].grad().shape() == x[0].shape());
  });
}

// The gradient of the first input.
Tensor slope(const std::function<Tensor(const Tensor&)>& loss, const Tensor& at) {
  const Tensor x = clone(at).requires_grad(true);
  loss(x).backward();
  return x.grad();
}

TEST_CASE("at the joint of a hinge the gradient is that of the line, but 0 for losses of classes") {
  const Tensor one = ones({1}, {.dtype = float64}), two = tensor({{1, 0}}, {.dtype = float64});
  const Tensor first = tensor({0}, {.dtype = int64}), labels = tensor({{0, -1}}, {.dtype = int64});
  CHECK(slope([&](const Tensor& x) { return nn::hinge_embedding_loss(x, -one); }, one).item() == -1);
  CHECK(slope([&](const Tensor& x) { return nn::margin_ranking_loss(x, one, one); }, one).item() == -1);
  CHECK(element(
            slope([&](const Tensor& x) { return nn::triplet_margin_loss(two, x, two, {.margin = 0}); }, two),
            0) == doctest::Approx(-std::sqrt(0.5)));
  CHECK(element(slope([&](const Tensor& x) { return nn::multi_margin_loss(x, first); }, two), 0) == 0);
  CHECK(element(slope([&](const Tensor& x) { return nn::multilabel_margin_loss(x, labels); }, two), 0) == 0);
  CHECK(element(slope([&](const Tensor& x) { return nn::l1_loss(x, two); }, two), 0) == 0);
}

TEST_CASE("only kl_div divides by the batch") {
  for_each_loss([](const LossRow& row) {
    if (row.name.starts_with("kl_div")) {
      CHECK(row.run(row.inputs, Reduction::batchmean).item() ==
            doctest::Approx(row.run(row.inputs, Reduction::sum).item() / 3).epsilon(1e-14));
      return;
    }
    const std::string op = row.name.substr(0, row.name.find('/'));
    CHECK(message_of<ValueError>([&] { row.run(row.inputs, Reduction::batchmean); }) ==
          "[" + op + "] reduction batchmean: only kl_div has it, take mean or sum");
  });
}

}  // namespace
}  // namespace xg::test
