#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../core/tensor.hpp"
#include "../core/tree.hpp"

namespace xg {

/// Every tensor of a .safetensors file by its name. F16 and BF16 become float32; I8, I16, I32 and U8 become
/// int64.
/// Throws  IoError "[read_safetensors] model.safetensors: tensor "fc1.weight" ..." if anything in the file is
/// malformed: header, names, dtypes, shapes, or bytes that overlap, are missing or belong to no tensor.
/// Source  https://github.com/huggingface/safetensors, section "Format".
std::map<std::string, Tensor> read_safetensors(const std::filesystem::path& path);

/// The text that a file carries beside its tensors.
/// Throws  IoError as read_safetensors.
std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path);

/// Writes tensors as F32, F64, I64 and BOOL, so that every implementation of the format reads them. A file
/// appears under its name only when it is complete.
/// Throws  IoError if it cannot be written; ValueError for names and metadata that are not UTF-8, and for the
/// name "__metadata__".
void write_safetensors(const std::filesystem::path& path, const std::map<std::string, Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

namespace detail {

void add_leaf(std::map<std::string, Tensor>& tensors, const std::string& path, const Tensor& leaf);
void load_leaves(const std::filesystem::path& path,
                 const std::vector<std::pair<std::string, Tensor*>>& leaves);

}  // namespace detail

/// Writes every tensor of a model, or of any other tree, under its dotted path; undefined ones are left out.
/// Throws  as write_safetensors; StructureError if two leaves have the same path.
template <class Tree>
void save_safetensors(const std::filesystem::path& path, const Tree& tree,
                      const std::map<std::string, std::string>& metadata = {}) {
  std::map<std::string, Tensor> tensors;
  for_each_leaf_of<Tensor>(tree, [&](const std::string& name, const Tensor& leaf) {
    if (leaf.defined()) detail::add_leaf(tensors, name, leaf);
  });
  write_safetensors(path, tensors, metadata);
}

/// Writes a file's values over those of a tree: all of them or, if anything does not fit, none. Names and
/// shapes must agree exactly; floating values convert to the leaf's floating dtype, other dtypes must be the
/// same.
/// Throws  IoError as read_safetensors; StructureError "[load_safetensors] model.safetensors: "fc1.weight" is
/// float32 [64, 784] in the file and float32 [128, 784] in the model: ..."; GraphError for a leaf that an op
/// made.
template <class Tree> void load_safetensors(const std::filesystem::path& path, Tree&& tree) {
  std::vector<std::pair<std::string, Tensor*>> leaves = leaves_of<Tensor>(tree);
  std::erase_if(leaves, [](const auto& leaf) { return !leaf.second->defined(); });
  detail::load_leaves(path, leaves);
}

}  // namespace xg
