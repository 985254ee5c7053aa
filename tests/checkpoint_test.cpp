#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/checkpoint.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/format.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/memory.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/core/verbs.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/ops/ops.hpp>

#include "op_table/op_table.hpp"

using namespace xg;

namespace {

// Value, first and second derivatives of an op on results of other ops.
std::vector<Tensor> derivatives(const test::OpRow& row, bool keep) {
  std::vector<Tensor> x;
  for (const Tensor& t : test::draw(row.args)) {
    x.push_back(t.detach());
    if (is_floating(t.dtype())) x.back().requires_grad(true);
  }
  const auto f = [&row](const std::vector<Tensor>& given) {
    std::vector<Tensor> inner;
    for (const Tensor& t : given) inner.push_back(is_floating(t.dtype()) ? t * 1 : t);
    return row.run(inner);
  };
  const Tensor y = keep ? f(x) : checkpoint(f, x);
  std::erase_if(x, [](const Tensor& t) { return !t.requires_grad(); });
  std::vector<Tensor> first =
      grad({y}, x, {.cotangents = {ones_like(y)}, .create_graph = true, .allow_unused = true});
  std::erase_if(first, [](const Tensor& g) { return !g.defined() || !g.requires_grad(); });
  std::vector<Tensor> all = first, weights;
  for (const Tensor& g : first) weights.push_back(ones_like(g));
  for (Tensor& g : grad(first, x, {.cotangents = weights, .allow_unused = true}))
    if (g.defined()) all.push_back(std::move(g));
  all.push_back(y);
  return all;
}

struct Block {
  std::int64_t n = 0;
  nn::Linear fc1{n, 2 * n};
  nn::Dropout drop{0.3};
  nn::Linear fc2{2 * n, n};
  Tensor operator()(const Tensor& x) const { return x + fc2(drop(gelu(fc1(x)))); }
};

struct Net {
  std::vector<Block> blocks{};
};

Net net_of(int depth, std::int64_t n) {
  manual_seed(4);
  Net net;
  for (int i = 0; i < depth; ++i) net.blocks.push_back({n});
  return net;
}

enum class Keep { everything, inputs_of_blocks, input };

Tensor run(const Net& net, Tensor x, Keep keep) {
  const auto by_blocks = [&net, keep](const Tensor& input) {
    Tensor y = input;
    for (const Block& block : net.blocks) y = keep == Keep::everything ? block(y) : checkpoint(block, y);
    return y;
  };
  return keep == Keep::input ? checkpoint(by_blocks, x) : by_blocks(x);
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.data<float>(), b.data<float>(),
                                               static_cast<std::size_t>(a.numel()) * sizeof(float)) == 0;
}

}  // namespace

TEST_CASE("a checkpoint changes no bit of values, gradients and random numbers, with dropout and nested") {
  const Net net = net_of(3, 8);
  const Tensor x = randn({5, 8}, {.requires_grad = true});
  const auto gradients = [&](Keep keep) {
    manual_seed(9);
    const Tensor y = run(net, x, keep);
    std::vector<Tensor> by = parameters(net);
    by.push_back(x);
    std::vector<Tensor> all = grad({sum(y * y)}, by);
    all.push_back(y.detach());
    all.push_back(rand({4}));
    return all;
  };
  const auto expected = gradients(Keep::everything);
  for (const Keep keep : {Keep::inputs_of_blocks, Keep::input}) {
    const auto got = gradients(keep);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(same_bits(got[i], expected[i]));
  }
}

TEST_CASE("backward() fills the parameters of a captured model, and a retained graph can be walked again") {
  Net net = net_of(2, 4);
  eval(net);
  const Tensor x = randn({3, 4});
  const auto weight_gradient = [&](Keep keep, bool twice) {
    zero_grad(net);
    const Tensor loss = sum(square(run(net, x, keep)));
    if (twice) loss.backward({}, {.retain_graph = true});
    loss.backward();
    return net.blocks[0].fc1.weight.grad();
  };
  for (const bool twice : {false, true}) {
    const Tensor expected = weight_gradient(Keep::everything, twice);
    CHECK(same_bits(weight_gradient(Keep::inputs_of_blocks, twice), expected));
    CHECK(same_bits(weight_gradient(Keep::input, twice), expected));
  }
}

