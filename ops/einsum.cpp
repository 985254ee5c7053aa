#include "einsum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "../core/copy.hpp"
#include "arithmetic.hpp"
#include "contraction.hpp"
#include "view.hpp"

namespace xg {
namespace {

using contraction::Labels;
using contraction::Term;

// Letters are 0 to 51; the axes of "..." count down to 52 for the last one.
constexpr int letters = 52;
int label_of(char c) { return c >= 'a' ? c - 'a' + 26 : c - 'A'; }
std::string name_of(int label) {
  if (label >= letters) return "an axis of '...'";
  return fmt::format("'{}'", static_cast<char>(label >= 26 ? 'a' + label - 26 : 'A' + label));
}

/// One side of a comma: letters, and how many stand before "...".
struct Subscript {
  std::string letters_only;
  std::ptrdiff_t before_ellipsis = -1;

  bool has_ellipsis() const { return before_ellipsis >= 0; }
  /// The labels of a tensor that has `further` axes for the ellipsis.
  Labels labels(std::size_t further) const {
    Labels all;
    for (std::size_t i = 0; i <= letters_only.size(); ++i) {
      if (has_ellipsis() && i == static_cast<std::size_t>(before_ellipsis))
        for (std::size_t k = further; k-- > 0;) all.push_back(letters + static_cast<int>(k));
      if (i < letters_only.size()) all.push_back(label_of(letters_only[i]));
    }
    return all;
  }
};

struct Equation {
  std::string_view text;
  std::vector<Subscript> operands;
  Subscript result;
  bool has_result = false;

  [[noreturn]] void fail(const std::string& what) const {
    throw ValueError(fmt::format("[einsum] \"{}\": {}", text, what));
  }
};

Subscript parse_subscript(const Equation& whole, std::string_view text) {
  Subscript s;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if (std::isalpha(static_cast<unsigned char>(c))) {
      s.letters_only += c;
    } else if (text.substr(i, 3) == "..." && !s.has_ellipsis()) {
      s.before_ellipsis = static_cast<std::ptrdiff_t>(s.letters_only.size());
      i += 2;
    } else {
      whole.fail(fmt::format("'{}' in \"{}\" is neither a letter nor a single \"...\"", c, text));
    }
  }
  return s;
}

Equation parse(std::string_view text) {
  Equation e{};
  e.text = text;
  const std::size_t arrow = text.find("->");
  std::string_view left = text.substr(0, arrow);
  for (std::size_t comma; (comma = left.find(',')) != left.npos; left.remove_prefix(comma + 1))
    e.operands.push_back(parse_subscript(e, left.substr(0, comma)));
  e.operands.push_back(parse_subscript(e, left));
  e.has_result = arrow != text.npos;
  if (e.has_result) e.result = parse_subscript(e, text.substr(arrow + 2));
  return e;
}

// Without "->": "..." and the letters that stand there once.
Subscript implied_result(const Equation& e) {
  std::string all;
  Subscript result{.letters_only = {}, .before_ellipsis = 0};
  for (const Subscript& s : e.operands) all += s.letters_only;
  std::sort(all.begin(), all.end());
  for (const char c : all)
    if (std::count(all.begin(), all.end(), c) == 1) result.letters_only += c;
  return result;
}

Labels operand_labels(const Equation& e, std::size_t i, const Tensor& x) {
  const Subscript& s = e.operands[i];
  const std::size_t named = s.letters_only.size();
  if (x.dim() < named || (x.dim() > named && !s.has_ellipsis()))
    throw ShapeError(fmt::format("[einsum] \"{}\": operand {} {} has {} axes, the equation names {}{}",
                                 e.text, i, to_string(x.shape()), x.dim(), named,
                                 s.has_ellipsis() ? "" : "; \"...\" stands for further ones"));
  return s.labels(x.dim() - named);
}

using Lengths = std::array<std::int64_t, 64>;

void note_length(const Equation& e, Lengths& lengths, int label, std::int64_t length) {
  std::int64_t& known = lengths[static_cast<std::size_t>(label)];
  if (known != 1 && length != 1 && known != length)
    throw ShapeError(
        fmt::format("[einsum] \"{}\": {} has lengths {} and {}", e.text, name_of(label), known, length));
  if (known == 1) known = length;
}

// A letter twice is a diagonal.
Term without_repeats(const Equation& e, Term t) {
  for (std::size_t i = 0; i < t.labels.size(); ++i)
    for (std::size_t j = i + 1; j < t.labels.size(); ++j) {
      if (t.labels[i] != t.labels[j]) continue;
      if (t.x.shape()[i] != t.x.shape()[j])
        throw ShapeError(fmt::format("[einsum] \"{}\": {} twice in one operand has lengths {} and {}", e.text,
                                     name_of(t.labels[i]), t.x.shape()[i], t.x.shape()[j]));
      t.x = diagonal(t.x, 0, static_cast<std::int64_t>(i), static_cast<std::int64_t>(j));
      t.labels.push_back(t.labels[i]);
      t.labels.erase(t.labels.begin() + static_cast<std::ptrdiff_t>(j));
      t.labels.erase(t.labels.begin() + static_cast<std::ptrdiff_t>(i));
      return without_repeats(e, std::move(t));
    }
  return t;
}

// An axis of length 1 that broadcasts has nothing to say.
Term without_broadcast_axes(const Lengths& lengths, Term t) {
  for (std::size_t i = t.labels.size(); i-- > 0;)
    if (t.x.shape()[i] == 1 && lengths[static_cast<std::size_t>(t.labels[i])] != 1) {
      t.x = squeeze(t.x, static_cast<std::int64_t>(i));
      t.labels.erase(t.labels.begin() + static_cast<std::ptrdiff_t>(i));
    }
  return t;
}

std::vector<Term> operand_terms(const Equation& e, const std::vector<Tensor>& operands) {
  std::vector<Term> terms;
  Lengths lengths;
  lengths.fill(1);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    terms.push_back(without_repeats(e, {operands[i], operand_labels(e, i, operands[i])}));
    for (std::size_t k = 0; k < terms[i].labels.size(); ++k)
      note_length(e, lengths, terms[i].labels[k], terms[i].x.shape()[k]);
  }
  for (Term& t : terms) t = without_broadcast_axes(lengths, std::move(t));
  return terms;
}

