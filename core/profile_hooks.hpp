#pragma once
/// What the library tells Profiler. As long as none lives, each call costs one look at `profiling`.

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace xg {
class Storage;
}

namespace xg::detail {

inline std::atomic<bool> profiling{false};
inline bool is_profiled() noexcept { return profiling.load(std::memory_order_relaxed); }

void tell_memory(const Storage* storage, std::size_t bytes);
void tell_op(const char* name, const Storage* output);

/// An op takes memory for a tensor. It began when it did so first, or looked at some by profile_view().
inline void profile_memory(const Storage* storage, std::size_t bytes) {
  if (is_profiled()) [[unlikely]]
    tell_memory(storage, bytes);
}
inline void profile_view() { profile_memory(nullptr, 0); }

/// An op is done and has its (first) output there.
inline void profile_op(const char* name, const Storage* output) {
  if (is_profiled()) [[unlikely]]
    tell_op(name, output);
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
