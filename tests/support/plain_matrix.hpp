#pragma once
/// Matrices in plain loops, the way a textbook has them: what the ops on matrices are compared with.

#include <cstdint>
#include <functional>
#include <vector>

#include "../op_table/op_table.hpp"

namespace xg::test {

/// Rows of numbers.
using Matrix = std::vector<std::vector<double>>;

Matrix plain(std::size_t rows, std::size_t columns);
Matrix identity(std::size_t n);
Matrix operator*(const Matrix& a, const Matrix& b);
Matrix operator+(const Matrix& a, const Matrix& b);
Matrix operator*(double a, const Matrix& b);
Matrix transposed(const Matrix& a);
double trace(const Matrix& a);

/// a^-1 b by Gauss' elimination.
Matrix eliminate(Matrix a, Matrix b);
Matrix inverse(const Matrix& a);
/// By expansion along the first row.
double determinant(const Matrix& a);
/// The lower factor by Cholesky and Banachiewicz.
Matrix cholesky_factor(const Matrix& a);

/// Matrix number i of a batch.
Matrix matrix_at(const Tensor& x, std::int64_t i);
std::int64_t matrices_in(const Tensor& x);
/// What f(i) gives for each matrix of x's batch, as float64 [batch..., rows, columns].
Tensor each_matrix(const Tensor& x, const std::function<Matrix(std::int64_t)>& f);
/// The same for numbers, as float64 [batch...].
Tensor each_number(const Tensor& x, const std::function<double(std::int64_t)>& f);

/// References for the op table: f of each matrix of what `prepare` makes of the first input.
std::function<Tensor(const Inputs&)> matrices(Tensor (*prepare)(const Tensor&),
                                              std::function<Matrix(const Matrix&)> f);
std::function<Tensor(const Inputs&)> numbers(Tensor (*prepare)(const Tensor&),
                                             std::function<double(const Matrix&)> f);
inline Tensor as_it_is(const Tensor& x) { return x; }

}  // namespace xg::test
