#include "loop.hpp"

#include <algorithm>
#include <array>

#include "parallel.hpp"
#include "small_array.hpp"
#include "strided.hpp"

namespace xg {
namespace {

constexpr std::int64_t piece_elements = 1 << 15;
constexpr std::int64_t row_chunk = 2048;   // elements a kernel sums into one spread before it is added up
constexpr std::int64_t pack_chunk = 1024;  // elements packed at a time, to stay in the first-level cache
constexpr std::int64_t shortest_row = 48;  // shorter rows are packed together

// How one operand reaches the kernel.
enum class Access : std::uint8_t {
  linear,   // dense in the loop's own order
  uniform,  // one element for the whole loop
  row,      // unit stride along the inner axis
  spread,   // constant along the inner axis
  packed    // gathered into a buffer, or scattered from one
};

template <class T> void spread(std::byte* to, T value) {
  std::fill_n(reinterpret_cast<T*>(to), spread_bytes / sizeof(T), value);
}

template <class T> double sum_spread(const std::byte* from) {
  const T* p = reinterpret_cast<const T*>(from);
  double sum = 0;
  for (std::size_t i = 0; i < spread_bytes / sizeof(T); ++i) sum += static_cast<double>(p[i]);
  return sum;
}

template <class T> void add_to(T& sum, double value) {
  sum = static_cast<T>(static_cast<double>(sum) + value);
}

// One loop, prepared; process() may run on several threads.
template <class T> class Loop {
 public:
  Loop(const Shape& shape, Dtype compute, std::span<const LoopOperand> operands, std::size_t inputs,
       LoopKernel kernel, const void* functor)
      : operands_(operands),
        inputs_(inputs),
        kernel_(kernel),
        functor_(functor),
        shape_(shape),
        strides_(operands.size()) {
    for (std::size_t k = 0; k < operands.size(); ++k) strides_[k] = operands[k].strides;
    collapse_axes(shape_, {strides_.data(), strides_.size()});
    if (shape_.empty()) {
      shape_.push_back(1);
      // A single output is dense like any other: constant ones would be taken for sums.
      for (std::size_t k = 0; k < operands.size(); ++k) strides_[k].push_back(k < inputs ? 0 : 1);
    }
    inner_ = shape_.back();
    rows_ = shape_.size() == 1 || inner_ >= shortest_row;
    const Strides dense = contiguous_strides(shape_);
    for (std::size_t k = 0; k < operands.size(); ++k) access_[k] = access(k, compute, dense);
    const auto packs = [&](std::size_t k) { return access_[k] == Access::packed; };
    chunk_ = row_chunk;
    for (std::size_t k = 0; k < operands.size(); ++k)
      if (packs(k)) chunk_ = pack_chunk;
  }

  // Elements [begin, end) in row-major order; `data` overrides where operands lie.
  void process(std::int64_t begin, std::int64_t end, const std::byte* const* data) const {
    const std::size_t count = operands_.size();
    std::array<Stream, max_operands> streams;
    alignas(64) std::byte spreads[max_operands][spread_bytes];
    std::array<double, max_operands> totals{};
    Buffers buffers(packed_operands());
    for (std::size_t k = 0; k < count; ++k)
      if (access_[k] == Access::uniform && k < inputs_) load_spread(k, spreads[k], data[k]);
    for (std::int64_t at = begin; at < end;) {
      const std::int64_t in_row = at % inner_;
      const std::int64_t n = std::min({rows_ ? inner_ - in_row : end - at, end - at, chunk_});
      std::size_t next_buffer = 0;
      for (std::size_t k = 0; k < count; ++k) {
        const bool input = k < inputs_;
        Stream& s = streams[k];
        s = {const_cast<std::byte*>(data[k]), true, operands_[k].adds};
        if (!data[k]) continue;
        switch (access_[k]) {
          case Access::linear:
            s.data += at * element(k);
            break;
          case Access::row:
            s.data += (row_offset(k, at) + in_row) * element(k);
            break;
          case Access::uniform:
          case Access::spread:
            if (input && access_[k] == Access::spread)
              load_spread(k, spreads[k], data[k] + row_offset(k, at) * element(k));
            if (!input) std::memset(spreads[k], 0, spread_bytes);
            s.data = spreads[k];
            s.moves = false;
            break;
          case Access::packed:
            s.data = reinterpret_cast<std::byte*>(buffers.get(next_buffer++));
            s.adds = false;
            if (input) gather(k, data[k], at, n, reinterpret_cast<T*>(s.data));
            break;
        }
      }
      kernel_(functor_, static_cast<std::size_t>(n), streams.data());
      for (std::size_t k = inputs_; k < count; ++k) {
        if (!data[k]) continue;
        T* to = reinterpret_cast<T*>(const_cast<std::byte*>(data[k]));
        if (access_[k] == Access::uniform) {
          totals[k] += sum_spread<T>(spreads[k]);
        } else if (access_[k] == Access::spread) {
          add_to(to[row_offset(k, at)], sum_spread<T>(spreads[k]));
        } else if (access_[k] == Access::packed) {
          scatter(k, reinterpret_cast<const T*>(streams[k].data), at, n, to);
        }
      }
      at += n;
    }
    for (std::size_t k = inputs_; k < count; ++k)
      if (data[k] && access_[k] == Access::uniform)
        add_to(*reinterpret_cast<T*>(const_cast<std::byte*>(data[k])), totals[k]);
  }

 private:
  class Buffers {
   public:
    explicit Buffers(std::size_t n) : n_(n), data_(n ? static_cast<T*>(allocate(bytes())) : nullptr) {}
    ~Buffers() {
      if (data_) deallocate(data_, bytes());
    }
    Buffers(const Buffers&) = delete;
    Buffers& operator=(const Buffers&) = delete;
    T* get(std::size_t i) { return data_ + i * pack_chunk; }

   private:
    std::size_t bytes() const { return n_ * pack_chunk * sizeof(T); }
    std::size_t n_;
    T* data_;
  };

  std::size_t packed_operands() const {
    return static_cast<std::size_t>(std::count(
        access_.begin(), access_.begin() + static_cast<std::ptrdiff_t>(operands_.size()), Access::packed));
  }

  Access access(std::size_t k, Dtype compute, const Strides& dense) const {
    const Strides& s = strides_[k];
    const bool constant = std::ranges::all_of(s, [](std::int64_t v) { return v == 0; });
    if (constant && (k < inputs_ || operands_[k].adds)) return Access::uniform;
    if (operands_[k].dtype != compute) return rows_ && s.back() == 0 ? Access::spread : Access::packed;
    if (s == dense) return Access::linear;
    if (!rows_) return Access::packed;
    return s.back() == 1 ? Access::row : s.back() == 0 ? Access::spread : Access::packed;
  }

  std::int64_t element(std::size_t k) const { return static_cast<std::int64_t>(size_of(operands_[k].dtype)); }

  std::int64_t row_offset(std::size_t k, std::int64_t at) const {
    std::int64_t row = at / inner_, offset = 0;
    for (std::size_t axis = shape_.size() - 1; axis-- > 0;) {
      offset += row % shape_[axis] * strides_[k][axis];
      row /= shape_[axis];
    }
    return offset;
  }

  void load_spread(std::size_t k, std::byte* to, const std::byte* from) const {
    visit_dtype(operands_[k].dtype, [&]<class S>(std::type_identity<S>) {
      spread<T>(to, static_cast<T>(*reinterpret_cast<const S*>(from)));
    });
  }

  void gather(std::size_t k, const std::byte* data, std::int64_t at, std::int64_t n, T* to) const {
    visit_dtype(operands_[k].dtype, [&]<class S>(std::type_identity<S>) {
      const S* from = reinterpret_cast<const S*>(data);
      walk_runs(k, at, n, [&](std::int64_t i, std::int64_t offset, std::int64_t step, std::int64_t run) {
        for (std::int64_t j = 0; j < run; ++j) to[i + j] = static_cast<T>(from[offset + j * step]);
      });
    });
  }

  void scatter(std::size_t k, const T* from, std::int64_t at, std::int64_t n, T* to) const {
    const bool adds = operands_[k].adds;
    walk_runs(k, at, n, [&](std::int64_t i, std::int64_t offset, std::int64_t step, std::int64_t run) {
      if (!adds) {
        for (std::int64_t j = 0; j < run; ++j) to[offset + j * step] = from[i + j];
      } else if (step == 0) {
        double sum = 0;
        for (std::int64_t j = 0; j < run; ++j) sum += static_cast<double>(from[i + j]);
        add_to(to[offset], sum);
      } else {
        for (std::int64_t j = 0; j < run; ++j) to[offset + j * step] += from[i + j];
      }
    });
  }

  // Calls f(first, offset, step, run) for each run along the inner axis within n elements from `at`.
  template <class F> void walk_runs(std::size_t k, std::int64_t at, std::int64_t n, F&& f) const {
    const std::int64_t step = strides_[k].back();
    Shape outer(std::span(shape_.begin(), shape_.size() - 1));
    Odometer<1> row(outer, {Strides(std::span(strides_[k].begin(), outer.size()))});
    row.seek(at / inner_);
    std::int64_t in_row = at % inner_;
    for (std::int64_t i = 0; i < n; row.next(), in_row = 0) {
      const std::int64_t run = std::min(inner_ - in_row, n - i);
      f(i, row.offset() + in_row * step, step, run);
      i += run;
    }
  }

  std::span<const LoopOperand> operands_;
  std::size_t inputs_;
  LoopKernel kernel_;
  const void* functor_;
  Shape shape_;
  SmallArray<Strides, 6> strides_;
  std::array<Access, max_operands> access_{};
  std::int64_t inner_ = 1;
  std::int64_t chunk_ = row_chunk;
  bool rows_ = true;
};

// Sums need a private copy for each piece, so their pieces are fewer: never more copies than a quarter of the
// work.
std::int64_t count_pieces(std::int64_t total, std::span<const LoopOperand> operands,
                          std::span<const std::int64_t> sums) {
  std::int64_t pieces = (total + piece_elements - 1) / piece_elements;
  for (std::size_t k = 0; k < operands.size(); ++k)
    if (operands[k].adds)
      pieces = std::min({pieces, std::int64_t{64}, std::max<std::int64_t>(1, total / (4 * sums[k]))});
  return pieces;
}

template <class T>
void run_typed(const Shape& shape, Dtype compute, std::span<LoopOperand> operands, std::size_t inputs,
               LoopKernel kernel, const void* functor) {
  const std::int64_t total = count(shape);
  const Loop<T> loop(shape, compute, operands, inputs, kernel, functor);
  std::array<const std::byte*, max_operands> data{};
  std::array<std::int64_t, max_operands> sums{};  // elements of each summed output
  for (std::size_t k = 0; k < operands.size(); ++k) {
    data[k] = operands[k].data;
    sums[k] = 1;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      if (operands[k].strides[axis] != 0) sums[k] *= shape[axis];
  }
  const std::int64_t pieces = count_pieces(total, operands, sums);
  if (pieces <= 1) return loop.process(0, total, data.data());
  const std::int64_t piece = ((total + pieces - 1) / pieces + 63) / 64 * 64;
  std::array<std::vector<T>, max_operands>
      partial;  // pieces 1, 2, ...; the first one adds to the output itself
  for (std::size_t k = inputs; k < operands.size(); ++k)
    if (operands[k].adds && data[k]) partial[k].resize(static_cast<std::size_t>(sums[k] * (pieces - 1)));
  parallel_for(static_cast<std::size_t>(pieces), [&](std::size_t p) {
    const auto i = static_cast<std::int64_t>(p);
    auto mine = data;
    for (std::size_t k = inputs; k < operands.size() && p > 0; ++k)
      if (!partial[k].empty()) mine[k] = reinterpret_cast<std::byte*>(partial[k].data() + (i - 1) * sums[k]);
    loop.process(std::min(total, i * piece), std::min(total, (i + 1) * piece), mine.data());
  });
  for (std::size_t k = inputs; k < operands.size(); ++k) {
    if (partial[k].empty()) continue;
    T* out = reinterpret_cast<T*>(operands[k].data);
    for (std::int64_t i = 0; i < sums[k]; ++i) {
      double sum = static_cast<double>(out[i]);
      for (std::int64_t p = 0; p < pieces - 1; ++p)
        sum += static_cast<double>(partial[k][static_cast<std::size_t>(p * sums[k] + i)]);
      out[i] = static_cast<T>(sum);
    }
  }
}

}  // namespace

void run_loop(const Shape& shape, Dtype compute, std::span<LoopOperand> operands, std::size_t inputs,
              LoopKernel kernel, const void* functor) {
  if (count(shape) == 0) return;
  if (compute == float32)
    run_typed<float>(shape, compute, operands, inputs, kernel, functor);
  else
    run_typed<double>(shape, compute, operands, inputs, kernel, functor);
}

void run_dense(std::size_t n, std::size_t element_bytes, std::span<const Stream> streams, LoopKernel kernel,
               const void* functor) {
  constexpr auto most = static_cast<std::size_t>(piece_elements), least = most / 2;
  if (n <= 2 * least) return kernel(functor, n, streams.data());
  const std::size_t grain = std::clamp((n / 4 + 63) / 64 * 64, least, most);
  parallel_ranges(n, grain, [&](std::size_t begin, std::size_t end) {
    std::array<Stream, max_operands> part;
    for (std::size_t k = 0; k < streams.size(); ++k) {
      part[k] = streams[k];
      if (part[k].moves && part[k].data) part[k].data += begin * element_bytes;
    }
    kernel(functor, end - begin, part.data());
  });
}

}  // namespace xg
