#include "choices.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace xg::test {

std::int64_t Choices::below(std::int64_t n) {
  std::int64_t value = 0;
  if (replays_) {
    if (taken_.size() < recorded_.size())
      value = std::clamp<std::int64_t>(recorded_[taken_.size()], 0, n - 1);
  } else {
    value = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }
  taken_.push_back(value);
  return value;
}

// "One more axis?" is asked before each optional one, so that an axis goes when its two numbers are dropped.
Shape Choices::shape(std::size_t min_rank, std::size_t max_rank, std::int64_t smallest,
                     std::int64_t largest) {
  Shape result;
  while (result.size() < max_rank && (result.size() < min_rank || coin()))
    result.push_back(integer(smallest, largest));
  return result;
}

std::int64_t Choices::axis(std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  const std::int64_t i = below(2 * n);
  return i < n ? i : i - 2 * n;
}

Axes Choices::axes(std::size_t rank) {
  Axes result;
  for (const std::int64_t axis : order(rank))
    if (coin()) result.push_back(coin() ? axis - static_cast<std::int64_t>(rank) : axis);
  return result;
}

std::vector<std::int64_t> Choices::order(std::size_t n) {
  std::vector<std::int64_t> result(n);
  std::iota(result.begin(), result.end(), 0);
  for (std::size_t i = 0; i + 1 < n; ++i)
    std::swap(result[i], result[i + static_cast<std::size_t>(below(static_cast<std::int64_t>(n - i)))]);
  return result;
}

namespace {

class Shrinker {
 public:
  Shrinker(const std::vector<std::int64_t>& failing, const std::function<bool(Choices&)>& fails)
      : best_(failing), fails_(fails) {}

  std::vector<std::int64_t> run() {
    for (bool simpler = true; simpler && tries_left_ > 0;) {
      const auto before = best_;
      drop_runs();
      lower_each();
      lower_and_drop();
      simpler = best_ != before;
    }
    return best_;
  }

 private:
  using List = std::vector<std::int64_t>;

  static bool simpler(const List& a, const List& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }

  // What counts is what was taken: numbers may have been left over, cut to their range, or been missing.
  bool attempt(const List& candidate) {
    if (!simpler(candidate, best_) || tries_left_-- <= 0) return false;
    Choices choices(candidate);
    if (!fails_(choices) || !simpler(choices.taken(), best_)) return false;
    best_ = choices.taken();
    return true;
  }

  static List without(List list, std::size_t at, std::size_t n) {
    const auto first = list.begin() + static_cast<std::ptrdiff_t>(at);
    list.erase(first, first + static_cast<std::ptrdiff_t>(n));
    return list;
  }

  void drop_runs() {
    for (std::size_t n = std::max<std::size_t>(best_.size() / 2, 1); n > 0; n /= 2)
      for (std::size_t at = 0; at + n <= best_.size();)
        if (!attempt(without(best_, at, n))) ++at;
  }

  void lower_each() {
    for (std::size_t i = 0; i < best_.size(); ++i)
      for (const auto& lower : {+[](std::int64_t) -> std::int64_t { return 0; },
                                +[](std::int64_t v) { return v / 2; }, +[](std::int64_t v) { return v - 1; }})
        while (i < best_.size() && best_[i] > 0) {
          List candidate = best_;
          candidate[i] = lower(candidate[i]);
          if (!attempt(candidate)) break;
        }
  }

  // A number that counts others must go down together with one of them.
  void lower_and_drop() {
    for (std::size_t i = 0; i < best_.size(); ++i)
      for (std::size_t at = i + 1; at < best_.size() && best_[i] > 0; ++at) {
        List candidate = without(best_, at, 1);
        --candidate[i];
        attempt(candidate);
        if (i >= best_.size()) return;
      }
  }

  List best_;
  const std::function<bool(Choices&)>& fails_;
  int tries_left_ = 2000;
};

}  // namespace

std::vector<std::int64_t> shrink(const std::vector<std::int64_t>& failing,
                                 const std::function<bool(Choices&)>& fails) {
  return Shrinker(failing, fails).run();
}

std::string to_text(const std::vector<std::int64_t>& choices) {
  return fmt::format("{}", fmt::join(choices, ","));
}

std::vector<std::int64_t> from_text(const std::string& text) {
  std::vector<std::int64_t> choices;
  std::istringstream numbers(text);
  for (std::string number; std::getline(numbers, number, ',');) choices.push_back(std::stoll(number));
  return choices;
}

}  // namespace xg::test
