#include "linalg_solve.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "../core/copy.hpp"
#include "../core/create.hpp"
#include "../core/node.hpp"
#include "../core/operand.hpp"
#include "../core/strided.hpp"
#include "arithmetic.hpp"
#include "lapack.hpp"
#include "matmul.hpp"
#include "matrices.hpp"
#include "reduce.hpp"
#include "view.hpp"

namespace xg {
namespace {

using matrices::batch_of;
using matrices::transposed;

/// LU of the transposes of a batch of matrices: LAPACK reads rows as columns.
class Factors {
 public:
  enum class ZeroPivots { kept, replaced };

  /// Something small in the place of pivots that are 0 makes determinant times inverse the cofactors up to
  /// rounding, because the pivot cancels.
  explicit Factors(const Tensor& x, ZeroPivots zero_pivots = ZeroPivots::kept)
      : lu_(matrices::copy_rows(x)),
        n_(x.size(-1)),
        batch_(batch_of(x)),
        pivots_(static_cast<std::size_t>(count(batch_) * n_)) {
    visit_floating("lu", lu_.dtype(), [&]<class T>(std::type_identity<T>) {
      T* a = lu_.mutable_data<T>();
      if (lu_.numel() > 0)
        matrices::for_each(count(batch_), n_ * n_ * n_, [&](std::int64_t i) {
          lapack::getrf(n_, n_, a + i * n_ * n_, pivots_.data() + i * n_);
          if (zero_pivots == ZeroPivots::replaced) replace_zeros(a + i * n_ * n_);
        });
    });
  }

  void check_regular(const char* op) const {
    for_each_diagonal([&](std::int64_t i, const auto& diagonal) {
      for (std::int64_t j = 0; j < n_; ++j)
        if (diagonal(j) == 0)
          throw ValueError(
              fmt::format("[{}] {}the matrix is singular, pivot {} of its LU is 0; take pinv() for "
                          "the solution of least norm, or add to the diagonal",
                          op, matrices::place(batch_, i), j + 1));
    });
  }

  /// True if a matrix has a pivot that is 0 up to rounding.
  bool is_nearly_singular() const {
    bool found = false;
    for_each_diagonal([&](std::int64_t, const auto& diagonal) {
      using T = std::decay_t<decltype(diagonal(0))>;
      T least = std::numeric_limits<T>::infinity(), most = 0;
      for (std::int64_t j = 0; j < n_; ++j) {
        least = std::min(least, std::abs(diagonal(j)));
        most = std::max(most, std::abs(diagonal(j)));
      }
      found = found || least <= static_cast<T>(10 * n_) * std::numeric_limits<T>::epsilon() * most;
    });
    return found;
  }

  Tensor determinant() const {
    Tensor y = empty(batch_, lu_.dtype());
    for_each_diagonal([&](std::int64_t i, const auto& diagonal) {
      using T = std::decay_t<decltype(diagonal(0))>;
      T product = static_cast<T>(permutation_sign(i));
      for (std::int64_t j = 0; j < n_; ++j) product *= diagonal(j);
      reinterpret_cast<T*>(y.impl().data)[i] = product;
    });
    return y;
  }

  std::array<Tensor, 2> sign_and_logarithm() const {
    Tensor sign = empty(batch_, lu_.dtype()), logarithm = empty(batch_, lu_.dtype());
    for_each_diagonal([&](std::int64_t i, const auto& diagonal) {
      using T = std::decay_t<decltype(diagonal(0))>;
      T s = static_cast<T>(permutation_sign(i)), sum = 0;
      for (std::int64_t j = 0; j < n_; ++j) {
        const T pivot = diagonal(j);
        s *= static_cast<T>((pivot > 0) - (pivot < 0));
        sum += std::log(std::abs(pivot));
      }
      reinterpret_cast<T*>(sign.impl().data)[i] = s;
      reinterpret_cast<T*>(logarithm.impl().data)[i] = sum;
    });
    return {sign, logarithm};
  }

  /// x^-1 b, or x^-T b; batches broadcast.
  Tensor solve(const char* op, bool adjoint, const Tensor& b) const {
    const Shape batch = broadcast_shapes(op, batch_, batch_of(b));
    const std::int64_t columns = b.size(-1);
    Tensor x = matrices::copy_columns(broadcast_to(b.detach(), matrices::shape_of(batch, n_, columns)));
    if (x.numel() == 0) return x;
    const Strides each = broadcast_strides(batch_, contiguous_strides(batch_), batch);
    visit_floating(op, x.dtype(), [&]<class T>(std::type_identity<T>) {
      const T* lu = lu_.data<T>();
      T* to = x.mutable_data<T>();
      matrices::for_each(count(batch), n_ * n_ * columns, [&](std::int64_t i) {
        Odometer<1> at(batch, {each});
        at.seek(i);
        lapack::getrs(!adjoint, n_, columns, lu + at.offset() * n_ * n_, pivots_.data() + at.offset() * n_,
                      to + i * n_ * columns);
      });
    });
    return x;
  }

 private:
  template <class F> void for_each_diagonal(const F& f) const {
    visit_floating("lu", lu_.dtype(), [&]<class T>(std::type_identity<T>) {
      const T* lu = lu_.data<T>();
      for (std::int64_t i = 0; i < count(batch_); ++i)
        f(i, [&](std::int64_t j) -> const T& { return lu[(i * n_ + j) * n_ + j]; });
    });
  }
  template <class T> void replace_zeros(T* lu) const {
    T most = 0;
    for (std::int64_t j = 0; j < n_; ++j) most = std::max(most, std::abs(lu[j * (n_ + 1)]));
    for (std::int64_t j = 0; j < n_; ++j)
      if (T& pivot = lu[j * (n_ + 1)]; pivot == 0)
        pivot = std::numeric_limits<T>::epsilon() * (most > 0 ? most : T{1});
  }
  int permutation_sign(std::int64_t i) const {
    int sign = 1;
    for (std::int64_t j = 0; j < n_; ++j)
      if (pivots_[static_cast<std::size_t>(i * n_ + j)] != j + 1) sign = -sign;
    return sign;
  }

