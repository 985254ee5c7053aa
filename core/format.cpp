#include "format.hpp"

#include <cmath>
#include <limits>
#include <ostream>
#include <vector>

#include "strided.hpp"

namespace xg {
namespace {

constexpr std::int64_t summarise_above = 1000;
constexpr std::int64_t edge = 3;
constexpr std::size_t line_width = 100;
constexpr int decimals = 4;

// The range in which NumPy and PyTorch write plain decimals, narrowed to what four decimals can show.
constexpr double fixed_below = 1e6;
constexpr double fixed_from = 1e-4;

using Number = std::function<std::string(double)>;

std::string trimmed(std::string fixed) {
  fixed.erase(fixed.find_last_not_of('0') + 1);
  return fixed;
}

// One notation for all: plain decimals, as many as any of them needs, or powers of ten.
Number common_notation(const std::vector<double>& values) {
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  for (double v : values)
    if (std::isfinite(v) && v != 0) {
      smallest = std::min(smallest, std::abs(v));
      largest = std::max(largest, std::abs(v));
    }
  if (largest >= fixed_below || smallest < fixed_from)
    return [](double v) { return fmt::format("{:.{}e}", v, decimals); };
  std::size_t needed = 0;
  for (double v : values) {
    if (!std::isfinite(v)) continue;
    const std::string text = trimmed(fmt::format("{:.{}f}", v, decimals));
    needed = std::max(needed, text.size() - text.find('.') - 1);
  }
  return [needed](double v) {
    if (!std::isfinite(v)) return fmt::format("{}", v);
    return fmt::format("{:#.{}f}", v, needed);
  };
}

class Printer {
 public:
  Printer(const Tensor& x, const Number& number) : x_(x), summarised_(x.numel() > summarise_above) {
    std::vector<std::int64_t> offsets;
    collect(0, 0, offsets);
    visit_dtype(x.dtype(), [&]<class T>(std::type_identity<T>) { write(x.data<T>(), offsets, number); });
    for (const std::string& t : texts_) width_ = std::max(width_, t.size());
  }

  std::string print() {
    lay_out(0);
    if (x_.dtype() != float32) out_ += fmt::format(" {}", to_string(x_.dtype()));
    if (summarised_ || x_.numel() == 0) out_ += fmt::format(" {}", to_string(x_.shape()));
    return std::move(out_);
  }

 private:
  bool skips(std::size_t axis) const { return summarised_ && x_.shape()[axis] > 2 * edge; }
  // Calls f(i) for the shown positions along an axis, and gap() where some are left out.
  template <class F, class Gap> void along(std::size_t axis, F&& f, Gap&& gap) const {
    const std::int64_t n = x_.shape()[axis];
    for (std::int64_t i = 0; i < n; ++i) {
      if (skips(axis) && i == edge) {
        gap();
        i = n - edge;
      }
      f(i);
    }
  }

  void collect(std::size_t axis, std::int64_t offset, std::vector<std::int64_t>& offsets) const {
    if (axis == x_.dim()) return offsets.push_back(offset);
    along(
        axis, [&](std::int64_t i) { collect(axis + 1, offset + i * x_.strides()[axis], offsets); }, [] {});
  }

  template <class T>
  void write(const T* data, const std::vector<std::int64_t>& offsets, const Number& number) {
    if constexpr (std::is_floating_point_v<T>) {
      std::vector<double> values;
      for (std::int64_t o : offsets) values.push_back(static_cast<double>(data[o]));
      const Number text = number ? number : common_notation(values);
      for (double v : values) texts_.push_back(text(v));
    } else {
      for (std::int64_t o : offsets) texts_.push_back(fmt::format("{}", data[o]));
    }
  }

  void lay_out(std::size_t axis) {
    if (axis == x_.dim()) return put(fmt::format("{:>{}}", texts_[next_++], width_));
    const bool innermost = axis + 1 == x_.dim();
    const std::string separator =
        innermost ? ", " : fmt::format(",{:\n<{}}{:{}}", "", x_.dim() - axis - 1, "", axis + 1);
    bool first = true;
    const auto separate = [&] {
      if (!first) put(separator);
      first = false;
    };
    put("[");
    along(
        axis,
        [&](std::int64_t) {
          separate();
          if (innermost && column_ + width_ >= line_width) put(fmt::format("\n{:{}}", "", axis + 1));
          lay_out(axis + 1);
        },
        [&] {
          separate();
          put("...");
        });
    put("]");
  }

  void put(const std::string& text) {
    if (text.find('\n') != text.npos) {
      while (!out_.empty() && out_.back() == ' ') out_.pop_back();
      column_ = text.size() - text.rfind('\n') - 1;
    } else {
      column_ += text.size();
    }
    out_ += text;
  }

  const Tensor& x_;
  bool summarised_;
  std::vector<std::string> texts_;
  std::size_t width_ = 0, next_ = 0, column_ = 0;
  std::string out_;
};

}  // namespace

std::string to_string(const Tensor& x) { return to_string(x, nullptr); }

std::string to_string(const Tensor& x, const Number& number) {
  return x.defined() ? Printer(x, number).print() : "undefined";
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }
std::ostream& operator<<(std::ostream& out, const Dims& dims) { return out << to_string(dims); }
std::ostream& operator<<(std::ostream& out, Dtype dtype) { return out << to_string(dtype); }

}  // namespace xg
