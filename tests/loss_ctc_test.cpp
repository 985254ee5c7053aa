#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/ops/ops.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using nn::ctc_loss;
using nn::Reduction;
using test::element;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor whole(std::initializer_list<NestedValues> values) { return tensor(values, {.dtype = int64}); }

Tensor random_log_probs(const Shape& shape, Dtype dtype = float64) {
  Generator random(17);
  return log_softmax(uniform(shape, -2, 2, {.dtype = dtype}, random), -1);
}

using Word = std::vector<std::int64_t>;

// What a path spells: repeats merged, then blanks dropped.
Word spelt(const Word& path, std::int64_t blank) {
  Word word;
  for (std::size_t t = 0; t < path.size(); ++t)
    if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) word.push_back(path[t]);
  return word;
}

// -log of the summed probabilities of all classes^steps paths of sample i that spell the word.
double by_all_paths(const Tensor& log_probs, std::int64_t i, std::int64_t steps, const Word& word,
                    std::int64_t blank) {
  const std::int64_t classes = log_probs.size(2);
  Word path(static_cast<std::size_t>(steps), 0);
  double total = 0;
  for (;;) {
    if (spelt(path, blank) == word) {
      double log_p = 0;
      for (std::int64_t t = 0; t < steps; ++t)
        log_p += log_probs.at({t, i, path[static_cast<std::size_t>(t)]});
      total += std::exp(log_p);
    }
    std::size_t t = 0;
    while (t < path.size() && ++path[t] == classes) path[t++] = 0;
    if (t == path.size()) return -std::log(total);
  }
}

struct Sample {
  Word word;
  std::int64_t steps;
};

void check_by_all_paths(const std::vector<Sample>& samples, std::int64_t blank) {
  const auto n = static_cast<std::int64_t>(samples.size());
  const Tensor log_probs = random_log_probs({6, n, 3});
  Word labels, input_lengths, target_lengths;
  for (const Sample& s : samples) {
    labels.insert(labels.end(), s.word.begin(), s.word.end());
    input_lengths.push_back(s.steps);
    target_lengths.push_back(static_cast<std::int64_t>(s.word.size()));
  }
  const Tensor losses = ctc_loss(log_probs, from_values(labels, {static_cast<std::int64_t>(labels.size())}),
                                 from_values(input_lengths, {n}), from_values(target_lengths, {n}),
                                 {.blank = blank, .reduction = Reduction::none});
  for (std::int64_t i = 0; i < n; ++i) {
    const Sample& s = samples[static_cast<std::size_t>(i)];
    CAPTURE(i);
    CHECK(element(losses, i) ==
          doctest::Approx(by_all_paths(log_probs, i, s.steps, s.word, blank)).epsilon(1e-13));
  }
}

struct Batch {
  Tensor targets = whole({{1, 2, 1}, {2, 2, 0}, {1, 0, 0}, {0, 0, 0}});
  Tensor input_lengths = whole({5, 4, 5, 3}), target_lengths = whole({3, 2, 1, 0});

  Tensor operator()(const Tensor& log_probs, const nn::CtcLossOptions& options = {}) const {
    return ctc_loss(log_probs, targets, input_lengths, target_lengths, options);
  }
};

}  // namespace

TEST_CASE("ctc_loss is the summed probability of all paths that spell the target") {
  check_by_all_paths({{{1, 2}, 6}, {{1, 1}, 5}, {{2, 2, 2}, 6}, {{}, 4}, {{2, 1, 2, 1}, 6}, {{1}, 1}}, 0);
  check_by_all_paths({{{0, 0, 1}, 5}, {{1, 0}, 2}, {{0}, 6}}, 2);
}

TEST_CASE("ctc_loss takes padded targets, targets in a row, and one sample without a batch") {
  const Batch batch;
  const Tensor log_probs = random_log_probs({5, 4, 3});
  const Tensor padded = batch(log_probs, {.reduction = Reduction::none});
  const Tensor in_a_row = ctc_loss(log_probs, whole({1, 2, 1, 2, 2, 1}), batch.input_lengths,
                                   batch.target_lengths, {.reduction = Reduction::none});
  CHECK(all(padded == in_a_row).item<bool>());
  const Tensor alone = ctc_loss(select(log_probs, 1, 0), whole({1, 2, 1}), scalar(5, {.dtype = int64}),
                                scalar(3, {.dtype = int64}), {.reduction = Reduction::none});
  CHECK(alone.shape() == Shape{});
  CHECK(alone.item() == doctest::Approx(element(padded, 0)).epsilon(1e-14));
}

TEST_CASE("ctc_loss takes logits of any memory layout") {
  const Tensor by_sample = transpose(random_log_probs({5, 4, 3}), 0, 1);
  const Tensor copied = transpose(contiguous(by_sample), 0, 1);
  CHECK(Batch()(copied).item() == Batch()(transpose(by_sample, 0, 1)).item());
}

