#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numbers>
#include <numeric>
#include <set>
#include <span>
#include <thread>
#include <vector>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>
#include <xgrad/core/random.hpp>

namespace {

using xg::Generator;
using Words = std::array<std::uint32_t, 4>;

template <class T> std::vector<T> normals(Generator& generator, std::size_t n) {
  std::vector<T> out(n);
  generator.fill_normal(std::span<T>(out));
  return out;
}

std::vector<std::int64_t> integers(Generator& generator, std::size_t n, std::int64_t lo, std::int64_t hi) {
  std::vector<std::int64_t> out(n);
  generator.fill_integers(out, lo, hi);
  return out;
}

/// The mean of value^power.
template <class T> double moment(const std::vector<T>& values, int power) {
  double sum = 0;
  for (const T value : values) sum += std::pow(static_cast<double>(value), power);
  return sum / static_cast<double>(values.size());
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / static_cast<double>(a.size());
}

}  // namespace

TEST_CASE("philox4x32 gives the words published with Random123") {
  CHECK(xg::philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(xg::philox4x32({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(xg::philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE_TEMPLATE("uniform draws have the moments of their interval and stay inside it", T, float, double) {
  Generator generator(1);
  std::vector<T> values(200'000);
  generator.fill_uniform(std::span<T>(values), T{-1}, T{3});
  CHECK(moment(values, 1) == doctest::Approx(1).epsilon(0.01));
  CHECK(moment(values, 2) == doctest::Approx(1 + 16.0 / 12).epsilon(0.01));
  CHECK(*std::ranges::min_element(values) >= T{-1});
  CHECK(*std::ranges::max_element(values) < T{3});
}

TEST_CASE_TEMPLATE("uniform never reaches hi even if rounding would", T, float, double) {
  Generator generator(2);
  std::vector<T> values(10'000);
  const T hi = std::nextafter(T{1}, T{2});
  generator.fill_uniform(std::span<T>(values), T{1}, hi);
  CHECK(std::ranges::all_of(values, [](T value) { return value == T{1}; }));
  generator.fill_uniform(std::span<T>(values), T{5}, T{5});
  CHECK(std::ranges::all_of(values, [](T value) { return value == T{5}; }));
}

TEST_CASE_TEMPLATE("normal draws have the first four moments and the tails of the distribution", T, float,
                   double) {
  Generator generator(3);
  const auto values = normals<T>(generator, 400'000);
  CHECK(std::abs(moment(values, 1)) < 0.01);
  CHECK(moment(values, 2) == doctest::Approx(1).epsilon(0.01));
  CHECK(std::abs(moment(values, 3)) < 0.03);
  CHECK(moment(values, 4) == doctest::Approx(3).epsilon(0.03));
  const auto beyond_two = std::ranges::count_if(values, [](T value) { return std::abs(value) > 2; });
  CHECK(static_cast<double>(beyond_two) / 400'000 == doctest::Approx(0.0455).epsilon(0.03));
  CHECK(std::ranges::all_of(values, [](T value) { return std::isfinite(value); }));
}

TEST_CASE("float normals are Box and Muller's of the words of Philox") {
  Generator generator(0x123456789abcdef0);
  const auto values = normals<float>(generator, 4000);
  for (std::uint32_t block = 0; block < 1000; ++block) {
    const Words words = xg::philox4x32({block, 0, 0, 0}, {0x9abcdef0, 0x12345678});
    for (std::size_t pair = 0; pair < 4; pair += 2) {
      const double u = 1 - std::ldexp(static_cast<double>(words[pair] >> 8), -24);
      const auto first = static_cast<double>(values[4 * block + pair]);
      const auto second = static_cast<double>(values[4 * block + pair + 1]);
      CHECK(std::hypot(first, second) == doctest::Approx(std::sqrt(-2 * std::log(u))).epsilon(1e-6));
      // The angle within an eighth of the circle to either side of an axis.
      const double turn = std::ldexp(static_cast<double>(words[pair + 1] & 0xFFFFFF), -24) - 0.5;
      const auto [shorter, longer] = std::minmax({std::abs(first), std::abs(second)});
      const double ratio = shorter / longer;
      CHECK(ratio == doctest::Approx(std::abs(std::tan(turn * std::numbers::pi / 2))).epsilon(1e-6));
    }
  }
}

TEST_CASE("normal values point in every direction equally often") {
  Generator generator(19);
  const auto values = normals<float>(generator, 160'000);
  std::array<int, 8> octants{};
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const float x = values[i];
    const float y = values[i + 1];
    ++octants[(x < 0 ? 1U : 0U) + (y < 0 ? 2U : 0U) + (std::abs(x) < std::abs(y) ? 4U : 0U)];
  }
  for (const int count : octants) CHECK(std::abs(count - 10'000) < 400);
}

TEST_CASE("normal takes a mean and a standard deviation") {
  Generator generator(4);
  std::vector<double> values(100'000);
  generator.fill_normal(std::span<double>(values), 10, 0.5);
  CHECK(moment(values, 1) == doctest::Approx(10).epsilon(0.001));
  CHECK(moment(values, 2) - std::pow(moment(values, 1), 2) == doctest::Approx(0.25).epsilon(0.02));
}

TEST_CASE("neighbouring elements, draws and seeds are uncorrelated") {
  Generator generator(5);
  const auto first = normals<double>(generator, 100'000);
  const auto second = normals<double>(generator, 100'000);
  Generator next_seed(6);
  const auto other = normals<double>(next_seed, 100'000);
  std::vector<double> shifted(first);
  std::rotate(shifted.begin(), shifted.begin() + 1, shifted.end());
  CHECK(std::abs(correlation(first, shifted)) < 0.015);
  CHECK(std::abs(correlation(first, second)) < 0.015);
  CHECK(std::abs(correlation(first, other)) < 0.015);
}

TEST_CASE("bernoulli hits with its probability and takes 0 and 1 literally") {
  Generator generator(7);
  constexpr std::size_t n = 100'001;
  const auto storage = std::make_unique<bool[]>(n);
  const std::span<bool> flags(storage.get(), n);
  generator.fill_bernoulli(flags, 0.3);
  CHECK(static_cast<double>(std::ranges::count(flags, true)) / n == doctest::Approx(0.3).epsilon(0.02));
  generator.fill_bernoulli(flags, 1);
  CHECK(std::ranges::count(flags, true) == n);
  generator.fill_bernoulli(flags, 0);
  CHECK(std::ranges::count(flags, true) == 0);
  std::vector<float> mask(n);
  generator.fill_bernoulli(std::span<float>(mask), 0.75);
  CHECK(moment(mask, 1) == doctest::Approx(0.75).epsilon(0.01));
  CHECK(std::ranges::all_of(mask, [](float value) { return value == 0.0F || value == 1.0F; }));
}

TEST_CASE("integers are uniform over a range that divides no power of two") {
  Generator generator(8);
  std::array<int, 7> counts{};
  for (const auto value : integers(generator, 70'000, -3, 4)) {
    REQUIRE(value >= -3);
    REQUIRE(value < 4);
    ++counts[static_cast<std::size_t>(value + 3)];
  }
  double chi_squared = 0;
  for (const int count : counts) chi_squared += std::pow(count - 10'000, 2) / 10'000;
  CHECK(chi_squared < 22.5);  // 6 degrees of freedom, 0.1 %
}

TEST_CASE("integers reach over the whole of int64 and reject what would bias them") {
  Generator generator(9);
  using Limits = std::numeric_limits<std::int64_t>;
  const auto all = integers(generator, 10'000, Limits::min(), Limits::max());
  CHECK(std::abs(static_cast<double>(std::ranges::count_if(all, [](auto v) { return v < 0; })) - 5000) < 250);
  // Of a range of 3 * 2^62, multiply-shift alone would give a third of the values twice as often as the
  // others.
  const std::int64_t lo = Limits::min();
  const auto values = integers(generator, 30'000, lo, std::int64_t{1} << 62);
  const auto third = std::ranges::count_if(values, [](auto v) { return v % 3 == 0; });
  CHECK(std::abs(static_cast<double>(third) - 10'000) < 400);
}

TEST_CASE("a permutation holds every number once and is shuffled evenly") {
  Generator generator(10);
  auto order = generator.permutation(10'000);
  std::int64_t fixed = 0;
  for (std::size_t i = 0; i < order.size(); ++i) fixed += order[i] == static_cast<std::int64_t>(i) ? 1 : 0;
  CHECK(fixed < 10);
  std::ranges::sort(order);
  for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(order[i] == static_cast<std::int64_t>(i));
  CHECK(generator.permutation(0).empty());

  std::array<int, 6> counts{};
  for (int round = 0; round < 6000; ++round) {
    const auto three = generator.permutation(3);
    ++counts[static_cast<std::size_t>(three[0] * 2 + (three[1] > three[2] ? 1 : 0))];
  }
  for (const int count : counts) CHECK(std::abs(count - 1000) < 130);
}

TEST_CASE("the same seed gives the same values whatever the thread count") {
  const auto draw = [](int threads) {
    const xg::ThreadGuard guard(threads);
    Generator generator(11);
    return std::pair{normals<float>(generator, 50'003), integers(generator, 20'001, 0, 1000)};
  };
  const auto alone = draw(1);
  CHECK(draw(2) == alone);
  CHECK(draw(5) == alone);
}

TEST_CASE("an element does not depend on the length of its draw") {
  Generator longer(12);
  Generator shorter(12);
  auto many = normals<float>(longer, 1003);
  const auto few = normals<float>(shorter, 501);
  many.resize(501);
  CHECK(many == few);
}

TEST_CASE("a restored state repeats what followed it") {
  Generator generator(13);
  normals<float>(generator, 5);
  const Generator::State state = generator.state();
  Generator copy(generator);
  const auto first = normals<float>(generator, 100);
  CHECK(normals<float>(generator, 100) != first);
  generator.set_state(state);
  CHECK(normals<float>(generator, 100) == first);
  CHECK(normals<float>(copy, 100) == first);
  CHECK(copy.state() == generator.state());
}

TEST_CASE("forks differ from their parent and from one another, and repeat with the seed") {
  Generator parent(14);
  Generator left = parent.fork();
  Generator right = parent.fork();
  const auto of_left = normals<double>(left, 50'000);
  const auto of_right = normals<double>(right, 50'000);
  const auto of_parent = normals<double>(parent, 50'000);
  CHECK(std::abs(correlation(of_left, of_right)) < 0.02);
  CHECK(std::abs(correlation(of_left, of_parent)) < 0.02);
  Generator again(14);
  Generator left_again = again.fork();
  CHECK(normals<double>(left_again, 50'000) == of_left);
}

TEST_CASE("manual_seed restarts the default generator") {
  xg::manual_seed(15);
  const auto first = normals<float>(xg::default_generator(), 10);
  xg::manual_seed(15);
  CHECK(normals<float>(xg::default_generator(), 10) == first);
  xg::manual_seed(16);
  CHECK(normals<float>(xg::default_generator(), 10) != first);
}

TEST_CASE("threads that share a generator never get the same draw") {
  Generator generator(17);
  std::array<std::vector<double>, 4> drawn;
  std::vector<std::thread> threads;
  for (auto& mine : drawn)
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) mine.push_back(normals<double>(generator, 1)[0]);
    });
  for (auto& thread : threads) thread.join();
  std::set<double> distinct;
  for (const auto& mine : drawn) distinct.insert(mine.begin(), mine.end());
  CHECK(distinct.size() == 400);
  CHECK(generator.state().draws == 400);
}

TEST_CASE("senseless parameters are refused before anything is drawn") {
  Generator generator(18);
  std::vector<float> out(3, 7.0F);
  std::vector<std::int64_t> whole(3);
  CHECK_THROWS_WITH_AS(generator.fill_uniform(out, 2, 1),
                       "[uniform] lo 2 and hi 1: lo must not exceed hi, and hi - lo must be finite",
                       xg::ValueError);
  CHECK_THROWS_WITH_AS(generator.fill_normal(out, 0, -1),
                       "[normal] mean 0 and stddev -1: both must be finite, and stddev not negative",
                       xg::ValueError);
  CHECK_THROWS_WITH_AS(generator.fill_bernoulli(out, 1.5), "[bernoulli] p 1.5: a probability lies in [0, 1]",
                       xg::ValueError);
  CHECK_THROWS_AS(generator.fill_bernoulli(out, std::nan("")), xg::ValueError);
  CHECK_THROWS_WITH_AS(generator.fill_integers(whole, 3, 3),
                       "[integers] lo 3 and hi 3: lo must be less than hi", xg::ValueError);
  CHECK_THROWS_WITH_AS(generator.permutation(-1), "[permutation] n -1: must not be negative", xg::ValueError);
  CHECK(generator.state().draws == 0);
  CHECK(out == std::vector<float>(3, 7.0F));
}
