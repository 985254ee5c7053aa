#pragma once

#include "random.hpp"

namespace xg {

/// Puts the default generator back to where it is now, and until then sets it to another place if one is given.
class RandomGuard {
 public:
  RandomGuard() : before_(default_generator().state()) {}
  explicit RandomGuard(Generator::State during) : RandomGuard() { default_generator().set_state(during); }
  ~RandomGuard() { default_generator().set_state(before_); }
  RandomGuard(const RandomGuard&) = delete;
  RandomGuard& operator=(const RandomGuard&) = delete;

 private:
  Generator::State before_;
};

}  // namespace xg
