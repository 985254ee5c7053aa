#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace xg {

namespace detail {
class ProfileLog;
}

/// What a profile says of one op: of its calls while computing values, of its vjps, or of its calls by vjps.
struct OpProfile {
  std::string op;
  std::string pass;  ///< "forward", "backward", or "in backward" for what a walk over the tape calls
  std::int64_t calls = 0;
  double self_seconds = 0;  ///< without the ops that run inside
  double total_seconds = 0;
  std::int64_t bytes = 0;  ///< of the tensors that it allocated, temporary ones too; views allocate none
};

/// Takes the time of every op of every thread while it lives, recorded or not, of vjps and of scopes:
///
///   Profiler profiler;
///   loss(net(x), y).backward();
///   fmt::print("{}", profiler.table());
///   profiler.write_trace("trace.json");
///
/// An op lasts from the first tensor that it makes, so that what a program does between ops counts for none. A walk
/// over the tape stands in the table as backward() or grad(): its own time is the sums of gradients.
/// Throws  ValueError "[profiler] another Profiler lives: ...".
class Profiler {
 public:
  Profiler();
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// One row for each op and pass, those that take the most time by themselves first.
  std::vector<OpProfile> ops() const;
  /// The rows as text, and below them how much of the time since the profiler began they explain.
  std::string table() const;
  /// Writes all calls, nested in their vjps and scopes, in the format of chrome://tracing and ui.perfetto.dev.
  /// Throws  IoError if the file cannot be written.
  void write_trace(const std::filesystem::path& path) const;

 private:
  std::unique_ptr<detail::ProfileLog> log_;
};

}  // namespace xg
