#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/core/create.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/ops/sort.hpp>
#include <xgrad/ops/view.hpp>

using namespace xg;

TEST_CASE("kthvalue and median name the index of their value, the first of equal ones first") {
  const Tensor x = tensor({{3, 1, 1, 2}, {5, 5, 5, 5}});
  const auto [second, at] = kthvalue(x, 2);
  CHECK(second.at({0}) == 1);
  CHECK(at.at({0}) == 2);
  CHECK(at.at({1}) == 1);
  const auto [middle, place] = median(x, 0, true);
  CHECK(middle.shape() == Shape{1, 4});
  CHECK(middle.at({0, 3}) == 2);
  CHECK(place.at({0, 0}) == 0);
  CHECK(kthvalue(scalar(7), 1)[0].item() == 7);
}

TEST_CASE("median and quantile are NaN where an element is") {
  const Tensor x = tensor({{1, NAN, 2}, {3, 1, 2}});
  CHECK(std::isnan(median(x, 1)[0].at({0})));
  CHECK(median(x, 1)[1].at({0}) == 1);
  CHECK(median(x, 1)[0].at({1}) == 2);
  CHECK(std::isnan(quantile(x, 0, 1).at({0})));
  CHECK(quantile(x, 0, 1).at({1}) == 1);
}

TEST_CASE("mode takes the smallest of equally frequent values and the last of its places") {
  const Tensor x = tensor({{2, 1, 2, 1, 3}, {4, 3, 2, 1, 0}});
  const auto [value, place] = mode(x);
  CHECK(value.at({0}) == 1);
  CHECK(place.at({0}) == 3);
  CHECK(value.at({1}) == 0);
  CHECK(place.at({1}) == 4);
  CHECK(mode(x, 0, true)[0].shape() == Shape{1, 5});
  CHECK(mode(tensor({2, 2, 1}, {.dtype = int64}), 0)[0].item() == 2);
}

TEST_CASE("several quantiles come first, and keepdim leaves the reduced axis") {
  const Tensor x = reshape(arange(0, 24), {2, 3, 4}), q = tensor({0, 0.5, 1});
  CHECK(quantile(x, q, 1).shape() == Shape{3, 2, 4});
  CHECK(quantile(x, q, 1, true).shape() == Shape{3, 2, 1, 4});
  CHECK(quantile(x, q, -1, true).shape() == Shape{3, 2, 3, 1});
  CHECK(quantile(x, q, {}, true).shape() == Shape{3, 1, 1, 1});
  CHECK(quantile(x, 0.5).shape() == Shape{});
  CHECK(quantile(x, 0.5).item() == 11.5);
  CHECK(quantile(x, q, 1).at({2, 1, 3}) == 23);
  CHECK(quantile(x, q, 1).at({1, 0, 2}) == 6);
  CHECK(quantile(scalar(3), 0.3, 0).item() == 3);
}

TEST_CASE("a quantile between two elements depends on q, too") {
  const std::vector<Tensor> inputs{tensor({3, -1, 0.5, 2}, {.dtype = float64}),
                                   tensor({0.2, 0.9}, {.dtype = float64})};
  CHECK(gradcheck([](const std::vector<Tensor>& in) { return quantile(in[0], in[1]); }, inputs));
}

TEST_CASE("searchsorted finds the first place, or with right the last, and puts NaN at the end") {
  const Tensor list = tensor({1, 2, 2, 5});
  const Tensor values = tensor({0, 1, 2, 3, 9, NAN});
  const double left[] = {0, 0, 1, 3, 4, 4}, right[] = {0, 1, 3, 3, 4, 4};
  for (std::int64_t i = 0; i < 6; ++i) {
    CHECK(searchsorted(list, values).at({i}) == left[i]);
    CHECK(searchsorted(list, values, true).at({i}) == right[i]);
  }
  CHECK(searchsorted(arange(5), 2.5).item() == 3);
  CHECK(searchsorted(zeros({0}), values).at({3}) == 0);
}