  Tensor lu_;
  std::int64_t n_;
  Shape batch_;
  std::vector<int> pivots_;
};

using SharedFactors = std::shared_ptr<const Factors>;

/// a^-1 b or a^-T b on the tape; every further derivative is such a solution with the same factors.
Tensor solve_factored(const char* op, const Tensor& a, const SharedFactors& factors, bool adjoint,
                      const Tensor& b) {
  Tensor x = factors->solve(op, adjoint, b);
  return record(op, {&a, &b}, x,
                [op, a = Saved(a), factors, adjoint, x = SavedOutput(x), b_shape = b.shape()](const Tensor& g,
                                                                                              Wanted wanted) {
                  std::array<Tensor, 2> grads;
                  const Tensor gb = solve_factored(op, a.get(), factors, !adjoint, g);
                  if (wanted[0]) {
                    const Tensor ga =
                        adjoint ? matmul(x.get(), transposed(gb)) : matmul(gb, transposed(x.get()));
                    grads[0] = -sum_to(ga, a.get().shape());
                  }
                  if (wanted[1]) grads[1] = sum_to(gb, b_shape);
                  return grads;
                });
}

SharedFactors regular_factors(const char* op, const Tensor& x) {
  auto factors = std::make_shared<const Factors>(x);
  factors->check_regular(op);
  return factors;
}

// x^-T, recorded.
Tensor transposed_inverse(const char* op, const Tensor& x, const SharedFactors& factors) {
  return solve_factored(op, x, factors, true, matrices::identity_like(x, x.size(-1)));
}

Tensor over_matrices(const Tensor& g) { return unsqueeze(unsqueeze(g, -1), -1); }

// By the Faddeev-LeVerrier recursion: a polynomial in x, so all its derivatives exist everywhere.
Tensor polynomial_adjugate(const Tensor& x) {
  const std::int64_t n = x.size(-1);
  const Tensor one = matrices::identity_like(x, n);
  Tensor m = broadcast_to(one, x.shape());
  for (std::int64_t k = 1; k < n; ++k) {
    const Tensor product = matmul(x, m);
    m = product - over_matrices(sum(diagonal(product, 0, -2, -1), {-1})) / static_cast<double>(k) * one;
  }
  return n % 2 == 0 ? -m : m;
}

// The derivative of the determinant y by x.
Tensor cofactors(const Tensor& x, const Tensor& y, const SharedFactors& factors) {
  const bool nearly_singular = factors->is_nearly_singular();
  if (!nearly_singular) return over_matrices(y) * transposed_inverse("det", x, factors);
  if (is_recorded({&x})) return transposed(polynomial_adjugate(x));
  const auto regular = std::make_shared<const Factors>(x, Factors::ZeroPivots::replaced);
  return over_matrices(regular->determinant()) * transposed_inverse("det", x, regular);
}

}  // namespace

Tensor solve(const Tensor& a, const Tensor& b, SolveOptions options) {
  matrices::check_square("solve", a);
  const Dtype dtype = result_dtype(a, b);
  const Tensor matrix = to(a, dtype), right = to(b, dtype);
  Shape vectors = a.shape();
  vectors.erase(a.dim() - 1);
  const bool is_vector = b.dim() == 1 || b.shape() == vectors;
  if (b.dim() == 0 || b.size(is_vector || !options.left ? -1 : -2) != a.size(-1))
    throw ShapeError(fmt::format("[solve] a {} and b {}: b must have {} {}", to_string(a.shape()),
                                 to_string(b.shape()), a.size(-1), options.left ? "rows" : "columns"));
  const Tensor columns = is_vector ? unsqueeze(right, -1) : options.left ? right : transposed(right);
  const Tensor x = solve_factored("solve", matrix, regular_factors("solve", matrix), !options.left, columns);
  return is_vector ? squeeze(x, -1) : options.left ? x : transposed(x);
}

Tensor inv(const Tensor& x) {
  matrices::check_square("inv", x);
  return solve_factored("inv", x, regular_factors("inv", x), false, matrices::identity_like(x, x.size(-1)));
}

Tensor det(const Tensor& x) {
  matrices::check_square("det", x);
  const auto factors = std::make_shared<const Factors>(x);
  Tensor y = factors->determinant();
  return record("det", {&x}, y, [x = Saved(x), y = SavedOutput(y), factors](const Tensor& g) {
    return over_matrices(g) * cofactors(x.get(), y.get(), factors);
  });
}

std::array<Tensor, 2> slogdet(const Tensor& x) {
  matrices::check_square("slogdet", x);
  const auto factors = std::make_shared<const Factors>(x);
  auto [sign, logarithm] = factors->sign_and_logarithm();
  logarithm = record("slogdet", {&x}, logarithm, [x = Saved(x), factors](const Tensor& g) {
    factors->check_regular("slogdet");
    return over_matrices(g) * transposed_inverse("slogdet", x.get(), factors);
  });
  return {sign, logarithm};
}

Tensor logdet(const Tensor& x) {
  matrices::check_square("logdet", x);
  const auto [sign, logarithm] = slogdet(x);
  return where(sign < 0, std::numeric_limits<double>::quiet_NaN(), logarithm);
}

}  // namespace xg
