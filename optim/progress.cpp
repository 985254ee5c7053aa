#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "svg.hpp"

namespace xg::optim {
namespace {

constexpr double redraw_seconds = 0.1;
constexpr std::size_t least_bar = 6;
constexpr std::size_t most_bar = 40;

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// m:ss or h:mm:ss.
std::string duration(double seconds) {
  if (!(seconds >= 0.0 && seconds < 1e8)) return "?";
  const auto s = static_cast<long>(std::lround(seconds));
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string rate_text(double rate) {
  if (rate <= 0.0) return "?/s";
  if (rate < 1.0) return fmt::format("{:.3g} s each", 1.0 / rate);
  if (rate < 1e3) return fmt::format("{:.3g}/s", rate);
  return rate < 1e6 ? fmt::format("{:.3g}k/s", rate / 1e3) : fmt::format("{:.3g}M/s", rate / 1e6);
}

/// A bar with a resolution of an eighth of a column.
std::string bar(double share, std::size_t columns) {
  constexpr std::array<std::string_view, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(columns) * 8.0);
  std::string out;
  for (std::size_t i = 0; i < filled / 8; ++i) out += "█";
  out += eighths[filled % 8];
  const std::size_t used = filled / 8 + (filled % 8 != 0 ? 1 : 0);
  return out + std::string(columns - used, ' ');
}

/// The columns that a text takes, one a code point.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// The beginning of a text that fits into so many columns.
std::string_view cut(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  while (end < text.size() && columns_of(text.substr(0, end + 1)) <= columns) ++end;
  return text.substr(0, end);
}

}  // namespace

Progress::Progress(std::size_t total, ProgressOptions options) : total_(total), options_(std::move(options)) {
  if (!options_.terminal) options_.terminal = options_.out == nullptr && isatty(STDERR_FILENO) != 0;
  if (options_.out == nullptr) options_.out = &std::cerr;
  if (!options_.colour) {
    const char* no_color = std::getenv("NO_COLOR");
    options_.colour = no_color == nullptr || *no_color == '\0';
  }
  if (!options_.clock) options_.clock = steady_seconds;
  start_ = options_.clock();
  drawn_at_ = start_;
}

Progress::~Progress() {
  try {
    finish();
  } catch (...) {
    // A line that cannot be written must not end the program.
  }
}

void Progress::step(Values values) { advance(1, std::move(values)); }

void Progress::advance(std::size_t steps, Values values) {
  if (finished_) return;
  done_ += steps;
  if (!values.empty()) values_ = std::move(values);
  if (!*options_.terminal) return;
  const double now = options_.clock();
  if (line_width_ == 0 || now - drawn_at_ >= redraw_seconds) draw(now);
}

void Progress::draw(double now) {
  const double passed = now - drawn_at_;
  if (passed > 0.0 && done_ > done_when_drawn_) {
    const double recent = static_cast<double>(done_ - done_when_drawn_) / passed;
    rate_ = rate_ == 0.0 ? recent : 0.3 * recent + 0.7 * rate_;
  }
  drawn_at_ = now;
  done_when_drawn_ = done_;
  // The last column stays free: a cursor behind it would wrap the line.
  const std::string text = line(now, (options_.columns != 0 ? options_.columns : terminal_columns()) - 1);
  const std::size_t width = columns_of(text);
  const std::string blanks(line_width_ > width ? line_width_ - width : 0, ' ');
  const std::string_view on = *options_.colour ? "\x1b[36m" : "", off = *options_.colour ? "\x1b[0m" : "";
  const std::size_t label_end = options_.label.empty() ? 0 : std::min(options_.label.size(), text.size());
  *options_.out << '\r' << on << std::string_view(text).substr(0, label_end) << off
                << std::string_view(text).substr(label_end) << blanks << std::flush;
  line_width_ = width;
}

std::string Progress::counts(double now) const {
  const double elapsed = now - start_;
  const double average = elapsed > 0.0 ? static_cast<double>(done_) / elapsed : 0.0;
  const double rate = finished_ || rate_ == 0.0 ? average : rate_;
  std::string out = total_ == 0 ? fmt::format("{} [{}", done_, duration(elapsed))
                                : fmt::format("{}/{} [{}", done_, total_, duration(elapsed));
  if (total_ > done_)
    out += fmt::format("<{}", rate > 0.0 ? duration(static_cast<double>(total_ - done_) / rate) : "?");
  out += fmt::format(", {}", rate_text(rate));
  for (const auto& [name, value] : values_) out += fmt::format(", {} {}", name, svg::value_text(value, 4));
  return out + "]";
}

std::string Progress::line(double now, std::size_t columns) const {
  const std::string gap = options_.label.empty() ? "" : " ";
  const std::string tail = counts(now);
  if (total_ == 0) return std::string(cut(options_.label + gap + tail, columns));
  const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const std::string head = options_.label + gap + fmt::format("{:3}%", static_cast<int>(100.0 * share));
  const std::size_t taken = columns_of(head) + columns_of(tail) + 3;
  if (taken + least_bar > columns) return std::string(cut(head + " " + tail, columns));
  return fmt::format("{}|{}| {}", head, bar(share, std::min(most_bar, columns - taken)), tail);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  const double now = options_.clock();
  if (*options_.terminal) {
    draw(now);
    *options_.out << std::endl;
  } else {
    *options_.out << options_.label << (options_.label.empty() ? "" : " ") << counts(now) << std::endl;
  }
}

}  // namespace xg::optim
