// Dtypes that an op cannot work on: the error names the op, the dtype, and the conversion.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

Tensor of(const Shape& shape, Dtype dtype) { return ones(shape, {.dtype = dtype}); }

struct OnDtype {
  const char* name;
  std::function<void(Dtype)> call;
};

void check_refused(const std::vector<OnDtype>& ops, std::initializer_list<Dtype> dtypes, const char* text) {
  for (const OnDtype& op : ops)
    for (const Dtype dtype : dtypes) {
      CAPTURE(std::string(op.name));
      const std::string whole = fmt::format(fmt::runtime(text), op.name, to_string(dtype));
      CHECK_THROWS_WITH_AS(op.call(dtype), whole.c_str(), DtypeError);
    }
}

TEST_CASE("ops of real numbers refuse integers and bools") {
  const std::vector<OnDtype> ops{
      {"mean", [](Dtype t) { mean(of({2}, t)); }},
      {"var", [](Dtype t) { var(of({2}, t)); }},
      {"std", [](Dtype t) { std(of({2}, t)); }},
      {"logsumexp", [](Dtype t) { logsumexp(of({2}, t)); }},
      {"norm", [](Dtype t) { norm(of({2}, t)); }},
      {"softmax", [](Dtype t) { softmax(of({2}, t), 0); }},
      {"log_softmax", [](Dtype t) { log_softmax(of({2}, t), 0); }},
      {"matmul",
       [](Dtype t) {
         matmul(of({2, 2}, t), of({2, 2}, t));
       }},
      {"mm",
       [](Dtype t) {
         mm(of({2, 2}, t), of({2, 2}, t));
       }},
      {"bmm",
       [](Dtype t) {
         bmm(of({1, 2, 2}, t), of({1, 2, 2}, t));
       }},
      {"mv",
       [](Dtype t) {
         mv(of({2, 2}, t), of({2}, t));
       }},
      {"dot", [](Dtype t) { dot(of({2}, t), of({2}, t)); }},
      {"vdot", [](Dtype t) { vdot(of({2}, t), of({2}, t)); }},
      {"addmm",
       [](Dtype t) {
         addmm(of({2, 2}, t), of({2, 2}, t), of({2, 2}, t));
       }},
      {"linear",
       [](Dtype t) {
         linear(of({2, 2}, t), of({2, 2}, t));
       }},
      {"conv1d",
       [](Dtype t) {
         conv1d(of({1, 1, 3}, t), of({1, 1, 2}, t));
       }},
      {"conv2d",
       [](Dtype t) {
         conv2d(of({1, 1, 3, 3}, t), of({1, 1, 2, 2}, t));
       }},
      {"conv_transpose2d",
       [](Dtype t) {
         conv_transpose2d(of({1, 1, 3, 3}, t), of({1, 1, 2, 2}, t));
       }},
      {"max_pool2d",
       [](Dtype t) {
         max_pool2d(of({1, 2, 2}, t), 2);
       }},
      {"avg_pool2d",
       [](Dtype t) {
         avg_pool2d(of({1, 2, 2}, t), 2);
       }},
      {"adaptive_avg_pool2d",
       [](Dtype t) {
         adaptive_avg_pool2d(of({1, 2, 2}, t), 1);
       }},
      {"layer_norm",
       [](Dtype t) {
         layer_norm(of({2, 2}, t), {2});
       }},
      {"rms_norm",
       [](Dtype t) {
         rms_norm(of({2, 2}, t), {2});
       }},
      {"batch_norm",
       [](Dtype t) {
         batch_norm(of({2, 2}, t), {}, {}, {}, {}, true);
       }},
      {"group_norm",
       [](Dtype t) {
         group_norm(of({2, 2}, t), 1);
       }},
      {"inv",
       [](Dtype t) {
         inv(of({2, 2}, t));
       }},
      {"det",
       [](Dtype t) {
         det(of({2, 2}, t));
       }},
      {"cholesky",
       [](Dtype t) {
         cholesky(of({2, 2}, t));
       }},
      {"qr",
       [](Dtype t) {
         qr(of({2, 2}, t));
       }},
      {"svd",
       [](Dtype t) {
         svd(of({2, 2}, t));
       }},
      {"solve",
       [](Dtype t) {
         solve(of({2, 2}, t), of({2, 2}, t));
       }},
  };
  check_refused(ops, {int64, boolean},
                "[{}] needs a floating tensor, got {}: convert it with to(x, float32)");
}

TEST_CASE("an index must be of int64") {
  const Tensor x = ones({2, 2});
  const std::vector<OnDtype> ops{
      {"gather",
       [=](Dtype t) {
         gather(x, 0, of({2, 2}, t));
       }},
      {"scatter",
       [=](Dtype t) {
         scatter(x, 0, of({2, 2}, t), x);
       }},
      {"scatter_add",
       [=](Dtype t) {
         scatter_add(x, 0, of({2, 2}, t), x);
       }},
      {"index_select", [=](Dtype t) { index_select(x, 0, of({2}, t)); }},
      {"index_add", [=](Dtype t) { index_add(x, 0, of({2}, t), x); }},
      {"embedding", [=](Dtype t) { embedding(x, of({2}, t)); }},
      {"one_hot", [](Dtype t) { one_hot(of({2}, t)); }},
  };
  check_refused(ops, {float32, float64, boolean},
                "[{}] the index is {}, not int64: convert it with to(index, int64)");
}

TEST_CASE("a condition and a mask must be of bool") {
  const Tensor x = ones({2, 2});
  check_refused({{"where",
                  [=](Dtype t) {
                    where(of({2, 2}, t), x, 0);
                  }},
                 {"masked_fill",
                  [=](Dtype t) {
                    masked_fill(x, of({2, 2}, t), 0);
                  }}},
                {float32, float64, int64}, "[{}] the condition is {}, not bool: compare it, e.g. x != 0");
  check_refused({{"masked_select",
                  [=](Dtype t) {
                    masked_select(x, of({2, 2}, t));
                  }}},
                {float32, float64, int64}, "[{}] the mask is {}, not bool: compare it, e.g. x != 0");
}

}  // namespace
}  // namespace xg
