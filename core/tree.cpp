#include "tree.hpp"

namespace xg::tree {
namespace {

std::string quoted(const std::string* path) { return path ? '"' + *path + '"' : std::string("missing"); }

}  // namespace

void throw_different(std::size_t position, const std::string* first, const std::string* second) {
  throw StructureError("[zip_leaves] leaf " + std::to_string(position) + " is " + quoted(first) +
                       " in the first tree and " + quoted(second) +
                       " in the second: both must have the same structure");
}

}  // namespace xg::tree
