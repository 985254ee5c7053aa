#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace xg::optim {

struct ProgressOptions {
  std::string label{};
  std::ostream* out = nullptr;      ///< Without it: the standard error stream.
  std::optional<bool> terminal{};   ///< Whether `out` is one; without it: asked of the standard error stream.
  std::optional<bool> colour{};     ///< Without it: unless the environment has NO_COLOR.
  std::size_t columns = 0;          ///< 0: asked of the terminal.
  std::function<double()> clock{};  ///< In seconds; without it: the steady clock.
};

/// A progress bar with rate, time left and the latest values:
/// `train  43%|████▎     | 430/1000 [0:12<0:16, 35.1/s, loss 0.312]`.
/// On a terminal the line is redrawn at most ten times a second; elsewhere one line appears at the end.
/// A total of 0 means that the end is not known.
class Progress {
 public:
  using Values = std::vector<std::pair<std::string, double>>;

  explicit Progress(std::size_t total, ProgressOptions options = {});
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Finishes the line.
  ~Progress();

  /// Counts one step; values that are given replace the ones shown.
  void step(Values values = {});

  /// Counts several steps at once.
  void advance(std::size_t steps, Values values = {});

  /// Draws the last state and ends the line, so that other output starts on a fresh one; later calls do
  /// nothing.
  void finish();

 private:
  void draw(double now);
  std::string counts(double now) const;
  std::string line(double now, std::size_t columns) const;

  std::size_t total_;
  ProgressOptions options_;
  std::size_t done_ = 0;
  Values values_;
  double start_;
  double drawn_at_;
  std::size_t done_when_drawn_ = 0;
  double rate_ = 0.0;           // steps a second, recent ones counting more
  std::size_t line_width_ = 0;  // columns of the line on the screen, to be blanked by a shorter one
  bool finished_ = false;
};

}  // namespace xg::optim
