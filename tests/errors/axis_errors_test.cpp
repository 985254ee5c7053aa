// Axes that the tensor does not have, for every op that takes one: the error names the op, the axis and the shape.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

struct OnAxis {
  const char* name;
  std::function<void(const Tensor& x, std::int64_t axis)> call;
};

const Tensor index = zeros({2, 3}, {.dtype = int64}), row = zeros({2}, {.dtype = int64});

const std::vector<OnAxis> one_axis{
    {"max", [](const Tensor& x, std::int64_t a) { max(x, a); }},
    {"min", [](const Tensor& x, std::int64_t a) { min(x, a); }},
    {"argmax", [](const Tensor& x, std::int64_t a) { argmax(x, a); }},
    {"argmin", [](const Tensor& x, std::int64_t a) { argmin(x, a); }},
    {"cumsum", [](const Tensor& x, std::int64_t a) { cumsum(x, a); }},
    {"cumprod", [](const Tensor& x, std::int64_t a) { cumprod(x, a); }},
    {"softmax", [](const Tensor& x, std::int64_t a) { softmax(x, a); }},
    {"log_softmax", [](const Tensor& x, std::int64_t a) { log_softmax(x, a); }},
    {"sort", [](const Tensor& x, std::int64_t a) { sort(x, a); }},
    {"argsort", [](const Tensor& x, std::int64_t a) { argsort(x, a); }},
    {"topk", [](const Tensor& x, std::int64_t a) { topk(x, 1, a); }},
    {"gather", [](const Tensor& x, std::int64_t a) { gather(x, a, index); }},
    {"take_along_dim", [](const Tensor& x, std::int64_t a) { take_along_dim(x, index, a); }},
    {"scatter_add", [](const Tensor& x, std::int64_t a) { scatter_add(x, a, index, x); }},
    {"scatter", [](const Tensor& x, std::int64_t a) { scatter(x, a, index, x); }},
    {"index_select", [](const Tensor& x, std::int64_t a) { index_select(x, a, row); }},
    {"index_add", [](const Tensor& x, std::int64_t a) { index_add(x, a, row, x); }},
    {"squeeze", [](const Tensor& x, std::int64_t a) { squeeze(x, a); }},
    {"transpose", [](const Tensor& x, std::int64_t a) { transpose(x, 0, a); }},
    {"movedim", [](const Tensor& x, std::int64_t a) { movedim(x, a, 0); }},
    {"flatten", [](const Tensor& x, std::int64_t a) { flatten(x, 0, a); }},
    {"unflatten",
     [](const Tensor& x, std::int64_t a) {
       unflatten(x, a, {1, -1});
     }},
    {"slice", [](const Tensor& x, std::int64_t a) { slice(x, a, 0, 1); }},
    {"select", [](const Tensor& x, std::int64_t a) { select(x, a, 0); }},
    {"narrow", [](const Tensor& x, std::int64_t a) { narrow(x, a, 0, 1); }},
    {"split", [](const Tensor& x, std::int64_t a) { split(x, 1, a); }},
    {"split",
     [](const Tensor& x, std::int64_t a) {
       split(x, std::vector<std::int64_t>{1, 1}, a);
     }},
    {"chunk", [](const Tensor& x, std::int64_t a) { chunk(x, 2, a); }},
    {"unbind", [](const Tensor& x, std::int64_t a) { unbind(x, a); }},
    {"diagonal", [](const Tensor& x, std::int64_t a) { diagonal(x, 0, 0, a); }},
    {"cat",
     [](const Tensor& x, std::int64_t a) {
       cat({x, x}, a);
     }},
};

