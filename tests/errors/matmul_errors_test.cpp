// The wrong calls of the ops in the op table's matmul family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of matmul") {
  CHECK_THROWS_WITH_AS(matmul(zeros({64, 784}), zeros({100, 10})),
                       "[matmul] a [64, 784] and b [100, 10]: inner dimensions 784 and 100 differ",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 3}), scalar(1)),
                       "[matmul] a [2, 3] and b []: a tensor without axes has no matrix product; use *",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matmul(zeros({3}), zeros({4})),
                       "[matmul] a [3] and b [4]: inner dimensions 3 and 4 differ", ShapeError);
  CHECK_THROWS_WITH_AS(matmul(whole({2, 3}), whole({3, 2})),
                       "[matmul] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(matmul(Tensor(), zeros({3, 2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 3}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of mm") {
  CHECK_THROWS_WITH_AS(mm(zeros({2, 3, 4}), zeros({4, 5})),
                       "[mm] a [2, 3, 4] and b [4, 5]: both must be matrices; use matmul", ShapeError);
  CHECK_THROWS_WITH_AS(mm(zeros({2, 3}), zeros({3})),
                       "[mm] a [2, 3] and b [3]: both must be matrices; use matmul", ShapeError);
  CHECK_THROWS_WITH_AS(mm(Tensor(), zeros({3, 2})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of bmm") {
  CHECK_THROWS_WITH_AS(bmm(zeros({2, 3, 4}), zeros({3, 4, 5})),
                       "[bmm] a [2, 3, 4] and b [3, 4, 5]: batches of 2 and 3; matmul broadcasts",
                       ShapeError);
  CHECK_THROWS_WITH_AS(bmm(zeros({2, 3, 4}), zeros({2, 5, 4})),
                       "[bmm] a [2, 3, 4] and b [2, 5, 4]: inner dimensions 4 and 5 differ", ShapeError);
  CHECK_THROWS_WITH_AS(
      bmm(zeros({2, 3, 4}), zeros({4, 5})),
      "[bmm] a [2, 3, 4] and b [4, 5]: both must have the shape [batch, rows, columns]; use matmul",
      ShapeError);
  CHECK_THROWS_WITH_AS(bmm(Tensor(), zeros({2, 5, 4})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of mv") {
  CHECK_THROWS_WITH_AS(mv(zeros({2, 3}), zeros({3, 1})),
                       "[mv] a [2, 3] and b [3, 1]: expected a matrix and a vector; use matmul", ShapeError);
  CHECK_THROWS_WITH_AS(mv(zeros({3}), zeros({3})),
                       "[mv] a [3] and b [3]: expected a matrix and a vector; use matmul", ShapeError);
  CHECK_THROWS_WITH_AS(mv(Tensor(), zeros({3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(mv(zeros({2, 3}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of dot") {
  CHECK_THROWS_WITH_AS(dot(zeros({2, 3}), zeros({3})),
                       "[dot] a [2, 3] and b [3]: both must be vectors; use matmul", ShapeError);
  CHECK_THROWS_WITH_AS(dot(scalar(1), scalar(1)), "[dot] a [] and b []: both must be vectors; use matmul",
                       ShapeError);
  CHECK_THROWS_WITH_AS(dot(Tensor(), zeros({3})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of outer") {
  CHECK_THROWS_WITH_AS(outer(zeros({2, 3}), zeros({3})), "[outer] a [2, 3] and b [3]: both must be vectors",
                       ShapeError);
  CHECK_THROWS_WITH_AS(outer(scalar(1), zeros({3})), "[outer] a [] and b [3]: both must be vectors",
                       ShapeError);
  CHECK_THROWS_WITH_AS(outer(zeros({2}), zeros({3, 1})), "[outer] a [2] and b [3, 1]: both must be vectors",
                       ShapeError);
  CHECK_THROWS_WITH_AS(outer(zeros({2}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of addmm") {
  CHECK_THROWS_WITH_AS(addmm(zeros({3, 4}), zeros({1, 3}), zeros({3, 4})),
                       "[addmm] input [3, 4] does not broadcast to the product's shape [1, 4]", ShapeError);
  CHECK_THROWS_WITH_AS(addmm(zeros({2, 2}), zeros({2, 3}), zeros({3})),
                       "[addmm] a [2, 3] and b [3]: both must be matrices", ShapeError);
  CHECK_THROWS_WITH_AS(addmm(zeros({1, 2, 2}), zeros({2, 3}), zeros({3, 2})),
                       "[addmm] input [1, 2, 2] does not broadcast to the product's shape [2, 2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(addmm(Tensor(), zeros({2, 3}), zeros({3, 2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(addmm(zeros({2, 2}), Tensor(), zeros({3, 2})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of linear") {
  CHECK_THROWS_WITH_AS(linear(zeros({64, 784}), zeros({10, 100})),
                       "[linear] x [64, 784] and weight [10, 100]: x must end in 100 features", ShapeError);
  CHECK_THROWS_WITH_AS(linear(zeros({2, 3}), zeros({4, 3}), zeros({3})),
                       "[linear] weight [4, 3] and bias [3]: the bias must have the shape [4]", ShapeError);
  CHECK_THROWS_WITH_AS(linear(zeros({2, 3}), zeros({3})), "[linear] weight [3]: expected a matrix [out, in]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(linear(zeros({2, 3}), zeros({4, 3}), zeros({1, 4})),
                       "[linear] weight [4, 3] and bias [1, 4]: the bias must have the shape [4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(linear(Tensor(), zeros({4, 3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(linear(zeros({2, 3}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of sums with products") {
  CHECK_THROWS_WITH_AS(vdot(zeros({2, 3}), zeros({3})),
                       "[vdot] a [2, 3] and b [3]: both must be vectors; use matmul", ShapeError);
  CHECK_THROWS_WITH_AS(addmv(zeros({2}), zeros({2, 3}), zeros({4})),
                       "[addmv] a [2, 3] and b [4]: inner dimensions 3 and 4 differ", ShapeError);
  CHECK_THROWS_WITH_AS(addmv(zeros({3}), zeros({2, 3}), zeros({3})),
                       "[addmv] input [3] does not broadcast to the product's shape [2]", ShapeError);
  CHECK_THROWS_WITH_AS(addmv(zeros({2}), zeros({2, 3}), zeros({3, 1})),
                       "[addmv] a [2, 3] and b [3, 1]: expected a matrix and a vector", ShapeError);
  CHECK_THROWS_WITH_AS(addr(zeros({3, 3}), zeros({2}), zeros({3})),
                       "[addr] input [3, 3] does not broadcast to the product's shape [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(addr(zeros({3}), zeros({2, 1}), zeros({3})),
                       "[addr] a [2, 1] and b [3]: both must be vectors", ShapeError);
  CHECK_THROWS_WITH_AS(baddbmm(zeros({4}), zeros({2, 3, 4}), zeros({3, 4, 4})),
                       "[baddbmm] a [2, 3, 4] and b [3, 4, 4]: batches of 2 and 3; expand() broadcasts",
                       ShapeError);
  CHECK_THROWS_WITH_AS(addbmm(zeros({2, 3, 5}), zeros({2, 3, 4}), zeros({2, 4, 5})),
                       "[addbmm] input [2, 3, 5] does not broadcast to the product's shape [3, 5]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      addbmm(zeros({3, 5}), zeros({3, 4}), zeros({4, 5})),
      "[addbmm] a [3, 4] and b [4, 5]: both must have the shape [batch, rows, columns]; use matmul",
      ShapeError);
}

TEST_CASE("wrong calls of einsum") {
  const Tensor a = zeros({2, 3}), b = zeros({4, 5});
  CHECK_THROWS_WITH_AS(einsum("ij,jk->ik", {a, b}), "[einsum] \"ij,jk->ik\": 'j' has lengths 3 and 4",
                       ShapeError);
  CHECK_THROWS_WITH_AS(einsum("...,...", {a, b}),
                       "[einsum] \"...,...\": an axis of '...' has lengths 2 and 4", ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij,jk->il", {a, t(a)}),
                       "[einsum] \"ij,jk->il\": the result's 'l' is in no operand", ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij->ii", {a}), "[einsum] \"ij->ii\": the result has 'i' twice", ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij,jk", {a}), "[einsum] \"ij,jk\": 1 operands for 2 subscripts", ValueError);
  CHECK_THROWS_WITH_AS(einsum("", {}), "[einsum] \"\": 0 operands for 1 subscripts", ValueError);
  CHECK_THROWS_WITH_AS(einsum("i1", {a}),
                       "[einsum] \"i1\": '1' in \"i1\" is neither a letter nor a single \"...\"", ValueError);
  CHECK_THROWS_WITH_AS(einsum("...i...", {a}),
                       "[einsum] \"...i...\": '.' in \"...i...\" is neither a letter nor a single \"...\"",
                       ValueError);
  CHECK_THROWS_WITH_AS(
      einsum("i", {a}),
      "[einsum] \"i\": operand 0 [2, 3] has 2 axes, the equation names 1; \"...\" stands for further ones",
      ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ijk...", {a}),
                       "[einsum] \"ijk...\": operand 0 [2, 3] has 2 axes, the equation names 3", ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ii", {a}), "[einsum] \"ii\": 'i' twice in one operand has lengths 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij->", {zeros({2, 2}, {.dtype = int64})}),
                       "[einsum] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(einsum("ij->ji", {Tensor()}), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(einsum("ij->", {zeros({2, 2}), zeros({2, 2})}),
                       "[einsum] \"ij->\": 2 operands for 1 subscripts", ValueError);
}

TEST_CASE("wrong calls of contractions") {
  const Tensor a = zeros({2, 3}), b = zeros({4, 5});
  CHECK_THROWS_WITH_AS(tensordot(a, b, 1),
                       "[tensordot] a [2, 3] and b [4, 5]: axis 1 of a and axis 0 of b have lengths 3 and 4",
                       ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(a, b, 3),
                       "[tensordot] a [2, 3] and b [4, 5]: they do not both have 3 axes to sum over",
                       ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(a, b, {0, 1}, {0}),
                       "[tensordot] axes [0, 1] of a and [0] of b: expected as many", ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(a, b, {2}, {0}),
                       "[tensordot] axis 2 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(inner(a, b), "[inner] a [2, 3] and b [4, 5]: last axes of 3 and 5", ShapeError);
  CHECK_THROWS_WITH_AS(
      bilinear(zeros({5, 3}), zeros({5, 4}), zeros({2, 4, 3})),
      "[bilinear] x1 [5, 3], x2 [5, 4] and weight [2, 4, 3]: expected [..., m], [..., n] and [k, m, n]",
      ShapeError);
  CHECK_THROWS_WITH_AS(bilinear(zeros({5, 3}), zeros({5, 4}), zeros({2, 3, 4}), zeros({3})),
                       "[bilinear] weight [2, 3, 4] and bias [3]: the bias must have the shape [2]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(vecdot(scalar(1), a),
                       "[vecdot] a [] and b [2, 3]: both must have an axis to sum along", ShapeError);
  CHECK_THROWS_WITH_AS(cross(zeros({2, 4}), zeros({2, 4})),
                       "[cross] a [2, 4] and b [2, 4]: axis -1 must have length 3 in both", ShapeError);
  CHECK_THROWS_WITH_AS(cross(zeros({3}), zeros({3}), 1),
                       "[cross] a [3] and b [3]: axis 1 must have length 3 in both", ShapeError);
  CHECK_THROWS_WITH_AS(kron(zeros({1, 1, 1, 1, 1}), a),
                       "[kron] a [1, 1, 1, 1, 1] and b [2, 3]: at most 4 axes", ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(zeros({2, 3}), zeros({2, 3}), -1),
                       "[tensordot] a [2, 3] and b [2, 3]: they do not both have -1 axes to sum over",
                       ShapeError);
  CHECK_THROWS_WITH_AS(tensordot(zeros({2, 3}), zeros({2, 3}), {0, 0}, {0, 1}),
                       "[tensordot] axis 0 is named twice in [0, 0]", IndexError);
  CHECK_THROWS_WITH_AS(tensordot(whole({2, 3}), whole({3, 2}), 1),
                       "[tensordot] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(tensordot(Tensor(), zeros({2, 3}), 1), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(inner(Tensor(), zeros({2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(
      bilinear(zeros({5, 3}), zeros({5, 4}), zeros({3, 4})),
      "[bilinear] x1 [5, 3], x2 [5, 4] and weight [3, 4]: expected [..., m], [..., n] and [k, m, n]",
      ShapeError);
  CHECK_THROWS_WITH_AS(
      bilinear(scalar(1), zeros({5, 4}), zeros({2, 3, 4})),
      "[bilinear] x1 [], x2 [5, 4] and weight [2, 3, 4]: expected [..., m], [..., n] and [k, m, n]",
      ShapeError);
  CHECK_THROWS_WITH_AS(bilinear(zeros({5, 3}), zeros({5, 4}), Tensor()), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(inner(whole({2}), whole({2})),
                       "[inner] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(bilinear(whole({5, 3}), whole({5, 4}), whole({2, 3, 4})),
                       "[bilinear] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of chains and distances") {
  const Tensor a = zeros({2, 3}), b = zeros({4, 5});
  CHECK_THROWS_WITH_AS(multi_dot({a, b}),
                       "[multi_dot] matrices 0 [2, 3] and 1 [4, 5]: inner dimensions 3 and 4 differ",
                       ShapeError);
  CHECK_THROWS_WITH_AS(multi_dot({a}), "[multi_dot] 1 tensors: expected at least two", ValueError);
  CHECK_THROWS_WITH_AS(multi_dot({a, zeros({3}), b}), "[multi_dot] tensor 1 [3]: expected a matrix",
                       ShapeError);
  CHECK_THROWS_WITH_AS(chain_matmul({}), "[chain_matmul] an empty list: expected at least one matrix",
                       ValueError);
  CHECK_THROWS_WITH_AS(chain_matmul({zeros({3}), t(a)}), "[chain_matmul] tensor 0 [3]: expected a matrix",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cdist(a, b), "[cdist] x1 [2, 3] and x2 [4, 5]: rows of 3 and 5", ShapeError);
  CHECK_THROWS_WITH_AS(cdist(a, zeros({3})),
                       "[cdist] x1 [2, 3] and x2 [3]: expected rows in the last two axes", ShapeError);
  CHECK_THROWS_WITH_AS(cdist(a, a, -1), "[cdist] p -1: must not be negative", ValueError);
}

TEST_CASE("wrong calls of products of vectors and matrices, by their lengths") {
  const Tensor square = zeros({2, 2}), two = zeros({2}), three = zeros({3});
  CHECK_THROWS_WITH_AS(mv(square, three), "[mv] a [2, 2] and b [3]: inner dimensions 2 and 3 differ",
                       ShapeError);
  CHECK_THROWS_WITH_AS(dot(two, three), "[dot] a [2] and b [3]: inner dimensions 2 and 3 differ", ShapeError);
  CHECK_THROWS_WITH_AS(vdot(two, three), "[vdot] a [2] and b [3]: inner dimensions 2 and 3 differ",
                       ShapeError);
  CHECK_THROWS_WITH_AS(vecdot(two, three),
                       "[vecdot] shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(inner(two, three), "[inner] a [2] and b [3]: last axes of 2 and 3", ShapeError);
  CHECK_THROWS_WITH_AS(outer(square, two), "[outer] a [2, 2] and b [2]: both must be vectors", ShapeError);
  CHECK_THROWS_WITH_AS(mm(square, zeros({3, 2})),
                       "[mm] a [2, 2] and b [3, 2]: inner dimensions 2 and 3 differ", ShapeError);
  CHECK_THROWS_WITH_AS(
      bmm(square, square),
      "[bmm] a [2, 2] and b [2, 2]: both must have the shape [batch, rows, columns]; use matmul", ShapeError);
  CHECK_THROWS_WITH_AS(matmul(scalar(1), square),
                       "[matmul] a [] and b [2, 2]: a tensor without axes has no matrix product; use *",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 2, 2}), zeros({3, 2, 2})),
                       "[matmul] a [2, 2, 2] and b [3, 2, 2]: the leading axes [2] and [3] do not broadcast",
                       ShapeError);
  CHECK_THROWS_WITH_AS(linear(square, two), "[linear] weight [2]: expected a matrix [out, in]", ShapeError);
  CHECK_THROWS_WITH_AS(linear(scalar(1), square), "[linear] x [] and weight [2, 2]: x must end in 2 features",
                       ShapeError);
  CHECK_THROWS_WITH_AS(addmm(square, square, zeros({3, 2})),
                       "[addmm] a [2, 2] and b [3, 2]: inner dimensions 2 and 3 differ", ShapeError);
}

TEST_CASE("wrong calls of vdot") {
  CHECK_THROWS_WITH_AS(vdot(scalar(1), zeros({3})), "[vdot] a [] and b [3]: both must be vectors; use matmul",
                       ShapeError);
  CHECK_THROWS_WITH_AS(vdot(zeros({3}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of addmv") {
  CHECK_THROWS_WITH_AS(addmv(whole({2}), whole({2, 3}), whole({3})),
                       "[addmv] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(addmv(zeros({1, 2}), zeros({2, 3}), zeros({3})),
                       "[addmv] input [1, 2] does not broadcast to the product's shape [2]", ShapeError);
  CHECK_THROWS_WITH_AS(addmv(Tensor(), zeros({2, 3}), zeros({3})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of addr") {
  CHECK_THROWS_WITH_AS(addr(zeros({2, 3}), scalar(1), zeros({3})),
                       "[addr] a [] and b [3]: both must be vectors", ShapeError);
  CHECK_THROWS_WITH_AS(addr(zeros({1, 2, 3}), zeros({2}), zeros({3})),
                       "[addr] input [1, 2, 3] does not broadcast to the product's shape [2, 3]", ShapeError);
  CHECK_THROWS_WITH_AS(addr(Tensor(), zeros({2}), zeros({3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(addr(zeros({2, 3}), zeros({2}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of baddbmm") {
  CHECK_THROWS_WITH_AS(baddbmm(zeros({3, 4}), zeros({2, 3, 4}), zeros({2, 5, 4})),
                       "[baddbmm] a [2, 3, 4] and b [2, 5, 4]: inner dimensions 4 and 5 differ", ShapeError);
  CHECK_THROWS_WITH_AS(baddbmm(zeros({5}), zeros({2, 3, 4}), zeros({2, 4, 4})),
                       "[baddbmm] input [5] does not broadcast to the product's shape [2, 3, 4]", ShapeError);
  CHECK_THROWS_WITH_AS(
      baddbmm(zeros({4}), zeros({3, 4}), zeros({4, 4})),
      "[baddbmm] a [3, 4] and b [4, 4]: both must have the shape [batch, rows, columns]; use matmul",
      ShapeError);
  CHECK_THROWS_WITH_AS(baddbmm(whole({4}), whole({2, 3, 4}), whole({2, 4, 4})),
                       "[baddbmm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(baddbmm(Tensor(), zeros({2, 3, 4}), zeros({2, 4, 4})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of addbmm") {
  CHECK_THROWS_WITH_AS(addbmm(zeros({3, 4}), zeros({2, 3, 4}), zeros({2, 5, 4})),
                       "[addbmm] a [2, 3, 4] and b [2, 5, 4]: inner dimensions 4 and 5 differ", ShapeError);
  CHECK_THROWS_WITH_AS(addbmm(zeros({3, 4}), zeros({2, 3, 4}), zeros({3, 4, 4})),
                       "[addbmm] a [2, 3, 4] and b [3, 4, 4]: batches of 2 and 3; expand() broadcasts",
                       ShapeError);
  CHECK_THROWS_WITH_AS(addbmm(whole({3, 4}), whole({2, 3, 4}), whole({2, 4, 4})),
                       "[addbmm] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(addbmm(zeros({3, 4}), zeros({2, 3, 4}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of vecdot, cross and kron") {
  CHECK_THROWS_WITH_AS(vecdot(zeros({2, 3}), zeros({2, 3}), 2),
                       "[vecdot] axis 2 is out of range for a tensor of shape [2, 3]", IndexError);
  CHECK_THROWS_WITH_AS(vecdot(zeros({2, 3}), zeros({4, 3})),
                       "[vecdot] shapes [2, 3] and [4, 3] do not broadcast: axis -2 has sizes 2 and 4",
                       ShapeError);
  CHECK_THROWS_WITH_AS(vecdot(Tensor(), zeros({3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(cross(zeros({2, 3}), zeros({4, 3})),
                       "[cross] shapes [2, 3] and [4, 3] do not broadcast: axis -2 has sizes 2 and 4",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross(scalar(1), zeros({3})),
                       "[cross] a [] and b [3]: axis -1 must have length 3 in both", ShapeError);
  CHECK_THROWS_WITH_AS(cross(zeros({2, 3}), zeros({2, 3}), 5),
                       "[cross] a [2, 3] and b [2, 3]: axis 5 must have length 3 in both", ShapeError);
  CHECK_THROWS_WITH_AS(cross(Tensor(), zeros({3})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(kron(zeros({2, 3}), zeros({1, 1, 1, 1, 1})),
                       "[kron] a [2, 3] and b [1, 1, 1, 1, 1]: at most 4 axes", ShapeError);
  CHECK_THROWS_WITH_AS(kron(Tensor(), zeros({2})), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(kron(zeros({2}), Tensor()), undefined_text, GraphError);
}

TEST_CASE("wrong calls of multi_dot and chain_matmul") {
  CHECK_THROWS_WITH_AS(multi_dot({}), "[multi_dot] 0 tensors: expected at least two", ValueError);
  CHECK_THROWS_WITH_AS(multi_dot({zeros({2, 3}), zeros({3}), zeros({3, 2})}),
                       "[multi_dot] tensor 1 [3]: expected a matrix", ShapeError);
  CHECK_THROWS_WITH_AS(multi_dot({zeros({1, 2, 3}), zeros({3, 2})}),
                       "[multi_dot] tensor 0 [1, 2, 3]: expected a matrix", ShapeError);
  CHECK_THROWS_WITH_AS(multi_dot({zeros({2, 3}), Tensor()}), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(chain_matmul({zeros({2, 3}), zeros({4, 5})}),
                       "[chain_matmul] matrices 0 [2, 3] and 1 [4, 5]: inner dimensions 3 and 4 differ",
                       ShapeError);
  CHECK_THROWS_WITH_AS(chain_matmul({zeros({2, 3}), zeros({3, 2}), zeros({3, 2})}),
                       "[chain_matmul] matrices 1 [3, 2] and 2 [3, 2]: inner dimensions 2 and 3 differ",
                       ShapeError);
  CHECK_THROWS_WITH_AS(chain_matmul({Tensor()}), undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(multi_dot({whole({2, 3}), whole({3, 2})}),
                       "[multi_dot] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
  CHECK_THROWS_WITH_AS(chain_matmul({whole({2, 3}), whole({3, 2})}),
                       "[chain_matmul] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

}  // namespace
}  // namespace xg
