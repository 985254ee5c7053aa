#pragma once
/// Reading a folder of reference values: index.jsonl, one JSON object a case, beside <family>.npz with the
/// arrays that the cases name.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <xgrad/core/tensor.hpp>

#include "../support/npz.hpp"

namespace xg::test {

/// An array's name in the family's npz; nothing where there is no such array, e.g. no gradient.
using ArrayName = std::optional<std::string>;

struct Case {
  /// Values of first derivatives along directions of the inputs.
  struct Jvp {
    std::vector<ArrayName> tangents, outputs;
  };
  /// The gradient of sum_i <vjp_i, v_i>.
  struct Double {
    std::vector<ArrayName> v, grad_inputs, grad_cotangents;
    double atol;
  };

  std::string id, family, op, kind;
  nlohmann::json attrs;
  std::vector<std::string> input_names, output_names;
  std::vector<ArrayName> inputs, outputs, cotangents, vjps;
  std::vector<bool> differentiable;
  std::optional<Jvp> jvp = {};
  std::optional<Double> second = {};
  bool strided = false;
  double rtol = 0, atol = 0;
};

/// Throws  IoError "[reference] index.jsonl:12: ...".
std::vector<Case> read_index(const std::filesystem::path& folder);

/// The arrays of all families, read when first asked for.
class Arrays {
 public:
  explicit Arrays(std::filesystem::path folder) : folder_(std::move(folder)) {}
  explicit Arrays(std::map<std::string, Npz> families) : families_(std::move(families)) {}
  /// Throws  IoError if the family's file or the array in it is missing.
  const NpzArray& get(const std::string& family, const std::string& name);

 private:
  std::filesystem::path folder_;
  std::map<std::string, Npz> families_;
};

Shape shape_of(const NpzArray& array);
/// A tensor of the same dtype.
Tensor to_tensor(const NpzArray& array);

}  // namespace xg::test
