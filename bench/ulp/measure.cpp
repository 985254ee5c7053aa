#include "measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <xgrad/core/create.hpp>

namespace xg::ulp {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// The distance in units of the last place that float32 has at the exact value, or at `smallest` if that is larger.
// An infinity counts as the number after the largest.
double distance(float got, long double exact, double smallest) {
  if (std::isnan(got) || std::isnan(exact)) return std::isnan(got) && std::isnan(exact) ? 0 : infinity;
  if (std::isinf(got) && static_cast<float>(exact) == got) return 0;
  const auto bounded = [](long double v) {
    const long double beyond = std::ldexp(1.0L, 128);
    return std::clamp(v, -beyond, beyond);
  };
  const long double size = std::fmax(std::fabs(exact), smallest);
  const int exponent = size == 0 ? -126 : std::clamp(std::ilogb(size), -126, 127);
  return static_cast<double>(std::fabs(bounded(got) - bounded(exact)) / std::ldexp(1.0L, exponent - 23));
}

long double exact_at(const Function& f, Point p) {
  return f.exact(static_cast<long double>(p.x), static_cast<long double>(p.y));
}

}  // namespace

std::vector<Point> points(const Function& f, std::size_t n) {
  std::mt19937 random(1);
  std::vector<Point> all;
  const std::uint64_t step = (std::uint64_t{1} << 32) / n;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += step)
    all.push_back({std::bit_cast<float>(static_cast<std::uint32_t>(bits + random() % step)),
                   std::bit_cast<float>(static_cast<std::uint32_t>(random()))});
  std::uniform_real_distribution<float> x(static_cast<float>(f.x.low), static_cast<float>(f.x.high));
  std::uniform_real_distribution<float> y(static_cast<float>(f.y.low), static_cast<float>(f.y.high));
  for (std::size_t i = 0; i < n; ++i) all.push_back({x(random), f.is_binary() ? y(random) : 0});
  return all;
}

std::vector<Point> edges(const Function& f) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> one;
  for (const float x :
       {0.0F, 1.0F, Limits::denorm_min(), Limits::min(), Limits::max(), infinity, Limits::quiet_NaN()})
    for (const float sign : {1.0F, -1.0F}) one.push_back(std::copysign(x, sign));
  std::vector<Point> all;
  for (const float x : one)
    for (const float y : one)
      if (f.is_binary() || std::bit_cast<std::uint32_t>(y) == 0) all.push_back({x, y});
  return all;
}

Accuracy accuracy(const Function& f, const std::vector<Point>& points, const std::vector<float>& y) {
  Accuracy result;
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double ulps = distance(y[i], exact_at(f, points[i]), f.smallest);
    sum += ulps;
    if (ulps > result.largest) result = {ulps, points[i], 0};
  }
  result.mean = sum / static_cast<double>(points.size());
  return result;
}

std::vector<std::string> wrong_edges(const Function& f, const std::vector<Point>& edges,
                                     const std::vector<float>& y) {
  std::vector<std::string> wrong;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto exact = static_cast<float>(exact_at(f, edges[i]));
    const bool same_class = std::fpclassify(y[i]) == std::fpclassify(exact) ||
                            (std::isfinite(y[i]) && std::isfinite(exact) && exact != 0 && y[i] != 0);
    if (same_class && (std::isnan(exact) || std::signbit(y[i]) == std::signbit(exact))) continue;
    const std::string at =
        f.is_binary() ? fmt::format("{:g}, {:g}", edges[i].x, edges[i].y) : fmt::format("{:g}", edges[i].x);
    wrong.push_back(fmt::format("f({}) = {:g}, exactly {:g}", at, y[i], exact));
  }
  return wrong;
}

std::vector<float> values(const Function& f, const std::vector<Point>& points) {
  std::vector<float> x, y;
  for (const Point& p : points) {
    x.push_back(p.x);
    y.push_back(p.y);
  }
  const Shape shape{static_cast<std::int64_t>(points.size())};
  const Tensor result =
      f.op(from_values(std::span<const float>(x), shape), from_values(std::span<const float>(y), shape));
  return {result.data<float>(), result.data<float>() + result.numel()};
}

}  // namespace xg::ulp
