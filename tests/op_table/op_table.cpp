#include "op_table.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <xgrad/core/create.hpp>
#include <xgrad/core/strided.hpp>

namespace xg::test {
namespace {

struct Family {
  std::vector<OpRow> (*rows)();
  std::string name;
};

std::vector<Family>& families() {
  static std::vector<Family> list;
  return list;
}

double exact_in_float32(double v) { return std::round(v * 4096) / 4096; }

std::vector<double> draw_values(const Arg& arg, std::size_t n, Generator& random) {
  std::vector<double> v(n);
  if (arg.distinct) {
    const auto order = random.permutation(static_cast<std::int64_t>(n));
    const double step = (arg.high - arg.low) / static_cast<double>(std::max<std::size_t>(n, 1));
    for (std::size_t i = 0; i < n; ++i) v[i] = arg.low + step * static_cast<double>(order[i]);
    return v;
  }
  random.fill_uniform(v, arg.low, arg.high);
  for (double& x : v)
    for (double kink : arg.kinks)
      if (std::abs(x - kink) < 0.1) x = kink + (x < kink ? -0.125 : 0.125);
  return v;
}

Tensor draw_one(const Arg& arg, Generator& random) {
  if (arg.fixed.defined()) return arg.fixed;
  std::vector<double> v(static_cast<std::size_t>(count(arg.shape)));
  if (is_floating(arg.dtype)) {
    v = draw_values(arg, v.size(), random);
    for (double& x : v) x = exact_in_float32(x);
  } else {
    std::vector<std::int64_t> whole(v.size());
    random.fill_integers(whole, arg.dtype == boolean ? 0 : static_cast<std::int64_t>(arg.low),
                         arg.dtype == boolean ? 2 : static_cast<std::int64_t>(arg.high));
    std::copy(whole.begin(), whole.end(), v.begin());
  }
  return from_values(v, arg.shape, {.dtype = arg.dtype});
}

OpRow with_extremes(OpRow row, const std::vector<double>& values, std::size_t inputs) {
  for (double v : values) row.extremes.push_back(Inputs(inputs, full({2}, v, {.dtype = float64})));
  return row;
}

}  // namespace

RowsOf::RowsOf(std::vector<OpRow> (*rows)(), const char* file) {
  families().push_back({rows, family_of(file, "op_table_")});
}

std::string family_of(std::string_view file, std::string_view prefix) {
  return std::filesystem::path(file).stem().string().substr(prefix.size());
}

const std::vector<OpRow>& op_table() {
  static const std::vector<OpRow> rows = [] {
    std::vector<OpRow> all;
    for (const Family& family : families())
      for (OpRow& row : family.rows()) {
        row.family = family.name;
        all.push_back(std::move(row));
      }
    return all;
  }();
  return rows;
}

Inputs draw(const std::vector<Arg>& args, std::uint64_t seed) {
  Generator random(seed);
  Inputs inputs;
  for (const Arg& arg : args) inputs.push_back(draw_one(arg, random));
  return inputs;
}

double element(const Tensor& x, std::int64_t i) {
  Odometer<1> at(x.shape(), {x.strides()});
  at.seek(i);
  return visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) {
    return static_cast<double>(x.data<T>()[at.offset()]);
  });
}

Tensor generate(const Shape& shape, const std::function<double(std::int64_t)>& f) {
  std::vector<double> v(static_cast<std::size_t>(count(shape)));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = f(static_cast<std::int64_t>(i));
  return from_values(v, shape, {.dtype = float64});
}

OpRow unary(std::string name, Tensor (*op)(const Tensor&), const Domain& x, const Extreme& extreme,
            double (*reference)(double)) {
  OpRow row{.name = std::move(name),
            .run = [op](const Inputs& in) { return op(in[0]); },
            .args = {{.low = x.low, .high = x.high, .kinks = x.kinks}},
            .scalar = [reference](const double* v) { return reference(v[0]); }};
  return with_extremes(std::move(row), extreme.values, 1);
}

OpRow binary(std::string name, std::function<Tensor(const Tensor&, const Tensor&)> op, const Domain& a,
             const Domain& b, double (*reference)(double, double)) {
  return {.name = std::move(name),
          .run = [op = std::move(op)](const Inputs& in) { return op(in[0], in[1]); },
          .args = {{.low = a.low, .high = a.high, .kinks = a.kinks},
                   {.shape = {4}, .low = b.low, .high = b.high, .kinks = b.kinks}},
          .scalar = [reference](const double* v) { return reference(v[0], v[1]); }};
}

OpRow stepwise(OpRow row) {
  row.smooth = false;
  return row;
}

OpRow not_differentiable(OpRow row) {
  row.differentiable = false;
  return row;
}

}  // namespace xg::test
