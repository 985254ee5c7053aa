#include "plain_einsum.hpp"

#include <array>

#include <xgrad/core/create.hpp>

namespace xg::test {
namespace {

// The element of x that has this index for each letter; letters of length 1 stand still.
double element_by_letters(const Tensor& x, const std::string& letters,
                          const std::array<std::int64_t, 128>& at) {
  std::int64_t place = 0;
  for (std::size_t axis = 0; axis < x.dim(); ++axis)
    place =
        place * x.shape()[axis] + (x.shape()[axis] == 1 ? 0 : at[static_cast<std::size_t>(letters[axis])]);
  return element(x, place);
}

}  // namespace

Tensor plain_einsum(const Inputs& in, const Letters& operands, const std::string& result) {
  std::array<std::int64_t, 128> length{}, at{};
  std::string all;
  for (std::size_t i = 0; i < in.size(); ++i)
    for (std::size_t axis = 0; axis < in[i].dim(); ++axis) {
      const char letter = operands[i][axis];
      if (all.find(letter) == all.npos) all += letter;
      auto& known = length[static_cast<std::size_t>(letter)];
      if (in[i].shape()[axis] != 1 || known == 0) known = in[i].shape()[axis];
    }
  Shape shape;
  std::int64_t total = 1;
  for (const char letter : result) shape.push_back(length[static_cast<std::size_t>(letter)]);
  for (const char letter : all) total *= length[static_cast<std::size_t>(letter)];
  std::vector<double> sums(static_cast<std::size_t>(count(shape)));
  for (std::int64_t i = 0; i < total; ++i) {
    std::int64_t rest = i, place = 0;
    for (const char letter : all) {
      at[static_cast<std::size_t>(letter)] = rest % length[static_cast<std::size_t>(letter)];
      rest /= length[static_cast<std::size_t>(letter)];
    }
    for (const char letter : result)
      place = place * length[static_cast<std::size_t>(letter)] + at[static_cast<std::size_t>(letter)];
    double product = 1;
    for (std::size_t k = 0; k < in.size(); ++k) product *= element_by_letters(in[k], operands[k], at);
    sums[static_cast<std::size_t>(place)] += product;
  }
  return from_values(sums, shape, {.dtype = float64});
}

}  // namespace xg::test
