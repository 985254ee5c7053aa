// What every op must have, run over every row of the op table; XGRAD_ROWS=text takes the rows with this text in
// their names.

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>

#include "op_table.hpp"
#include "property_table.hpp"
#include "random/sample.hpp"
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
  bool detail = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with("detail {") || line.ends_with("namespace detail")) detail = !detail;
    if (!detail && std::regex_search(line, match, declaration, std::regex_constants::match_continuous))
      names.insert(match[1]);
  }
  return names;
}

std::vector<std::filesystem::path> headers() {
  std::vector<std::filesystem::path> found;
  for (const auto& file : std::filesystem::directory_iterator(XGRAD_OPS_DIR))
    if (file.path().extension() == ".hpp") found.push_back(file.path());
  return found;
}

std::vector<Inputs> all_inputs(const OpRow& row) {
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
  std::vector<std::int64_t> order(x.dim());
  std::iota(order.rbegin(), order.rend(), 0);
  return laid_out(x, order);
}

Tensor every_second_of_wider_rows(const Tensor& x) {
  std::vector<std::int64_t> order(x.dim());
  std::iota(order.begin(), order.end(), 0);
  return laid_out(x, order, 1, 1);
}

Tensor repeated_first_row(const Tensor& x) {
  if (x.dim() == 0 || x.numel() == 0) return x;
  Strides strides = x.strides();
  strides[0] = 0;
  return as_strided(x, x.shape(), strides);
}

// What is wrong with a row: empty if nothing, none if the property does not apply to it.
using Wrong = std::optional<std::string>;

template <class F> void for_each_row(const char* property, F wrong_with) {
  for (const OpRow& row : op_table()) {
    if (!is_wanted(row.name)) continue;
    CAPTURE(row.name);
    const Wrong wrong = wrong_with(row);
    if (!wrong) continue;
    property_table().add(row.family, property, wrong->empty());
    CHECK(*wrong == "");
  }
}

// The first complaint about any of the row's inputs.
template <class F> std::string first_wrong(const OpRow& row, F wrong_with) {
  for (const Inputs& x : all_inputs(row))
    if (std::string wrong = wrong_with(sample(row, x)); !wrong.empty()) return wrong;
  return {};
}

constexpr GradcheckOptions no_kinks() { return {.allow_kinks = false}; }

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
  for (const auto& file : std::filesystem::directory_iterator(XGRAD_ERRORS_TESTS_DIR)) {
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
  for_each_row("reference", [](const OpRow& row) -> Wrong {
    return row.scalar || row.reference ? "" : "neither scalar nor reference";
  });
}

TEST_CASE("values equal the reference") {
  for_each_row("value", [](const OpRow& row) -> Wrong { return first_wrong(row, wrong_value); });
}

TEST_CASE("gradients equal differences") {
  for_each_row("gradient", [](const OpRow& row) -> Wrong {
    if (!row.differentiable) return {};
    return first_wrong(row, [](const Sample& s) { return wrong_gradient(s, no_kinks()); });
  });
}

TEST_CASE("second derivatives equal differences") {
  for_each_row("second", [](const OpRow& row) -> Wrong {
    if (!row.differentiable || !row.smooth) return {};
    return wrong_second_derivative(sample(row, draw(row.args)), no_kinks());
  });
}

TEST_CASE("what has no derivative stays off the tape") {
  for_each_row("off tape", [](const OpRow& row) -> Wrong {
    if (row.differentiable) return {};
    return wrongly_on_tape(sample(row, draw(row.args)));
  });
}

TEST_CASE("jvp and vjp agree by dot product") {
  for_each_row("jvp", [](const OpRow& row) -> Wrong {
    if (!row.differentiable) return {};
    return wrong_jvp(sample(row, draw(row.args)));
  });
}

TEST_CASE("float32 follows float64") {
  for_each_row("float32", [](const OpRow& row) -> Wrong { return first_wrong(row, wrong_in_float32); });
}

TEST_CASE("strides of the inputs do not matter") {
  for_each_row("strides", [](const OpRow& row) -> Wrong {
    return first_wrong(row, [](const Sample& s) {
      const std::string wrong = wrong_at(s, mapped(s.inputs, transposed_memory), 1e-13);
      return wrong.empty() ? wrong_at(s, mapped(s.inputs, every_second_of_wider_rows), 1e-13) : wrong;
    });
  });
}

TEST_CASE("a broadcast input is like its copy") {
  for_each_row("broadcast", [](const OpRow& row) -> Wrong {
    if (row.args.empty() || row.args[0].distinct) return {};
    Inputs x = draw(row.args);
    if (!is_floating(x[0].dtype())) return {};
    x[0] = repeated_first_row(x[0]);
    Inputs copies = x;
    copies[0] = clone(x[0]);
    return wrong_at(sample(row, copies), x, 1e-13);
  });
}

