#include "random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <sstream>
#include <utility>

#include "error.hpp"
#include "parallel.hpp"

namespace xg {
namespace {

using Words = std::array<std::uint32_t, 4>;
__extension__ using Wide = unsigned __int128;

// Blocks are made side by side, so that the compiler can put them into vectors.
constexpr std::size_t lot_size = 64;
constexpr std::size_t values_per_piece = 16384;

/// One philox round.
inline Words mixed(const Words& c, std::uint32_t key0, std::uint32_t key1) {
  const std::uint64_t product0 = std::uint64_t{0xD2511F53} * c[0];
  const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * c[2];
  return {static_cast<std::uint32_t>(product1 >> 32) ^ c[1] ^ key0, static_cast<std::uint32_t>(product1),
          static_cast<std::uint32_t>(product0 >> 32) ^ c[3] ^ key1, static_cast<std::uint32_t>(product0)};
}

inline Words bijection(Words counter, std::uint32_t key0, std::uint32_t key1) {
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    counter = mixed(counter, key0, key1);
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

inline std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
inline std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

/// The 128 random bits at a position of a draw.
inline Words block(const Generator::State& draw, std::uint64_t position) {
  return bijection({low(position), high(position), low(draw.draws), high(draw.draws)}, low(draw.seed),
                   high(draw.seed));
}

inline std::uint64_t joined(std::uint32_t low_word, std::uint32_t high_word) {
  return std::uint64_t{high_word} << 32 | low_word;
}

using Lot = std::array<std::uint32_t, 4 * lot_size>;

/// The words of successive blocks.
Lot make_lot(const Generator::State& draw, std::uint64_t first) {
  Lot lot;
  for (std::size_t i = 0; i < lot_size; ++i) {
    const Words words = block(draw, first + i);
    for (std::size_t w = 0; w < 4; ++w) lot[4 * i + w] = words[w];
  }
  return lot;
}

/// Writes out lot by lot; convert(lot, values) makes `per_block` values of each block of a lot.
template <std::size_t per_block, class T, class Convert>
void fill(std::span<T> out, const Generator::State& draw, Convert convert) {
  constexpr std::size_t per_lot = per_block * lot_size;
  static_assert(values_per_piece % per_lot == 0);
  parallel_ranges(out.size(), values_per_piece, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; i += per_lot) {
      std::array<T, per_lot> values;
      convert(make_lot(draw, i / per_block), values);
      std::copy_n(values.begin(), std::min(per_lot, end - i), out.data() + i);
    }
  });
}

/// The upper 24 bits of a word, signed because that is what vectors convert and compare.
inline std::int32_t upper_bits(std::uint32_t word) { return static_cast<std::int32_t>(word >> 8); }

/// Number i of [0, 1) of a lot.
template <class T> T unit(const Lot& lot, std::size_t i);

template <> inline float unit<float>(const Lot& lot, std::size_t i) {
  return static_cast<float>(upper_bits(lot[i])) * 0x1p-24F;
}

template <> inline double unit<double>(const Lot& lot, std::size_t i) {
  return static_cast<double>(joined(lot[2 * i], lot[2 * i + 1]) >> 11) * 0x1p-53;
}

/// The natural logarithm of a number of (0, 1], within 3 ULP. Of our own, as are sine and cosine below, so that
/// the compiler can put it into vectors and every machine gives the same values.
inline float log_of_unit(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - std::bit_cast<std::int32_t>(std::numbers::sqrt2_v<float> / 2)) >> 23;
  const float mantissa = std::bit_cast<float>(bits - exponent * (1 << 23));
  // log m = 2 artanh s, with m within sqrt(2) of 1.
  const float s = (mantissa - 1) / (mantissa + 1);
  const float t = s * s;
  const float series = 1 + t * (1 / 3.F + t * (1 / 5.F + t * (1 / 7.F + t * (1 / 9.F))));
  return static_cast<float>(exponent) * std::numbers::ln2_v<float> + 2 * s * series;
}

/// Box and Muller's two normal values of 24 bits of `u` and 26 bits of `v`.
inline std::array<float, 2> normal_pair(std::uint32_t u, std::uint32_t v) {
  // The argument lies in (0, 1], where the logarithm is finite.
  const float radius = std::sqrt(-2 * log_of_unit(1 - static_cast<float>(upper_bits(u)) * 0x1p-24F));
  // 24 bits choose an angle of [-pi/4, pi/4), the upper two which quarter of the circle it is reflected into.
  constexpr float quarter = std::numbers::pi_v<float> / 2;
  const float angle =
      static_cast<float>(static_cast<std::int32_t>(v & 0xFFFFFF)) * (quarter * 0x1p-24F) - quarter / 2;
  const float t = angle * angle;
  const float sine = angle * (1 + t * (-1 / 6.F + t * (1 / 120.F + t * (-1 / 5040.F + t * (1 / 362880.F)))));
  const float cosine = 1 + t * (-1 / 2.F + t * (1 / 24.F + t * (-1 / 720.F + t * (1 / 40320.F))));
  const bool swapped = (v & 0x40000000) != 0;
  const float signed_radius = std::bit_cast<float>(std::bit_cast<std::uint32_t>(radius) ^ (v & 0x80000000));
  const float first = signed_radius * sine;
  const float second = signed_radius * cosine;
  return {swapped ? first : second, swapped ? second : first};
}

