#include "snapshot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <bit>
#include <utility>

#include "../core/copy.hpp"
#include "../core/error.hpp"
#include "../core/saved_state.hpp"
#include "../nn/safetensors.hpp"

namespace xg::optim {
namespace {

constexpr const char* parts_key = "xgrad.snapshot.parts";
constexpr const char* checksum_key = "xgrad.snapshot.crc32";

// Over names, dtypes, shapes and bytes: the format itself would not notice a changed number.
std::string checksum(const Snapshot::State& tensors) {
  uLong crc = 0;
  const auto take = [&crc](const void* bytes, std::size_t size) {
    crc = crc32_z(crc, static_cast<const Bytef*>(bytes), size);
  };
  for (const auto& [name, tensor] : tensors) {
    const std::string label = fmt::format("{} {}\n", name, describe(tensor));
    take(label.data(), label.size());
    const Tensor dense = contiguous(tensor.detach());
    if (dense.numel() > 0)
      take(dense.impl().data, static_cast<std::size_t>(dense.numel()) * size_of(dense.dtype()));
  }
  return fmt::format("{:08x}", crc);
}

Snapshot::State defined_clones(const std::vector<NamedTensor>& tensors) {
  const NoGrad guard;
  Snapshot::State all;
  for (const auto& [path, tensor] : tensors)
    if (tensor.defined()) all.emplace(path, clone(tensor.detach()));
  return all;
}

void write_values(const std::vector<NamedTensor>& tensors, const Snapshot::State& saved) {
  std::vector<NamedTensor> places, values;
  for (const auto& [path, tensor] : tensors) {
    if (!tensor.defined()) continue;
    places.emplace_back(path, tensor);
    values.emplace_back(path, xg::detail::find_saved(saved, path));
  }
  if (places.size() != saved.size())
    throw StructureError(fmt::format("[load_state] {} tensors for {} of the model: they are of another one",
                                     saved.size(), places.size()));
  xg::detail::copy_all_values(values, places);
}

}  // namespace

Snapshot::Snapshot() { add("random", default_generator()); }

void Snapshot::add(const std::string& name, std::function<State()> state,
                   std::function<void(const State&)> load) {
  if (name.empty() || name.find_first_of(".,") != name.npos)
    throw ValueError(
        fmt::format("[Snapshot] a part named \"{}\": a name has neither points nor commas", name));
  if (!parts_.emplace(name, Part{std::move(state), std::move(load)}).second)
    throw ValueError(fmt::format("[Snapshot] a part named \"{}\" is there already", name));
}

void Snapshot::add(const std::string& name, std::vector<NamedTensor> tensors) {
  add(
      name, [tensors] { return defined_clones(tensors); },
      [tensors](const State& saved) { write_values(tensors, saved); });
}

void Snapshot::add(const std::string& name, Optimizer& optimizer) {
  const auto rate_name = [](std::size_t group) { return fmt::format("lr.{}", group); };
  add(
      name,
      [&optimizer, rate_name] {
        State all = optimizer.state();
        const std::vector<Hyper> lrs = optimizer.lrs();
        for (std::size_t i = 0; i < lrs.size(); ++i)
          all.emplace(rate_name(i), xg::detail::saved_number(lrs[i].value()));
        return all;
      },
      [&optimizer, rate_name](const State& saved) {
        State rest = saved;
        std::vector<Hyper> lrs = optimizer.lrs();
        for (std::size_t i = 0; i < lrs.size(); ++i) {
          const double lr = xg::detail::find_saved_number(saved, rate_name(i));
          if (!lrs[i].is_tensor()) lrs[i] = lr;
          rest.erase(rate_name(i));
        }
        optimizer.load_state(rest);
        optimizer.set_lrs(lrs);
      });
}

void Snapshot::add(const std::string& name, Generator& generator) {
  add(
      name,
      [&generator]() -> State {
        const Generator::State state = generator.state();
        return {{"seed", xg::detail::saved_number(std::bit_cast<std::int64_t>(state.seed))},
                {"draws", xg::detail::saved_number(std::bit_cast<std::int64_t>(state.draws))}};
      },
      [&generator](const State& saved) {
        const auto number = [&saved](const char* field) {
          return std::bit_cast<std::uint64_t>(xg::detail::find_saved_integer(saved, field));
        };
        generator.set_state({.seed = number("seed"), .draws = number("draws")});
      });
}

void Snapshot::add(const std::string& name, std::int64_t& number) {
  add(
      name,
      [&number]() -> State {
        return {{"value", xg::detail::saved_number(number)}};
      },
      [&number](const State& saved) { number = xg::detail::find_saved_integer(saved, "value"); });
}

std::string Snapshot::part_names() const {
  std::vector<std::string> names;
  for (const auto& [name, part] : parts_) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::map<std::string, Snapshot::State> Snapshot::state() const {
  std::map<std::string, State> all;
  for (const auto& [name, part] : parts_) all.emplace(name, part.state());
  return all;
}

void Snapshot::save(const std::filesystem::path& path) const {
  State tensors;
  for (const auto& [name, state] : state())
    for (const auto& [inner, tensor] : state) tensors.emplace(fmt::format("{}.{}", name, inner), tensor);
  write_safetensors(path, tensors, {{parts_key, part_names()}, {checksum_key, checksum(tensors)}});
}

bool Snapshot::load(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return false;
  const auto metadata = read_safetensors_metadata(path);
  if (!metadata.contains(parts_key) || !metadata.contains(checksum_key))
    throw IoError(fmt::format(
        "[Snapshot] {} is no snapshot of a training run: give the file that save() wrote", path.string()));
  if (metadata.at(parts_key) != part_names())
    throw StructureError(
        fmt::format("[Snapshot] {} holds the parts {}, this run has {}: add the parts that it was saved with",
                    path.string(), metadata.at(parts_key), part_names()));
  const State tensors = read_safetensors(path);
  if (const std::string now = checksum(tensors); now != metadata.at(checksum_key))
    throw IoError(fmt::format("[Snapshot] {} is damaged: its checksum is {}, not {}", path.string(), now,
                              metadata.at(checksum_key)));
  std::map<std::string, State> saved;
  for (const auto& [name, part] : parts_) saved[name];
  for (const auto& [name, tensor] : tensors) {
    const std::size_t point = name.find('.');
    saved[name.substr(0, point)].emplace(name.substr(point + 1), tensor);
  }
  load(path, saved);
  return true;
}

void Snapshot::load(const std::filesystem::path& path, const std::map<std::string, State>& saved) {
  const std::map<std::string, State> before = state();
  for (const auto& [name, part] : parts_) {
    try {
      part.load(saved.at(name));
    } catch (const std::exception& e) {
      for (const auto& [changed, undo] : parts_) {
        if (changed == name) break;
        undo.load(before.at(changed));
      }
      throw StructureError(fmt::format("[Snapshot] {}: the part \"{}\" does not fit this run: {}",
                                       path.string(), name, e.what()));
    }
  }
}

}  // namespace xg::optim
