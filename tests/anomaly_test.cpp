#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>
#include <xgrad/core/anomaly.hpp>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/mode.hpp>
#include <xgrad/core/node.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/comparison.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/view.hpp>

#include "op_table/op_table.hpp"

using namespace xg;

namespace {

/// Leaves NaN in what the allocator hands out next.
void fill_unused_memory() {
  std::vector<Tensor> used;
  for (std::int64_t bytes = 8; bytes <= 4096; bytes += 8)
    for (int i = 0; i < 6; ++i) used.push_back(full({bytes / 4}, std::numeric_limits<double>::quiet_NaN()));
}

struct Linear {
  Tensor weight = tensor({1, -1}, {.requires_grad = true});
};

struct Model {
  Linear fc1{};
  Linear fc2{};
};

Model named_model() {
  Model net;
  name_parameters(net);
  return net;
}

template <class F> std::string message_of(F&& f) {
  try {
    f();
  } catch (const AnomalyError& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the first NaN of the forward pass names op, shapes, element, scope and parameter") {
  const Model net = named_model();
  const DetectAnomaly guard;
  const Scope encoder("encoder"), layer("layer2");
  CHECK(
      message_of([&] { log(net.fc1.weight); }) ==
      "[log] of float32 [2] made nan at [1] in scope 'encoder/layer2', fed by 'fc1.weight': first non-finite "
      "value of the forward pass");
}

TEST_CASE("parameters further back are named, nearest first") {
  const Model net = named_model();
  const Tensor hidden = net.fc1.weight * net.fc2.weight * 2;
  const DetectAnomaly guard;
  CHECK(message_of([&] { log(hidden - 2); }) ==
        "[log] of float32 [2] made -inf at [0], fed by 'fc1.weight', 'fc2.weight': first non-finite value of "
        "the "
        "forward pass");
}

TEST_CASE("inputs that are not recorded are watched as well") {
  const DetectAnomaly guard;
  CHECK(message_of([] { sqrt(tensor({{1, 2}, {-1, 3}})); }).find("[sqrt] of float32 [2, 2] made ") == 0);
}

TEST_CASE("the first infinite gradient names op, input, scope and parameter") {
  const Model net = named_model();
  const DetectAnomaly guard;
  Tensor y;
  {
    const Scope scope("head");
    y = sum(sqrt(net.fc1.weight - tensor({1, -2})));
  }
  const std::string message = message_of([&] { y.backward(); });
  CHECK(
      message ==
      "[sqrt] the gradient of input 0 float32 [2] is inf at [0] in scope 'head', fed by 'fc1.weight': first "
      "non-finite value of backward");
  CHECK_FALSE(net.fc1.weight.grad().defined());
}

TEST_CASE("a view is searched by its strides") {
  Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  const Tensor transposed = transpose(x, 0, 1);
  CHECK(first_non_finite(transposed).empty());
  x.mutable_data<float>()[3] = std::numeric_limits<float>::infinity();
  CHECK(first_non_finite(transposed) == "inf at [0, 1]");
  CHECK(first_non_finite(slice(x, 0, 0, 1)).empty());
}

TEST_CASE("integer and empty tensors have no anomalies") {
  CHECK(first_non_finite(arange(3)).empty());
  CHECK(first_non_finite(zeros({0})).empty());
}

TEST_CASE("nothing is checked outside of anomaly mode, and guards nest") {
  const Tensor x = tensor({-1}, {.requires_grad = true});
  CHECK_NOTHROW(log(x));
  {
    const DetectAnomaly outer;
    { const DetectAnomaly inner; }
    CHECK_THROWS_AS(log(x), AnomalyError);
  }
  CHECK_NOTHROW(log(x).backward());
}

TEST_CASE("an infinity that is handed in is meant, and a NaN made of it is not") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = randn({3, 3}, {.requires_grad = true});
  const Tensor future = triu(ones({3, 3}), 1) > 0;
  const DetectAnomaly guard;
  CHECK_NOTHROW(sum(square(softmax(where(future, -infinity, x), 1))).backward());
  CHECK_NOTHROW(sum(square(softmax(masked_fill(x, future, -infinity), 1))).backward());
  CHECK_NOTHROW(sum(square(softmax(x + where(future, -infinity, 0), 1))).backward());
  CHECK(message_of([&] { x + where(future, -infinity, 0) * 0; }) ==
        "[mul] of float32 [3, 3] made nan at [0, 1]: first non-finite value of the forward pass");
}

TEST_CASE("an op recorded by hand is checked too") {
  const Tensor x = tensor({1}, {.requires_grad = true});
  const auto bad = [](const Tensor& v) {
    return record("bad", {&v}, full({1}, std::numeric_limits<double>::infinity()),
                  [](const Tensor& g) { return g; });
  };
  CHECK_NOTHROW(bad(x));
  const DetectAnomaly guard;
  CHECK(message_of([&] { bad(x); }) ==
        "[bad] of float32 [1] made inf at [0]: first non-finite value of the forward pass");
}

// Rows that make a NaN or an infinity on their way, to show that the op takes it away or gives it.
constexpr std::array meant{"segment_max", "segment_min", "nansum", "nanmean"};

TEST_CASE("no op is accused that makes finite values of finite ones, whatever its memory held before") {
  for (const test::OpRow& row : test::op_table()) {
    CAPTURE(row.name);
    if (std::ranges::count(meant, std::string(row.name)) > 0) continue;
    std::vector<Tensor> x;
    for (const Tensor& t : test::draw(row.args)) {
      x.push_back(t.detach());
      if (row.differentiable && is_floating(t.dtype())) x.back().requires_grad(true);
    }
    fill_unused_memory();
    const DetectAnomaly guard;
    Tensor y;
    CHECK_NOTHROW(y = row.run(x));
    if (!y.defined() || !y.requires_grad()) continue;
    fill_unused_memory();
    CHECK_NOTHROW(y.backward(ones_like(y)));
  }
}

TEST_CASE("batch_norm is not accused either where it turns its memory round") {
  const Tensor x = randn({64, 8}, {.requires_grad = true}), undefined;
  fill_unused_memory();
  const DetectAnomaly guard;
  CHECK_NOTHROW(sum(square(batch_norm(x, undefined, undefined, undefined, undefined, true))).backward());
}