void normal(std::span<float> out, float mean, float stddev, const Generator::State& draw) {
  fill<4>(out, draw, [=](const Lot& lot, auto& values) {
    for (std::size_t i = 0; i < values.size(); i += 2) {
      const auto [first, second] = normal_pair(lot[i], lot[i + 1]);
      values[i] = mean + stddev * first;
      values[i + 1] = mean + stddev * second;
    }
  });
}

void normal(std::span<double> out, double mean, double stddev, const Generator::State& draw) {
  fill<2>(out, draw, [=](const Lot& lot, auto& values) {
    for (std::size_t i = 0; i < values.size(); i += 2) {
      const double u = unit<double>(lot, i);
      const double radius = stddev * std::sqrt(-2 * std::log(1 - u));
      const double angle = 2 * std::numbers::pi * unit<double>(lot, i + 1);
      values[i] = mean + radius * std::cos(angle);
      values[i + 1] = mean + radius * std::sin(angle);
    }
  });
}

/// An unbiased number below `range`, for one element of a draw.
/// Source  Lemire 2019, "Fast random integer generation in an interval".
std::uint64_t bounded(const Generator::State& draw, std::uint64_t position, std::uint64_t range) {
  const std::uint64_t rejected = (0 - range) % range;
  // No draw has 2^48 elements, so the upper bits of the position number the attempts.
  for (std::uint64_t attempt = 0;; ++attempt) {
    const Words words = block(draw, attempt << 48 | position);
    for (const std::uint64_t bits : {joined(words[0], words[1]), joined(words[2], words[3])}) {
      const Wide product = Wide{bits} * range;
      if (static_cast<std::uint64_t>(product) >= rejected) return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

template <class... Parts> [[noreturn]] void refuse(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw ValueError(text.str());
}

template <class T> void uniform(std::span<T> out, T lo, T hi, const Generator::State& draw) {
  // Rounding may carry lo + (hi - lo) * u up to hi.
  const T last = lo < hi ? std::nextafter(hi, lo) : lo;
  fill<16 / sizeof(T)>(out, draw, [=](const Lot& lot, auto& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = std::min(lo + (hi - lo) * unit<T>(lot, i), last);
  });
}

template <class T> void check_uniform(T lo, T hi) {
  if (std::isfinite(hi - lo) && lo <= hi) return;
  refuse("[uniform] lo ", lo, " and hi ", hi, ": lo must not exceed hi, and hi - lo must be finite");
}

template <class T> void check_normal(T mean, T stddev) {
  if (std::isfinite(mean) && std::isfinite(stddev) && stddev >= 0) return;
  refuse("[normal] mean ", mean, " and stddev ", stddev, ": both must be finite, and stddev not negative");
}

template <class T> void bernoulli(std::span<T> out, double p, const Generator::State& draw) {
  const auto threshold = static_cast<std::int32_t>(std::lround(std::ldexp(p, 24)));
  fill<4>(out, draw, [=](const Lot& lot, auto& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<T>(upper_bits(lot[i]) < threshold);
  });
}

void check_probability(double p) {
  if (!(p >= 0 && p <= 1)) refuse("[bernoulli] p ", p, ": a probability lies in [0, 1]");
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  return bijection(counter, key[0], key[1]);
}

Generator& Generator::operator=(const Generator& other) {
  set_state(other.state());
  return *this;
}

void Generator::fill_uniform(std::span<float> out, float lo, float hi) {
  check_uniform(lo, hi);
  uniform(out, lo, hi, next_draw());
}

void Generator::fill_uniform(std::span<double> out, double lo, double hi) {
  check_uniform(lo, hi);
  uniform(out, lo, hi, next_draw());
}

void Generator::fill_normal(std::span<float> out, float mean, float stddev) {
  check_normal(mean, stddev);
  normal(out, mean, stddev, next_draw());
}

void Generator::fill_normal(std::span<double> out, double mean, double stddev) {
  check_normal(mean, stddev);
  normal(out, mean, stddev, next_draw());
}

void Generator::fill_bernoulli(std::span<bool> out, double p) {
  check_probability(p);
  bernoulli(out, p, next_draw());
}

void Generator::fill_bernoulli(std::span<float> out, double p) {
  check_probability(p);
  bernoulli(out, p, next_draw());
}

void Generator::fill_bernoulli(std::span<double> out, double p) {
  check_probability(p);
  bernoulli(out, p, next_draw());
}

void Generator::fill_integers(std::span<std::int64_t> out, std::int64_t lo, std::int64_t hi) {
  if (lo >= hi) refuse("[integers] lo ", lo, " and hi ", hi, ": lo must be less than hi");
  const auto first = static_cast<std::uint64_t>(lo);
  const std::uint64_t range = static_cast<std::uint64_t>(hi) - first;
  parallel_ranges(out.size(), values_per_piece, [=, draw = next_draw()](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      out[i] = static_cast<std::int64_t>(first + bounded(draw, i, range));
  });
}

std::vector<std::int64_t> Generator::permutation(std::int64_t n) {
  if (n < 0) refuse("[permutation] n ", n, ": must not be negative");
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const State draw = next_draw();
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[bounded(draw, i, i)]);
  return order;
}

Generator Generator::fork() {
  const Words seed = block(next_draw(), 0);
  return Generator(joined(seed[0], seed[1]));
}

Generator::State Generator::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Generator::set_state(State state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
}

Generator::State Generator::next_draw() {
  const std::lock_guard lock(mutex_);
  const State draw = state_;
  ++state_.draws;
  return draw;
}

Generator& default_generator() {
  static Generator generator(0);
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().set_state({seed, 0}); }

}  // namespace xg
