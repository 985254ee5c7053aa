#include "random.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <sstream>
#include <tuple>
#include <utility>

#include "error.hpp"
#include "parallel.hpp"

namespace xg {
namespace {

using Words = std::array<std::uint32_t, 4>;
__extension__ using Wide = unsigned __int128;

// Blocks to a piece: about 20 us of work.
constexpr std::size_t grain = 2048;

/// One philox round.
inline Words mixed(const Words& c, std::uint32_t key0, std::uint32_t key1) {
  const std::uint64_t product0 = std::uint64_t{0xD2511F53} * c[0];
  const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * c[2];
  return {static_cast<std::uint32_t>(product1 >> 32) ^ c[1] ^ key0, static_cast<std::uint32_t>(product1),
          static_cast<std::uint32_t>(product0 >> 32) ^ c[3] ^ key1, static_cast<std::uint32_t>(product0)};
}

inline Words bijection(Words counter, std::uint32_t key0, std::uint32_t key1) {
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

inline std::uint64_t first_half(const Words& words) { return std::uint64_t{words[1]} << 32 | words[0]; }
inline std::uint64_t second_half(const Words& words) { return std::uint64_t{words[3]} << 32 | words[2]; }

/// out[i] = values(block(i / n))[i % n], n being the number of values that one block makes.
template <class T, class Values> void fill(std::span<T> out, const Generator::State& draw, Values values) {
  constexpr std::size_t n = std::tuple_size_v<decltype(values(Words{}))>;
  const std::size_t whole = out.size() / n;
  parallel_ranges(whole, grain, [=](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) std::ranges::copy(values(block(draw, i)), out.data() + i * n);
  });
  if (const std::size_t rest = out.size() - whole * n; rest != 0)
    std::copy_n(values(block(draw, whole)).begin(), rest, out.data() + whole * n);
}

/// Values of [0, 1), as many as a block's bits give at full precision of the type.
template <class T> auto unit_values(const Words& words);

template <> inline auto unit_values<float>(const Words& words) {
  const auto unit = [](std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24F; };
  return std::array{unit(words[0]), unit(words[1]), unit(words[2]), unit(words[3])};
}

template <> inline auto unit_values<double>(const Words& words) {
  const auto unit = [](std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; };
  return std::array{unit(first_half(words)), unit(second_half(words))};
}

/// Box and Muller's normal values of a block's uniform ones, pair by pair.
template <class T> auto normal_values(const Words& words) {
  auto values = unit_values<T>(words);
  for (std::size_t i = 0; i < values.size(); i += 2) {
    // 1 - u lies in (0, 1], where the logarithm is finite.
    const T radius = std::sqrt(T{-2} * std::log(T{1} - values[i]));
    const T angle = T{2} * std::numbers::pi_v<T> * values[i + 1];
    values[i] = radius * std::cos(angle);
    values[i + 1] = radius * std::sin(angle);
  }
  return values;
}

/// An unbiased number below `range`, for one element of a draw.
/// Source  Lemire 2019, "Fast random integer generation in an interval".
std::uint64_t bounded(const Generator::State& draw, std::uint64_t position, std::uint64_t range) {
  const std::uint64_t rejected = (0 - range) % range;
  // No draw has 2^48 elements, so the upper bits of the position number the attempts.
  for (std::uint64_t attempt = 0;; ++attempt) {
    const Words words = block(draw, attempt << 48 | position);
    for (const std::uint64_t bits : {first_half(words), second_half(words)}) {
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
  fill(out, draw, [=](const Words& words) {
    auto values = unit_values<T>(words);
    for (T& u : values) u = std::min(lo + (hi - lo) * u, last);
    return values;
  });
}

template <class T> void check_uniform(T lo, T hi) {
  if (std::isfinite(hi - lo) && lo <= hi) return;
  refuse("[uniform] lo ", lo, " and hi ", hi, ": lo must not exceed hi, and hi - lo must be finite");
}

template <class T> void normal(std::span<T> out, T mean, T stddev, const Generator::State& draw) {
  fill(out, draw, [=](const Words& words) {
    auto values = normal_values<T>(words);
    for (T& z : values) z = mean + stddev * z;
    return values;
  });
}

template <class T> void check_normal(T mean, T stddev) {
  if (std::isfinite(mean) && std::isfinite(stddev) && stddev >= 0) return;
  refuse("[normal] mean ", mean, " and stddev ", stddev, ": both must be finite, and stddev not negative");
}

template <class T> void bernoulli(std::span<T> out, double p, const Generator::State& draw) {
  const auto threshold = static_cast<std::uint64_t>(std::llround(std::ldexp(p, 32)));
  fill(out, draw, [=](const Words& words) {
    const auto hit = [=](std::uint32_t word) { return static_cast<T>(word < threshold); };
    return std::array{hit(words[0]), hit(words[1]), hit(words[2]), hit(words[3])};
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
  parallel_ranges(out.size(), grain, [=, draw = next_draw()](std::size_t begin, std::size_t end) {
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

Generator Generator::fork() { return Generator(first_half(block(next_draw(), 0))); }

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
