#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <memory>
#include <sstream>
#include <tuple>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/mode.hpp>
#include <xgrad/core/sum_to.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/math.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

using namespace xg;

namespace {

// x^2 with a derivative that is off by a factor.
auto square_off_by(double factor) {
  return custom_op(
      "square", [](const Tensor& x) { return x * x; },
      [factor](const Tensor& g, const Tensor& x) { return g * x * (2 * factor); });
}

Tensor relu_of(const Tensor& x) { return where(x > 0, x, 0); }

struct Linear {
  int in{}, out{};
  Tensor weight = randn({out, in}, {.requires_grad = true});
  Tensor bias = zeros({out}, {.requires_grad = true});
  Tensor operator()(const Tensor& x) const { return matmul(x, transpose(weight, 0, 1)) + bias; }
};

struct Block {
  int n{};
  Linear fc1{n, 2 * n};
  Linear fc2{2 * n, n};
  Tensor operator()(const Tensor& x) const { return fc2(tanh(fc1(x))); }
};

struct Model {
  std::vector<Block> blocks = {{4}, {4}, {4}};
  Tensor scale = ones({4});  // not trained
  Tensor operator()(Tensor x) const {
    for (const Block& b : blocks) x = x + b(x);
    return x * scale;
  }
};

// What a GoogleTest assertion looks like to a value.
struct AssertionLike {
  explicit AssertionLike(bool success) : good(success) {}
  const char* message() const { return text.c_str(); }
  const char* failure_message() const { return text.c_str(); }
  AssertionLike& operator<<(const std::string& more) {
    text += more;
    return *this;
  }
  bool good;
  std::string text;
};

bool contains(const std::string& text, const std::string& piece) { return text.find(piece) != text.npos; }

}  // namespace

TEST_CASE("right derivatives pass, whatever way the function takes its inputs") {
  const Tensor a = randn({3, 4}), b = randn({4});
  CHECK(gradcheck([](const Tensor& x) { return exp(x) * sin(x); }, a));
  CHECK(gradcheck([](const Tensor& x, const Tensor& y) { return x * exp(y); }, {a, b}));
  CHECK(gradcheck([](auto x, auto y) { return x * y; }, {a, b}));
  CHECK(gradcheck([](const auto&... x) { return (x * ...); }, {a, b}));
  CHECK(gradcheck([](const std::vector<Tensor>& x) { return x[0] * x[1]; }, {a, b}));
  CHECK(gradcheck([](const Tensor& x, const Tensor& y) { return x * y; }, std::vector<Tensor>{a, b}));
  CHECK(gradcheck([](const std::vector<Tensor>& x) { return x[0] * x[1]; }, std::vector<Tensor>{a, b}));
}

TEST_CASE("functions of several outputs are checked in each of them") {
  const Tensor x = randn({5});
  CHECK(gradcheck([](const Tensor& v) { return std::tuple{exp(v), sin(v)}; }, x));
  CHECK(gradcheck([](const Tensor& v) { return std::array{exp(v), sin(v)}; }, x));
  CHECK(gradcheck([](const Tensor& v) { return std::vector{exp(v), sin(v)}; }, x));
  const auto result = gradcheck([](const Tensor& v) { return std::tuple{exp(v), square_off_by(2)(v)}; }, x);
  CHECK_FALSE(result);
  CHECK(contains(result.message, "output 1[0]"));
}

TEST_CASE("outputs that are integers are passed by") {
  CHECK(gradcheck([](const Tensor& x) { return max(x, 1, false); }, rand({3, 4})));
}

TEST_CASE("integer inputs are passed through") {
  const Tensor index = arange(2);
  CHECK(gradcheck([](const Tensor& x, const Tensor& i) { return index_select(x, 0, i) * 2; },
                  {randn({3, 2}), index}));
}

TEST_CASE("a factor of 1.001 is rejected, element and values named") {
  const auto result = gradcheck(square_off_by(1.001), tensor({{1, 2}, {3, 4}}));
  CHECK_FALSE(result);
  CHECK(result.verdict == GradcheckVerdict::wrong);
  CHECK(result.input == "input 0[0,0]");
  CHECK(result.analytic == doctest::Approx(2.002));
  CHECK(result.numeric == doctest::Approx(2));
  CHECK(contains(result.message,
                 "wrong derivative at input 0[0,0] for output 0[0,0]: analytic 2.002, numeric"));
}

