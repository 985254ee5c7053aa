#include "differences.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xg::differences {
namespace {

constexpr double shrink = 4;
constexpr int most_steps = 11;  // down to 2^-20 of the first one
constexpr double epsilon = std::numeric_limits<double>::epsilon();

// Neville's scheme for a quotient q(h) = limit + a h^p + b h^(p + 2) + ...; keeps the entry with the smallest
// error estimate, so steps that reach over a kink or into rounding noise do no harm.
class Extrapolation {
 public:
  explicit Extrapolation(int power) : power_(power) {}

  void add(double quotient, double noise) {
    std::array<double, most_columns> row{quotient};
    std::size_t columns = 1;
    if (columns_ == 0) take(quotient, std::numeric_limits<double>::infinity(), noise);
    for (double p = power_; columns < most_columns && columns <= columns_; ++columns, p += 2) {
      const double left = row[columns - 1], above = last_[columns - 1];
      row[columns] = left + (left - above) / (std::pow(shrink, p) - 1);
      const double error = std::max(std::abs(row[columns] - left), std::abs(row[columns] - above)) + noise;
      if (error < error_) take(row[columns], error, noise);
    }
    last_ = row;
    columns_ = columns;
  }

  double value() const { return value_; }
  double error() const { return error_; }
  double noise() const { return noise_; }

 private:
  static constexpr std::size_t most_columns = 5;

  void take(double value, double error, double noise) {
    value_ = value;
    error_ = error;
    noise_ = noise;
  }

  int power_;
  std::array<double, most_columns> last_{};
  std::size_t columns_ = 0;
  double value_ = 0, error_ = 0, noise_ = 0;
};

struct Quotients {
  Extrapolation central{2};  // (f(h) - f(-h)) / 2h
  Extrapolation jump{1};     // (f(h) - 2 f(0) + f(-h)) / h

  void add(double before, double here, double after, double h, double magnitude) {
    const double noise = 4 * epsilon * magnitude / h;
    central.add((after - before) / (2 * h), noise);
    jump.add(((after - here) - (here - before)) / h, 2 * noise);
  }
  Derivative result() const {
    return {central.value(), central.error(), 4 * central.noise(), jump.value(), jump.error(), true};
  }
};

// Good enough, or as good as rounding allows.
bool settled(const Derivative& d, double rtol, double atol) {
  return d.error <= std::max(1e-2 * (atol + rtol * std::abs(d.value)), d.noise / 2) &&
         (d.has_kink() || d.jump_error <= 0.05 * (1e-6 + 1e-4 * std::abs(d.value)));
}

}  // namespace

bool Derivative::has_kink() const {
  const double slope = std::max(std::abs(left()), std::abs(right()));
  return finite && std::abs(jump) > 1e-6 + 1e-4 * slope && std::abs(jump) > 8 * jump_error;
}

std::vector<Derivative> derivatives(const std::function<Point(double)>& f, const Point& origin, double step,
                                    double rtol, double atol) {
  std::vector<Quotients> quotients(origin.values.size());
  std::vector<Derivative> found(origin.values.size());
  double h = step;
  for (int n = 0; n < most_steps; ++n, h /= shrink) {
    const Point after = f(h), before = f(-h);
    bool done = true;
    for (std::size_t k = 0; k < found.size(); ++k) {
      if (std::isfinite(after.values[k]) && std::isfinite(before.values[k])) {
        const double magnitude = std::max({origin.magnitudes[k], after.magnitudes[k], before.magnitudes[k]});
        quotients[k].add(before.values[k], origin.values[k], after.values[k], h, magnitude);
        found[k] = quotients[k].result();
      }
      done = done && found[k].finite && settled(found[k], rtol, atol);
    }
    if (done) break;
  }
  return found;
}

}  // namespace xg::differences
