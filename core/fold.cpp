#include "fold.hpp"

#include <cstring>

#include "copy.hpp"
#include "dispatch.hpp"
#include "mode.hpp"
#include "parallel.hpp"
#include "strided.hpp"

namespace xg::folding {
namespace {

constexpr std::int64_t grain = 1 << 15;
constexpr std::int64_t row_part = 2048;    // elements of a row that one partial result stands for
constexpr std::int64_t column_part = 128;  // rows that one row of partial results stands for
constexpr std::int64_t column_block = 1024;

template <Kind kind, class X> XGRAD_INLINE X join(const X& a, const X& b) {
  if constexpr (kind == Kind::add)
    return a + b;
  else if constexpr (kind == Kind::max)
    return maximum(a, b);
  else
    return minimum(a, b);
}

template <Kind kind, class L> XGRAD_INLINE auto join_elements(const L& x) {
  if constexpr (kind == Kind::add)
    return reduce_add(x);
  else if constexpr (kind == Kind::max)
    return reduce_max(x);
  else
    return reduce_min(x);
}

// A row for which lanes do not pay.
template <Kind kind, class T> XGRAD_INLINE T fold_short_row(const T* p, std::int64_t n) {
  const auto join_two = [](T a, T b) {
    if constexpr (kind == Kind::add)
      return a + b;
    else if constexpr (kind == Kind::max)
      return a > b || a != a ? a : b;
    else
      return a < b || a != a ? a : b;
  };
  if (n == 1) return p[0];
  T even = p[0], odd = p[1];
  std::int64_t i = 2;
  for (; i + 2 <= n; i += 2) {
    even = join_two(even, p[i]);
    odd = join_two(odd, p[i + 1]);
  }
  if (i < n) even = join_two(even, p[i]);
  return join_two(even, odd);
}

// One row of n >= 1 elements.
template <Kind kind, class L, class T> XGRAD_INLINE T fold_row(const T* p, std::int64_t n) {
  constexpr auto w = static_cast<std::int64_t>(L::size);
  if (n < 2 * w) return fold_short_row<kind>(p, n);
  // The rest of a row repeats an element, which changes no maximum; a sum takes zeros in its place.
  const std::int64_t rest = n % w, whole = n - rest;
  L a = L::load_partial(p + whole, static_cast<std::size_t>(rest));
  if constexpr (kind == Kind::add)
    a = where(L::mask_type::first(static_cast<std::size_t>(rest)), a, L(0));
  else if (rest == 0)
    a = L(p[0]);
  L b = kind == Kind::add ? L(0) : a, c = b, d = b;
  std::int64_t i = 0;
  for (; i + 4 * w <= whole; i += 4 * w) {
    a = join<kind>(a, L::load(p + i));
    b = join<kind>(b, L::load(p + i + w));
    c = join<kind>(c, L::load(p + i + 2 * w));
    d = join<kind>(d, L::load(p + i + 3 * w));
  }
  for (; i < whole; i += w) b = join<kind>(b, L::load(p + i));
  return join_elements<kind>(join<kind>(join<kind>(a, b), join<kind>(c, d)));
}

// The columns of up to eight rows, joined and put to y or joined with it.
template <Kind kind, class L, class T, std::size_t... I>
XGRAD_INLINE L fold_at(const T* const* rows, std::int64_t at, std::size_t n, std::index_sequence<I...>) {
  const auto get = [&](std::size_t i) {
    return n == L::size ? L::load(rows[i] + at) : L::load_partial(rows[i] + at, n);
  };
  if constexpr (sizeof...(I) == 1)
    return get(0);
  else
    return join<kind>(join<kind>(join<kind>(get(0), get(1)), join<kind>(get(2), get(3))),
                      join<kind>(join<kind>(get(4), get(5)), join<kind>(get(6), get(7))));
}

template <Kind kind, class L, std::size_t N, class T>
XGRAD_INLINE void fold_rows_into(T* y, const T* const* rows, std::int64_t columns, bool first) {
  constexpr auto w = static_cast<std::int64_t>(L::size);
  constexpr std::make_index_sequence<N> all;
  std::int64_t c = 0;
  if (first) {
    for (; c + w <= columns; c += w) fold_at<kind, L>(rows, c, L::size, all).store(y + c);
  } else {
    for (; c + w <= columns; c += w)
      join<kind>(L::load(y + c), fold_at<kind, L>(rows, c, L::size, all)).store(y + c);
  }
  if (const auto rest = static_cast<std::size_t>(columns - c); rest > 0) {
    L r = fold_at<kind, L>(rows, c, rest, all);
    if (!first) r = join<kind>(L::load_partial(y + c, rest), r);
    r.store_partial(y + c, rest);
  }
}

// x's axes in two groups, each as few as its strides allow.
struct Plan {
  Shape kept, folded;
  Strides kept_strides, folded_strides;

  Plan(const Tensor& x, const Axes& axes) {
    for (std::size_t i = 0; i < x.dim(); ++i) {
      const bool fold = axes.contains(static_cast<std::int64_t>(i));
      (fold ? folded : kept).push_back(x.shape()[i]);
      (fold ? folded_strides : kept_strides).push_back(x.strides()[i]);
    }
    collapse(kept, kept_strides);
    collapse(folded, folded_strides);
  }
  bool folds_rows() const { return folded.empty() || folded_strides.back() == 1; }
  bool folds_columns() const { return !kept.empty() && kept_strides.back() == 1; }

