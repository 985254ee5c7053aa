#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "profile_hooks.hpp"

namespace xg {

/// What this thread does when an op runs. Guards set it and put it back.
struct Mode {
  bool recording = true;
  bool anomaly = false;
  bool differentiating =
      false;  ///< a verb (vjp, jacobian, ...) or a check runs the function that it was given
  const struct ScopeName* scope = nullptr;
  const class SavedTensorHooks* saved_hooks = nullptr;
  const class TapeObserver* observer = nullptr;
};
Mode& mode() noexcept;

/// Sets the whole mode and puts it back.
class ModeGuard {
 public:
  explicit ModeGuard(const Mode& during) noexcept : before_(mode()) { mode() = during; }
  ~ModeGuard() { mode() = before_; }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  Mode before_;
};

/// Ops inside are not recorded.
class NoGrad {
 public:
  NoGrad() noexcept : before_(mode().recording) { mode().recording = false; }
  ~NoGrad() { mode().recording = before_; }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

/// Ops inside are recorded, or not: a switch for code that serves both.
class GradMode {
 public:
  explicit GradMode(bool on) noexcept : before_(mode().recording) { mode().recording = on; }
  ~GradMode() { mode().recording = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// Calls f without recording and returns what it returns.
template <class F> decltype(auto) no_grad(F&& f) {
  const NoGrad guard;
  return std::forward<F>(f)();
}

/// One piece of a scope's path. Nodes keep a pointer, so names live as long as the program; equal paths are
/// shared.
struct ScopeName {
  std::string path;
};

/// Ops recorded inside carry this name, nested scopes joined by '/': "encoder/layer2". Errors show it.
class Scope {
 public:
  explicit Scope(std::string_view name);
  ~Scope() { mode().scope = before_; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  const ScopeName* before_;
  detail::ProfiledSpan span_;
};

/// While it lives, every op's values and every gradient are checked; the first NaN or infinity throws
/// AnomalyError that names the op, its shapes, the scope and the parameters that feed it. An infinity that an
/// op was handed, such as a mask's, is taken as meant.
class DetectAnomaly {
 public:
  DetectAnomaly() noexcept : before_(mode().anomaly) { mode().anomaly = true; }
  ~DetectAnomaly() { mode().anomaly = before_; }
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;

 private:
  bool before_;
};

}  // namespace xg