TEST_CASE("derivatives of any order go through checkpoints") {
  const auto f = [](const Tensor& a, const Tensor& b) {
    return checkpoint([](const Tensor& u, const Tensor& v) { return tanh(matmul(sin(u), exp(v))); }, a, b);
  };
  const Tensor a = randn({2, 3}), b = randn({3, 2});
  CHECK(gradcheck(f, {a, b}));
  CHECK(gradgradcheck(f, {a, b}));
  const auto plain = [](const Tensor& x) { return sum(exp(sin(x) * x)); };
  const auto kept = [&](const Tensor& x) { return checkpoint(plain, x); };
  const Tensor x = randn({3}, {.dtype = float64}), v = randn({3}, {.dtype = float64});
  CHECK(to_string(hessian(kept, x)) == to_string(hessian(plain, x)));
  CHECK(to_string(jvp(kept, x, v).second) == to_string(jvp(plain, x, v).second));
}

TEST_CASE("every op has the same derivatives inside of a checkpoint") {
  for (const test::OpRow& row : test::op_table()) {
    if (!row.differentiable) continue;
    CAPTURE(row.name);
    const auto expected = derivatives(row, true), got = derivatives(row, false);
    REQUIRE(got.size() == expected.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      REQUIRE(got[k].shape() == expected[k].shape());
      for (std::int64_t i = 0; i < got[k].numel(); ++i) {
        const double a = test::element(got[k], i), b = test::element(expected[k], i);
        CHECK((a == b || (std::isnan(a) && std::isnan(b))));
      }
    }
  }
}

TEST_CASE("a checkpoint runs its function once forward, and once more in backward") {
  int calls = 0;
  const Tensor x = randn({3}, {.requires_grad = true});
  const auto f = [&calls](const Tensor& t) {
    ++calls;
    return exp(sin(exp(t)));
  };
  const Tensor y = sum(checkpoint(f, x));
  CHECK(calls == 1);
  y.backward();
  CHECK(calls == 2);
  no_grad([&] { return checkpoint(f, x); });
  CHECK(calls == 3);
}

TEST_CASE("several outputs, and inputs that are no tensors") {
  const Tensor x = tensor({1, 2}, {.dtype = float64, .requires_grad = true});
  const auto f = [](const Tensor& t, double factor) { return std::tuple{sin(t) * factor, exp(exp(t))}; };
  const auto [a, b] = checkpoint(f, x, 3.0);
  const auto [c, d] = f(x, 3.0);
  CHECK(to_string(grad(sum(a * b), x)) == to_string(grad(sum(c * d), x)));
}

TEST_CASE("memory: a chain of checkpoints keeps one tensor a block, a nested one less") {
  const Net net = net_of(16, 64);
  const Tensor x = randn({256, 64}, {.requires_grad = true});
  const auto peak = [&](Keep keep) {
    zero_grad(net);
    empty_cache();
    reset_peak_memory();
    const auto before = memory_stats().bytes_in_use;
    sum(run(net, x, keep)).backward();
    return memory_stats().peak_bytes_in_use - before;
  };
  peak(Keep::everything);
  const auto everything = peak(Keep::everything), blocks = peak(Keep::inputs_of_blocks);
  const std::int64_t one = 256 * 64 * 4;
  CHECK(everything > 16 * 5 * one);
  CHECK(blocks < everything / 3);
  const auto bytes_kept = [&](Keep keep) {
    const auto before = memory_stats().bytes_in_use;
    const Tensor y = run(net, x, keep);
    return memory_stats().bytes_in_use - before;
  };
  CHECK(bytes_kept(Keep::everything) > 16 * 5 * one);
  CHECK(bytes_kept(Keep::inputs_of_blocks) < 20 * one);
  CHECK(bytes_kept(Keep::input) < 3 * one);
}

TEST_CASE("a function that does otherwise the second time is an error") {
  const Tensor x = randn({3}, {.requires_grad = true});
  int calls = 0;
  const auto moody = [&calls](const Tensor& t) {
    return ++calls == 1 ? exp(sin(t * 2)) : exp(sin(cos(t * 2)));
  };
  const Tensor y = sum(checkpoint(moody, x));
  CHECK_THROWS_WITH_AS(
      y.backward(), "[checkpoint] the function saved 2 tensors and then 3: it must do the same in both runs",
      GraphError);
  CHECK_FALSE(x.grad().defined());
  const auto growing = [&calls](const Tensor& t) { return sum(exp(sin(cat({t, zeros({++calls})}, 0)))); };
  const Tensor z = checkpoint(growing, x);
  CHECK_THROWS_AS(z.backward(), GraphError);
}

TEST_CASE("a function that throws leaves no hook behind") {
  const Tensor x = randn({3}, {.requires_grad = true});
  CHECK_THROWS_AS(checkpoint([](const Tensor&) -> Tensor { throw ValueError("stop"); }, x), ValueError);
  CHECK(mode().saved_hooks == nullptr);
}
