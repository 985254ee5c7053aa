// What every op must have, run over every row of the op table; XGRAD_ROWS=text takes the rows with this text in
// their names.

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/sum_to.hpp>

#include "op_table.hpp"
#include "support/environment.hpp"

namespace xg::test {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The functions and operators that a header of ops/ declares, as rows name them; none for internal headers.
std::set<std::string> ops_of(const std::filesystem::path& header) {
  const std::regex internal(R"((Internal|Private)\s+(///\s+)?to\b)");
  const std::regex declaration(
      R"((?:inline )?(?:Tensor&?|std::(?:vector|array|pair|tuple)<[\w:, ]*Tensor[\w:, ]*>) (operator[^\s(]+|\w+)\()");
  std::set<std::string> names;
  const std::string text = text_of(header);
  if (std::regex_search(text.substr(0, 600), internal)) return names;
  std::istringstream lines(text);
  std::smatch match;
  for (std::string line; std::getline(lines, line);)
    if (std::regex_search(line, match, declaration, std::regex_constants::match_continuous))
      names.insert(match[1]);
  return names;
}

std::vector<std::filesystem::path> headers() {
  std::vector<std::filesystem::path> found;
  for (const auto& file : std::filesystem::directory_iterator(XGRAD_OPS_DIR))
    if (file.path().extension() == ".hpp") found.push_back(file.path());
  return found;
}

Tensor expected(const OpRow& row, const Inputs& inputs, const Shape& shape) {
  if (!row.scalar) return row.reference(inputs);
  Inputs whole;
  for (const Tensor& x : inputs) whole.push_back(broadcast_to(x, shape));
  return generate(shape, [&](std::int64_t i) {
    std::vector<double> v;
    for (const Tensor& x : whole) v.push_back(element(x, i));
    return row.scalar(v.data());
  });
}

bool near(double got, double want, double tolerance) {
  return got == want || (std::isnan(got) && std::isnan(want)) ||
         std::abs(got - want) <= tolerance * (1 + std::abs(want));
}

// The first place where they differ, for a message; empty if there is none.
std::string difference(const Tensor& got, const Tensor& want, double tolerance) {
  if (got.shape() != want.shape())
    return "shape " + to_string(got.shape()) + " instead of " + to_string(want.shape());
  for (std::int64_t i = 0; i < got.numel(); ++i)
    if (!near(element(got, i), element(want, i), tolerance))
      return "element " + std::to_string(i) + " is " + std::to_string(element(got, i)) + " instead of " +
             std::to_string(element(want, i));
  return {};
}

bool has_nan_or_infinity(const Tensor& x) {
  for (std::int64_t i = 0; i < x.numel(); ++i)
    if (!std::isfinite(element(x, i))) return true;
  return false;
}

Inputs leaves(const Inputs& inputs) {
  Inputs result;
  for (const Tensor& x : inputs) {
    Tensor leaf = x.detach();
    if (is_floating(x.dtype())) leaf.requires_grad(true);
    result.push_back(leaf);
  }
  return result;
}

Inputs floating(const Inputs& inputs) {
  Inputs result;
  for (const Tensor& x : inputs)
    if (is_floating(x.dtype())) result.push_back(x);
  return result;
}

Inputs converted(const Inputs& inputs, Dtype dtype) {
  Inputs result;
  for (const Tensor& x : inputs) result.push_back(is_floating(x.dtype()) ? to(x, dtype) : x);
  return result;
}

// Some numbers of either sign, exact in float32.
Tensor cotangent(const Tensor& y) {
  return to(generate(y.shape(), [](std::int64_t i) { return static_cast<double>(i * 37 % 17 - 8) / 8; }),
            y.dtype());
}

struct Run {
  Tensor value;
  Inputs gradients;  // of the floating inputs
};

Run run(const OpRow& row, const Inputs& inputs) {
  const Inputs x = leaves(inputs);
  Run result{row.run(x), {}};
  if (row.differentiable)
    result.gradients =
        grad({result.value}, floating(x), {.cotangents = {cotangent(result.value)}, .allow_unused = true});
  for (std::size_t i = 0; i < result.gradients.size(); ++i)
    if (!result.gradients[i].defined()) result.gradients[i] = zeros_like(floating(x)[i]);
  return result;
}

void check_same(const Run& got, const Run& want, double tolerance) {
  CHECK(difference(got.value, want.value, tolerance) == "");
  for (std::size_t i = 0; i < got.gradients.size(); ++i) {
    CAPTURE(i);
    CHECK(difference(got.gradients[i], want.gradients[i], tolerance) == "");
  }
}

std::vector<Inputs> samples(const OpRow& row) {
  std::vector<Inputs> all{draw(row.args)};
  for (const auto& args : row.also) all.push_back(draw(args));
  return all;
}

// The row's args with one shape for all.
std::vector<Arg> with_shape(std::vector<Arg> args, const Shape& shape) {
  for (Arg& arg : args) {
    arg.shape = shape;
    arg.fixed = {};
  }
  return args;
}

// Other memory for the same values.

Tensor transposed_memory(const Tensor& x) {
  Shape reversed;
  for (std::size_t axis = x.dim(); axis-- > 0;) reversed.push_back(x.shape()[axis]);
  const Strides from = contiguous_strides(reversed);
  Strides strides;
  for (std::size_t axis = x.dim(); axis-- > 0;) strides.push_back(from[axis]);
  const Tensor y = as_strided(empty(reversed, x.dtype()), x.shape(), strides);
  copy_elements(x, y);
  return y;
}

Tensor every_second_of_wider_rows(const Tensor& x) {
  Shape wider = x.shape();
  if (wider.empty()) wider.push_back(1);
  wider[wider.size() - 1] = 2 * wider.back() + 3;
  Strides strides = contiguous_strides(wider);
  strides[strides.size() - 1] = 2;
  if (x.dim() == 0) strides = {};
  const Tensor y = as_strided(full(wider, -77, {.dtype = x.dtype()}), x.shape(), strides, 1);
  copy_elements(x, y);
  return y;
}

Tensor repeated_first_row(const Tensor& x) {
  if (x.dim() == 0 || x.numel() == 0) return x;
  Strides strides = x.strides();
  strides[0] = 0;
  return as_strided(x, x.shape(), strides);
}

template <class F> Inputs mapped(const Inputs& inputs, F f) {
  Inputs result;
  for (const Tensor& x : inputs) result.push_back(f(x));
  return result;
}

template <class F> void for_each_row(F f) {
  for (const OpRow& row : op_table()) {
    if (!is_wanted(row.name)) continue;
    CAPTURE(row.name);
    f(row);
  }
}

std::string op_of(const OpRow& row) {
  const std::size_t shortest = row.name.starts_with("operator") ? 9 : 1;  // operator/ is an op, too
  return row.name.substr(0, row.name.find('/', shortest));
}

TEST_CASE("every public op has a row") {
  std::set<std::string> rows;
  for (const OpRow& row : op_table()) rows.insert(op_of(row));
  std::size_t ops = 0;
  for (const auto& header : headers())
    for (const std::string& op : ops_of(header)) {
      CAPTURE(op);
      CHECK(rows.count(op) == 1);
      ++ops;
    }
  CHECK(ops > 80);  // else the headers were not understood
}

TEST_CASE("every op but the elementwise ones, which are called wrongly below, has a test of wrong calls") {
  std::set<std::string> elementwise_ops;
  for (const OpRow& row : op_table())
    if (row.scalar) elementwise_ops.insert(op_of(row));
  std::set<std::string> called;
  const std::regex call(R"((\w+)\()");
  for (const auto& file : std::filesystem::directory_iterator(XGRAD_TESTS_DIR)) {
    if (!file.path().filename().string().ends_with("_errors_test.cpp")) continue;
    const std::string text = text_of(file.path());
    for (std::sregex_iterator it(text.begin(), text.end(), call), end; it != end; ++it)
      called.insert((*it)[1]);
  }
  for (const auto& header : headers())
    for (const std::string& op : ops_of(header)) {
      CAPTURE(op);
      CHECK((elementwise_ops.count(op) == 1 || called.count(op) == 1));
    }
}

TEST_CASE("ops.hpp includes every header that declares ops") {
  const std::string umbrella = text_of(std::filesystem::path(XGRAD_OPS_DIR) / "ops.hpp");
  for (const auto& header : headers()) {
    CAPTURE(header.filename().string());
    if (!ops_of(header).empty())
      CHECK(umbrella.find('"' + header.filename().string() + '"') != std::string::npos);
  }
}

TEST_CASE("every row says what the value is") {
  for_each_row([](const OpRow& row) { CHECK((row.scalar || row.reference)); });
}

TEST_CASE("values equal the reference") {
  for_each_row([](const OpRow& row) {
    for (const Inputs& x : samples(row)) {
      const Tensor y = row.run(x);
      CHECK(difference(y, expected(row, x, y.shape()), row.tolerance) == "");
    }
  });
}

TEST_CASE("gradients equal differences") {
  for_each_row([](const OpRow& row) {
    if (row.differentiable)
      for (const Inputs& x : samples(row)) CHECK(gradcheck(row.run, x, {.allow_kinks = false}));
  });
}

TEST_CASE("second derivatives equal differences") {
  for_each_row([](const OpRow& row) {
    if (row.differentiable && row.smooth)
      CHECK(gradgradcheck(row.run, draw(row.args), {.allow_kinks = false}));
  });
}

TEST_CASE("what has no derivative stays off the tape") {
  for_each_row([](const OpRow& row) {
    if (!row.differentiable) CHECK_FALSE(row.run(leaves(draw(row.args))).requires_grad());
  });
}

double dot(const Inputs& a, const Inputs& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    for (std::int64_t i = 0; i < a[k].numel(); ++i) sum += element(a[k], i) * element(b[k], i);
  return sum;
}

TEST_CASE("jvp and vjp agree by dot product") {
  for_each_row([](const OpRow& row) {
    if (!row.differentiable) return;
    const Inputs x = leaves(draw(row.args));
    const Tensor y = row.run(x);
    Tensor g = cotangent(y).requires_grad(true);
    Inputs vjp, tangents;
    for (const Tensor& v :
         grad({y}, floating(x), {.cotangents = {g}, .create_graph = true, .allow_unused = true}))
      if (v.defined() && v.requires_grad()) {
        vjp.push_back(v);
        tangents.push_back(
            generate(v.shape(), [](std::int64_t i) { return static_cast<double>(i * 11 % 7 - 3) / 4; }));
      }
    if (vjp.empty()) return;
    const Tensor jvp = grad(vjp, {g}, {.cotangents = tangents, .allow_unused = true})[0];
    REQUIRE(jvp.defined());
    CHECK(near(dot({jvp}, {g}), dot(tangents, vjp), 1e-11));
  });
}

TEST_CASE("float32 follows float64") {
  for_each_row([](const OpRow& row) {
    for (const Inputs& x : samples(row)) {
      const Run wide = run(row, x), narrow = run(row, converted(x, float32));
      if (is_floating(wide.value.dtype())) CHECK(narrow.value.dtype() == float32);
      for (const Tensor& g : narrow.gradients) CHECK(g.dtype() == float32);
      check_same(narrow, wide, row.tolerance32);
    }
  });
}

TEST_CASE("strides of the inputs do not matter") {
  for_each_row([](const OpRow& row) {
    for (const Inputs& x : samples(row)) {
      const Run plain = run(row, x);
      check_same(run(row, mapped(x, transposed_memory)), plain, 1e-13);
      check_same(run(row, mapped(x, every_second_of_wider_rows)), plain, 1e-13);
    }
  });
}

TEST_CASE("a broadcast input is like its copy") {
  for_each_row([](const OpRow& row) {
    if (row.args.empty() || row.args[0].distinct) return;
    Inputs x = draw(row.args);
    if (!is_floating(x[0].dtype())) return;
    x[0] = repeated_first_row(x[0]);
    Inputs copies = x;
    copies[0] = clone(x[0]);
    check_same(run(row, x), run(row, copies), 1e-13);
  });
}

TEST_CASE("elementwise ops take 0-d and empty inputs") {
  for_each_row([](const OpRow& row) {
    if (!row.scalar) return;
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{3, 0}}) {
      const Inputs x = draw(with_shape(row.args, shape));
      const Run result = run(row, x);
      CHECK(difference(result.value, expected(row, x, shape), row.tolerance) == "");
      for (const Tensor& g : result.gradients) CHECK(g.shape() == shape);
    }
  });
}

