// What a failed check tells: the op to blame, a table, and a call that repeats it.

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>
#include <xgrad/core/checkpoint.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/custom_op.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/mode.hpp>
#include <xgrad/ops/ops.hpp>

using namespace xg;

namespace {

// x^2 with a derivative that is off by a factor.
Tensor bad_square(const Tensor& x, double factor = 1.001) {
  return custom_op(
      "bad_square", [](const Tensor& v) { return v * v; },
      [factor](const Tensor& g, const Tensor& v) { return g * v * (2 * factor); })(x);
}

bool contains(const std::string& text, const std::string& piece) { return text.find(piece) != text.npos; }

std::string line_of(const std::string& text, const std::string& start) {
  const std::size_t begin = text.find(start);
  return begin == text.npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
}

std::string blamed(const GradcheckResult& result) {
  REQUIRE(result.verdict == GradcheckVerdict::wrong);
  return line_of(result.message, "to blame: ");
}

}  // namespace

TEST_CASE("the op whose vjp is wrong is named, wherever it stands in a composite") {
  const Tensor x = randn({2, 3});
  CHECK(blamed(gradcheck([](const Tensor& t) { return sin(exp(bad_square(t * 0.5)) + 1); }, x)) ==
        "to blame: the vjp of 'bad_square' [2, 3]");
  CHECK(blamed(gradcheck([](const Tensor& t) { return bad_square(softmax(t, 1)); }, x)) ==
        "to blame: the vjp of 'bad_square' [2, 3]");
  CHECK(blamed(gradcheck([](const Tensor& t) { return bad_square(t); }, scalar(0.3))) ==
        "to blame: the vjp of 'bad_square' []");
}

TEST_CASE("its users and its sources are not blamed, though their cotangents and values are wrong with it") {
  const auto f = [](const Tensor& t) {
    const Tensor shared = tanh(t);
    const Tensor bad = bad_square(shared);
    return matmul(bad * shared, transpose(exp(bad), 0, 1)) + sum(shared);
  };
  CHECK(blamed(gradcheck(f, randn({3, 3}))) == "to blame: the vjp of 'bad_square' [3, 3]");
}

TEST_CASE("several culprits are all named, with their scopes") {
  const auto f = [](const Tensor& t) {
    const Scope encoder("encoder");
    const Tensor hidden = bad_square(t);
    const Scope head("head");
    return sin(bad_square(hidden + 1, 0.9));
  };
  CHECK(blamed(gradcheck(f, randn({2}))) ==
        "to blame: the vjp of 'bad_square' [2] in scope 'encoder'; the vjp of 'bad_square' [2] in scope "
        "'encoder/head'");
}

TEST_CASE("the culprit in a large function is found as well") {
  const auto f = [](const Tensor& t) { return mean(square(bad_square(relu(t)) + t)); };
  CHECK(blamed(gradcheck(f, randn({70, 50}))) == "to blame: the vjp of 'bad_square' [70, 50]");
}

TEST_CASE("a tensor that was taken off the tape is told from a wrong vjp") {
  CHECK(blamed(gradcheck([](const Tensor& t) { return exp(t * t.detach()); }, randn({2}))) ==
        "to blame: the vjp of 'mul' [2], or an input of it that was taken off the tape (detach(), NoGrad)");
  const auto result = gradcheck([](const Tensor& t) { return t.detach() * 2; }, randn({2}));
  CHECK(contains(result.message,
                 "every op on the tape is right by itself: the function depends on this input past the tape "
                 "(detach(), NoGrad, data())"));
}

TEST_CASE("in second order the op inside of a vjp is named, and the vjp") {
  const auto square = custom_op(
      "square", [](const Tensor& x) { return x * x; },
      [](const Tensor& g, const Tensor& x) { return g * 2 * x.detach(); });
  const auto result = gradgradcheck([&](const Tensor& x) { return sum(square(x)); }, randn({2}));
  CHECK(
      blamed(result) ==
      "to blame: the vjp of 'mul' [2], recorded by the vjp of 'square' [2], or an input of it that was taken "
      "off the tape (detach(), NoGrad)");
}

TEST_CASE("ops inside of a checkpoint are blamed too") {
  const auto f = [](const Tensor& t) {
    return sum(checkpoint([](const Tensor& v) { return exp(bad_square(v)); }, t));
  };
  CHECK(blamed(gradcheck(f, randn({2}))) == "to blame: the vjp of 'bad_square' [2]");
}

TEST_CASE("an op without a derivative that the check never walks does not stand in the way") {
  const Tensor other = ones({2}, {.requires_grad = true});
  const auto without = custom_op(
      "without", [](const Tensor& x) { return x * 2; },
      [](const Tensor&, const Tensor&) -> Tensor { throw ValueError("[without] has no derivative"); });
  CHECK(blamed(gradcheck([&](const Tensor& t) { return bad_square(t) * without(other); }, randn({2}))) ==
        "to blame: the vjp of 'bad_square' [2]");
}

TEST_CASE("a failure has a table of what failed") {
  const auto f = [](const Tensor& t) { return bad_square(t, 2); };
  const auto result = gradcheck(f, tensor({1, 0, 3}));
  CHECK(result.rows.size() == 9);
  CHECK(result.rows[0].input == "input 0");
  CHECK(result.rows[0].element == "[0]");
  CHECK(result.rows[0].output == "output 0[0]");
  CHECK(result.rows[0].analytic == 4);
  CHECK(result.rows[0].verdict == GradcheckVerdict::wrong);
  CHECK(result.rows[1].verdict == GradcheckVerdict::ok);
  CHECK(contains(result.message,
                 "\n  input       output       analytic  numeric    error  verdict"
                 "\n  input 0[0]  output 0[0]         4        2  2.0e+00  wrong"
                 "\n  input 0[2]  output 0[2]        12        6  6.0e+00  wrong"
                 "\n  2 of 9 comparisons failed"));
  const auto many = gradcheck(f, arange(1.0, 21.0));
  CHECK(contains(many.message, "\n  and 12 more\n  20 of 400 comparisons failed"));
}

