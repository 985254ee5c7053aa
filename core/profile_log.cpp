#include "profile_log.hpp"

#include <algorithm>
#include <utility>

#include "error.hpp"
#include "mode.hpp"
#include "node.hpp"

namespace xg::detail {
namespace {

// Guards the pointer and all that it leads to: hooks of one thread may run while another one ends the log.
std::mutex log_mutex;
ProfileLog* current = nullptr;
std::uint64_t logs_so_far = 0;

const char* current_scope() { return mode().scope ? mode().scope->path.c_str() : ""; }

}  // namespace

ProfileLog::ProfileLog() {
  const std::lock_guard lock(log_mutex);
  if (current) throw ValueError("[profiler] another Profiler lives: end it before the next one begins");
  current = this;
  number_ = ++logs_so_far;
  profiling.store(true, std::memory_order_relaxed);
}

ProfileLog::~ProfileLog() {
  const std::lock_guard lock(log_mutex);
  current = nullptr;
  profiling.store(false, std::memory_order_relaxed);
}

std::int64_t ProfileLog::now() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start_)
      .count();
}

std::vector<ProfileLog::Event> ProfileLog::events() const {
  const std::lock_guard lock(log_mutex);
  std::vector<Event> ended = events_;
  std::erase_if(ended, [](const Event& e) { return e.end < 0; });
  return ended;
}

ProfileLog::Thread& ProfileLog::this_thread() {
  const auto [it, fresh] = threads_.try_emplace(std::this_thread::get_id());
  if (fresh) {
    it->second.number = static_cast<std::uint32_t>(threads_.size() - 1);
    it->second.boundary = now();
  }
  return it->second;
}

ProfileLog::Event* ProfileLog::innermost_work(const Thread& thread) {
  for (auto i = thread.open.rbegin(); i != thread.open.rend(); ++i)
    if (events_[*i].kind != Profiled::scope) return &events_[*i];
  return nullptr;
}

// What was allocated since the last boundary and belongs to no op is the surrounding vjp's own.
void ProfileLog::set_boundary(Thread& thread, std::int64_t time) {
  if (Event* outer = innermost_work(thread)) outer->bytes += thread.bytes;
  thread.begun = false;
  thread.boundary = time;
  thread.bytes = 0;
}

void ProfileLog::end_innermost(Thread& thread) {
  const std::int64_t time = now();
  set_boundary(thread, time);
  Event& event = events_[thread.open.back()];
  thread.open.pop_back();
  event.end = time;
  if (event.kind == Profiled::scope) return;
  if (Event* outer = innermost_work(thread)) outer->inner += event.end - event.begin;
}

void tell_tensor(std::size_t bytes) {
  const std::lock_guard lock(log_mutex);
  if (!current) return;
  ProfileLog::Thread& thread = current->this_thread();
  if (!thread.begun) thread.boundary = current->now();
  thread.begun = true;
  thread.bytes += static_cast<std::int64_t>(bytes);
}

void tell_op(const char* name) {
  const std::lock_guard lock(log_mutex);
  if (!current) return;
  ProfileLog::Thread& thread = current->this_thread();
  ProfileLog::Event* outer = current->innermost_work(thread);
  const std::int64_t time = current->now();
  if (outer) outer->inner += time - thread.boundary;
  current->events_.push_back({.name = name,
                              .scope = current_scope(),
                              .kind = Profiled::op,
                              .inside_backward = outer != nullptr,
                              .thread = thread.number,
                              .begin = thread.boundary,
                              .end = time,
                              .bytes = std::exchange(thread.bytes, 0)});
  current->set_boundary(thread, time);
}

void ProfiledSpan::begin(Profiled kind, const char* name, const char* scope) {
  const std::lock_guard lock(log_mutex);
  if (!current) return;
  ProfileLog::Thread& thread = current->this_thread();
  const std::int64_t time = current->now();
  current->set_boundary(thread, time);
  current->events_.push_back({.name = name,
                              .scope = scope,
                              .kind = kind,
                              .inside_backward = current->innermost_work(thread) != nullptr,
                              .thread = thread.number,
                              .begin = time});
  thread.open.push_back(current->events_.size() - 1);
  profiler_ = current->number_;
}

void ProfiledSpan::end() noexcept {
  const std::lock_guard lock(log_mutex);
  if (current && current->number_ == profiler_) current->end_innermost(current->this_thread());
}

}  // namespace xg::detail