TEST_CASE("the same value has the same result at every position") {
  for_each_row([](const OpRow& row) {
    if (!row.scalar) return;
    for (const Dtype dtype : {float32, float64}) {
      const Inputs one = converted(draw(with_shape(row.args, {1})), dtype);
      const Tensor y = row.run(one);
      for (const std::int64_t n : {2, 7, 8, 9, 31, 64, 77}) {
        const Tensor many = row.run(
            mapped(one, [n](const Tensor& x) { return full({n}, element(x, 0), {.dtype = x.dtype()}); }));
        CHECK(difference(many, generate({n}, [&](std::int64_t) { return element(y, 0); }), 0) == "");
      }
    }
  });
}

TEST_CASE("values and gradients are finite at the extremes") {
  for_each_row([](const OpRow& row) {
    for (const Inputs& x : row.extremes)
      for (const Dtype dtype : {float32, float64}) {
        CAPTURE(dtype == float32);
        const Run result = run(row, converted(x, dtype));
        CAPTURE(element(x[0], 0));
        CHECK_FALSE(has_nan_or_infinity(result.value));
        for (const Tensor& g : result.gradients) CHECK_FALSE(has_nan_or_infinity(g));
      }
  });
}

// The text of the error that f throws; empty if it throws none of ours.
std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

TEST_CASE("elementwise ops refuse shapes that do not broadcast, and undefined tensors") {
  for_each_row([](const OpRow& row) {
    if (!row.scalar) return;
    if (row.args.size() > 1) {
      auto args = with_shape(row.args, {2});
      args[1].shape = {3};
      const std::string text = error_of([&] { row.run(draw(args)); });
      CAPTURE(text);
      CHECK(text.starts_with("["));
      CHECK(text.find("broadcast") != std::string::npos);
    }
    CHECK(error_of([&] { row.run(Inputs(row.args.size())); }).starts_with("["));
  });
}

}  // namespace
}  // namespace xg::test