Labels result_labels(const Equation& e, const std::vector<Tensor>& operands) {
  std::size_t further = 0;
  for (std::size_t i = 0; i < operands.size(); ++i)
    if (e.operands[i].has_ellipsis())
      further = std::max(further, operands[i].dim() - e.operands[i].letters_only.size());
  const Subscript result = e.has_result ? e.result : implied_result(e);
  for (const char c : result.letters_only) {
    const auto names = [c](const Subscript& s) { return s.letters_only.find(c) != std::string::npos; };
    if (std::ranges::count(result.letters_only, c) > 1) e.fail(fmt::format("the result has '{}' twice", c));
    if (std::ranges::none_of(e.operands, names)) e.fail(fmt::format("the result's '{}' is in no operand", c));
  }
  return result.labels(further);
}

std::vector<Tensor> in_one_dtype(const char* op, const std::vector<Tensor>& operands) {
  Dtype dtype = boolean;
  for (const Tensor& x : operands) dtype = promote(dtype, x.dtype());
  if (!is_floating(dtype)) throw_not_floating(op, dtype);
  std::vector<Tensor> converted;
  for (const Tensor& x : operands) converted.push_back(to(x, dtype));
  return converted;
}

// Labels 0, 1, ... for a's axes; the paired axes of b have a's labels, the others go on counting.
Labels labels_beside(const Tensor& a, const Axes& axes_a, const Tensor& b, const Axes& axes_b) {
  Labels labels;
  for (std::size_t axis = 0; axis < b.dim(); ++axis) labels.push_back(static_cast<int>(a.dim() + axis));
  for (std::size_t i = 0; i < axes_a.size(); ++i) {
    const std::size_t p = normalize_axis("tensordot", axes_a[i], a.shape());
    const std::size_t q = normalize_axis("tensordot", axes_b[i], b.shape());
    if (a.shape()[p] != b.shape()[q])
      throw ShapeError(
          fmt::format("[tensordot] a {} and b {}: axis {} of a and axis {} of b have lengths {} and {}",
                      to_string(a.shape()), to_string(b.shape()), p, q, a.shape()[p], b.shape()[q]));
    labels[q] = static_cast<int>(p);
  }
  return labels;
}

}  // namespace

Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands) {
  const Equation e = parse(equation);
  if (operands.size() != e.operands.size())
    e.fail(fmt::format("{} operands for {} subscripts", operands.size(), e.operands.size()));
  const std::vector<Tensor> converted = in_one_dtype("einsum", operands);
  const std::vector<Term> terms = operand_terms(e, converted);
  return contraction::contract(terms, result_labels(e, converted));
}

Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t n) {
  if (n < 0 || n > static_cast<std::int64_t>(std::min(a.dim(), b.dim())))
    throw ShapeError(fmt::format("[tensordot] a {} and b {}: they do not both have {} axes to sum over",
                                 to_string(a.shape()), to_string(b.shape()), n));
  Axes last, first;
  for (std::int64_t i = 0; i < n; ++i) {
    last.push_back(i - n);
    first.push_back(i);
  }
  return tensordot(a, b, last, first);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Axes& axes_a, const Axes& axes_b) {
  if (axes_a.size() != axes_b.size())
    throw ShapeError(fmt::format("[tensordot] axes {} of a and {} of b: expected as many", to_string(axes_a),
                                 to_string(axes_b)));
  if (!axes_a.empty()) normalize_axes("tensordot", axes_a, a.shape());
  if (!axes_b.empty()) normalize_axes("tensordot", axes_b, b.shape());
  const std::vector<Tensor> both = in_one_dtype("tensordot", {a, b});
  Labels left, result;
  for (std::size_t axis = 0; axis < a.dim(); ++axis) left.push_back(static_cast<int>(axis));
  const Labels right = labels_beside(a, axes_a, b, axes_b);
  for (const int label : left)
    if (std::ranges::find(right, label) == right.end()) result.push_back(label);
  for (const int label : right)
    if (label >= static_cast<int>(a.dim())) result.push_back(label);
  return contraction::contract({{both[0], left}, {both[1], right}}, result);
}

