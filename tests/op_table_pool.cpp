#include "op_table.hpp"

#include <algorithm>
#include <limits>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/pool.hpp>

namespace xg::test {
namespace {

// Folds f over the elements of each window: from start * stride - padding, every dilation-th.
struct Windows {
  std::int64_t height, width, kernel, stride, padding, dilation, out_height, out_width;
};
template <class F> Tensor fold(const Tensor& x, const Shape& shape, const Windows& w, double start, F f) {
  return generate(shape, [&](std::int64_t i) {
    const std::int64_t plane = i / (w.out_height * w.out_width);
    double result = start;
    for (std::int64_t k = 0; k < w.kernel * w.kernel; ++k) {
      const std::int64_t row =
          i / w.out_width % w.out_height * w.stride + k / w.kernel * w.dilation - w.padding;
      const std::int64_t column = i % w.out_width * w.stride + k % w.kernel * w.dilation - w.padding;
      if (row >= 0 && row < w.height && column >= 0 && column < w.width)
        result = f(result, element(x, (plane * w.height + row) * w.width + column));
    }
    return result;
  });
}

double larger(double a, double b) { return std::max(a, b); }
constexpr double lowest = -std::numeric_limits<double>::infinity();

// The share of an element in the mean over [begin, end) if it lies there.
double share(std::int64_t at, std::int64_t begin, std::int64_t end) {
  return at >= begin && at < end ? 1.0 / static_cast<double>(end - begin) : 0.0;
}

std::vector<OpRow> pools() {
  return {
      {.name = "max_pool2d",
       .run = [](const Inputs& in) { return max_pool2d(in[0], 2); },
       .args = {{.shape = {2, 2, 4, 18}, .low = -3, .high = 3, .distinct = true}},
       .reference =
           [](const Inputs& in) {
             return fold(in[0], {2, 2, 2, 9}, {4, 18, 2, 2, 0, 1, 2, 9}, lowest, larger);
           }},
      {.name = "max_pool2d/padding and dilation",
       .run =
           [](const Inputs& in) { return max_pool2d(in[0], 3, {.stride = 1, .padding = 1, .dilation = 2}); },
       .args = {{.shape = {2, 7, 20}, .low = -3, .high = 3, .distinct = true}},
       .reference =
           [](const Inputs& in) {
             return fold(in[0], {2, 5, 18}, {7, 20, 3, 1, 1, 2, 5, 18}, lowest, larger);
           }},
      {.name = "max_pool2d_with_indices",
       .run = [](const Inputs& in) { return max_pool2d_with_indices(in[0], 3, {.stride = 2})[0]; },
       .args = {{.shape = {1, 2, 7, 19}, .low = -3, .high = 3, .distinct = true}},
       .reference =
           [](const Inputs& in) {
             return fold(in[0], {1, 2, 3, 9}, {7, 19, 3, 2, 0, 1, 3, 9}, lowest, larger);
           }},
      {.name = "avg_pool2d",
       .run = [](const Inputs& in) { return avg_pool2d(in[0], 3, {.stride = 2, .padding = 1}); },
       .args = {{.shape = {1, 2, 5, 9}}},
       .reference =
           [](const Inputs& in) {
             return fold(in[0], {1, 2, 3, 5}, {5, 9, 3, 2, 1, 1, 3, 5}, 0,
                         [](double a, double b) { return a + b / 9; });
           }},
      {.name = "adaptive_avg_pool2d",
       .run =
           [](const Inputs& in) {
             return adaptive_avg_pool2d(in[0], {2, 3});
           },
       .args = {{.shape = {2, 5, 4}}},
       .reference =
           [](const Inputs& in) {
             const std::int64_t rows[][2] = {{0, 3}, {2, 5}}, columns[][2] = {{0, 2}, {1, 3}, {2, 4}};
             return generate({2, 2, 3}, [&](std::int64_t i) {
               double mean = 0;
               for (std::int64_t k = 0; k < 20; ++k)
                 mean += element(in[0], i / 6 * 20 + k) *
                         share(k / 4, rows[i / 3 % 2][0], rows[i / 3 % 2][1]) *
                         share(k % 4, columns[i % 3][0], columns[i % 3][1]);
               return mean;
             });
           }},
  };
}

const RowsOf pool_rows(pools);

}  // namespace
}  // namespace xg::test