 private:
  static void collapse(Shape& shape, Strides& strides) {
    std::array<Strides, 1> list{strides};
    collapse_axes(shape, list);
    strides = list[0];
  }
};

Dims without_last(const Dims& d) {
  return d.empty() ? Dims() : Dims(std::span<const std::int64_t>(d.begin(), d.size() - 1));
}

void parallel_tasks(std::int64_t tasks, std::int64_t elements_each, auto&& f) {
  const std::int64_t cut = std::max<std::int64_t>(1, grain / std::max<std::int64_t>(1, elements_each));
  parallel_ranges(static_cast<std::size_t>(tasks), static_cast<std::size_t>(cut),
                  [&](std::size_t begin, std::size_t end) {
                    f(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
                  });
}

// y is [kept, parts]: partial result number part of each kept position.
template <Kind kind, class T> void fold_rows(const T* x, const Plan& plan, T* y, std::int64_t cuts) {
  const std::int64_t n = plan.folded.empty() ? 1 : plan.folded.back();
  const Shape outer = without_last(plan.folded);
  const Strides outer_strides = without_last(plan.folded_strides);
  const std::int64_t rows = count(outer);
  const std::int64_t parts = rows * cuts;
  parallel_tasks(count(plan.kept) * parts, std::min(n, row_part), [&](std::int64_t begin, std::int64_t end) {
    dispatch([&](auto isa) {
      using L = lane<T, decltype(isa)>;
      Odometer<1> kept(plan.kept, {plan.kept_strides}), row(outer, {outer_strides});
      kept.seek(begin / parts);
      row.seek(begin % parts / cuts);
      std::int64_t part = begin % parts;
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t first = part % cuts * row_part;
        y[task] = fold_row<kind, L>(x + kept.offset() + row.offset() + first, std::min(row_part, n - first));
        if (++part % cuts == 0) row.next();
        if (part == parts) {
          part = 0;
          kept.next();
        }
      }
    });
  });
}

// y is [outer kept, parts, columns].
template <Kind kind, class T> void fold_columns(const T* x, const Plan& plan, T* y, std::int64_t parts) {
  const std::int64_t columns = plan.kept.back();
  const std::int64_t blocks = (columns + column_block - 1) / column_block;
  const Shape outer = without_last(plan.kept);
  const Strides outer_strides = without_last(plan.kept_strides);
  const std::int64_t rows = count(plan.folded);
  const std::int64_t each = std::min(rows, column_part) * std::min(columns, column_block);
  parallel_tasks(count(outer) * parts * blocks, each, [&](std::int64_t begin, std::int64_t end) {
    dispatch([&](auto isa) {
      using L = lane<T, decltype(isa)>;
      Odometer<1> kept(outer, {outer_strides}), row(plan.folded, {plan.folded_strides});
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t part = task / blocks % parts, first = task % blocks * column_block;
        const std::int64_t width = std::min(column_block, columns - first);
        kept.seek(task / blocks / parts);
        row.seek(part * column_part);
        const T* const base = x + kept.offset() + first;
        T* const to = y + task / blocks * columns + first;
        const std::int64_t height = std::min(column_part, rows - part * column_part);
        for (std::int64_t r = 0; r < height;) {
          const T* list[8];
          const bool eight = r + 8 <= height;
          for (std::int64_t k = 0; k < (eight ? 8 : 1); ++k, row.next()) list[k] = base + row.offset();
          if (eight)
            fold_rows_into<kind, L, 8>(to, list, width, r == 0);
          else
            fold_rows_into<kind, L, 1>(to, list, width, r == 0);
          r += eight ? 8 : 1;
        }
      }
    });
  });
}

// One pass to partial results, which are folded in their turn.
template <Kind kind, class T> void run(const Tensor& x, const Axes& axes, T* y) {
  const Plan plan(x, axes);
  const std::int64_t kept = count(plan.kept);
  if (plan.folds_rows()) {
    const std::int64_t n = plan.folded.empty() ? 1 : plan.folded.back();
    const std::int64_t cuts = (n + row_part - 1) / row_part;
    const std::int64_t parts = count(plan.folded) / n * cuts;
    if (parts == 1) return fold_rows<kind>(x.data<T>(), plan, y, cuts);
    Tensor partial = empty({kept, parts}, x.dtype());
    fold_rows<kind>(x.data<T>(), plan, partial.mutable_data<T>(), cuts);
    return run<kind>(partial, {1}, y);
  }
  if (plan.folds_columns()) {
    const std::int64_t parts = (count(plan.folded) + column_part - 1) / column_part;
    if (parts == 1) return fold_columns<kind>(x.data<T>(), plan, y, parts);
    const std::int64_t columns = plan.kept.back();
    Tensor partial = empty({kept / columns, parts, columns}, x.dtype());
    fold_columns<kind>(x.data<T>(), plan, partial.mutable_data<T>(), parts);
    return run<kind>(partial, {1}, y);
  }
  run<kind>(no_grad([&] { return clone(x); }), axes, y);
}

template <class T> void run(const Tensor& x, const Axes& axes, Kind kind, T* y) {
  switch (kind) {
    case Kind::add:
      return run<Kind::add>(x, axes, y);
    case Kind::max:
      return run<Kind::max>(x, axes, y);
    default:
      return run<Kind::min>(x, axes, y);
  }
}

}  // namespace

Tensor along(const Tensor& x, const Axes& axes, Kind kind) {
  Shape shape = x.shape();
  for (std::int64_t axis : axes) shape[static_cast<std::size_t>(axis)] = 1;
  Tensor y = empty(shape, x.dtype());
  if (x.numel() == 0) {
    std::memset(y.impl().data, 0, static_cast<std::size_t>(y.numel()) * size_of(y.dtype()));
    return y;
  }
  if (x.dtype() == int64)
    run(x, axes, kind, y.mutable_data<std::int64_t>());
  else
    visit_floating("fold", x.dtype(),
                   [&]<class T>(std::type_identity<T>) { run(x, axes, kind, y.mutable_data<T>()); });
  return y;
}

}  // namespace xg::folding
