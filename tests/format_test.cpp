#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <sstream>
#include <xgrad/core/create.hpp>
#include <xgrad/core/format.hpp>

using namespace xg;

TEST_CASE("whole numbers of a floating tensor keep their point") {
  CHECK(fmt::format("{}", tensor({1, 2, 3})) == "[1., 2., 3.]");
}

TEST_CASE("numbers of a matrix are aligned and rows stand below each other") {
  CHECK(fmt::format("{}", tensor({{1, -2.5}, {10, 0.125}})) ==
        "[[ 1.000, -2.500],\n"
        " [10.000,  0.125]]");
}

TEST_CASE("blocks of three axes are parted by an empty line") {
  CHECK(fmt::format("{}", tensor({{{1, 2}}, {{3, 4}}})) == "[[[1., 2.]],\n\n [[3., 4.]]]");
}

TEST_CASE("a 0-d tensor is a bare number") {
  CHECK(fmt::format("{}", scalar(2.5)) == "2.5");
  CHECK(fmt::format("{}", scalar(2.5, {.dtype = float64})) == "2.5 float64");
}

TEST_CASE("decimals are cut to four") {
  CHECK(fmt::format("{}", tensor({1.0 / 3, 2})) == "[0.3333, 2.0000]");
}

TEST_CASE("very large and very small numbers turn all of them to powers of ten") {
  CHECK(fmt::format("{}", tensor({1e7, 1})) == "[1.0000e+07, 1.0000e+00]");
  CHECK(fmt::format("{}", tensor({1e-5, 0})) == "[1.0000e-05, 0.0000e+00]");
}

TEST_CASE("NaN and infinities are aligned with numbers") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(fmt::format("{}", tensor({1.5, -inf, std::numeric_limits<double>::quiet_NaN()})) ==
        "[ 1.5, -inf,  nan]");
}

TEST_CASE("dtypes other than float32 are named") {
  CHECK(fmt::format("{}", arange(3)) == "[0, 1, 2] int64");
  CHECK(fmt::format("{}", tensor({1, 0}, {.dtype = boolean})) == "[ true, false] bool");
  CHECK(fmt::format("{}", tensor({1}, {.dtype = float64})) == "[1.] float64");
}

TEST_CASE("large integers keep every digit") {
  const std::int64_t big[] = {9007199254740993};
  CHECK(fmt::format("{}", from_values(std::span<const std::int64_t>(big), {1})) ==
        "[9007199254740993] int64");
}

TEST_CASE("empty tensors show their shape") {
  CHECK(fmt::format("{}", zeros({0})) == "[] [0]");
  CHECK(fmt::format("{}", zeros({2, 0, 3})) == "[[],\n\n []] [2, 0, 3]");
  CHECK(fmt::format("{}", Tensor()) == "undefined");
}

TEST_CASE("large tensors show three values at each end of each axis, and their shape") {
  CHECK(fmt::format("{}", arange(1001)) == "[   0,    1,    2, ...,  998,  999, 1000] int64 [1001]");
  const Tensor wide = as_strided(arange(6000), {2, 3000}, {3000, 1});
  CHECK(fmt::format("{}", wide) ==
        "[[   0,    1,    2, ..., 2997, 2998, 2999],\n"
        " [3000, 3001, 3002, ..., 5997, 5998, 5999]] int64 [2, 3000]");
  const Tensor tall = as_strided(arange(2000), {1000, 2}, {2, 1});
  CHECK(
      fmt::format("{}", tall) ==
      "[[   0,    1],\n [   2,    3],\n [   4,    5],\n ...,\n [1994, 1995],\n [1996, 1997],\n [1998, 1999]] "
      "int64 [1000, 2]");
}

TEST_CASE("long rows are broken at 100 columns") {
  std::istringstream lines(fmt::format("{}", arange(1000)));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CHECK(line.find_last_of(",]") < 100);
    CHECK(line.back() != ' ');
  }
  CHECK(count > 10);
}

TEST_CASE("a number's specification holds for each element") {
  CHECK(fmt::format("{:.1f}", tensor({{1, -2.55}, {10, 0.125}})) == "[[ 1.0, -2.5],\n [10.0,  0.1]]");
  CHECK(fmt::format("{:.2e}", tensor({1500})) == "[1.50e+03]");
  CHECK(fmt::format("{:.3f}", arange(2)) == "[0, 1] int64");
}

TEST_CASE("views are printed by their strides") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(fmt::format("{}", as_strided(x, {3, 2}, {1, 3})) == "[[1., 4.],\n [2., 5.],\n [3., 6.]]");
  CHECK(fmt::format("{}", as_strided(x, {2, 2}, {0, 1}, 1)) == "[[2., 3.],\n [2., 3.]]");
}

TEST_CASE("streams write what fmt writes") {
  std::ostringstream out;
  out << tensor({1, 2}) << ' ' << Shape{2, 3} << ' ' << float64;
  CHECK(out.str() == "[1., 2.] [2, 3] float64");
  CHECK(fmt::format("{} {}", Shape{2, 3}, int64) == "[2, 3] int64");
}
