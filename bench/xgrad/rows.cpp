// Ops that work along rows and columns: losses, norms, sums, transposes, products.
#include <fmt/format.h>
#include <xgrad/nn/loss_classes.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/norm.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

#include "workloads.hpp"

namespace bench {
namespace {

using xg::Tensor;

Tensor transposed_if(bool turned, const Tensor& x) { return turned ? xg::transpose(x, -2, -1) : x; }

// 'T' in the form means that the factor lies in memory the other way round.
template <class F> auto product(const std::string& form, F f) {
  return [=](const Leaves& l) {
    return f(transposed_if(form[0] == 'T', l[0]), transposed_if(form[1] == 'T', l[1]));
  };
}

xg::Shape shape_of(const Sizes& sizes) { return xg::Shape(std::span<const std::int64_t>(sizes)); }

xg::Shape stored(bool turned, std::int64_t rows, std::int64_t columns) {
  return turned ? xg::Shape{heads, columns, rows} : xg::Shape{heads, rows, columns};
}

void add_products() {
  for (const Product& p : products)
    add_value(p.name(), {shape_of(p.a_shape()), shape_of(p.b_shape())}, product(p.form, xg::mm));
  for (const std::string form : forms)
    add_value(
        fmt::format("batched/{}x{}x{}x{}/{}", heads, head_rows, head_features, head_rows, form),
        {stored(form[0] == 'T', head_rows, head_features), stored(form[1] == 'T', head_features, head_rows)},
        product(form, xg::bmm));
}

void add_sums() {
  for (std::int64_t axis : {0, 1}) {
    const auto f = [axis](const Leaves& l) { return xg::sum(l[0], {axis}); };
    add_value(fmt::format("rows/sum/4096x1024/axis{}", axis), {{4096, 1024}}, f);
    add_gradient(fmt::format("rows/sum/4096x1024/axis{}/forward_backward", axis), {{4096, 1024}}, f);
  }
}

}  // namespace

void add_rows() {
  add_gradient("rows/cross_entropy/256x1000/forward_backward", {{256, 1000}},
               [target = class_tensor({256}, 1000, 2)](const Leaves& l) {
                 return xg::nn::cross_entropy(l[0], target);
               });
  add_gradient("rows/layer_norm/1024x768/forward_backward", {{1024, 768}, {768}, {768}},
               [](const Leaves& l) { return xg::layer_norm(l[0], {768}, l[1], l[2]); });
  add_gradient("rows/bias_add/1024x1024/forward_backward", {{1024, 1024}, {1024}},
               [](const Leaves& l) { return l[0] + l[1]; });
  add_gradient(
      "rows/embedding/10000x128/4096/forward_backward", {{10000, 128}},
      [index = class_tensor({4096}, 10000, 2)](const Leaves& l) { return xg::embedding(l[0], index); });
  for (std::int64_t n : {1024, 2048})
    add_value(fmt::format("rows/transpose/{}", n), {{n, n}},
              [](const Leaves& l) { return xg::contiguous(xg::t(l[0])); });
  add_sums();
  add_products();
}

}  // namespace bench
