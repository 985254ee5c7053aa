#pragma once
/// What the library tells Profiler. As long as none lives, each call costs one look at `profiling`.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace xg::detail {

inline std::atomic<bool> profiling{false};
inline bool is_profiled() noexcept { return profiling.load(std::memory_order_relaxed); }

void tell_tensor(std::size_t bytes);
void tell_op(const char* name);

/// An op makes a tensor on so many bytes of new memory: it began when it made its first one.
inline void profile_tensor(std::size_t bytes) {
  if (is_profiled()) [[unlikely]]
    tell_tensor(bytes);
}

/// An op is done.
inline void profile_op(const char* name) {
  if (is_profiled()) [[unlikely]]
    tell_op(name);
}

/// What takes time. Ops lie inside of the others: scopes, whole walks over the tape, and single vjps.
enum class Profiled : std::uint8_t { scope, walk, vjp, op };

/// A stretch of time that has ops in it.
class ProfiledSpan {
 public:
  ProfiledSpan() = default;
  ~ProfiledSpan() {
    if (profiler_ != 0) [[unlikely]]
      end();
  }
  ProfiledSpan(const ProfiledSpan&) = delete;
  ProfiledSpan& operator=(const ProfiledSpan&) = delete;

  /// `name` and `scope` live as long as the program.
  void open(Profiled kind, const char* name, const char* scope) {
    if (is_profiled()) [[unlikely]]
      begin(kind, name, scope);
  }

 private:
  void begin(Profiled kind, const char* name, const char* scope);
  void end() noexcept;

  std::uint64_t profiler_ = 0;  // the number of the profiler that was told
};

}  // namespace xg::detail
