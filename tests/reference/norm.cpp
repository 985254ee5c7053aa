#include <xgrad/ops/distance.hpp>
#include <xgrad/ops/norm.hpp>

#include "table.hpp"

namespace xg::test {
namespace {

// The running statistics are written in place; the reference lists them as further outputs.
Outputs batch_norm_with_statistics(const Call& c) {
  const Tensor mean = c.find("running_mean"), var = c.find("running_var");
  const Tensor y = batch_norm(c[0], mean, var, c.find("weight"), c.find("bias"), c.flag("training"),
                              c.number("momentum", 0.1), c.number("eps", 1e-5));
  return mean.defined() ? Outputs{y, mean, var} : Outputs(y);
}

Outputs instance_norm_with_statistics(const Call& c) {
  const Tensor mean = c.find("running_mean"), var = c.find("running_var");
  const Tensor y =
      instance_norm(c[0], mean, var, c.find("weight"), c.find("bias"), c.flag("use_input_stats", true),
                    c.number("momentum", 0.1), c.number("eps", 1e-5));
  return mean.defined() ? Outputs{y, mean, var} : Outputs(y);
}

const OpsOf norms{
    {"batch_norm", batch_norm_with_statistics},
    {"layer_norm",
     [](const Call& c) {
       return layer_norm(c[0], c.dims("normalized_shape"), c.find("weight"), c.find("bias"),
                         c.number("eps", 1e-5));
     }},
    {"rms_norm",
     [](const Call& c) {
       return rms_norm(c[0], c.dims("normalized_shape"), c.find("weight"), c.number("eps"));
     }},
    {"group_norm",
     [](const Call& c) {
       return group_norm(c[0], c.integer("num_groups"), c.find("weight"), c.find("bias"),
                         c.number("eps", 1e-5));
     }},
    {"instance_norm", instance_norm_with_statistics},
    {"local_response_norm",
     [](const Call& c) {
       return local_response_norm(c[0], c.integer("size"), c.number("alpha", 1e-4), c.number("beta", 0.75),
                                  c.number("k", 1));
     }},
    {"weight_norm", [](const Call& c) { return weight_norm(c[0], c[1], c.integer("dim")); }},
};

const OpsOf distances{
    {"normalize",
     [](const Call& c) {
       return normalize(c[0], c.number("p", 2), c.integer("dim", 1), c.number("eps", 1e-12));
     }},
    {"cosine_similarity",
     [](const Call& c) { return cosine_similarity(c[0], c[1], c.integer("dim", 1), c.number("eps", 1e-8)); }},
    {"pairwise_distance",
     [](const Call& c) {
       return pairwise_distance(c[0], c[1], c.number("p", 2), c.number("eps", 1e-6), c.flag("keepdim"));
     }},
    {"pdist", [](const Call& c) { return pdist(c[0], c.number("p", 2)); }},
};

}  // namespace
}  // namespace xg::test
