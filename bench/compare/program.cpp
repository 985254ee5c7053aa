#include "program.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
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

}  // namespace

std::string run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment;
  for (std::string& v : own_environment()) variables.push_back(std::move(v));
  const std::vector<char*> argv = pointers(words), envp = pointers(variables);
  std::array<int, 2> channel;
  if (pipe(channel.data()) != 0) throw std::runtime_error("no pipe to a benchmark");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process for a benchmark");
  if (child == 0) {
    dup2(channel[1], STDOUT_FILENO);
    close(channel[0]);
    close(channel[1]);
    execve(program.c_str(), argv.data(), envp.data());
    _exit(127);
  }
  close(channel[1]);
  std::string output = read_all(channel[0]);
  close(channel[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0)
    throw std::runtime_error(fmt::format("{} failed with status {}", program.string(), status));
  return output;
}

void stay_on_cores(int count) {
  cpu_set_t allowed, chosen;
  CPU_ZERO(&chosen);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  int left = count;
  for (std::size_t core = 0; core < CPU_SETSIZE && left > 0; ++core) {
    if (!CPU_ISSET(core, &allowed)) continue;
    CPU_SET(core, &chosen);
    --left;
  }
  sched_setaffinity(0, sizeof chosen, &chosen);
}

}  // namespace bench
