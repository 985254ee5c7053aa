#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>
#include <xgrad/optim/interrupt.hpp>

using xg::optim::Interrupt;

namespace {

volatile std::sig_atomic_t handled = 0;
void handle(int) { handled = handled + 1; }

/// A handler of the test's own for a signal, until the end of the scope.
class Handler {
 public:
  explicit Handler(int signal, void (*handler)(int)) : signal_(signal) {
    struct sigaction action = {};
    action.sa_handler = handler;
    sigaction(signal, &action, &before_);
  }
  ~Handler() { sigaction(signal_, &before_, nullptr); }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

 private:
  int signal_;
  struct sigaction before_;
};

/// The signal that ends a child process which runs this; 0 if none does.
template <class F> int signal_that_ends(F&& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    f();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a first signal is noted, and the handlers of before come back") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Handler own(signal, handle);
    handled = 0;
    {
      const Interrupt interrupt;
      CHECK_FALSE(static_cast<bool>(interrupt));
      ::raise(signal);
      CHECK(static_cast<bool>(interrupt));
      CHECK(interrupt.signal() == signal);
    }
    CHECK(handled == 0);
    ::raise(signal);
    CHECK(handled == 1);
    CHECK(Interrupt().signal() == 0);
  }
}

TEST_CASE("a second signal ends the program at once") {
  const int ended_by = signal_that_ends([] {
    const Interrupt interrupt;
    ::raise(SIGINT);
    ::raise(SIGTERM);
  });
  CHECK(ended_by == SIGTERM);
}

TEST_CASE("a signal that is ignored stays ignored") {
  const Handler ignored(SIGINT, SIG_IGN);
  const Interrupt interrupt;
  ::raise(SIGINT);
  CHECK_FALSE(static_cast<bool>(interrupt));
}

TEST_CASE("an inner Interrupt notes for the outer one, and leaves its handlers") {
  const Handler own(SIGINT, handle);
  handled = 0;
  const Interrupt outer;
  { const Interrupt inner; }
  ::raise(SIGINT);
  CHECK(handled == 0);
  CHECK(static_cast<bool>(outer));
  CHECK(Interrupt().signal() == SIGINT);
}
