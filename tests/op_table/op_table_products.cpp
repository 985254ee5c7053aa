#include "op_table.hpp"

#include <cmath>
#include <string>

#include <xgrad/core/create.hpp>
#include <xgrad/ops/distance.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/products.hpp>

#include "support/plain_einsum.hpp"

namespace xg::test {
namespace {

// A row for an equation; `operands` and `result` say it in single letters, with "..." spelled out.
OpRow equation(const std::string& text, std::vector<Shape> shapes, Letters operands, std::string result) {
  OpRow row{.name = "einsum/" + text,
            .run = [text](const Inputs& in) { return einsum(text, in); },
            .reference = [=](const Inputs& in) { return plain_einsum(in, operands, result); }};
  for (const Shape& shape : shapes) row.args.push_back({.shape = shape});
  return row;
}

std::vector<OpRow> einsums() {
  std::vector<OpRow> rows{
      equation("ij,jk->ik", {{3, 4}, {4, 2}}, {"ij", "jk"}, "ik"),
      equation("ij,jk->ki", {{3, 4}, {4, 2}}, {"ij", "jk"}, "ki"),
      equation("ij -> j", {{3, 4}}, {"ij"}, "j"),
      equation("ij->", {{3, 4}}, {"ij"}, ""),
      equation("ba", {{3, 4}}, {"ba"}, "ab"),
      equation("iij->ji", {{3, 3, 2}}, {"iij"}, "ji"),
      equation("ii", {{3, 3}}, {"ii"}, ""),
      equation("ijk,jil->kl", {{2, 3, 2}, {3, 2, 4}}, {"ijk", "jil"}, "kl"),
      equation("ij,ij->ij", {{3, 4}, {3, 4}}, {"ij", "ij"}, "ij"),
      equation("ij,j", {{3, 4}, {4}}, {"ij", "j"}, "i"),
      equation("i,jk->kij", {{2}, {3, 2}}, {"i", "jk"}, "kij"),
      equation("ij,kl->ik", {{2, 3}, {3, 2}}, {"ij", "kl"}, "ik"),
      equation("bhqd,bhkd->bhqk", {{2, 2, 3, 2}, {2, 2, 2, 2}}, {"bhqd", "bhkd"}, "bhqk"),
      equation("...ij,...jk->...ik", {{2, 1, 2, 3}, {2, 3, 2}}, {"xyij", "yjk"}, "xyik"),
      equation("ba,a...", {{2, 3}, {3, 2, 2}}, {"ba", "axy"}, "xyb"),
      equation("i...->i", {{2, 3, 2}}, {"ixy"}, "i"),
      equation("ij,ij->i", {{3, 4}, {3, 1}}, {"ij", "ij"}, "i"),
      equation("ij,jk,kl,lm->im", {{2, 3}, {3, 2}, {2, 4}, {4, 2}}, {"ij", "jk", "kl", "lm"}, "im"),
      equation("abc,cd,bd->ad", {{2, 3, 2}, {2, 3}, {3, 3}}, {"abc", "cd", "bd"}, "ad"),
      equation("a,a,a,a,b,b,b,c,c,ac->b", {{2}, {2}, {2}, {2}, {3}, {3}, {3}, {2}, {2}, {2, 2}},
               {"a", "a", "a", "a", "b", "b", "b", "c", "c", "ac"}, "b"),
      equation(",ij->ji", {{}, {2, 3}}, {"", "ij"}, "ji"),
      equation("Ab,bA->A", {{2, 3}, {3, 2}}, {"Ab", "bA"}, "A"),
  };
  rows[0].also = {{{.shape = {0, 4}}, {.shape = {4, 2}}}, {{.shape = {3, 0}}, {.shape = {0, 2}}}};
  return rows;
}

std::vector<OpRow> contractions() {
  return {
      {.name = "tensordot",
       .run =
           [](const Inputs& in) {
             return tensordot(in[0], in[1], {1, 0}, {0, -1});
           },
       .args = {{.shape = {2, 3, 2}}, {.shape = {3, 4, 2}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"abc", "bda"}, "cd");
           }},
      {.name = "tensordot/2",
       .run = [](const Inputs& in) { return tensordot(in[0], in[1]); },
       .args = {{.shape = {2, 3, 2}}, {.shape = {3, 2, 2}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"abc", "bcd"}, "ad");
           }},
      {.name = "tensordot/0",
       .run = [](const Inputs& in) { return tensordot(in[0], in[1], 0); },
       .args = {{.shape = {2, 3}}, {.shape = {2}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"ab", "c"}, "abc");
           }},
      {.name = "inner",
       .run = [](const Inputs& in) { return inner(in[0], in[1]); },
       .args = {{.shape = {2, 3}}, {.shape = {2, 2, 3}}},
       .also = {{{.shape = {3}}, {.shape = {3}}}},
       .reference =
           [](const Inputs& in) {
             return in[0].dim() == 1 ? plain_einsum(in, {"a", "a"}, "")
                                     : plain_einsum(in, {"ab", "cdb"}, "acd");
           }},
      {.name = "inner/a number",
       .run = [](const Inputs& in) { return inner(in[0], in[1]); },
       .args = {{.shape = {2, 3}}, {.shape = {}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"ab", ""}, "ab");
           }},
      {.name = "bilinear",
       .run = [](const Inputs& in) { return bilinear(in[0], in[1], in[2], in[3]); },
       .args = {{.shape = {2, 3}}, {.shape = {2, 4}}, {.shape = {2, 3, 4}}, {.shape = {2}}},
       .also = {{{.shape = {3}}, {.shape = {4}}, {.shape = {2, 3, 4}}, {.shape = {2}}}},
       .reference =
           [](const Inputs& in) {
             const bool one = in[0].dim() == 1;
             const Inputs factors{in[0], in[1], in[2]};
             const Tensor y = plain_einsum(
                 factors, one ? Letters{"m", "n", "kmn"} : Letters{"xm", "xn", "kmn"}, one ? "k" : "xk");
             return generate(y.shape(), [&](std::int64_t i) {
               return element(y, i) + element(in[3], i % in[3].numel());
             });
           }},
      {.name = "bilinear/no bias",
       .run = [](const Inputs& in) { return bilinear(in[0], in[1], in[2]); },
       .args = {{.shape = {3}}, {.shape = {4}}, {.shape = {2, 3, 4}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"m", "n", "kmn"}, "k");
           }},
      {.name = "vecdot",
       .run = [](const Inputs& in) { return vecdot(in[0], in[1], 0); },
       .args = {{.shape = {3, 2}}, {.shape = {3, 1}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"ab", "ab"}, "b");
           }},
      {.name = "multi_dot",
       .run = [](const Inputs& in) { return multi_dot(in); },
       .args = {{.shape = {2, 3}}, {.shape = {3, 4}}, {.shape = {4, 2}}},
       .also = {{{.shape = {5, 2}}, {.shape = {2, 1}}, {.shape = {1, 4}}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"ab", "bc", "cd"}, "ad");
           }},
      {.name = "multi_dot/vectors",
       .run = [](const Inputs& in) { return multi_dot(in); },
       .args = {{.shape = {3}}, {.shape = {3, 4}}, {.shape = {4}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"b", "bc", "c"}, "");
           }},
      {.name = "chain_matmul",
       .run = [](const Inputs& in) { return chain_matmul(in); },
       .args = {{.shape = {4, 2}}, {.shape = {2, 3}}, {.shape = {3, 1}}, {.shape = {1, 2}}},
       .reference =
           [](const Inputs& in) {
             return plain_einsum(in, {"ab", "bc", "cd", "de"}, "ae");
           }},
  };
}