TEST_CASE("a factor of 1.001 is rejected along random directions, and the element is found") {
  CHECK(gradcheck(square_off_by(1), randn({60, 50})));
  const auto wrong_at_one = custom_op(
      "square", [](const Tensor& x) { return x * x; },
      [](const Tensor& g, const Tensor& x) {
        Tensor factor = full({60, 50}, 2, {.dtype = float64});
        factor.mutable_data<double>()[17 * 50 + 31] = 2.002;
        return g * x * factor;
      });
  const auto result = gradcheck(wrong_at_one, full({60, 50}, 1.5));
  CHECK(result.verdict == GradcheckVerdict::wrong);
  CHECK(result.input == "input 0[17,31]");
  CHECK(std::abs(result.analytic / result.numeric) == doctest::Approx(1.001).epsilon(1e-6));
}

TEST_CASE("a broadcast sum that was forgotten is rejected") {
  const auto add = custom_op(
      "add", [](const Tensor& a, const Tensor& b) { return a + b; },
      [](const Tensor& g, const Tensor&, const Tensor&) {
        return std::tuple{g, select(g, 0, 0)};
      });
  const auto result = gradcheck(add, {randn({3, 4}), randn({4})});
  CHECK(result.verdict == GradcheckVerdict::wrong);
  CHECK(result.input == "input 1[0]");
  const auto shapeless = custom_op(
      "add", [](const Tensor& a, const Tensor& b) { return a + b; },
      [](const Tensor& g, const Tensor&, const Tensor&) {
        return std::tuple{g, g};
      });
  CHECK_THROWS_WITH_AS(
      gradcheck(shapeless, {randn({3, 4}), randn({4})}),
      "[backward] the vjp of 'add' [3, 4] returned [3, 4] for input 1 of shape [4]: sum it to "
      "that shape (sum_to)",
      GraphError);
}

TEST_CASE("a swapped transpose is rejected") {
  const auto product = custom_op(
      "product", [](const Tensor& a, const Tensor& b) { return matmul(a, b); },
      [](const Tensor& g, const Tensor& a, const Tensor& b) {
        return std::tuple{matmul(g, transpose(b, 0, 1)), matmul(a, g)};
      });
  const auto result = gradcheck(product, {randn({3, 3}), randn({3, 3})});
  CHECK(result.verdict == GradcheckVerdict::wrong);
  CHECK(contains(result.input, "input 1["));
}

TEST_CASE("a wrong second derivative behind a right first one is rejected by gradgradcheck only") {
  const auto square = custom_op(
      "square", [](const Tensor& x) { return x * x; },
      [](const Tensor& g, const Tensor& x) { return g * 2 * x.detach(); });
  CHECK(gradcheck(square, randn({3})));
  const auto result = gradgradcheck(square, randn({3}));
  CHECK(result.verdict == GradcheckVerdict::wrong);
  CHECK(contains(result.message, "second order: gradcheck: wrong derivative at input 0[0]"));
}

TEST_CASE("gradgradcheck names the cotangent whose gradient is wrong") {
  // Linear in x, so that only the way back through g can be wrong.
  const auto triple = custom_op(
      "triple", [](const Tensor& x) { return x * 3; },
      [](const Tensor& g, const Tensor&) { return g * 2 + g.detach(); });
  CHECK(gradcheck(triple, randn({3})));
  CHECK(gradgradcheck(triple, randn({3})).input == "cotangent 0[0]");
}

TEST_CASE("right second derivatives pass") {
  CHECK(gradgradcheck([](const Tensor& x) { return exp(x) * sin(x); }, randn({3, 2})));
  CHECK(gradgradcheck([](const Tensor& x, const Tensor& y) { return x * exp(y); },
                      {randn({3, 2}), randn({2})}));
  CHECK(gradgradcheck([](const Tensor& x) { return x * 3; }, randn({4})));
}

TEST_CASE("a kink is told from a wrong derivative") {
  const Tensor x = tensor({1, 0, -1});
  const auto result = gradcheck(relu_of, x);
  CHECK(result);
  CHECK(result.verdict == GradcheckVerdict::kink);
  CHECK(result.input == "input 0[1]");
  CHECK(contains(result.message, "ok but for a kink or tie at input 0[1] for output 0[1]: left 0, right 1"));
  CHECK_FALSE(gradcheck(relu_of, x, {.allow_kinks = false}));
  CHECK(gradcheck([](const Tensor& v) { return abs(v); }, x).verdict == GradcheckVerdict::kink);
}

