#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/indexing.hpp>
#include <xgrad/ops/view.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

// Python's index: numbers, {"slice": [start, stop, step]}, null for a new axis, "..." and names of inputs.
std::vector<Index> python_index(const Call& c) {
  std::vector<Index> index;
  for (const nlohmann::json& entry : c.json("index")) {
    if (entry.is_null()) {
      index.push_back(newaxis);
    } else if (entry.is_number_integer()) {
      index.push_back(entry.get<std::int64_t>());
    } else if (entry.is_string()) {
      index.push_back(entry == "..." ? Index(ellipsis) : Index(c.find(entry.get<std::string>())));
    } else {
      const nlohmann::json& range = entry.at("slice");
      const auto end = [&](std::size_t i) {
        return range[i].is_null() ? none : std::optional(range[i].get<std::int64_t>());
      };
      index.push_back(slice(end(0), end(1), end(2).value_or(1)));
    }
  }
  return index;
}

Outputs put_at_tensors(const Call& c) {
  std::vector<Index> index;
  for (const Tensor& places : c.list("index")) index.push_back(places);
  return index_put(c[0], index, c.find("values"), c.flag("accumulate"));
}

Outputs split_by(const Call& c) {
  const std::vector<std::int64_t> sizes = c.integers("split_size_or_sections");
  const std::int64_t dim = c.integer("dim", 0);
  return c.json("split_size_or_sections").is_array() ? split(c[0], sizes, dim) : split(c[0], sizes[0], dim);
}

Outputs pad_by_mode(const Call& c) {
  static const std::map<std::string, PadMode> modes{{"constant", PadMode::constant},
                                                    {"reflect", PadMode::reflect},
                                                    {"replicate", PadMode::replicate},
                                                    {"circular", PadMode::circular}};
  return pad(c[0], c.integers("pad"), modes.at(c.text("mode", "constant")), c.number("value", 0));
}

std::optional<std::int64_t> axis_of(const Call& c) {
  return c.has("dim") ? std::optional(c.integer("dim")) : none;
}

Outputs repeat_each(const Call& c) {
  const Tensor counts = c.find("repeats");
  return counts.defined() ? repeat_interleave(c[0], counts, axis_of(c))
                          : repeat_interleave(c[0], c.integer("repeats"), axis_of(c));
}

Outputs grid(const Call& c) {
  return meshgrid(c.list("t"), c.text("indexing", "ij") == "xy" ? GridIndexing::xy : GridIndexing::ij);
}

Axes axes_or_first_two(const Call& c) { return c.has("dims") ? c.dims("dims") : Axes{0, 1}; }

const OpsOf views{
    {"reshape", [](const Call& c) { return reshape(c[0], c.dims("shape")); }},
    {"flatten",
     [](const Call& c) { return flatten(c[0], c.integer("start_dim", 0), c.integer("end_dim", -1)); }},
    {"unflatten", [](const Call& c) { return unflatten(c[0], c.integer("dim"), c.dims("sizes")); }},
    {"transpose", [](const Call& c) { return transpose(c[0], c.integer("dim0"), c.integer("dim1")); }},
    {"permute", [](const Call& c) { return permute(c[0], c.dims("dims")); }},
    {"movedim", [](const Call& c) { return movedim(c[0], c.integer("source"), c.integer("destination")); }},
    {"expand", [](const Call& c) { return expand(c[0], c.dims("shape")); }},
    {"squeeze", [](const Call& c) { return c.has("dim") ? squeeze(c[0], c.integer("dim")) : squeeze(c[0]); }},
    {"unsqueeze", [](const Call& c) { return unsqueeze(c[0], c.integer("dim")); }},
    {"narrow",
     [](const Call& c) { return narrow(c[0], c.integer("dim"), c.integer("start"), c.integer("length")); }},
    {"select", [](const Call& c) { return select(c[0], c.integer("dim"), c.integer("index")); }},
    {"slice", [](const Call& c) { return index(c[0], python_index(c)); }},
    {"index", [](const Call& c) { return index(c[0], python_index(c)); }},
    {"slice_assign", [](const Call& c) { return index_put(c[0], python_index(c), c[1]); }},
    {"index_put", put_at_tensors},
    {"broadcast_tensors", [](const Call& c) { return broadcast_tensors(c.list("t")); }},
    {"tensor_unfold",
     [](const Call& c) {
       return unfold(c[0], c.integer("dimension"), c.integer("size"), c.integer("step"));
     }},
    {"diagonal",
     [](const Call& c) {
       return diagonal(c[0], c.integer("offset", 0), c.integer("dim1", 0), c.integer("dim2", 1));
     }},
};

const OpsOf pieces{
    {"split", split_by},
    {"chunk", [](const Call& c) { return chunk(c[0], c.integer("chunks"), c.integer("dim", 0)); }},
    {"unbind", [](const Call& c) { return unbind(c[0], c.integer("dim", 0)); }},
    {"cat", [](const Call& c) { return cat(c.list("t"), c.integer("dim", 0)); }},
    {"stack", [](const Call& c) { return stack(c.list("t"), c.integer("dim", 0)); }},
};

const OpsOf copies{
    {"repeat", [](const Call& c) { return repeat(c[0], c.integers("repeats")); }},
    {"tile", [](const Call& c) { return tile(c[0], c.integers("dims")); }},
    {"flip", [](const Call& c) { return flip(c[0], c.dims("dims")); }},
    {"roll", [](const Call& c) { return roll(c[0], c.integers("shifts"), c.dims("dims")); }},
    {"tril", [](const Call& c) { return tril(c[0], c.integer("diagonal", 0)); }},
    {"triu", [](const Call& c) { return triu(c[0], c.integer("diagonal", 0)); }},
    {"pad", pad_by_mode},
    {"rot90", [](const Call& c) { return rot90(c[0], c.integer("k", 1), axes_or_first_two(c)); }},
    {"meshgrid", grid},
    {"repeat_interleave", repeat_each},
    {"diag", [](const Call& c) { return diag(c[0], c.integer("diagonal", 0)); }},
    {"diag_embed",
     [](const Call& c) {
       return diag_embed(c[0], c.integer("offset", 0), c.integer("dim1", -2), c.integer("dim2", -1));
     }},
};

}  // namespace
}  // namespace xg::test
