#include "case.hpp"

#include <fmt/format.h>

#include <fstream>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>

namespace xg::test {
namespace {

using Json = nlohmann::json;

std::vector<ArrayName> array_names(const Json& list) {
  std::vector<ArrayName> names;
  if (list.is_null()) return names;
  for (const Json& name : list)
    names.push_back(name.is_null() ? ArrayName() : ArrayName(name.get<std::string>()));
  return names;
}

Case parse_case(const Json& row) {
  Case c{.id = row.at("id"),
         .family = row.at("family"),
         .op = row.at("op"),
         .kind = row.at("kind"),
         .attrs = row.at("attrs"),
         .input_names = row.at("input_names"),
         .output_names = row.at("output_names"),
         .inputs = array_names(row.at("inputs")),
         .outputs = array_names(row.at("outputs")),
         .cotangents = array_names(row.at("cotangents")),
         .vjps = array_names(row.at("vjps")),
         .differentiable = row.at("differentiable"),
         .strided = row.at("strided"),
         .rtol = row.at("rtol"),
         .atol = row.at("atol")};
  if (const Json& jvp = row.at("jvp"); !jvp.is_null())
    c.jvp = Case::Jvp{array_names(jvp.at("tangents")), array_names(jvp.at("outputs"))};
  if (const Json& second = row.at("double"); !second.is_null())
    c.second = Case::Double{array_names(second.at("v")), array_names(second.at("grad_inputs")),
                            array_names(second.at("grad_cotangents")), second.at("atol")};
  return c;
}

}  // namespace

std::vector<Case> read_index(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "index.jsonl";
  std::ifstream file(path);
  if (!file) throw IoError(fmt::format("[reference] cannot open {}", path.string()));
  std::vector<Case> cases;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    try {
      cases.push_back(parse_case(Json::parse(line)));
    } catch (const Json::exception& e) {
      throw IoError(fmt::format("[reference] {}:{}: {}", path.string(), number, e.what()));
    }
  }
  return cases;
}

const NpzArray& Arrays::get(const std::string& family, const std::string& name) {
  auto it = families_.find(family);
  if (it == families_.end()) it = families_.emplace(family, read_npz(folder_ / (family + ".npz"))).first;
  const auto array = it->second.find(name);
  if (array == it->second.end())
    throw IoError(fmt::format("[reference] {}.npz has no array '{}'", family, name));
  return array->second;
}

Shape shape_of(const NpzArray& array) {
  Shape shape;
  for (std::size_t size : array.shape) shape.push_back(static_cast<std::int64_t>(size));
  return shape;
}

Tensor to_tensor(const NpzArray& array) {
  const Shape shape = shape_of(array);
  switch (array.dtype) {
    case 'd':
      return from_values(array.to_doubles(), shape, {.dtype = float64});
    case 'f':
      return from_values(array.to_doubles(), shape, {.dtype = float32});
    default:
      return from_values(array.to_integers(), shape, {.dtype = array.dtype == '?' ? boolean : int64});
  }
}

}  // namespace xg::test