const std::vector<OnAxis> axes{
    {"sum",
     [](const Tensor& x, std::int64_t a) {
       sum(x, {0, a});
     }},
    {"mean",
     [](const Tensor& x, std::int64_t a) {
       mean(x, {0, a});
     }},
    {"var",
     [](const Tensor& x, std::int64_t a) {
       var(x, {0, a});
     }},
    {"std",
     [](const Tensor& x, std::int64_t a) {
       std(x, {0, a});
     }},
    {"amax",
     [](const Tensor& x, std::int64_t a) {
       amax(x, {0, a});
     }},
    {"amin",
     [](const Tensor& x, std::int64_t a) {
       amin(x, {0, a});
     }},
    {"prod",
     [](const Tensor& x, std::int64_t a) {
       prod(x, {0, a});
     }},
    {"logsumexp",
     [](const Tensor& x, std::int64_t a) {
       logsumexp(x, {0, a});
     }},
    {"norm",
     [](const Tensor& x, std::int64_t a) {
       norm(x, 2, {0, a});
     }},
    {"all",
     [](const Tensor& x, std::int64_t a) {
       all(x, {0, a});
     }},
    {"any",
     [](const Tensor& x, std::int64_t a) {
       any(x, {0, a});
     }},
    {"count_nonzero",
     [](const Tensor& x, std::int64_t a) {
       count_nonzero(x, {0, a});
     }},
    {"flip",
     [](const Tensor& x, std::int64_t a) {
       flip(x, {0, a});
     }},
};

void check_out_of_range(const OnAxis& op, const Tensor& x, std::int64_t axis) {
  CAPTURE(std::string(op.name));
  const std::string text = fmt::format("[{}] axis {} is out of range for a tensor of shape {}", op.name, axis,
                                       to_string(x.shape()));
  CHECK_THROWS_WITH_AS(op.call(x, axis), text.c_str(), IndexError);
}

TEST_CASE("an axis beyond the last one or before the first one") {
  for (const auto& ops : {one_axis, axes})
    for (const OnAxis& op : ops) {
      check_out_of_range(op, ones({2, 3}), 2);
      check_out_of_range(op, ones({2, 3}), -3);
    }
}

TEST_CASE("a 0-d tensor has the axes 0 and -1 at most") {
  for (const OnAxis& op : one_axis)
    for (const char* name : {"max", "min", "argmax", "argmin", "cumsum", "cumprod", "sort", "argsort"})
      if (op.name == std::string_view(name)) {
        check_out_of_range(op, scalar(1), 1);
        check_out_of_range(op, scalar(1), -2);
      }
  check_out_of_range({"logcumsumexp", [](const Tensor& x, std::int64_t a) { logcumsumexp(x, a); }}, scalar(1),
                     1);
  check_out_of_range({"cummax", [](const Tensor& x, std::int64_t a) { cummax(x, a); }}, scalar(1), -2);
  check_out_of_range({"cummin", [](const Tensor& x, std::int64_t a) { cummin(x, a); }}, scalar(1), 1);
  check_out_of_range({"median", [](const Tensor& x, std::int64_t a) { median(x, a); }}, scalar(1), -2);
  check_out_of_range({"mode", [](const Tensor& x, std::int64_t a) { mode(x, a); }}, scalar(1), 1);
}

TEST_CASE("a new axis has one more place") {
  CHECK_THROWS_WITH_AS(unsqueeze(ones({2, 3}), 3),
                       "[unsqueeze] axis 3 is out of range for a tensor of shape [2, 3, 1]", IndexError);
  CHECK_THROWS_WITH_AS(stack({ones({2}), ones({2}), ones({2})}, 2),
                       "[stack] axis 2 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(movedim(ones({2, 3}), 0, 2),
                       "[movedim] axis 2 is out of range for a tensor of shape [2, 3]", IndexError);
}

TEST_CASE("an axis named twice, once from each end") {
  for (const OnAxis& op : axes) {
    CAPTURE(std::string(op.name));
    const std::string text = fmt::format("[{}] axis -2 is named twice in [0, -2]", op.name);
    CHECK_THROWS_WITH_AS(op.call(ones({2, 3}), -2), text.c_str(), IndexError);
  }
}

TEST_CASE("clamp names itself whatever its bounds are") {
  CHECK_THROWS_WITH_AS(clamp(ones({2}), ones({3}), 1),
                       "[clamp] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(clamp(ones({2}), 0, ones({3})),
                       "[clamp] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3", ShapeError);
}

}  // namespace
}  // namespace xg
