#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xg::optim {

/// An interval of data values, both ends included.
struct Range {
  double lo = 0.0;
  double hi = 1.0;
};

}  // namespace xg::optim

/// What all drawings share: text, numbers, axes and the frame around a plot.
namespace xg::optim::svg {

/// Text made safe for SVG and HTML, in content and in quoted attributes; control characters become spaces.
std::string escape(std::string_view text);

/// A coordinate with at most two decimals.
std::string number(double value);

/// A value for people, with at most `digits` significant digits: 1e-5 rather than 1e-05.
std::string value_text(double value, int digits = 5);

/// An estimate of the width of a text.
/// Units   pixels, as is font_size.
double text_width(std::string_view text, double font_size);

/// Maps data values to pixels; `from` is the pixel of range.lo, `to` that of range.hi.
struct Axis {
  Range range;
  bool log = false;
  double from = 0.0;
  double to = 1.0;

  double place(double value) const;
};

/// Whether a value has a place on an axis: finite, of a size that can be scaled, positive if the axis is
/// logarithmic.
bool drawable(double value, bool log);

/// Whether a range can be an axis: drawable ends, the lower one first, farther apart than rounding.
bool usable(Range range, bool log);

/// The range of all drawable values, never empty; [0, 1] ([1, 10] if logarithmic) when there is none.
Range range_of(const std::vector<double>& values, bool log);

/// Widens a range to the ticks around it.
Range round_out(Range range, bool log, int wanted);

struct Tick {
  double at;
  std::string text;
};

/// About `wanted` ticks at 1, 2 or 5 times a power of ten inside of the range.
std::vector<Tick> ticks(Range range, bool log, int wanted);

/// The width of the widest tick.
/// Units   pixels.
double ticks_width(const std::vector<Tick>& ticks);

/// The words around a plot.
struct Labels {
  std::string title;
  std::string x;
  std::string y;
};

/// A plot's place in its drawing, with its axes.
struct Frame {
  double width;
  double height;
  Axis x;
  Axis y;
  Labels labels;
};

/// Opens the drawing: the svg element, its style and the title.
std::string open(const Frame& frame);

/// Grid, tick texts and axis labels.
std::string axes(const Frame& frame, const std::vector<Tick>& x_ticks, const std::vector<Tick>& y_ticks,
                 bool grid);

/// Opens an inner svg over the plot that keeps what is drawn inside of it; coordinates stay those of the
/// drawing.
std::string open_clip(const Frame& frame);

/// A text at a point; `attributes` are further SVG attributes.
std::string text(double x, double y, std::string_view words, std::string_view attributes);

/// The colour of the i-th series: distinct for colour-blind readers, legible on white and on dark pages.
std::string_view colour(std::size_t i);

/// The number of colours before they repeat.
std::size_t colour_count();

inline constexpr double label_size = 12.0;
inline constexpr double title_size = 15.0;

}  // namespace xg::optim::svg
