#pragma once

namespace xg::optim {

/// While it lives, a first SIGINT (Ctrl-C) or SIGTERM is only noted, so that a loop can end in good order;
/// the next one ends the program at once. A signal that the program ignores stays ignored.
///
///   const optim::Interrupt interrupt;
///   for (const auto& batch : loader) {
///     ...
///     if (interrupt) break;
///   }
///
/// Afterwards the handlers of before are back. One inside of another shares what was noted.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Whether a signal has come.
  explicit operator bool() const { return signal() != 0; }
  /// SIGINT or SIGTERM, 0 as long as none has come.
  int signal() const;
};

}  // namespace xg::optim
