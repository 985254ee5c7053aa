#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <xgrad/core/create.hpp>
#include <xgrad/core/random.hpp>

#include "support/folder.hpp"

using namespace xg;

namespace {

/// tests/resumed_run.cpp as a process of its own, whose steps can be counted.
class RunningChild {
 public:
  RunningChild(const std::filesystem::path& checkpoint, const std::filesystem::path& weights) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(XGRAD_RESUMED_RUN, XGRAD_RESUMED_RUN, checkpoint.c_str(), weights.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    steps_ = ends[0];
  }
  ~RunningChild() { ::close(steps_); }
  RunningChild(const RunningChild&) = delete;
  RunningChild& operator=(const RunningChild&) = delete;

  /// Waits for so many steps; returns how many came before the end.
  std::int64_t wait_for_steps(std::int64_t n) {
    char point;
    std::int64_t seen = 0;
    while (seen < n && ::read(steps_, &point, 1) == 1) ++seen;
    return seen;
  }
  void kill() { ::kill(pid_, SIGKILL); }
  /// How it ended, as waitpid tells.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return status;
  }

 private:
  pid_t pid_;
  int steps_;
};

}  // namespace

TEST_CASE("a run that is killed at ten random moments ends with the bits of one that was left alone") {
  const test::Folder folder("resume");
  const auto file = [&](const char* name) { return folder.path / name; };
  RunningChild whole(file("whole"), file("whole_weights"));
  CHECK(whole.wait_for_steps(1'000'000) == 400);
  REQUIRE(whole.wait() == 0);

  Generator moments(2026);
  for (int i = 0; i < 10; ++i) {
    RunningChild child(file("run"), file("weights"));
    std::int64_t steps = 0, microseconds = 0;
    moments.fill_integers({&steps, 1}, 0, 25);
    moments.fill_integers({&microseconds, 1}, 0, 1000);
    child.wait_for_steps(steps);
    ::usleep(static_cast<useconds_t>(microseconds));
    child.kill();
    const int status = child.wait();
    CHECK(WIFSIGNALED(status));
    CHECK_FALSE(std::filesystem::exists(file("weights")));
  }
  RunningChild last(file("run"), file("weights"));
  const std::int64_t rest = last.wait_for_steps(1'000'000);
  REQUIRE(last.wait() == 0);
  CHECK(rest > 0);
  CHECK(rest < 400);
  CHECK(test::bytes_of(file("weights")) == test::bytes_of(file("whole_weights")));
  CHECK(test::bytes_of(file("run")) == test::bytes_of(file("whole")));
}
