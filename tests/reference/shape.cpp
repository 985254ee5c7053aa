#include <fmt/format.h>

#include <xgrad/ops/view.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

// One entry of an index applied to one axis; returns the next axis.
std::int64_t apply_entry(Tensor& y, std::int64_t axis, const nlohmann::json& entry) {
  if (entry.is_null()) {
    y = unsqueeze(y, axis);
    return axis + 1;
  }
  if (entry.is_number_integer()) {
    y = select(y, axis, entry.get<std::int64_t>());
    return axis;
  }
  if (!entry.is_object()) throw NotImplemented(fmt::format("index entry {}", entry.dump()));
  const nlohmann::json& range = entry.at("slice");
  const auto bound = [&](std::size_t i) {
    return range[i].is_null() ? std::nullopt : std::optional(range[i].get<std::int64_t>());
  };
  y = slice(y, axis, bound(0), bound(1), bound(2).value_or(1));
  return axis + 1;
}

// Python's x[index]; "..." stands for as many whole axes as are left.
Tensor slice_by_index(const Call& c) {
  const nlohmann::json& index = c.json("index");
  std::int64_t named = 0;
  for (const nlohmann::json& entry : index) named += entry.is_number_integer() || entry.is_object();
  Tensor y = c[0];
  const std::int64_t rest = static_cast<std::int64_t>(y.dim()) - named;
  std::int64_t axis = 0;
  for (const nlohmann::json& entry : index) axis = entry == "..." ? axis + rest : apply_entry(y, axis, entry);
  return y;
}

Outputs split_by(const Call& c) {
  const std::vector<std::int64_t> sizes = c.integers("split_size_or_sections");
  const std::int64_t dim = c.integer("dim", 0);
  return c.json("split_size_or_sections").is_array() ? split(c[0], sizes, dim) : split(c[0], sizes[0], dim);
}

Tensor pad_constant(const Call& c) {
  if (const std::string mode = c.text("mode", "constant"); mode != "constant")
    throw NotImplemented("mode " + mode);
  return pad(c[0], c.integers("pad"), c.number("value", 0));
}

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
    {"slice", slice_by_index},
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
    {"pad", pad_constant},
};

}  // namespace
}  // namespace xg::test