TEST_CASE("elementwise ops take 0-d and empty inputs") {
  for_each_row("0-d, empty", [](const OpRow& row) -> Wrong {
    if (!row.scalar) return {};
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{3, 0}}) {
      const Sample s = sample(row, draw(with_shape(row.args, shape)));
      if (std::string wrong = wrong_value(s); !wrong.empty()) return wrong;
      for (const Tensor& g : run(s, s.inputs).gradients)
        if (g.shape() != shape) return "a gradient has another shape than its input";
    }
    return "";
  });
}

TEST_CASE("the same value has the same result at every position") {
  for_each_row("positions", [](const OpRow& row) -> Wrong {
    if (!row.scalar) return {};
    for (const Dtype dtype : {float32, float64}) {
      const Inputs one = converted(draw(with_shape(row.args, {1})), dtype);
      const Tensor y = row.run(one);
      for (const std::int64_t n : {2, 7, 8, 9, 31, 64, 77}) {
        const Tensor many = row.run(
            mapped(one, [n](const Tensor& x) { return full({n}, element(x, 0), {.dtype = x.dtype()}); }));
        const Tensor want = generate({n}, [&](std::int64_t) { return element(y, 0); });
        if (std::string wrong = difference(many, want, 0); !wrong.empty()) return wrong;
      }
    }
    return "";
  });
}

TEST_CASE("values and gradients are finite at the extremes") {
  for_each_row("extremes", [](const OpRow& row) -> Wrong {
    if (row.extremes.empty()) return {};
    for (const Inputs& x : row.extremes)
      for (const Dtype dtype : {float32, float64})
        if (const std::string wrong = not_finite(sample(row, converted(x, dtype))); !wrong.empty())
          return fmt::format("{} at {}, {}", wrong, element(x[0], 0), to_string(dtype));
    return "";
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

// Inputs that do not fit: undefined, of other dtypes, with an axis more or less, longer, empty.
std::vector<Tensor> misfits(const Tensor& x) {
  std::vector<Tensor> all{Tensor(), to(x, int64), to(x, boolean), to(x, float32)};
  Shape more = x.shape();
  more.insert(0, 2);
  all.push_back(zeros(more, {.dtype = x.dtype()}));
  for (std::size_t axis = 0; axis < x.dim(); ++axis) {
    Shape less = x.shape(), longer = x.shape(), none = x.shape();
    less.erase(axis);
    ++longer[axis];
    none[axis] = 0;
    for (const Shape& shape : {less, longer, none}) all.push_back(zeros(shape, {.dtype = x.dtype()}));
  }
  return all;
}

// Empty if the op takes the inputs or refuses them by an error of ours that names an op.
std::string wrong_refusal(const OpRow& row, const Inputs& inputs) {
  try {
    const Sample s = sample(row, inputs);
    if (std::ranges::all_of(inputs, [](const Tensor& x) { return x.defined(); })) run(s, inputs);
    row.run(inputs);
  } catch (const Error& e) {
    const std::string text = e.what();
    return text.starts_with("[") && text.find("] ") != std::string::npos ? std::string() : text;
  } catch (const std::exception& e) {
    return fmt::format("an exception that is not ours: {}", e.what());
  }
  return {};
}

TEST_CASE("inputs that do not fit are taken or refused by an error that names an op") {
  for_each_row("misfits", [](const OpRow& row) -> Wrong {
    const Inputs right = draw(row.args);
    for (std::size_t k = 0; k < right.size(); ++k)
      for (const Tensor& misfit : misfits(right[k])) {
        Inputs inputs = right;
        inputs[k] = misfit;
        if (std::string wrong = wrong_refusal(row, inputs); !wrong.empty())
          return fmt::format("input {} {}: {}", k, misfit.defined() ? to_string(misfit.shape()) : "undefined",
                             wrong);
      }
    return "";
  });
}

TEST_CASE("elementwise ops refuse shapes that do not broadcast, and undefined tensors") {
  for_each_row("no broadcast", [](const OpRow& row) -> Wrong {
    if (!row.scalar) return {};
    std::string text = error_of([&] { row.run(Inputs(row.args.size())); });
    if (!text.starts_with("[")) return fmt::format("\"{}\" for undefined tensors", text);
    if (row.args.size() < 2) return "";
    auto args = with_shape(row.args, {2});
    args[1].shape = {3};
    text = error_of([&] { row.run(draw(args)); });
    const bool right = text.starts_with("[") && text.find("broadcast") != std::string::npos;
    return right ? "" : fmt::format("\"{}\" for shapes [2] and [3]", text);
  });
}

}  // namespace
}  // namespace xg::test
