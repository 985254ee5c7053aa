#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>

namespace {

double chunked_sum(const std::vector<float>& values) {
  constexpr std::size_t grain = 1000;
  std::vector<float> partial((values.size() + grain - 1) / grain);
  xg::parallel_ranges(values.size(), grain, [&](std::size_t begin, std::size_t end) {
    float sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += values[i];
    partial[begin / grain] = sum;
  });
  double total = 0;
  for (const float sum : partial) total += static_cast<double>(sum);
  return total;
}

std::string first_failure(std::size_t pieces, std::size_t failing_from) {
  try {
    xg::parallel_for(pieces, [&](std::size_t piece) {
      if (piece >= failing_from) throw std::runtime_error("piece " + std::to_string(piece));
    });
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace

TEST_CASE("parallel_for runs every piece exactly once at any thread count") {
  for (const int threads : {1, 2, 3, 8}) {
    const xg::ThreadGuard guard(threads);
    for (const std::size_t pieces : {0U, 1U, 2U, 7U, 1000U}) {
      std::vector<std::atomic<int>> runs(pieces);
      xg::parallel_for(pieces, [&](std::size_t piece) { ++runs[piece]; });
      for (const auto& count : runs) CHECK(count == 1);
    }
  }
}

TEST_CASE("parallel_for hands the caller's writes to the pieces and their writes back") {
  const xg::ThreadGuard guard(4);
  std::vector<std::size_t> plain(64, 0);
  for (std::size_t round = 1; round <= 2000; ++round) {
    plain[round % 64] += 1000;
    xg::parallel_for(plain.size(), [&](std::size_t piece) { ++plain[piece]; });
  }
  std::size_t total = 0;
  for (const std::size_t value : plain) total += value;
  CHECK(total == 2000 * (1000 + 64));
}

TEST_CASE("parallel_for uses the pool's workers as well as the caller") {
  const xg::ThreadGuard guard(2);
  std::atomic<int> arrived{0};
  std::mutex mutex;
  std::set<std::thread::id> threads;
  // Each piece waits for the other, so this ends only if two threads run them at once.
  xg::parallel_for(2, [&](std::size_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  CHECK(threads.size() == 2);
  CHECK(threads.count(std::this_thread::get_id()) == 1);
}

TEST_CASE("parallel_for wakes workers that have gone to sleep") {
  const xg::ThreadGuard guard(2);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::atomic<int> arrived{0};
    xg::parallel_for(2, [&](std::size_t) {
      ++arrived;
      while (arrived < 2) std::this_thread::yield();
    });
    CHECK(arrived == 2);
  }
}

TEST_CASE("the caller sleeps through a long piece of a worker and still sees it finish") {
  const xg::ThreadGuard guard(2);
  const auto caller = std::this_thread::get_id();
  std::atomic<bool> worker_started{false};
  bool worker_finished = false;
  xg::parallel_for(2, [&](std::size_t) {
    if (std::this_thread::get_id() == caller) {
      while (!worker_started) std::this_thread::yield();
    } else {
      worker_started = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      worker_finished = true;
    }
  });
  CHECK(worker_finished);
}

TEST_CASE("a sum cut by size alone is bit-identical at every thread count") {
  std::vector<float> values(100'001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0F / static_cast<float>(i + 1);
  const auto sum_with = [&](int threads) {
    const xg::ThreadGuard guard(threads);
    return chunked_sum(values);
  };
  const double alone = sum_with(1);
  CHECK(alone > 11);
  for (const int threads : {2, 3, 5}) CHECK(sum_with(threads) == alone);
}

TEST_CASE("parallel_ranges covers the range in grains with a shorter last one") {
  std::vector<std::size_t> sizes(3);
  xg::parallel_ranges(25, 10, [&](std::size_t begin, std::size_t end) { sizes[begin / 10] = end - begin; });
  CHECK(sizes == std::vector<std::size_t>{10, 10, 5});
  xg::parallel_ranges(0, 10, [&](std::size_t, std::size_t) { FAIL("an empty range has no pieces"); });
}

TEST_CASE("the exception of the lowest failing piece reaches the caller") {
  for (const int threads : {1, 2, 4}) {
    const xg::ThreadGuard guard(threads);
    for (int round = 0; round < 50; ++round) CHECK(first_failure(100, 37) == "piece 37");
    CHECK(first_failure(100, 100) == "nothing thrown");
  }
}

TEST_CASE("a nested parallel_for runs inline on the thread of its piece") {
  const xg::ThreadGuard guard(4);
  std::atomic<int> runs{0};
  std::atomic<int> elsewhere{0};
  xg::parallel_for(8, [&](std::size_t) {
    const auto outer = std::this_thread::get_id();
    xg::parallel_for(8, [&](std::size_t) {
      ++runs;
      if (std::this_thread::get_id() != outer) ++elsewhere;
    });
  });
  CHECK(runs == 64);
  CHECK(elsewhere == 0);
}

TEST_CASE("several user threads call parallel_for at once") {
  std::atomic<std::size_t> total{0};
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user)
    users.emplace_back([&] {
      const xg::ThreadGuard guard(3);
      for (int round = 0; round < 500; ++round)
        xg::parallel_for(5, [&](std::size_t piece) { total += piece; });
    });
  for (auto& user : users) user.join();
  CHECK(total == 4 * 500 * 10);
}

TEST_CASE("ThreadGuard rules its own thread and scope only") {
  const int before = xg::num_threads();
  CHECK(before >= 1);
  {
    const xg::ThreadGuard outer(7);
    CHECK(xg::num_threads() == 7);
    {
      const xg::ThreadGuard inner(2);
      CHECK(xg::num_threads() == 2);
    }
    CHECK(xg::num_threads() == 7);
    int other = 0;
    std::thread([&] { other = xg::num_threads(); }).join();
    CHECK(other == before);
  }
  CHECK(xg::num_threads() == before);
}

TEST_CASE("set_num_threads holds for every thread") {
  const int before = xg::num_threads();
  xg::set_num_threads(before + 1);
  int other = 0;
  std::thread([&] { other = xg::num_threads(); }).join();
  CHECK(other == before + 1);
  CHECK(xg::num_threads() == before + 1);
  xg::set_num_threads(before);
}

TEST_CASE("a senseless thread count is refused with its value and the range") {
  CHECK_THROWS_WITH_AS(xg::set_num_threads(0), "[set_num_threads] 0: expected a whole number from 1 to 1024",
                       xg::ValueError);
  CHECK_THROWS_AS(xg::ThreadGuard(1025), xg::ValueError);
  CHECK(xg::detail::parse_num_threads("12") == 12);
  for (const char* junk : {"", "two", "2x", " 2", "0", "-3", "1025", "99999999999999"})
    CHECK_THROWS_AS(xg::detail::parse_num_threads(junk), xg::ValueError);
  CHECK_THROWS_WITH(xg::detail::parse_num_threads("two"),
                    "[parallel] XGRAD_NUM_THREADS is \"two\": expected a whole number from 1 to 1024");
}
