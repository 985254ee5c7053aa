#include "matmul.hpp"

#include <fmt/format.h>

#include <array>

#include "../core/copy.hpp"
#include "../core/node.hpp"
#include "../core/operand.hpp"
#include "../core/strided.hpp"
#include "../core/sum_to.hpp"
#include "arithmetic.hpp"
#include "gemm.hpp"
#include "view.hpp"

namespace xg {
namespace {

/// One side of a product: the last two axes are a matrix, read as its transpose or not.
struct Factor {
  const Tensor& x;
  bool transposed = false;

  std::size_t axis(std::size_t which) const { return x.dim() - 2 + (transposed ? 1 - which : which); }
  std::int64_t rows() const { return x.shape()[axis(0)]; }
  std::int64_t columns() const { return x.shape()[axis(1)]; }
  Shape batch() const { return Shape(std::span(x.shape().begin(), x.dim() - 2)); }
  Strides batch_strides(const Shape& to) const {
    return broadcast_strides(batch(), Strides(std::span(x.strides().begin(), x.dim() - 2)), to);
  }
  template <class T> StridedMatrix<T> matrix() const {
    return {x.data<T>(), x.strides()[axis(0)], x.strides()[axis(1)]};
  }
};

/// Many products of equal size: strides of a, b and c along the axes of a batch. Along `summed` axes c stands
/// still.
template <class T> struct Batch {
  std::int64_t m, n, k;
  StridedMatrix<T> a, b;
  T* c;
  std::int64_t c_step;
  const T* row;  // what each row of c starts from; null if c has been filled already, or starts from 0
  bool adds;
  Shape shape, summed_shape;
  std::array<Strides, 3> strides, summed_strides;
};

// Axes of the batch that continue a's and c's rows, or the axis that is summed over, become a part of the
// matrices: one large product instead of many small ones.
template <class T> bool fold(Batch<T>& x, std::int64_t size, std::int64_t a, std::int64_t b, std::int64_t c) {
  if (c == 0 && (x.k == 1 || (a == x.k * x.a.column_step && b == x.k * x.b.row_step))) {
    if (x.k == 1) {
      x.a.column_step = a;
      x.b.row_step = b;
    }
    x.k *= size;
    return true;
  }
  if (b == 0 && c != 0 && (x.m == 1 || (a == x.m * x.a.row_step && c == x.m * x.c_step))) {
    if (x.m == 1) {
      x.a.row_step = a;
      x.c_step = c;
    }
    x.m *= size;
    return true;
  }
  return false;
}

template <class T> void add_axes(Batch<T>& x, Shape shape, std::array<Strides, 3> strides) {
  collapse_axes(shape, strides);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const auto [a, b, c] = std::array{strides[0][axis], strides[1][axis], strides[2][axis]};
    if (fold(x, shape[axis], a, b, c)) continue;
    Shape& to = c == 0 ? x.summed_shape : x.shape;
    std::array<Strides, 3>& steps = c == 0 ? x.summed_strides : x.strides;
    to.insert(0, shape[axis]);
    for (std::size_t i = 0; i < 3; ++i) steps[i].insert(0, strides[i][axis]);
  }
}

template <class T> StridedMatrix<T> shifted(const StridedMatrix<T>& m, std::int64_t offset) {
  return {m.data + offset, m.row_step, m.column_step};
}

// One element of the batch.
template <class T> void multiply_one(const Batch<T>& x, const std::array<std::int64_t, 3>& at) {
  T* const c = x.c + at[2];
  Start<T> start = x.row ? Start<T>{x.row, 0} : x.adds ? Start<T>{c, x.c_step} : Start<T>();
  for_each_index(x.summed_shape, x.summed_strides, [&](const Dims&, const auto& inner) {
    gemm(x.m, x.n, x.k, shifted(x.a, at[0] + inner[0]), shifted(x.b, at[1] + inner[1]), c, x.c_step, start);
    start = {c, x.c_step};
  });
}

template <class T> void multiply_batch(const Batch<T>& x) {
  for_each_product(count(x.shape), x.m * x.n * x.k * count(x.summed_shape),
                   [&](std::int64_t begin, std::int64_t end) {
                     Odometer<3> at(x.shape, x.strides);
                     at.seek(begin);
                     for (std::int64_t i = begin; i < end; ++i, at.next()) multiply_one(x, at.offsets());
                   });
}

// One dense row that is added to all rows of a result, as a bias is.
bool is_row(const Tensor& start, const Shape& result) {
  const std::int64_t n = result.back();
  return start.dim() > 0 && start.numel() == n && start.size(-1) == n &&
         (n == 1 || start.strides().back() == 1);
}

/// The values of op(a) op(b) + start, summed over the axes of the batch that `batch` does not have.
Tensor multiply(const Factor& a, const Factor& b, const Shape& batch, const Tensor& start, const char* name) {
  const Shape whole = broadcast_shapes(name, a.batch(), b.batch());
  Shape shape = batch;
  shape.push_back(a.rows());
  shape.push_back(b.columns());
  Tensor y = empty(shape, a.x.dtype());
  if (y.numel() == 0) return y;
  const bool adds = start.defined(), adds_row = adds && count(whole) > 0 && is_row(start, shape);
  if (adds && !adds_row) copy_elements(start, y);
  visit_floating(name, y.dtype(), [&]<class T>(std::type_identity<T>) {
    T* c = y.mutable_data<T>();
    if (count(whole) == 0 && !adds) std::fill_n(c, y.numel(), T{});
    if (count(whole) == 0) return;
    Batch<T> x{a.rows(),
               b.columns(),
               a.columns(),
               a.matrix<T>(),
               b.matrix<T>(),
               c,
               b.columns(),
               adds_row ? start.data<T>() : nullptr,
               adds,
               {},
               {},
               {},
               {}};
    add_axes(x, whole, {a.batch_strides(whole), b.batch_strides(whole), Factor{y}.batch_strides(whole)});
    multiply_batch(x);
  });
  return y;
}

/// The one recorded product, which is its own derivative: with transposed factors, and summed over the axes
/// along which a factor was broadcast.
Tensor product(const char* name, const Factor& a, const Factor& b, const Shape& batch,
               const Tensor& start = {}) {
  Tensor y = multiply(a, b, batch, start, name);
  const bool ta = a.transposed, tb = b.transposed;
  const Shape start_shape = start.defined() ? start.shape() : Shape();
  return record(
      name, {&a.x, &b.x, &start}, std::move(y),
      [name, left = Saved(a.x), right = Saved(b.x), ta, tb, start_shape](const Tensor& g, Wanted wanted) {
        const Tensor &a = left.get(), &b = right.get();
        std::array<Tensor, 3> grads;
        if (wanted[0])
          grads[0] = ta ? product(name, {b, tb}, {g, true}, Factor{a}.batch())
                        : product(name, {g}, {b, !tb}, Factor{a}.batch());
        if (wanted[1])
          grads[1] = tb ? product(name, {g, true}, {a, ta}, Factor{b}.batch())
                        : product(name, {a, !ta}, {g}, Factor{b}.batch());
        if (wanted[2]) grads[2] = sum_to(g, start_shape);
        return grads;
      });
}

Shape broadcast_batch(const char* name, const Tensor& a, const Tensor& b) {
  const Shape x = Factor{a}.batch(), y = Factor{b}.batch();
  for (std::size_t i = 1; i <= std::min(x.size(), y.size()); ++i)
    if (const std::int64_t p = x[x.size() - i], q = y[y.size() - i]; p != q && p != 1 && q != 1)
      throw ShapeError(fmt::format("[{}] a {} and b {}: the leading axes {} and {} do not broadcast", name,
                                   to_string(a.shape()), to_string(b.shape()), to_string(x), to_string(y)));
  return broadcast_shapes(name, x, y);
}

void check_inner(const char* name, const Tensor& a, const Tensor& b) {
  const std::int64_t left = a.size(-1), right = b.size(b.dim() > 1 ? -2 : -1);
  if (left != right)
    throw ShapeError(fmt::format("[{}] a {} and b {}: inner dimensions {} and {} differ", name,
                                 to_string(a.shape()), to_string(b.shape()), left, right));
}

Tensor multiply_matrices(const char* name, const Tensor& a, const Tensor& b) {
  check_inner(name, a, b);
  return product(name, {a}, {b}, broadcast_batch(name, a, b));
}

void check_dims(const char* name, const Tensor& a, std::size_t a_dim, const Tensor& b, std::size_t b_dim,
                const char* remedy) {
  if (a.dim() != a_dim || b.dim() != b_dim)
    throw ShapeError(
        fmt::format("[{}] a {} and b {}: {}", name, to_string(a.shape()), to_string(b.shape()), remedy));
}

void check_batches(const char* name, const Tensor& a, const Tensor& b, const char* remedy) {
  check_dims(name, a, 3, b, 3, "both must have the shape [batch, rows, columns]; use matmul");
  if (a.size(0) != b.size(0))
    throw ShapeError(fmt::format("[{}] a {} and b {}: batches of {} and {}; {}", name, to_string(a.shape()),
                                 to_string(b.shape()), a.size(0), b.size(0), remedy));
}

void check_start(const char* name, const Tensor& input, const Shape& shape) {
  bool fits = input.dim() <= shape.size();
  for (std::size_t i = 1; fits && i <= input.dim(); ++i)
    fits = input.shape()[input.dim() - i] == 1 || input.shape()[input.dim() - i] == shape[shape.size() - i];
  if (!fits)
    throw ShapeError(fmt::format("[{}] input {} does not broadcast to the product's shape {}", name,
                                 to_string(input.shape()), to_string(shape)));
}

// beta * input + alpha * a b, summed over the axes of the batch that `batch` does not have.
Tensor add_product(const char* name, const Tensor& input, const Tensor& a, const Tensor& b,
                   const Shape& batch, const AddmmOptions& options) {
  check_inner(name, a, b);
  Shape shape = batch;
  shape.push_back(a.size(-2));
  shape.push_back(b.size(-1));
  check_start(name, input, shape);
  const Operand operands[] = {input, a, b};
  const Operand* const all[] = {&operands[0], &operands[1], &operands[2]};
  const Dtype dtype = result_dtype(all);
  const Tensor left = options.alpha == 1 ? to(a, dtype) : to(a, dtype) * options.alpha, right = to(b, dtype);
  Tensor start;
  if (options.beta != 0) start = options.beta == 1 ? to(input, dtype) : to(input, dtype) * options.beta;
  return product(name, {left}, {right}, batch, start);
}

// matmul under the name of the op that asks for it.
Tensor matmul_as(const char* name, const Tensor& a, const Tensor& b) {
  if (a.dim() == 0 || b.dim() == 0)
    throw ShapeError(fmt::format("[{}] a {} and b {}: a tensor without axes has no matrix product; use *",
                                 name, to_string(a.shape()), to_string(b.shape())));
  const Dtype dtype = result_dtype(a, b);
  Tensor left = to(a, dtype), right = to(b, dtype);
  check_inner(name, a, b);
  if (a.dim() == 1) left = unsqueeze(left, 0);
  if (b.dim() == 1) right = unsqueeze(right, -1);
  Tensor y = multiply_matrices(name, left, right);
  if (b.dim() == 1) y = squeeze(y, -1);
  return a.dim() == 1 ? squeeze(y, b.dim() == 1 ? -1 : -2) : y;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) { return matmul_as("matmul", a, b); }

Tensor mm(const Tensor& a, const Tensor& b) {
  check_dims("mm", a, 2, b, 2, "both must be matrices; use matmul");
  const Dtype dtype = result_dtype(a, b);
  return multiply_matrices("mm", to(a, dtype), to(b, dtype));
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_batches("bmm", a, b, "matmul broadcasts");
  const Dtype dtype = result_dtype(a, b);
  return multiply_matrices("bmm", to(a, dtype), to(b, dtype));
}

Tensor mv(const Tensor& a, const Tensor& x) {
  check_dims("mv", a, 2, x, 1, "expected a matrix and a vector; use matmul");
  return matmul_as("mv", a, x);
}

Tensor dot(const Tensor& a, const Tensor& b) {
  check_dims("dot", a, 1, b, 1, "both must be vectors; use matmul");
  return matmul_as("dot", a, b);
}

Tensor vdot(const Tensor& a, const Tensor& b) {
  check_dims("vdot", a, 1, b, 1, "both must be vectors; use matmul");
  return matmul_as("vdot", a, b);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  check_dims("outer", a, 1, b, 1, "both must be vectors");
  return unsqueeze(a, 1) * b;
}

Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options) {
  check_dims("addmm", a, 2, b, 2, "both must be matrices");
  return add_product("addmm", input, a, b, {}, options);
}