Tensor plain_cross(const Inputs& in) {
  return generate(in[0].shape(), [&](std::int64_t i) {
    const std::int64_t row = i / 3 * 3, j = (i + 1 - row) % 3, k = (i + 2 - row) % 3;
    const auto a = [&](std::int64_t p) { return element(in[0], row + p); };
    const auto b = [&](std::int64_t p) { return element(in[1], (row + p) % in[1].numel()); };
    return a(j) * b(k) - a(k) * b(j);
  });
}

// [m, n, ...] blocks, for tensors of two axes or one.
Tensor plain_kron(const Inputs& in) {
  const std::int64_t columns = in[0].size(-1), p = in[1].dim() > 1 ? in[1].size(0) : 1, q = in[1].size(-1);
  return generate({in[0].size(0) * p, columns * q}, [&](std::int64_t i) {
    const std::int64_t row = i / (columns * q), column = i % (columns * q);
    return element(in[0], row / p * columns + column / q) * element(in[1], row % p * q + column % q);
  });
}

std::function<Tensor(const Inputs&)> plain_distances(double p) {
  return [p](const Inputs& in) {
    const std::int64_t m = in[0].size(-2), k = in[1].size(-2), n = in[0].size(-1);
    Shape shape = in[0].shape();
    shape[shape.size() - 1] = k;
    return generate(shape, [&](std::int64_t i) {
      double sum = 0, most = 0;
      for (std::int64_t j = 0; j < n; ++j) {
        const std::int64_t other = in[1].dim() > 2 ? i / (m * k) * k : 0;
        const double d = std::abs(element(in[0], i / k * n + j) - element(in[1], (other + i % k) * n + j));
        sum += std::pow(d, p);
        most = std::max(most, d);
      }
      return std::isinf(p) ? most : std::pow(sum, 1 / p);
    });
  };
}

OpRow distances(const std::string& name, double p) {
  return {.name = "cdist" + name,
          .run = [p](const Inputs& in) { return cdist(in[0], in[1], p); },
          .args = {{.shape = {2, 3, 4}}, {.shape = {2, 4}}},
          .also = {{{.shape = {2, 3, 4}}, {.shape = {2, 2, 4}}}},
          .reference = plain_distances(p),
          .smooth = p > 1 && !std::isinf(p)};
}

std::vector<OpRow> others() {
  return {
      {.name = "cross",
       .run = [](const Inputs& in) { return cross(in[0], in[1]); },
       .args = {{.shape = {2, 3}}, {.shape = {2, 3}}},
       .also = {{{.shape = {2, 3}}, {.shape = {3}}}},
       .reference = plain_cross},
      {.name = "kron",
       .run = [](const Inputs& in) { return kron(in[0], in[1]); },
       .args = {{.shape = {2, 3}}, {.shape = {3, 2}}},
       .also = {{{.shape = {2, 3}}, {.shape = {2}}}},
       .reference = plain_kron},
      distances("", 2),
      distances("/1", 1),
      distances("/3", 3),
      distances("/inf", HUGE_VAL),
  };
}

const RowsOf einsum_rows(einsums), contraction_rows(contractions), other_rows(others);

}  // namespace
}  // namespace xg::test