Tensor inner(const Tensor& a, const Tensor& b) {
  if (a.dim() == 0 || b.dim() == 0) return a * b;
  if (a.size(-1) != b.size(-1))
    throw ShapeError(fmt::format("[inner] a {} and b {}: last axes of {} and {}", to_string(a.shape()),
                                 to_string(b.shape()), a.size(-1), b.size(-1)));
  const std::vector<Tensor> both = in_one_dtype("inner", {a, b});
  return tensordot(both[0], both[1], {-1}, {-1});
}

Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias) {
  if (x1.dim() == 0 || x2.dim() == 0 || weight.dim() != 3 || weight.size(1) != x1.size(-1) ||
      weight.size(2) != x2.size(-1))
    throw ShapeError(
        fmt::format("[bilinear] x1 {}, x2 {} and weight {}: expected [..., m], [..., n] and "
                    "[k, m, n]",
                    to_string(x1.shape()), to_string(x2.shape()), to_string(weight.shape())));
  if (bias.defined() && bias.shape() != Shape{weight.size(0)})
    throw ShapeError(fmt::format("[bilinear] weight {} and bias {}: the bias must have the shape [{}]",
                                 to_string(weight.shape()), to_string(bias.shape()), weight.size(0)));
  const Tensor y = einsum("...m,kmn,...n->...k", in_one_dtype("bilinear", {x1, weight, x2}));
  return bias.defined() ? y + bias : y;
}

}  // namespace xg
