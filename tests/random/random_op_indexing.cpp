#include <fmt/format.h>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/indexing.hpp>
#include <xgrad/ops/segment.hpp>
#include <xgrad/ops/sort.hpp>
#include <xgrad/ops/view.hpp>

#include "random_op.hpp"

namespace xg::test {
namespace {

// An index list and how it reads.
struct DrawnIndex {
  std::vector<Index> list;
  std::string text;

  void add(Index entry, const std::string& words) {
    list.push_back(std::move(entry));
    text += (text.empty() ? "" : ", ") + words;
  }
};

Slice draw_slice(Choices& c, std::int64_t size) {
  const auto end = [&] { return c.coin() ? std::optional<std::int64_t>() : c.integer(-size - 1, size + 1); };
  const auto start = end(), stop = end();
  return {start, stop, c.pick({1, 2, -1, -2})};
}

std::string text_of(const std::optional<std::int64_t>& end) { return end ? fmt::format("{}", *end) : "none"; }

// Index tensors share one length, so that they broadcast.
DrawnIndex draw_index(Choices& c, const Shape& shape) {
  DrawnIndex drawn;
  const std::int64_t length = c.integer(0, 4);
  bool shortened = false;
  for (const std::int64_t size : shape) {
    switch (c.below(shortened ? 4 : 5)) {
      case 0:
        drawn.add(slice(), "slice()");
        break;
      case 1: {
        const std::int64_t at = c.integer(-size, size - 1);
        drawn.add(at, fmt::format("{}", at));
        break;
      }
      case 2: {
        const Slice s = draw_slice(c, size);
        drawn.add(s, fmt::format("slice({}, {}, {})", text_of(s.start), text_of(s.stop), s.step));
        break;
      }
      case 3:
        drawn.add(tensor_of(c, {.shape = {c.pick({length, std::int64_t{1}})},
                                .low = static_cast<double>(-size),
                                .high = static_cast<double>(size),
                                .dtype = int64}),
                  "places");
        break;
      default:
        drawn.add(ellipsis, "ellipsis");
        shortened = true;
    }
    if (c.below(4) == 3) drawn.add(newaxis, "newaxis");
  }
  return drawn;
}

Sample draw_read(Choices& c) {
  const Tensor x = distinct_tensor(c, c.shape(1, 3, 1, 4));
  const DrawnIndex at = draw_index(c, x.shape());
  return {.inputs = {x},
          .run = [list = at.list](const Inputs& in) { return index(in[0], list); },
          .text = fmt::format("{}[{{{}}}]", to_string(x.shape()), at.text)};
}

// Values of the shape that is read, so that the write fits; added, since of places written twice the last counts.
Sample draw_write(Choices& c) {
  const Tensor x = distinct_tensor(c, c.shape(1, 3, 1, 4));
  const DrawnIndex at = draw_index(c, x.shape());
  return {.inputs = {x, distinct_tensor(c, index(x, at.list).shape())},
          .run = [list = at.list](const Inputs& in) { return index_put(in[0], list, in[1], true); },
          .text = fmt::format("index_put {} at {{{}}}", to_string(x.shape()), at.text)};
}

Sample draw_pad(Choices& c) {
  const PadMode mode = c.pick({PadMode::constant, PadMode::replicate, PadMode::circular, PadMode::reflect});
  const Tensor x = distinct_tensor(c, c.shape(1, 4, 1, 4));
  const std::int64_t axes = c.integer(1, static_cast<std::int64_t>(x.dim()));
  std::vector<std::int64_t> widths;
  for (std::int64_t k = 1; k <= axes; ++k) {
    const std::int64_t size = x.size(-k);
    const std::int64_t most = mode == PadMode::reflect ? size - 1 : mode == PadMode::circular ? size : 3;
    widths.push_back(c.integer(0, most));
    widths.push_back(c.integer(0, most));
  }
  return {
      .inputs = {x},
      .run = [=](const Inputs& in) { return pad(in[0], widths, mode, 0.5); },
      .text = fmt::format("pad {} mode {} last {} axes", to_string(x.shape()), static_cast<int>(mode), axes)};
}

using Segments = Tensor (*)(const Tensor& x, const Tensor& ids, std::int64_t segments);

RandomOp segmented(std::string name, Segments op) {
  return {name, [=](Choices& c) {
            // A segment without slices has no finite largest element: each gets one that is not drawn.
            const std::int64_t segments = c.integer(1, 4);
            Shape shape = c.shape(1, 3, 0, 5);
            const Tensor drawn = tensor_of(
                c, {.shape = {shape[0]}, .low = 0, .high = static_cast<double>(segments), .dtype = int64});
            shape[0] += segments;
            return Sample{.inputs = {distinct_tensor(c, shape), cat({drawn, arange(segments)}, 0)},
                          .run = [=](const Inputs& in) { return op(in[0], in[1], segments); },
                          .text = fmt::format("{} {} into {}", name, to_string(shape), segments)};
          }};
}

RandomOp along(std::string name, Tensor (*op)(const Tensor& x, std::int64_t axis)) {
  return {name, [=](Choices& c) {
            const Tensor x = distinct_tensor(c, c.shape(1, 4, 0, 5));
            const std::int64_t axis = c.axis(x.dim());
            return Sample{.inputs = {x},
                          .run = [=](const Inputs& in) { return op(in[0], axis); },
                          .text = fmt::format("{} {} axis {}", name, to_string(x.shape()), axis)};
          }};
}

Sample draw_diff(Choices& c) {
  const Tensor x = distinct_tensor(c, c.shape(1, 3, 1, 5));
  const std::int64_t axis = c.axis(x.dim()), n = c.integer(0, 3);
  return {.inputs = {x},
          .run = [=](const Inputs& in) { return diff(in[0], n, axis); },
          .text = fmt::format("diff {} n {} axis {}", to_string(x.shape()), n, axis)};
}

std::vector<RandomOp> indexing() {
  return {{"index", draw_read},
          {"index_put", draw_write},
          {"pad/modes", draw_pad},
          segmented("segment_sum", segment_sum),
          segmented("segment_mean", segment_mean),
          segmented("segment_max", segment_max),
          segmented("segment_min", segment_min),
          along("logcumsumexp", logcumsumexp),
          along("cummax", [](const Tensor& x, std::int64_t axis) { return cummax(x, axis)[0]; }),
          along("cummin", [](const Tensor& x, std::int64_t axis) { return cummin(x, axis)[0]; }),
          {"diff", draw_diff}};
}

const RandomOps indexing_ops(indexing);

}  // namespace
}  // namespace xg::test
