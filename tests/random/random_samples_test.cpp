// The properties at random shapes and attributes. XGRAD_RANDOM_SAMPLES samples of each family (1000) from
// XGRAD_RANDOM_SEED (0); a failing one is made as simple as it gets, and XGRAD_RANDOM_CASE runs it again.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "random_op.hpp"
#include "support/environment.hpp"

namespace xg::test {
namespace {

std::uint64_t mixed(std::uint64_t seed, const std::string& name, std::size_t number) {
  std::uint64_t hash = seed * 0x9E3779B97F4A7C15U + number;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

struct Count {
  std::size_t samples = 0, failed = 0;
};

// `samples` samples, op after op; an op is left alone once it has failed.
Count check_family(std::vector<RandomOp> ops, std::size_t samples, std::uint64_t seed) {
  Count count;
  for (std::size_t i = 0; count.samples < samples && !ops.empty(); ++i) {
    const auto at = ops.begin() + static_cast<std::ptrdiff_t>(i % ops.size());
    Choices choices(mixed(seed, at->name, i));
    ++count.samples;
    if (check(*at, choices).wrong.empty()) continue;
    ++count.failed;
    FAIL_CHECK(report(*at, choices.taken()));
    ops.erase(at);
  }
  return count;
}

void check_one(const std::string& name, const std::string& choices) {
  const auto op = std::ranges::find(random_ops(), name, &RandomOp::name);
  REQUIRE_MESSAGE(op != random_ops().end(), "there is no op " << name);
  Choices recorded(from_text(choices));
  const Finding found = check(*op, recorded);
  fmt::print("{}\n", found.text);
  CHECK(found.wrong == "");
}

void check_all(std::size_t samples, std::uint64_t seed) {
  fmt::print("{:<12} | {:>7} | {:>6}\n", "family", "samples", "failed");
  for (auto first = random_ops().begin(); first != random_ops().end();) {
    const auto last = std::find_if(first, random_ops().end(),
                                   [&](const RandomOp& op) { return op.family != first->family; });
    std::vector<RandomOp> ops;
    std::copy_if(first, last, std::back_inserter(ops), [](const RandomOp& op) { return is_wanted(op.name); });
    const Count count = check_family(ops, samples, seed);
    CHECK(count.failed == 0);
    if (!ops.empty()) fmt::print("{:<12} | {:>7} | {:>6}\n", first->family, count.samples, count.failed);
    first = last;
  }
}

TEST_CASE("random samples of every family have the properties") {
  const std::string one = environment("XGRAD_RANDOM_CASE", "");
  const std::size_t colon = one.rfind(':');
  if (colon != std::string::npos)
    check_one(one.substr(0, colon), one.substr(colon + 1));
  else
    check_all(std::stoull(environment("XGRAD_RANDOM_SAMPLES", "1000")),
              std::stoull(environment("XGRAD_RANDOM_SEED", "0")));
}

}  // namespace
}  // namespace xg::test
