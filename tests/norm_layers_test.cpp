#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/ops/ops.hpp>

#include "op_table/op_table.hpp"

using namespace xg;
using test::element;

namespace {

constexpr TensorOptions as_double{.dtype = float64};

Tensor sample(const Shape& shape) {
  Generator random(6);
  return uniform(shape, -2, 2, as_double, random);
}

bool equal(const Tensor& a, const Tensor& b) { return a.shape() == b.shape() && all(a == b).item<bool>(); }

template <class Net> std::vector<std::string> paths(Net net) {
  std::vector<std::string> all;
  for_each_leaf(net, [&](const std::string& path, const Tensor& leaf) {
    if (leaf.defined()) all.push_back(path);
  });
  return all;
}

}  // namespace

TEST_CASE("RMSNorm, GroupNorm and LocalResponseNorm are the functions with what they learn") {
  const Tensor x = sample({2, 4, 3});
  nn::RMSNorm rms{3, {.eps = 0.01, .dtype = float64}};
  rms.weight = sample({3});
  CHECK(equal(rms(x), rms_norm(x, {3}, rms.weight, 0.01)));
  nn::GroupNorm group{2, 4, {.eps = 0.01, .dtype = float64}};
  group.weight = sample({4});
  group.bias = sample({4}) * 2;
  CHECK(equal(group(x), group_norm(x, 2, group.weight, group.bias, 0.01)));
  CHECK(equal(nn::LocalResponseNorm{3, 0.5, 0.6, 2}(x), local_response_norm(x, 3, 0.5, 0.6, 2)));
}

TEST_CASE("RMSNorm adds the dtype's smallest step unless told") {
  const Tensor x = full({1, 4}, 1e-8, {.dtype = float64});
  const nn::RMSNorm rms{4, {.elementwise_affine = false}};
  const double square = 1e-16;
  CHECK(rms(x).at({0, 0}) ==
        doctest::Approx(1e-8 / std::sqrt(square + std::numeric_limits<double>::epsilon())));
  const double step32 = std::numeric_limits<float>::epsilon();
  CHECK(rms(to(x, float32)).at({0, 0}) == doctest::Approx(1e-8 / std::sqrt(square + step32)));
}

TEST_CASE("InstanceNorm takes a sample without n") {
  const Tensor x = sample({2, 4, 3});
  const nn::InstanceNorm1d norm{4};
  CHECK(equal(norm(select(x, 0, 1)), select(norm(x), 0, 1)));
}

TEST_CASE("normalising layers learn a weight and a bias unless told otherwise") {
  CHECK(paths(nn::RMSNorm{3}) == std::vector<std::string>{"weight"});
  CHECK(paths(nn::RMSNorm{3, {.elementwise_affine = false}}).empty());
  CHECK(paths(nn::GroupNorm{1, 2}) == std::vector<std::string>{"weight", "bias"});
  CHECK(paths(nn::GroupNorm{1, 2, {.affine = false}}).empty());
  CHECK(paths(nn::InstanceNorm2d{2}).empty());
  CHECK(paths(nn::InstanceNorm2d{2, {.affine = true, .track_running_stats = true}}) ==
        std::vector<std::string>{"weight", "bias", "running_mean", "running_var"});
}

TEST_CASE("normalising layers pass gradcheck") {
  const Tensor x = sample({2, 4, 3});
  CHECK(gradcheck([&](const nn::RMSNorm& net) { return net(x); }, nn::RMSNorm{3}));
  CHECK(gradcheck([&](const nn::GroupNorm& net) { return net(x); }, nn::GroupNorm{2, 4}));
  CHECK(gradcheck([&](const nn::InstanceNorm1d& net) { return net(x); },
                  nn::InstanceNorm1d{4, {.affine = true}}));
}

TEST_CASE("InstanceNorm moves its statistics in training and uses them in evaluation") {
  const Tensor x = tensor({{{1, 3}, {10, 10}}, {{5, 9}, {10, 40}}}, as_double);
  nn::InstanceNorm1d norm{2, {.momentum = 0.25, .track_running_stats = true, .dtype = float64}};
  CHECK(equal(norm(x), instance_norm(x)));
  CHECK(element(norm.running_mean, 1) == doctest::Approx(0.25 * (10 + 25) / 2));
  CHECK(element(norm.running_var, 0) == doctest::Approx(0.75 + 0.25 * (2 + 8) / 2));
  norm.training = false;
  const Tensor mean = clone(norm.running_mean);
  CHECK(equal(norm(x), instance_norm(x, norm.running_mean, norm.running_var, {}, {}, false)));
  CHECK(equal(norm.running_mean, mean));
  CHECK_FALSE(equal(norm(x), instance_norm(x)));
}

TEST_CASE("InstanceNorm without running statistics is the same in evaluation") {
  const Tensor x = sample({2, 3, 4, 5});
  nn::InstanceNorm2d norm{3};
  norm.training = false;
  CHECK(equal(norm(x), instance_norm(x)));
}

TEST_CASE("layers tell how many axes they expect") {
  CHECK_THROWS_WITH_AS(nn::InstanceNorm2d{32}(zeros({8, 32})),
                       "[InstanceNorm2d] x [8, 32]: expected [n, 32, ...] of 4 axes", ShapeError);
  CHECK_THROWS_WITH_AS(nn::BatchNorm3d{32}(zeros({8, 32, 2, 2})),
                       "[BatchNorm3d] x [8, 32, 2, 2]: expected [n, 32, ...] of 5 axes", ShapeError);
  CHECK(nn::BatchNorm3d{2}(zeros({2, 2, 2, 2, 2})).shape() == Shape{2, 2, 2, 2, 2});
}
