#include "program.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>

namespace bench {
namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& s : strings) out.push_back(s.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** variable = environ; *variable; ++variable) all.emplace_back(*variable);
  return all;
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t n; (n = read(descriptor, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(n));
  return text;
}

void stay_on(const Cores& cores) {
  if (cores.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int core : cores) CPU_SET(static_cast<std::size_t>(core), &set);
  sched_setaffinity(0, sizeof set, &set);
}

pid_t fork_or_throw() {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process for a benchmark");
  return child;
}

}  // namespace

Cores first_cores(int count) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  Cores cores;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE && static_cast<int>(cores.size()) < count; ++core)
    if (CPU_ISSET(static_cast<std::size_t>(core), &allowed)) cores.push_back(core);
  return cores;
}

Finished run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                     const Launch& launch) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = launch.environment;
  for (std::string& v : own_environment()) variables.push_back(std::move(v));
  const std::vector<char*> argv = pointers(words), envp = pointers(variables);
  std::array<int, 2> channel;
  if (pipe(channel.data()) != 0) throw std::runtime_error("no pipe to a benchmark");
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork_or_throw();
  if (child == 0) {
    dup2(channel[1], STDOUT_FILENO);
    close(channel[0]);
    close(channel[1]);
    stay_on(launch.cores);
    execve(program.c_str(), argv.data(), envp.data());
    _exit(127);
  }
  close(channel[1]);
  std::string output = read_all(channel[0]);
  close(channel[0]);
  int status = 0;
  rusage used;
  wait4(child, &status, 0, &used);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (status != 0)
    throw std::runtime_error(fmt::format("{} failed with status {}", program.string(), status));
  const auto in_seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return {std::move(output), seconds.count(), in_seconds(used.ru_utime) + in_seconds(used.ru_stime),
          used.ru_maxrss};
}

BusyNeighbour::BusyNeighbour(int core) : child_(fork_or_throw()) {
  if (child_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  stay_on({core});
  for (std::atomic<unsigned> work = 0;;) work.fetch_add(1, std::memory_order_relaxed);
}

BusyNeighbour::~BusyNeighbour() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

}  // namespace bench
