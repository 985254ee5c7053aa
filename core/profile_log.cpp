#include "profile_log.hpp"

#include <algorithm>
#include <iterator>

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

// What belongs to no op is the surrounding vjp's own.
void ProfileLog::close_marks(Thread& thread, std::int64_t time) {
  if (Event* outer = innermost_work(thread))
    for (const Mark& m : thread.marks) outer->bytes += m.bytes;
  thread.marks.clear();
  thread.claims.clear();
  thread.boundary = time;
}

// Ops do not say when they begin, so it follows from the memory that they take. An op has what was taken since the
// last one; if its output is not among that, it is a view of older memory and leaves all to the op around it; and
// an op around others gets its output back from the one that took it.
void ProfileLog::take_marks(Thread& thread, Event& op, const Storage* output) {
  constexpr std::size_t most_claims = 16;
  auto& marks = thread.marks;
  auto& claims = thread.claims;
  const auto own = std::ranges::find(marks, output, &Mark::storage);
  const auto lost = std::ranges::find(claims, output, [](const Claim& c) { return c.mark.storage; });
  if (own == marks.end() && lost == claims.end()) {
    const auto view = std::ranges::find(marks, nullptr, &Mark::storage);
    op.begin = view == marks.end() ? thread.boundary : view->time;
    std::erase_if(marks, [](const Mark& m) { return m.storage == nullptr; });
    return;
  }
  op.begin = op.end;
  if (own == marks.end()) {
    Event& thief = events_[lost->event];
    thief.begin = lost->rest;
    for (auto c = claims.begin(); c != lost + 1; ++c) {
      if (c->event != lost->event) continue;
      op.begin = std::min(op.begin, c->mark.time);
      op.bytes += c->mark.bytes;
      thief.bytes -= c->mark.bytes;
    }
    claims.erase(claims.begin(), lost + 1);
  } else {
    for (auto m = marks.begin(); m != own; ++m) claims.push_back({*m, events_.size(), std::next(m)->time});
    if (claims.size() > most_claims)
      claims.erase(claims.begin(), claims.end() - static_cast<std::ptrdiff_t>(most_claims));
  }
  for (const Mark& m : marks) {
    op.begin = std::min(op.begin, m.time);
    op.bytes += m.bytes;
  }
  marks.clear();
}

// The time of the ops and vjps that ended since the op began.
std::int64_t ProfileLog::inside(const Event& op) const {
  std::int64_t sum = 0, covered = op.end;
  for (auto e = events_.rbegin(); e != events_.rend(); ++e) {
    if (e->thread != op.thread) continue;
    if (e->end < 0 || e->begin < op.begin) break;
    if (e->kind == Profiled::scope || e->end > covered) continue;
    sum += e->end - e->begin;
    covered = e->begin;
  }
  return sum;
}

void ProfileLog::end_innermost(Thread& thread) {
  const std::int64_t time = now();
  close_marks(thread, time);
  Event& event = events_[thread.open.back()];
  thread.open.pop_back();
  event.end = time;
  if (event.kind == Profiled::scope) return;
  if (Event* outer = innermost_work(thread)) outer->inner += event.end - event.begin;
}

void tell_memory(const Storage* storage, std::size_t bytes) {
  const std::lock_guard lock(log_mutex);
  if (current)
    current->this_thread().marks.push_back({storage, current->now(), static_cast<std::int64_t>(bytes)});
}

void tell_op(const char* name, const Storage* output) {
  const std::lock_guard lock(log_mutex);
  if (!current) return;
  ProfileLog::Thread& thread = current->this_thread();
  ProfileLog::Event* outer = current->innermost_work(thread);
  const std::int64_t time = current->now();
  ProfileLog::Event op{.name = name,
                       .scope = current_scope(),
                       .kind = Profiled::op,
                       .inside_backward = outer != nullptr,
                       .thread = thread.number,
                       .begin = time,
                       .end = time};
  current->take_marks(thread, op, output);
  op.inner = current->inside(op);
  if (outer) outer->inner += op.end - op.begin - op.inner;
  current->events_.push_back(op);
  thread.boundary = time;
}

void ProfiledSpan::begin(Profiled kind, const char* name, const char* scope) {
  const std::lock_guard lock(log_mutex);
  if (!current) return;
  ProfileLog::Thread& thread = current->this_thread();
  const std::int64_t time = current->now();
  current->close_marks(thread, time);
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