TEST_CASE("a derivative that does not lie between left and right is wrong at a kink too") {
  const auto relu = custom_op("relu", relu_of,
                              [](const Tensor& g, const Tensor& x) { return g * where(x >= 0, 1, 0) * 1.1; });
  CHECK(gradcheck(relu, zeros({1})).verdict == GradcheckVerdict::wrong);
}

TEST_CASE("points near a kink are no kinks, points too near to tell are") {
  CHECK(gradcheck(relu_of, tensor({0.01, -0.001, 1e-5})).verdict == GradcheckVerdict::ok);
  CHECK(gradcheck(relu_of, tensor({1e-12})).verdict == GradcheckVerdict::kink);
}

TEST_CASE("a tie of maxima is a kink") {
  const Tensor x = tensor({1, 3, 3, 2});
  CHECK(gradcheck([](const Tensor& v) { return amax(v); }, x).verdict == GradcheckVerdict::kink);
  CHECK(gradcheck([](const Tensor& a, const Tensor& b) { return maximum(a, b); }, {x, x}).verdict ==
        GradcheckVerdict::kink);
}

TEST_CASE("kinks everywhere do not hide behind each other along random directions") {
  const auto result = gradcheck(relu_of, zeros({3, 4}), {.full_up_to = 0});
  CHECK(result);
  CHECK(result.verdict == GradcheckVerdict::kink);
  Tensor mostly_smooth = ones({40, 40});
  mostly_smooth.mutable_data<float>()[70] = 0;
  const auto wrong = custom_op("relu", relu_of,
                               [](const Tensor& g, const Tensor& x) { return g * where(x > 0, 1.001, 0.0); });
  CHECK(gradcheck(wrong, mostly_smooth).verdict == GradcheckVerdict::wrong);
}

TEST_CASE("a function that differs between two calls is not deterministic") {
  Generator generator(1);
  const auto noisy = [&](const Tensor& x) { return x + normal({3}, 0, 1e-9, {.dtype = float64}, generator); };
  const auto result = gradcheck(noisy, zeros({3}));
  CHECK_FALSE(result);
  CHECK(result.verdict == GradcheckVerdict::nondeterministic);
  CHECK(contains(result.message, "not deterministic: output 0[0] was "));
}

TEST_CASE("values and derivatives that are not finite are reported") {
  const auto log_of = [](const Tensor& x) { return log(x); };
  const auto negative = gradcheck(log_of, tensor({1, -1}));
  CHECK(negative.verdict == GradcheckVerdict::not_finite);
  CHECK(contains(negative.message, "output 0[1] is nan at the given inputs"));
  const auto edge = gradcheck([](const Tensor& x) { return sqrt(x); }, tensor({0}));
  CHECK(edge.verdict == GradcheckVerdict::not_finite);
  CHECK(contains(edge.message, "the analytic derivative is inf and the function has no finite values"));
}

TEST_CASE("steps shrink where the function changes fast or ends nearby") {
  CHECK(gradcheck([](const Tensor& x) { return log(x); }, tensor({1e-4, 1e-2, 1, 1e4})));
  CHECK(gradcheck([](const Tensor& x) { return sin(x * 100) * 1000; }, randn({5})));
}

TEST_CASE("inputs that do nothing have derivative zero, and must not matter in truth either") {
  CHECK(gradcheck([](const Tensor& x, const Tensor&) { return x * 2; }, {randn({2}), randn({2})}));
  CHECK(gradcheck([](const Tensor&) { return ones({2}); }, randn({2})));
  CHECK(gradcheck([](const Tensor& x) { return x.detach() * 2; }, randn({2})).verdict ==
        GradcheckVerdict::wrong);
  CHECK_FALSE(gradcheck([](const Tensor& x) { return x * x.detach(); }, randn({2})));
}

TEST_CASE("a jump and a detour through float32 are hinted at") {
  const auto step = custom_op(
      "step", [](const Tensor& x) { return where(x > 0, 1.0, x * 0); },
      [](const Tensor& g, const Tensor&) { return g * 0; });
  CHECK(contains(gradcheck(step, zeros({1})).message, "the differences do not settle"));
  CHECK(contains(gradcheck([](const Tensor& x) { return to(exp(x), float32); }, randn({2})).message,
                 "the function returns float32"));
}