TEST_CASE("the mean of ctc_loss divides by the lengths of the targets first") {
  const Tensor log_probs = random_log_probs({5, 4, 3});
  const Tensor each = Batch()(log_probs, {.reduction = Reduction::none});
  CHECK(Batch()(log_probs, {.reduction = Reduction::sum}).item() == doctest::Approx(sum(each).item()));
  const double mean = (element(each, 0) / 3 + element(each, 1) / 2 + element(each, 2) + element(each, 3)) / 4;
  CHECK(Batch()(log_probs).item() == doctest::Approx(mean).epsilon(1e-14));
}

TEST_CASE("ctc_loss passes gradcheck of both orders, of any numbers and behind a log_softmax") {
  const Tensor x = random_log_probs({5, 4, 3});
  for (const Reduction r : {Reduction::none, Reduction::mean, Reduction::sum})
    CHECK(gradcheck([&](const Tensor& v) { return Batch()(v, {.reduction = r}); }, x));
  const auto of_logits = [](const Tensor& v) { return Batch()(log_softmax(v, 2)); };
  CHECK(gradcheck(of_logits, x));
  CHECK(gradgradcheck([](const Tensor& v) { return Batch()(v); }, x));
  CHECK(gradgradcheck(of_logits, x));
}

TEST_CASE("the gradient of ctc_loss is a distribution over the classes at each step of a sample") {
  Tensor x = random_log_probs({5, 4, 3}).requires_grad(true);
  Batch()(x, {.reduction = Reduction::sum}).backward();
  const Tensor at_steps = sum(x.grad(), {2});
  for (std::int64_t t = 0; t < 5; ++t)
    for (std::int64_t i = 0; i < 4; ++i)
      CHECK(at_steps.at({t, i}) ==
            doctest::Approx(static_cast<double>(t) < Batch().input_lengths.at({i}) ? -1 : 0));
  CHECK(all(x.grad() <= 0.0).item<bool>());
}

TEST_CASE("a target that no path is long enough for costs infinity, or 0, and has no gradient") {
  const Tensor lengths = whole({3, 4}), targets = whole({{2, 2}, {2, 2}}), enough = whole({2, 4});
  for (const bool zero : {false, true}) {
    Tensor x = random_log_probs({4, 2, 3}).requires_grad(true);
    const Tensor losses =
        ctc_loss(x, targets, enough, whole({2, 2}), {.reduction = Reduction::none, .zero_infinity = zero});
    CHECK(element(losses, 0) == (zero ? 0 : infinity));
    CHECK(std::isfinite(element(losses, 1)));
    losses.backward(ones({2}, {.dtype = float64}));
    CHECK(all(select(x.grad(), 1, 0) == 0.0).item<bool>());
    CHECK(sum(select(x.grad(), 1, 1)).item() == doctest::Approx(-4));
  }
  CHECK(std::isfinite(ctc_loss(random_log_probs({4, 2, 3}), targets, lengths, whole({2, 2})).item()));
}

TEST_CASE("ctc_loss of huge logits and of impossible classes is finite") {
  for (const Dtype dtype : {float32, float64}) {
    Tensor logits =
        tensor({{1e4, -1e4, 0}, {-1e4, 1e4, 0}, {0, 1e4, -1e4}, {1e4, 1e4, 1e4}}, {.dtype = dtype})
            .requires_grad(true);
    const Tensor four = scalar(4, {.dtype = int64}), two = scalar(2, {.dtype = int64});
    const Tensor loss = ctc_loss(log_softmax(logits, 1), whole({2, 1}), four, two);
    CHECK(loss.item() == doctest::Approx((1e4 - std::log(4.0 / 3)) / 2).epsilon(1e-6));
    loss.backward();
    CHECK(all(isfinite(logits.grad())).item<bool>());
  }
  Tensor certain = tensor({{-infinity, 0, -infinity}, {0, -infinity, -infinity}, {-infinity, -infinity, 0}},
                          {.dtype = float64})
                       .requires_grad(true);
  const Tensor three = scalar(3, {.dtype = int64}), two = scalar(2, {.dtype = int64});
  const Tensor loss = ctc_loss(certain, whole({1, 2}), three, two);
  CHECK(loss.item() == 0);
  loss.backward();
  CHECK(sum(certain.grad()).item() == doctest::Approx(-1.5));
}

TEST_CASE("ctc_loss of a thousand steps keeps the digits that float32 has for its logarithms") {
  Tensor x = random_log_probs({1000, 2, 5}, float32).requires_grad(true);
  const Tensor targets = randint(1, 5, {2, 100});
  const Tensor loss =
      ctc_loss(x, targets, whole({1000, 900}), whole({100, 80}), {.reduction = Reduction::sum});
  const Tensor wide = ctc_loss(to(x.detach(), float64), targets, whole({1000, 900}), whole({100, 80}),
                               {.reduction = Reduction::sum});
  CHECK(loss.item() == doctest::Approx(wide.item()).epsilon(1e-5));
  loss.backward();
  // Logarithms near -2000 are known to 1e-4, and so are the shares that come of their differences.
  CHECK(sum(x.grad()).item() == doctest::Approx(-1900).epsilon(1e-3));
}