Tensor addmv(const Tensor& input, const Tensor& a, const Tensor& x, AddmmOptions options) {
  check_dims("addmv", a, 2, x, 1, "expected a matrix and a vector");
  check_inner("addmv", a, x);
  check_start("addmv", input, {a.size(0)});
  return squeeze(add_product("addmv", unsqueeze(input, -1), a, unsqueeze(x, -1), {}, options), -1);
}

Tensor addr(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options) {
  check_dims("addr", a, 1, b, 1, "both must be vectors");
  return add_product("addr", input, unsqueeze(a, 1), unsqueeze(b, 0), {}, options);
}

Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options) {
  check_batches("baddbmm", a, b, "expand() broadcasts");
  return add_product("baddbmm", input, a, b, {a.size(0)}, options);
}

Tensor addbmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options) {
  check_batches("addbmm", a, b, "expand() broadcasts");
  return add_product("addbmm", input, a, b, {}, options);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (weight.dim() != 2)
    throw ShapeError(
        fmt::format("[linear] weight {}: expected a matrix [out, in]", to_string(weight.shape())));
  if (x.dim() == 0 || x.size(-1) != weight.size(1))
    throw ShapeError(fmt::format("[linear] x {} and weight {}: x must end in {} features",
                                 to_string(x.shape()), to_string(weight.shape()), weight.size(1)));
  if (bias.defined() && bias.shape() != Shape{weight.size(0)})
    throw ShapeError(fmt::format("[linear] weight {} and bias {}: the bias must have the shape [{}]",
                                 to_string(weight.shape()), to_string(bias.shape()), weight.size(0)));
  const Operand operands[] = {x, weight, bias.defined() ? Operand(bias) : Operand(weight)};
  const Operand* const all[] = {&operands[0], &operands[1], &operands[2]};
  const Dtype dtype = result_dtype(all);
  const Tensor rows = to(x.dim() == 1 ? unsqueeze(x, 0) : x, dtype), matrix = to(weight, dtype);
  const Tensor start = bias.defined() ? to(bias, dtype) : Tensor();
  const Tensor y = product("linear", {rows}, {matrix, true}, Factor{rows}.batch(), start);
  return x.dim() == 1 ? squeeze(y, 0) : y;
}

}  // namespace xg
