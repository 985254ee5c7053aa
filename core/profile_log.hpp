#pragma once
/// Internal to Profiler: what the hooks have told, one thread after the other.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "profile_hooks.hpp"

namespace xg::detail {

/// Collects while it lives; there is one at a time.
class ProfileLog {
 public:
  struct Event {
    const char* name;
    const char* scope;  // the path of all scopes around it
    Profiled kind;
    bool inside_backward;    // a vjp or a walk is around it
    std::uint32_t thread;    // counted from 0
    std::int64_t begin;      // nanoseconds since the log began
    std::int64_t end = -1;   // -1 while it lasts
    std::int64_t inner = 0;  // nanoseconds of the ops and vjps directly inside
    std::int64_t bytes = 0;  // of tensors that itself allocated
  };

  /// Throws  ValueError "[profiler] another Profiler lives: ...".
  ProfileLog();
  ~ProfileLog();
  ProfileLog(const ProfileLog&) = delete;
  ProfileLog& operator=(const ProfileLog&) = delete;

  /// Nanoseconds since the log began.
  std::int64_t now() const;
  /// What has ended so far, in the order of its beginning within each thread's nesting.
  std::vector<Event> events() const;

 private:
  friend void tell_memory(const Storage* storage, std::size_t bytes);
  friend void tell_op(const char* name, const Storage* output);
  friend class ProfiledSpan;

  /// Memory that was taken, or the beginning of something else (null).
  struct Mark {
    const Storage* storage;
    std::int64_t time, bytes;
  };
  /// A mark that an op took for its own beyond its output. It may have been the output of an op around it.
  struct Claim {
    Mark mark;
    std::size_t event;
    std::int64_t rest;  // when the event began without it
  };
  struct Thread {
    std::uint32_t number = 0;
    std::vector<std::size_t> open{};  // events that last, the innermost one last
    std::vector<Mark> marks{};        // of no op so far
    std::vector<Claim> claims{};      // of the last few ops
    std::int64_t boundary = 0;        // where the last event ended or the next one can begin
  };

  Thread& this_thread();
  Event* innermost_work(const Thread& thread);
  void close_marks(Thread& thread, std::int64_t time);
  void take_marks(Thread& thread, Event& op, const Storage* output);
  std::int64_t inside(const Event& op) const;
  void end_innermost(Thread& thread);

  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::uint64_t number_ = 0;
  std::vector<Event> events_;
  std::unordered_map<std::thread::id, Thread> threads_;
};

}  // namespace xg::detail
