// The wrong calls of the ops of cumulative.hpp and segment.hpp, each with the whole text of its error.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

const Tensor ids = tensor({2, 0, 1}, {.dtype = int64});

TEST_CASE("wrong calls of cumsum, cumprod and logcumsumexp") {
  CHECK_THROWS_WITH_AS(cumsum(zeros({2}), 1), "[cumsum] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(cumprod(zeros({2}), -2), "[cumprod] axis -2 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(logcumsumexp(zeros({2}), 1),
                       "[logcumsumexp] axis 1 is out of range for a tensor of shape [2]", IndexError);
  CHECK_THROWS_WITH_AS(cumsum(zeros({2, 3}), -3),
                       "[cumsum] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(cumprod(zeros({2, 3}), 2),
                       "[cumprod] axis 2 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(logcumsumexp(ones({2}, {.dtype = boolean}), 0),
                       "[logcumsumexp] needs a floating tensor, got bool: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(logcumsumexp(arange(2), 0),
                       "[logcumsumexp] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of cummax and cummin") {
  CHECK_THROWS_WITH_AS(cummax(zeros({2}), 1), "[cummax] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(cummin(zeros({2, 3}), -3),
                       "[cummin] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(cummax(zeros({2, 3}), -3),
                       "[cummax] axis -3 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(cummin(zeros({2}), 1), "[cummin] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
}

TEST_CASE("wrong calls of diff") {
  CHECK_THROWS_WITH_AS(diff(zeros({2}), -1), "[diff] n -1: expected 0 or more", ValueError);
  CHECK_THROWS_WITH_AS(diff(zeros({2}), 1, 1), "[diff] axis 1 is out of range for a tensor of shape [2]",
                       IndexError);
  CHECK_THROWS_WITH_AS(diff(zeros({2, 3}), 1, 1, zeros({3, 1})),
                       "[cat] tensor 1 has shape [2, 3]: it must match [3, 1] but for axis 1", ShapeError);
  CHECK_THROWS_WITH_AS(diff(zeros({2, 3}), 1, 0, {}, zeros({1, 4})),
                       "[cat] tensor 1 has shape [1, 4]: it must match [2, 3] but for axis 0", ShapeError);
  CHECK_THROWS_WITH_AS(diff(zeros({2, 3}), 1, 1, zeros({2})),
                       "[cat] axis 1 is out of range for a tensor of shape [2]", IndexError);
  CHECK_THROWS_WITH_AS(diff(scalar(1)), "[diff] axis -1 is out of range for a tensor of shape []",
                       IndexError);
}

TEST_CASE("wrong calls of segment_sum") {
  CHECK_THROWS_WITH_AS(segment_sum(zeros({3, 5}), ids, 2),
                       "[segment_sum] index 2 at [0] is out of range for axis 0 of [2, 5]", IndexError);
  CHECK_THROWS_WITH_AS(segment_sum(zeros({2}), tensor({0, -1}, {.dtype = int64}), 2),
                       "[segment_sum] index -1 at [1] is out of range for axis 0 of [2]", IndexError);
  CHECK_THROWS_WITH_AS(segment_sum(zeros({4, 5}), ids),
                       "[segment_sum] segment_ids [3] for x [4, 5]: expected [4]", ShapeError);
  CHECK_THROWS_WITH_AS(segment_sum(zeros({3}), zeros({1, 3}, {.dtype = int64})),
                       "[segment_sum] segment_ids [1, 3] for x [3]: expected [3]", ShapeError);
  CHECK_THROWS_WITH_AS(segment_sum(scalar(1), ids),
                       "[segment_sum] segment_ids [3] for x []: expected an x with axes", ShapeError);
  CHECK_THROWS_WITH_AS(segment_sum(zeros({3}), ids, -2),
                       "[segment_sum] num_segments -2: expected 0 or more, or -1", ValueError);
  CHECK_THROWS_WITH_AS(segment_sum(zeros({3}), zeros({3})),
                       "[segment_sum] the index is float32, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of segment_mean") {
  CHECK_THROWS_WITH_AS(segment_mean(zeros({3}, {.dtype = int64}), ids),
                       "[segment_mean] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(segment_mean(zeros({3, 5}), ids, 1),
                       "[segment_mean] index 2 at [0] is out of range for axis 0 of [1, 5]", IndexError);
  CHECK_THROWS_WITH_AS(segment_mean(zeros({2}), ids),
                       "[segment_mean] segment_ids [3] for x [2]: expected [2]", ShapeError);
  CHECK_THROWS_WITH_AS(segment_mean(scalar(1), ids),
                       "[segment_mean] segment_ids [3] for x []: expected an x with axes", ShapeError);
  CHECK_THROWS_WITH_AS(segment_mean(zeros({3}), ids, -3),
                       "[segment_mean] num_segments -3: expected 0 or more, or -1", ValueError);
  CHECK_THROWS_WITH_AS(segment_mean(zeros({3}), ones({3}, {.dtype = boolean})),
                       "[segment_mean] the index is bool, not int64: convert it with to(index, int64)",
                       DtypeError);
}

TEST_CASE("wrong calls of segment_max and segment_min") {
  using Extreme = Tensor (*)(const Tensor&, const Tensor&, std::int64_t);
  const std::vector<std::pair<const char*, Extreme>> ops{{"segment_max", segment_max},
                                                         {"segment_min", segment_min}};
  for (const auto& [name, op] : ops) {
    const auto text = [op_name = name](const char* what) { return fmt::format("[{}] {}", op_name, what); };
    CHECK_THROWS_WITH_AS(op(zeros({3}), ids, 0),
                         text("index 2 at [0] is out of range for axis 0 of [0]").c_str(), IndexError);
    CHECK_THROWS_WITH_AS(op(zeros({2}), ids, -1), text("segment_ids [3] for x [2]: expected [2]").c_str(),
                         ShapeError);
    CHECK_THROWS_WITH_AS(op(scalar(1), ids, -1),
                         text("segment_ids [3] for x []: expected an x with axes").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(op(zeros({3}), ids, -2), text("num_segments -2: expected 0 or more, or -1").c_str(),
                         ValueError);
    CHECK_THROWS_WITH_AS(op(zeros({3}), zeros({3}), -1),
                         text("the index is float32, not int64: convert it with to(index, int64)").c_str(),
                         DtypeError);
  }
}

}  // namespace
}  // namespace xg
