#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <xgrad/core/backward.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/node.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/products.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/view.hpp>

#include "support/matrices.hpp"

using namespace xg;
using namespace xg::test;

namespace {

Tensor leaf(const Shape& shape) { return ones(shape, {.requires_grad = true}); }

// The most elements of any product on the way to y.
std::int64_t largest_product(const Tensor& y) {
  std::vector<const Node*> open{y.node()};
  std::set<const Node*> seen;
  std::int64_t most = 0;
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    if (!node || !seen.insert(node).second) continue;
    if (node->name() == std::string("matmul")) most = std::max(most, count(node->output(0).shape));
    for (const Edge& edge : node->edges()) open.push_back(edge.node.get());
  }
  return most;
}

bool equal(const Tensor& a, const Tensor& b) { return a.shape() == b.shape() && all(a == b).item() == 1; }

}  // namespace

TEST_CASE("chains are multiplied in the order that takes the fewest operations") {
  const Tensor column = leaf({50, 1}), row = leaf({1, 50}), square = leaf({50, 50});
  CHECK(largest_product(multi_dot({square, column, row, column})) == 50);
  CHECK(largest_product(multi_dot({row, square, square, column})) == 50);
  CHECK(largest_product(einsum("ij,jk,kl,lm->im", {row, square, square, column})) == 50);
  CHECK(largest_product(einsum("ij,jk,kl->il", {column, row, column})) == 50);
  CHECK(largest_product(einsum("i,j,k,ijk->", {leaf({9}), leaf({9}), leaf({9}), leaf({9, 9, 9})})) == 81);
}

TEST_CASE("more operands than the best order is looked for stay small as well") {
  const std::vector<Tensor> matrices(12, leaf({3, 3}));
  const Tensor y = einsum("ab,bc,cd,de,ef,fg,gh,hi,ij,jk,kl,lm->am", matrices);
  CHECK(largest_product(y) == 9);
  CHECK(y.at({1, 2}) == std::pow(3.0, 11));
  sum(y).backward();
  CHECK(matrices[0].grad().at({0, 0}) == 12 * std::pow(3.0, 11));  // one leaf in twelve places
}

TEST_CASE("the result without an arrow has the letters that stand there once, in alphabetical order") {
  const Tensor a = randn({2, 3}), b = randn({3, 4});
  CHECK(equal(einsum("ij,jk", {a, b}), einsum("ij,jk->ik", {a, b})));
  CHECK(equal(einsum("bj,ja", {a, b}), einsum("bj,ja->ab", {a, b})));
  CHECK(equal(einsum("ba", {a}), t(a)));
  CHECK(equal(einsum("aB", {a}), t(a)));  // capitals first
  CHECK(equal(einsum("i...", {a}), t(a)));
  CHECK(equal(einsum(" i j , j k ", {a, b}), einsum("ij,jk", {a, b})));
}

TEST_CASE("an ellipsis broadcasts from the right and is summed if the result leaves it out") {
  const Tensor a = randn({4, 1, 2, 3}), b = randn({5, 3, 2});
  CHECK(equal(einsum("...ij,...jk->...ik", {a, b}), matmul(a, b)));
  CHECK(einsum("...ij,...jk->ik", {a, b}).shape() == Shape{2, 2});
  CHECK(einsum("...,...", {scalar(2), randn({3})}).shape() == Shape{3});
}

TEST_CASE("dtypes are promoted, and sums over nothing are 0") {
  const Tensor a = ones({2, 3}, {.dtype = float64}), n = full({3}, 2, {.dtype = int64});
  CHECK(einsum("ij,j", {a, n}).dtype() == float64);
  CHECK(einsum("ij,j", {a, n}).at({0}) == 6);
  CHECK(equal(einsum("ij,jk->ik", {zeros({2, 0}), zeros({0, 3})}), zeros({2, 3})));
  CHECK(einsum("ij->j", {zeros({0, 3})}).shape() == Shape{3});
}
