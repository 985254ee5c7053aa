// The wrong calls of the ops in the op table's matmul family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

namespace xg {
namespace {

TEST_CASE("wrong calls of matmul") {
  CHECK_THROWS_WITH_AS(matmul(zeros({64, 784}), zeros({100, 10})),
                       "[matmul] a [64, 784] and b [100, 10]: inner dimensions 784 and 100 differ", Error);
}

TEST_CASE("wrong calls of mm") {
  CHECK_THROWS_WITH_AS(mm(zeros({2, 3, 4}), zeros({4, 5})),
                       "[mm] a [2, 3, 4] and b [4, 5]: both must be matrices; use matmul", Error);
}

TEST_CASE("wrong calls of bmm") {
  CHECK_THROWS_WITH_AS(bmm(zeros({2, 3, 4}), zeros({3, 4, 5})),
                       "[bmm] a [2, 3, 4] and b [3, 4, 5]: batches of 2 and 3; matmul broadcasts", Error);
}

TEST_CASE("wrong calls of mv") {
  CHECK_THROWS_WITH_AS(mv(zeros({2, 3}), zeros({3, 1})),
                       "[mv] a [2, 3] and b [3, 1]: expected a matrix and a vector; use matmul", Error);
}

TEST_CASE("wrong calls of dot") {
  CHECK_THROWS_WITH_AS(dot(zeros({2, 3}), zeros({3})),
                       "[dot] a [2, 3] and b [3]: both must be vectors; use matmul", Error);
}

TEST_CASE("wrong calls of outer") {
  CHECK_THROWS_WITH_AS(outer(zeros({2, 3}), zeros({3})), "[outer] a [2, 3] and b [3]: both must be vectors",
                       Error);
}

TEST_CASE("wrong calls of addmm") {
  CHECK_THROWS_WITH_AS(addmm(zeros({3, 4}), zeros({1, 3}), zeros({3, 4})),
                       "[addmm] input [3, 4] does not broadcast to the product's shape [1, 4]", Error);
}

TEST_CASE("wrong calls of linear") {
  CHECK_THROWS_WITH_AS(linear(zeros({64, 784}), zeros({10, 100})),
                       "[linear] x [64, 784] and weight [10, 100]: x must end in 100 features", Error);
}

}  // namespace
}  // namespace xg
