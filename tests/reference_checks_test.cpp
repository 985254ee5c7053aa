// The reference runner must itself reject what is wrong.
#include <doctest/doctest.h>

#include <cstring>
#include <limits>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/node.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include "reference/check.hpp"
#include "reference/table.hpp"

namespace xg::test {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

NpzArray array(const std::vector<double>& values) {
  NpzArray a{'d', {values.size()}, std::vector<std::byte>(values.size() * sizeof(double))};
  std::memcpy(a.bytes.data(), values.data(), a.bytes.size());
  return a;
}

Difference difference(const Tensor& got, const std::vector<double>& reference) {
  return compare(got, array(reference), {.rtol = 1e-3, .atol = 1e-6});
}

Tensor doubles(const std::vector<double>& values) {
  return from_values(values, {static_cast<std::int64_t>(values.size())}, {.dtype = float64});
}

Tensor keep(const Tensor& x) { return x; }
Tensor as_if_dense(const Tensor& x) { return as_strided(x, x.shape(), {1}); }

// The cube of x with a derivative that the test chooses, and its way to read x.
template <class Vjp> Op cube(Vjp vjp, Tensor (*read)(const Tensor&) = keep) {
  return [vjp, read](const Call& c) {
    const Tensor x = c[0];
    const NoGrad values_only;
    const Tensor values = read(x);
    Tensor y = values * values * values;
    const GradMode recording(true);
    return record("cube", {&x}, std::move(y),
                  [x = Saved(x), vjp](const Tensor& g) { return vjp(g, x.get()); });
  };
}

Tensor right(const Tensor& g, const Tensor& x) { return 3 * x * x * g; }

const OpsOf ops{
    {"cube", cube(right)},
    {"cube_wrong_value", [](const Call& c) { return c[0] * c[0] * c[0] + 1e-6; }},
    {"cube_wrong_vjp", cube([](const Tensor& g, const Tensor& x) { return right(g, x) + 1e-6; })},
    {"cube_wrong_recorded",
     cube([](const Tensor& g, const Tensor& x) { return mode().recording ? 2 * right(g, x) : right(g, x); })},
    {"cube_not_linear", cube([](const Tensor& g, const Tensor& x) { return right(g.detach(), x); })},
    {"cube_wrong_second", cube([](const Tensor& g, const Tensor& x) { return right(g, x.detach()); })},
    {"cube_ignores_strides", cube(right, as_if_dense)},
    {"cube_forgets_exponent", cube(right)},
    {"cube_throws", [](const Call&) -> Outputs { throw ShapeError("[cube] no"); }},
};

// x^3 at 1 and 2 with cotangents and directions, as the reference has it.
Result run(const std::string& op, nlohmann::json attrs = nlohmann::json::object()) {
  static Arrays arrays(std::map<std::string, Npz>{{"family",
                                                   {{"x", array({1, 2})},
                                                    {"y", array({1, 8})},
                                                    {"g", array({1, 0.5})},
                                                    {"vjp", array({3, 6})},
                                                    {"v", array({2, 1})},
                                                    {"jvp", array({6, 12})},
                                                    {"second", array({12, 6})}}}});
  static Case c;
  c.id = "family/cube/000";
  c.family = "family";
  c.kind = "grad";
  c.op = op;
  c.attrs = std::move(attrs);
  c.input_names = {"input"};
  c.output_names = {"out"};
  c.inputs = {"x"};
  c.outputs = {"y"};
  c.cotangents = {"g"};
  c.vjps = {"vjp"};
  c.differentiable = {true};
  c.jvp = Case::Jvp{{"v"}, {"jvp"}};
  c.second = Case::Double{{"v"}, {"second"}, {"jvp"}, 1e-12};
  c.strided = true;
  c.rtol = c.atol = 1e-12;
  return check(c, arrays);
}

void check_fails(const std::string& op, const std::string& where) {
  const Result r = run(op);
  CHECK(r.verdict == Verdict::failed);
  CAPTURE(r.detail);
  CHECK(r.detail.find(where) != std::string::npos);
}

}  // namespace

TEST_CASE("compare measures in units of the tolerance and tells the place") {
  const Difference d = difference(doubles({1, 2.002, 3}), {1, 2, 3});
  CHECK(d.worst == doctest::Approx(0.002 / (1e-6 + 2e-3)));
  CHECK(d.text == "2.002 at [1], the reference has 2");
  CHECK(difference(doubles({1, 2}), {1, 2}).worst == 0);
}

TEST_CASE("compare matches infinities and NaN only with their like") {
  CHECK(difference(doubles({inf, -inf, nan}), {inf, -inf, nan}).worst == 0);
  CHECK(difference(doubles({inf}), {-inf}).worst == inf);
  CHECK(difference(doubles({1}), {inf}).worst == inf);
  CHECK(difference(doubles({inf}), {1}).worst == inf);
  CHECK(difference(doubles({nan}), {1}).worst == inf);
  CHECK(difference(doubles({1}), {nan}).worst == inf);
}

TEST_CASE("compare rejects other shapes and dtypes and undefined tensors") {
  CHECK(difference(doubles({1}), {1, 1}).text == "shape [1], the reference has [2]");
  CHECK(difference(to(doubles({1}), float32), {1}).text == "dtype float32, the reference has float64");
  CHECK(difference({}, {1}).worst == inf);
}

TEST_CASE("a right op passes all checks") {
  const Result r = run("cube");
  CAPTURE(r.detail);
  CHECK(r.verdict == Verdict::passed);
}

TEST_CASE("wrong values and derivatives of first and second order fail") {
  check_fails("cube_wrong_value", "output out");
  check_fails("cube_wrong_vjp", "vjp input");
  check_fails("cube_wrong_recorded", "recorded vjp input");
  check_fails("cube_not_linear", "jvp out");
  check_fails("cube_wrong_second", "second derivative along input");
  check_fails("cube_ignores_strides", "(strided)");
  check_fails("cube_throws", "[cube] no");
}

TEST_CASE("what xgrad has not, or what is not passed on to it, counts as not implemented") {
  CHECK(run("no_such_op").verdict == Verdict::missing);
  const Result r = run("cube_forgets_exponent", {{"exponent", 3}});
  CHECK(r.verdict == Verdict::missing);
  CHECK(r.detail == "cube_forgets_exponent (argument 'exponent' is not passed on)");
}

}  // namespace xg::test
