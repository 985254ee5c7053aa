#include "plain_matrix.hpp"

#include <cmath>
#include <utility>

#include <xgrad/core/create.hpp>

namespace xg::test {

Matrix plain(std::size_t rows, std::size_t columns) { return Matrix(rows, std::vector<double>(columns)); }

Matrix identity(std::size_t n) {
  Matrix one = plain(n, n);
  for (std::size_t i = 0; i < n; ++i) one[i][i] = 1;
  return one;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix y = plain(a.size(), b.empty() ? 0 : b[0].size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t p = 0; p < b.size(); ++p)
      for (std::size_t j = 0; j < b[p].size(); ++j) y[i][j] += a[i][p] * b[p][j];
  return y;
}

Matrix operator+(const Matrix& a, const Matrix& b) {
  Matrix y = a;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[i].size(); ++j) y[i][j] += b[i][j];
  return y;
}

Matrix operator*(double a, const Matrix& b) {
  Matrix y = b;
  for (auto& row : y)
    for (double& v : row) v *= a;
  return y;
}

Matrix transposed(const Matrix& a) {
  Matrix y = plain(a.empty() ? 0 : a[0].size(), a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[i].size(); ++j) y[j][i] = a[i][j];
  return y;
}

double trace(const Matrix& a) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i][i];
  return sum;
}

Matrix eliminate(Matrix a, Matrix b) {
  const std::size_t n = a.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t best = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i][k]) > std::abs(a[best][k])) best = i;
    std::swap(a[k], a[best]);
    std::swap(b[k], b[best]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = 0; j < n; ++j) a[i][j] -= factor * a[k][j];
      for (std::size_t j = 0; j < b[i].size(); ++j) b[i][j] -= factor * b[k][j];
    }
  }
  for (std::size_t i = 0; i < n; ++i)
    for (double& v : b[i]) v /= a[i][i];
  return b;
}

Matrix inverse(const Matrix& a) { return eliminate(a, identity(a.size())); }

double determinant(const Matrix& a) {
  if (a.empty()) return 1;
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    Matrix minor(a.begin() + 1, a.end());
    for (auto& row : minor) row.erase(row.begin() + static_cast<std::ptrdiff_t>(j));
    sum += (j % 2 == 0 ? 1 : -1) * a[0][j] * determinant(minor);
  }
  return sum;
}

Matrix cholesky_factor(const Matrix& a) {
  Matrix l = plain(a.size(), a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = a[i][j];
      for (std::size_t p = 0; p < j; ++p) rest -= l[i][p] * l[j][p];
      l[i][j] = i == j ? std::sqrt(rest) : rest / l[j][j];
    }
  return l;
}

Matrix matrix_at(const Tensor& x, std::int64_t i) {
  const auto rows = static_cast<std::size_t>(x.size(-2)), columns = static_cast<std::size_t>(x.size(-1));
  Matrix m = plain(rows, columns);
  std::int64_t at = i * x.size(-2) * x.size(-1);
  for (auto& row : m)
    for (double& v : row) v = element(x, at++);
  return m;
}

namespace {

Shape batch_of(const Tensor& x) { return Shape(std::span(x.shape().begin(), x.dim() - 2)); }

}  // namespace

std::int64_t matrices_in(const Tensor& x) { return count(batch_of(x)); }

Tensor each_matrix(const Tensor& x, const std::function<Matrix(std::int64_t)>& f) {
  Shape shape = batch_of(x);
  std::vector<double> values;
  std::size_t rows = 0, columns = 0;
  for (std::int64_t i = 0; i < matrices_in(x); ++i) {
    const Matrix m = f(i);
    rows = m.size();
    columns = m.empty() ? 0 : m[0].size();
    for (const auto& row : m) values.insert(values.end(), row.begin(), row.end());
  }
  shape.push_back(static_cast<std::int64_t>(rows));
  shape.push_back(static_cast<std::int64_t>(columns));
  return from_values(values, shape, {.dtype = float64});
}

Tensor each_number(const Tensor& x, const std::function<double(std::int64_t)>& f) {
  return generate(batch_of(x), f);
}

std::function<Tensor(const Inputs&)> matrices(Tensor (*prepare)(const Tensor&),
                                              std::function<Matrix(const Matrix&)> f) {
  return [=](const Inputs& in) {
    const Tensor x = prepare(in[0]);
    return each_matrix(x, [&](std::int64_t i) { return f(matrix_at(x, i)); });
  };
}

std::function<Tensor(const Inputs&)> numbers(Tensor (*prepare)(const Tensor&),
                                             std::function<double(const Matrix&)> f) {
  return [=](const Inputs& in) {
    const Tensor x = prepare(in[0]);
    return each_number(x, [&](std::int64_t i) { return f(matrix_at(x, i)); });
  };
}

}  // namespace xg::test