TEST_CASE("0-d and empty inputs are checked") {
  CHECK(gradcheck([](const Tensor& x) { return exp(x); }, scalar(0.3)));
  CHECK(gradcheck(square_off_by(2), scalar(0.3)).input == "input 0");
  CHECK(gradcheck([](const Tensor& x) { return exp(x); }, zeros({0, 3})));
}

TEST_CASE("a check leaves its inputs and the mode of recording as they were") {
  const Tensor x = randn({3});
  const NoGrad guard;
  CHECK_FALSE(gradcheck(square_off_by(2), x));
  CHECK(x.version() == randn({3}).version());
  CHECK_FALSE(x.requires_grad());
  CHECK_FALSE(mode().recording);
}

TEST_CASE("inputs with names are called by them") {
  Tensor x = randn({2});
  x.set_name("temperature");
  CHECK(gradcheck(square_off_by(2), x).input == "temperature[0]");
}

TEST_CASE("no floating input, or a function of another number of inputs, is an error") {
  CHECK_THROWS_WITH_AS(gradcheck([](const Tensor& x) { return x; }, arange(3)),
                       "[gradcheck] no floating input: pass at least one float32 or float64 tensor, or a "
                       "model with a tensor that asks for a gradient",
                       ValueError);
  CHECK_THROWS_WITH_AS(
      gradcheck([](const Tensor& x) { return x; }, std::vector<Tensor>{ones({1}), ones({1})}),
      "[gradcheck] the function takes neither 2 tensors nor one std::vector<Tensor>", ValueError);
}

TEST_CASE("models are checked in all their parameters") {
  manual_seed(3);
  Model net;
  const Tensor x = randn({2, 4});
  const auto loss = [&](const Model& m) { return mean(m(x) * m(x)); };
  CHECK(gradcheck(loss, net));
  CHECK(gradgradcheck(loss, net, {.directions = 1}));
}

TEST_CASE("a wrong derivative in a model is named by its path") {
  manual_seed(3);
  Model net;
  const Tensor x = randn({2, 4});
  const auto wrong_at_one = custom_op(
      "identity", [](const Tensor& w) { return w * 1; },
      [](const Tensor& g, const Tensor&) {
        Tensor factor = ones({8, 4}, {.dtype = float64});
        factor.mutable_data<double>()[3 * 4 + 2] = 1.5;
        return g * factor;
      });
  const auto result = gradcheck(
      [&](Model& m) {
        const Tensor hidden = matmul(x, transpose(wrong_at_one(m.blocks[2].fc1.weight), 0, 1));
        return sum(hidden * hidden);
      },
      net);
  CHECK(result.verdict == GradcheckVerdict::wrong);
  CHECK(result.input == "blocks.2.fc1.weight[3,2]");
  CHECK(contains(result.message, "wrong derivative at blocks.2.fc1.weight[3,2] for output 0"));
}

TEST_CASE("a tensor that stands in two places of a model is one parameter") {
  struct Tied {
    Tensor first = randn({2}, {.requires_grad = true});
    Tensor second = first;
  } net;
  const auto result = gradcheck(
      [](const Tied& m) {
        CHECK(m.first.is_same(m.second));
        return square_off_by(2)(m.second);
      },
      net);
  CHECK(result.input == "first[0]");
}

TEST_CASE("a model gets its own tensors back, even when the function throws") {
  Model net;
  const Tensor weight = net.blocks[0].fc1.weight, scale = net.scale;
  Dtype inside = float32;
  CHECK_THROWS_AS(gradcheck(
                      [&](const Model& m) -> Tensor {
                        inside = m.scale.dtype();
                        throw ValueError("stop");
                      },
                      net),
                  ValueError);
  CHECK(inside == float64);
  CHECK(net.blocks[0].fc1.weight.is_same(weight));
  CHECK(net.scale.is_same(scale));
}

TEST_CASE("the result prints itself to streams, fmt and assertions that take text") {
  const GradcheckResult result = gradcheck(square_off_by(2), scalar(1));
  std::ostringstream out;
  out << result;
  CHECK(out.str() == result.message);
  CHECK(fmt::format("{}", result) == result.message);
  const AssertionLike assertion = result;
  CHECK_FALSE(assertion.good);
  CHECK(assertion.text == result.message);
}
