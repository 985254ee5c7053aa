#include "interrupt.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

namespace xg::optim {
namespace {

constexpr std::array signals{SIGINT, SIGTERM};

std::atomic<int> noted = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a handler may not lock");

std::mutex mutex;
int alive = 0;  // how many there are; the first one installs, the last one puts back
std::array<struct sigaction, signals.size()> before;

extern "C" void note(int signal) {
  int none = 0;
  if (noted.compare_exchange_strong(none, signal)) return;
  // The second one: delivered again, with its own effect, as soon as this handler has returned.
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

Interrupt::Interrupt() {
  const std::scoped_lock lock(mutex);
  if (alive++ > 0) return;
  noted = 0;
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    sigaction(signals[i], nullptr, &before[i]);
    if (before[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  const std::scoped_lock lock(mutex);
  if (--alive > 0) return;
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before[i], nullptr);
}

int Interrupt::signal() const { return noted; }

}  // namespace xg::optim
