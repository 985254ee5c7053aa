#include <xgrad/core/simd.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <xgrad/core/dispatch.hpp>
#include <xgrad/core/error.hpp>

#include "support/each_isa.hpp"

using namespace xg;
using support::each_isa;

namespace {

template <class T> constexpr T inf = std::numeric_limits<T>::infinity();
template <class T> constexpr T quiet_nan = std::numeric_limits<T>::quiet_NaN();

/// Numbers around every rounding trouble: halves, zeros of both signs, where fractions end, and the unbounded.
template <class T>
const std::array<T, 32> hard_numbers{T(0.5),
                                     T(-0.5),
                                     T(1.5),
                                     T(-1.5),
                                     T(2.5),
                                     T(-2.5),
                                     T(-0.0),
                                     T(0.0),
                                     T(1e30),
                                     T(-1e30),
                                     inf<T>,
                                     -inf<T>,
                                     T(3),
                                     quiet_nan<T>,
                                     T(-3.7),
                                     T(0.25),
                                     T(1e-30),
                                     T(-0.25),
                                     T(8388607.5),
                                     T(-8388607.5),
                                     T(4503599627370495.5),
                                     T(-4503599627370497),
                                     T(-1e-40),
                                     T(7)};

template <class T> bool same(T a, T b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

/// f on lanes gives at every position, bit for bit, what reference gives on numbers.
template <class F, class R> void check_elements(F f, R reference) {
  const auto check = [&]<class L>(L) {
    using T = typename L::value_type;
    T out[L::size];
    for (std::size_t i = 0; i < hard_numbers<T>.size(); i += L::size) {
      const auto kernel = [&](auto) { f(L::load(&hard_numbers<T>[i])).store(out); };
      run_on<typename L::isa_type>(kernel);
      for (std::size_t j = 0; j < L::size; ++j) {
        const T x = hard_numbers<T>[i + j];
        const T expected = reference(x);
        CAPTURE(std::string(L::isa_type::name));
        CAPTURE(x);
        CAPTURE(out[j]);
        CAPTURE(expected);
        CHECK(same(out[j], expected));
      }
    }
  };
  each_isa([&](auto isa) {
    check(lane<float, decltype(isa)>(0));
    check(lane<double, decltype(isa)>(0));
  });
}

}  // namespace

TEST_CASE("arithmetic on lanes is that of their elements, and scalars of any type mix") {
  check_elements([](auto x) { return -x; }, [](auto x) { return -x; });
  check_elements([](auto x) { return 2 * x + 0.5; }, []<class T>(T x) { return 2 * x + T(0.5); });
  check_elements([](auto x) { return (1 - x) / 4; }, []<class T>(T x) { return (1 - x) / 4; });
  check_elements(
      [](auto x) {
        x += 1;
        x *= 2;
        x -= 3;
        x /= 3;
        return x;
      },
      []<class T>(T x) { return ((x + 1) * 2 - 3) / 3; });
}

TEST_CASE("a scalar spread over a lane keeps the sign of zero") {
  check_elements([](auto x) { return decltype(x)(-0.0); }, []<class T>(T) { return T(-0.0); });
  check_elements([](auto x) { return decltype(x)(0); }, []<class T>(T) { return T(0); });
}

TEST_CASE("rounding functions agree with <cmath>, halves to even, signs of zero included") {
  check_elements([](auto x) { return floor(x); }, [](auto x) { return std::floor(x); });
  check_elements([](auto x) { return ceil(x); }, [](auto x) { return std::ceil(x); });
  check_elements([](auto x) { return trunc(x); }, [](auto x) { return std::trunc(x); });
  check_elements([](auto x) { return round(x); }, [](auto x) { return std::nearbyint(x); });
}

TEST_CASE("sqrt, abs, copysign and sign agree with <cmath>") {
  check_elements([](auto x) { return sqrt(x); }, [](auto x) { return std::sqrt(x); });
  check_elements([](auto x) { return abs(x); }, [](auto x) { return std::fabs(x); });
  check_elements([](auto x) { return copysign(x, -1); },
                 []<class T>(T x) { return std::copysign(x, T(-1)); });
  check_elements([](auto x) { return copysign(2, x); }, []<class T>(T x) { return std::copysign(T(2), x); });
  check_elements([](auto x) { return sign(x); },
                 []<class T>(T x) { return x > 0   ? T(1)
                                           : x < 0 ? T(-1)
                                                   : T(0); });
}

TEST_CASE("maximum and minimum pass a NaN from either side, fmax and fmin drop it") {
  const auto larger = []<class T>(T x) { return std::isnan(x) ? x : std::fmax(x, T(1)); };
  const auto smaller = []<class T>(T x) { return std::isnan(x) ? x : std::fmin(x, T(1)); };
  check_elements([](auto x) { return maximum(x, 1); }, larger);
  check_elements([](auto x) { return maximum(1, x); }, larger);
  check_elements([](auto x) { return minimum(x, 1); }, smaller);
  check_elements([](auto x) { return minimum(1, x); }, smaller);
  check_elements([](auto x) { return fmax(x, 1); }, []<class T>(T x) { return std::fmax(x, T(1)); });
  check_elements([](auto x) { return fmax(1, x); }, []<class T>(T x) { return std::fmax(x, T(1)); });
  check_elements([](auto x) { return fmin(x, 1); }, []<class T>(T x) { return std::fmin(x, T(1)); });
  check_elements([](auto x) { return fmin(1, x); }, []<class T>(T x) { return std::fmin(x, T(1)); });
}

TEST_CASE("every comparison is false for NaN except !=, and where chooses by it") {
  check_elements([](auto x) { return where(x == 3, 1, 0); }, []<class T>(T x) { return T(x == 3); });
  check_elements([](auto x) { return where(x != 3, 1, 0); }, []<class T>(T x) { return T(x != 3); });
  check_elements([](auto x) { return where(x < 0.25, 1, 0); }, []<class T>(T x) { return T(x < T(0.25)); });
  check_elements([](auto x) { return where(x <= 0.25, 1, 0); }, []<class T>(T x) { return T(x <= T(0.25)); });
  check_elements([](auto x) { return where(0.25 < x, 1, 0); }, []<class T>(T x) { return T(x > T(0.25)); });
  check_elements([](auto x) { return where(0.25 <= x, 1, 0); }, []<class T>(T x) { return T(x >= T(0.25)); });
  check_elements([](auto x) { return where(x > 0, x, -0.0); },
                 []<class T>(T x) { return x > 0 ? x : T(-0.0); });
  check_elements([](auto x) { return where(true, x, 7); }, [](auto x) { return x; });
}

TEST_CASE("masks combine with & | ^ and !") {
  check_elements([](auto x) { return where((x > 0) & !(x > 2), 1, 0); },
                 []<class T>(T x) { return T(x > 0 && !(x > 2)); });
  check_elements([](auto x) { return where((x > 2) | (x < 0), 1, 0); },
                 []<class T>(T x) { return T(x > 2 || x < 0); });
  check_elements([](auto x) { return where((x > 2) ^ (x > 0), 1, 0); },
                 []<class T>(T x) { return T((x > 2) != (x > 0)); });
}

TEST_CASE("isnan, isinf and isfinite tell the three kinds apart") {
  check_elements([](auto x) { return where(isnan(x), 1, 0); }, []<class T>(T x) { return T(std::isnan(x)); });
  check_elements([](auto x) { return where(isinf(x), 1, 0); }, []<class T>(T x) { return T(std::isinf(x)); });
  check_elements([](auto x) { return where(isfinite(x), 1, 0); },
                 []<class T>(T x) { return T(std::isfinite(x)); });
}

TEST_CASE("fma rounds once where the instruction set has the instruction") {
  each_isa([](auto isa) {
    using L = lane<double, decltype(isa)>;
    const double x = 1 + 0x1p-30;
    const double y = fma(L(x), x, -(1 + 0x1p-29))[0];
    CHECK(y == (std::is_same_v<decltype(isa), isa::baseline> ? 0 : 0x1p-60));
  });
}

TEST_CASE("a partial load repeats the first element and a partial store leaves the rest alone") {
  each_isa([](auto isa) {
    using L = lane<float, decltype(isa)>;
    const float in[] = {5, 6, 7};
    const L x = L::load_partial(in, 3);
    CHECK(x[2] == 7);
    CHECK(x[L::size - 1] == 5);
    CHECK(L::load_partial(in, 0)[0] == 0);
    float out[] = {1, 1, 1};
    x.store_partial(out, 2);
    CHECK(out[1] == 6);
    CHECK(out[2] == 1);
    CHECK(reduce_add(where(mask<float, decltype(isa)>::first(3), x, 0)) == 18);
  });
}

TEST_CASE("masks go to and come from arrays of bool") {
  each_isa([](auto isa) {
    using L = lane<double, decltype(isa)>;
    using M = mask<double, decltype(isa)>;
    const double x[] = {1, -1, -1, 1, 1, 1, 1, 1};
    bool negative[L::size];
    (L::load(x) < 0).store(negative);
    CHECK_FALSE(negative[0]);
    CHECK(negative[1]);
    CHECK(reduce_add(where(M::load(negative), 1, 0)) == (L::size == 2 ? 1 : 2));
    CHECK(any(M::load(negative)));
    CHECK_FALSE(all(M::load(negative)));
    CHECK_FALSE(any(M(false)));
    CHECK(all(M(true)));
  });
}

TEST_CASE("reductions see every element, and maximum and minimum pass NaN on") {
  each_isa([](auto isa) {
    using L = lane<float, decltype(isa)>;
    for (std::size_t i = 0; i < L::size; ++i) {
      L x(1);
      x.v[i] = 4;
      CHECK(reduce_add(x) == static_cast<float>(L::size) + 3);
      CHECK(reduce_max(x) == 4);
      CHECK(reduce_min(-x) == -4);
      x.v[i] = quiet_nan<float>;
      CHECK(std::isnan(reduce_max(x)));
      CHECK(std::isnan(reduce_min(x)));
    }
  });
}

TEST_CASE("int64 lanes compute, compare and choose") {
  each_isa([](auto isa) {
    using L = lane<std::int64_t, decltype(isa)>;
    const std::int64_t in[] = {-7};
    const L x = L::load_partial(in, 1);
    CHECK((x / 2)[0] == -3);
    CHECK((x * x - 1)[L::size - 1] == 48);
    CHECK(abs(x)[0] == 7);
    CHECK(sign(x)[0] == -1);
    CHECK(where(x < 0, 1, 2)[0] == 1);
    CHECK(maximum(x, 3)[0] == 3);
    CHECK(reduce_add(L(1)) == static_cast<std::int64_t>(L::size));
  });
}

TEST_CASE("dispatch runs the body on the active instruction set and returns what it returns") {
  const std::string name = dispatch([](auto isa) { return std::string(decltype(isa)::name); });
  CHECK(name == active_isa());
  int calls = 0;
  dispatch([&](auto) { ++calls; });
  CHECK(calls == 1);
  int x = 3;
  static_assert(std::is_same_v<decltype(dispatch([&](auto) -> int& { return x; })), int&>);
}

TEST_CASE("XGRAD_ISA chooses by name, and an unknown name is an error that lists the known ones") {
  CHECK(detail::chosen_level("baseline") == detail::IsaLevel::baseline);
  CHECK(detail::chosen_level("") == detail::chosen_level(nullptr));
  CHECK_THROWS_WITH_AS(detail::chosen_level("sse9"),
                       "[dispatch] XGRAD_ISA=sse9 is unknown: use baseline, avx2 or avx512", ValueError);
}

TEST_CASE("an exception leaves dispatch as it would leave the body") {
  CHECK_THROWS_WITH(dispatch([](auto) { throw std::runtime_error("out"); }), "out");
}
