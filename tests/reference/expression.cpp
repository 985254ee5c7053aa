#include "expression.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <string_view>
#include <xgrad/core/error.hpp>

namespace xg::test {
namespace {

class Reader {
 public:
  Reader(const std::string& text, double t) : text_(text), t_(t) {}

  double all() {
    const double value = sum();
    skip_blanks();
    if (at_ != text_.size()) fail();
    return value;
  }

 private:
  double sum() {
    double value = product();
    while (true) {
      if (accept("+"))
        value += product();
      else if (accept("-"))
        value -= product();
      else
        return value;
    }
  }
  double product() {
    double value = signed_power();
    while (true) {
      if (accept("*"))
        value *= signed_power();
      else if (accept("/"))
        value /= signed_power();
      else
        return value;
    }
  }
  double signed_power() {
    if (accept("-")) return -signed_power();
    const double base = atom();
    return accept("**") ? std::pow(base, signed_power()) : base;
  }
  double atom() {
    if (accept("(")) {
      const double value = sum();
      if (!accept(")")) fail();
      return value;
    }
    if (accept("t")) return t_;
    skip_blanks();
    const char* begin = text_.c_str() + at_;
    char* end = nullptr;
    const double value = std::strtod(begin, &end);
    if (end == begin) fail();
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  bool accept(std::string_view token) {
    skip_blanks();
    const std::string_view rest = std::string_view(text_).substr(at_);
    if (!rest.starts_with(token) || (token == "*" && rest.starts_with("**"))) return false;
    at_ += token.size();
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  [[noreturn]] void fail() const {
    throw ValueError(fmt::format("[reference] {}: cannot read it from '{}'", text_, text_.substr(at_)));
  }

  const std::string& text_;
  double t_;
  std::size_t at_ = 0;
};

}  // namespace

double evaluate(const std::string& expression, double t) { return Reader(expression, t).all(); }

}  // namespace xg::test