TEST_CASE("a check that passes has a table too") {
  const auto result = gradcheck([](const Tensor& t) { return t * 3; }, tensor({1, 2}));
  CHECK(result.message == "gradcheck: ok, 4 derivatives compared");
  CHECK(contains(result.table(), "input 0[1]  output 0[1]         3"));
}

TEST_CASE("every wrong input of a large function is in the table") {
  const auto f = [](const Tensor& a, const Tensor& b, const Tensor& c) {
    return bad_square(a, 2) + b + bad_square(c, 3);
  };
  const auto result = gradcheck(f, {ones({30, 40}), ones({30, 40}), ones({30, 40})});
  CHECK(result.input.starts_with("input 0["));
  CHECK(contains(result.message, "\n  input 2["));
  CHECK_FALSE(contains(result.message, "\n  input 1["));
}

TEST_CASE("a failure can be repeated by one line") {
  const auto f = [](const Tensor& x, const Tensor&) { return bad_square(x); };
  const auto result = gradcheck(f, {tensor({{1, 2}, {-0.5, 1e-30}}), arange(2)}, {.seed = 7});
  CHECK(line_of(result.message, "repeat: ") ==
        "repeat: gradcheck(f, {tensor({{1, 2}, {-0.5, 1.0000000031710769e-30}}, {.dtype = float64}), "
        "tensor({0, 1}, {.dtype = int64})}, {.seed = 7})");
  // As it says:
  const auto again = gradcheck(f,
                               {tensor({{1, 2}, {-0.5, 1.0000000031710769e-30}}, {.dtype = float64}),
                                tensor({0, 1}, {.dtype = int64})},
                               {.seed = 7});
  CHECK(again.message == result.message);
  CHECK(line_of(gradgradcheck([](const Tensor& x) { return bad_square(bad_square(x)); }, scalar(0.5),
                              {.rtol = 1e-5})
                    .message,
                "repeat: ") ==
        "repeat: gradgradcheck(f, {scalar(0.5, {.dtype = float64})}, {.rtol = 1e-05, .seed = 0})");
  CHECK(line_of(gradcheck([](const Tensor& x) { return bad_square(x); }, ones({100})).message, "repeat: ") ==
        "repeat: gradcheck(f, {/* float64 [100] */}, {.seed = 0})");
}

TEST_CASE("a failure in a model is repeated with its parameters") {
  struct Affine {
    Tensor weight = tensor({2, 3}, {.requires_grad = true});
    Tensor bias = zeros({0, 2}, {.requires_grad = true});
  } net;
  const auto result = gradcheck([](const Affine& n) { return bad_square(n.weight); }, net);
  CHECK(line_of(result.message, "repeat: ") ==
        "repeat: net.weight = tensor({2, 3}, {.dtype = float64}); net.bias = zeros({0, 2}, {.dtype = "
        "float64}); "
        "gradcheck(f, net, {.seed = 0})");
}

TEST_CASE("check_grads checks all orders") {
  const auto f = [](const Tensor& x, const Tensor& y) { return exp(x) * sin(y); };
  const auto result = check_grads(f, {randn({2}), randn({2})}, {.order = 3});
  CHECK(result);
  CHECK(result.message.starts_with("check_grads: ok, "));
  CHECK(result.message.ends_with(" derivatives of orders 1 to 3 compared"));
  CHECK(check_grads(f, {randn({2}), randn({2})}).message.ends_with("of orders 1 to 2 compared"));

  // Right twice, wrong the third time.
  const auto inner = custom_op(
      "inner", [](const Tensor& x) { return x * x * 3; },
      [](const Tensor& g, const Tensor& x) { return g * 6 * x.detach(); });
  const auto cube = custom_op(
      "cube", [](const Tensor& x) { return x * x * x; },
      [=](const Tensor& g, const Tensor& x) { return g * inner(x); });
  CHECK(check_grads(cube, randn({2}), {.order = 2}));
  const auto third = check_grads(cube, randn({2}), {.order = 3});
  CHECK_FALSE(third);
  CHECK(third.message.starts_with("third order: gradcheck: wrong derivative at "));
  CHECK_THROWS_WITH_AS(check_grads(cube, randn({2}), {.order = 0}),
                       "[check_grads] order 0: derivatives have order 1 or higher", ValueError);
}

TEST_CASE("check_grads takes whole structs") {
  struct Net {
    Tensor weight = randn({2, 2}, {.requires_grad = true});
    std::vector<Tensor> biases{randn({2}, {.requires_grad = true})};
  } net;
  const Tensor x = randn({3, 2});
  CHECK(
      check_grads([&](const Net& n) { return mean(square(tanh(matmul(x, n.weight) + n.biases[0]))); }, net));
  const auto wrong = check_grads([&](const Net& n) { return bad_square(n.biases[0]); }, net);
  CHECK(wrong.input == "biases.0[0]");
}

TEST_CASE("eps is the largest step of the differences") {
  double farthest = 0;
  const auto f = [&](const Tensor& x) {
    farthest = std::max(farthest, std::abs(x.item() - 0.5));
    return sin(x);
  };
  CHECK(gradcheck(f, scalar(0.5), {.eps = 1e-3}));
  CHECK(farthest == doctest::Approx(1e-3));
}
