// Accuracy of float32: ulp_table [points] prints, for every scalar function among the ops, how far it is from
// the same function in long double, as a Markdown table; xsimd's own figures stand beside.

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <string>
#include <xsimd/xsimd.hpp>

#include "measure.hpp"

namespace xg::ulp {
namespace {

using Batch = xsimd::batch<float>;
using BatchFunction = Batch (*)(const Batch&, const Batch&);

#define XGRAD_UNARY(name)                                              \
  {                                                                    \
#name, [](const Batch& x, const Batch&) { return xsimd::name(x); } \
  }
#define XGRAD_BINARY(name)                                                  \
  {                                                                         \
#name, [](const Batch& x, const Batch& y) { return xsimd::name(x, y); } \
  }

const std::map<std::string, BatchFunction> xsimd_functions{
    XGRAD_UNARY(exp),    XGRAD_UNARY(exp2),   XGRAD_UNARY(expm1), XGRAD_UNARY(log),    XGRAD_UNARY(log2),
    XGRAD_UNARY(log10),  XGRAD_UNARY(log1p),  XGRAD_UNARY(sqrt),  XGRAD_UNARY(cbrt),   XGRAD_UNARY(sin),
    XGRAD_UNARY(cos),    XGRAD_UNARY(tan),    XGRAD_UNARY(asin),  XGRAD_UNARY(acos),   XGRAD_UNARY(atan),
    XGRAD_UNARY(sinh),   XGRAD_UNARY(cosh),   XGRAD_UNARY(tanh),  XGRAD_UNARY(asinh),  XGRAD_UNARY(acosh),
    XGRAD_UNARY(atanh),  XGRAD_UNARY(erf),    XGRAD_UNARY(erfc),  XGRAD_UNARY(lgamma), XGRAD_BINARY(pow),
    XGRAD_BINARY(atan2), XGRAD_BINARY(hypot), XGRAD_BINARY(fmod)};

#undef XGRAD_UNARY
#undef XGRAD_BINARY

std::vector<float> by_xsimd(BatchFunction f, const std::vector<Point>& points) {
  std::vector<float> result;
  for (std::size_t i = 0; i < points.size(); i += Batch::size) {
    float x[Batch::size] = {}, y[Batch::size] = {};
    const std::size_t n = std::min(Batch::size, points.size() - i);
    for (std::size_t j = 0; j < n; ++j) {
      x[j] = points[i + j].x;
      y[j] = points[i + j].y;
    }
    f(Batch::load_unaligned(x), Batch::load_unaligned(y)).store_unaligned(x);
    result.insert(result.end(), x, x + n);
  }
  return result;
}

std::string text(double ulps) {
  return ulps < 1000 ? fmt::format("{:.2f}", ulps) : fmt::format("{:.0e}", ulps);
}

void print_row(const Function& f, std::size_t n) {
  const auto at = points(f, n), special = edges(f);
  const Accuracy ours = accuracy(f, at, values(f, at));
  const auto wrong = wrong_edges(f, special, values(f, special));
  const auto other = xsimd_functions.find(f.name);
  const std::string theirs =
      other == xsimd_functions.end() ? "" : text(accuracy(f, at, by_xsimd(other->second, at)).largest);
  const std::string where =
      f.is_binary() ? fmt::format("{:.9g}, {:.9g}", ours.at.x, ours.at.y) : fmt::format("{:.9g}", ours.at.x);
  fmt::print("| `{}` | {} | {} | {:.3f} | {} | {} | {} |\n", f.name, text(ours.largest), where, ours.mean,
             wrong.empty() ? "right" : wrong.front(), theirs, f.reason);
  std::fflush(stdout);
}

}  // namespace
}  // namespace xg::ulp

int main(int argc, char** argv) {
  const std::size_t n = argc > 1 ? std::stoull(argv[1]) : 1'000'000;
  fmt::print("| function | largest, ULP | at | mean | edges | xsimd | more than 4 ULP because |\n");
  fmt::print("|---|--:|---|--:|---|--:|---|\n");
  for (const xg::ulp::Function& f : xg::ulp::functions()) xg::ulp::print_row(f, n);
}
