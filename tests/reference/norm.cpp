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

Tensor instance_norm_without_statistics(const Call& c) {
  if (c.find("running_mean").defined() || !c.flag("use_input_stats", true))
    throw NotImplemented("running statistics");
  c.ignore("momentum");
  return instance_norm(c[0], c.find("weight"), c.find("bias"), c.number("eps", 1e-5));
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
    {"instance_norm", instance_norm_without_statistics},
};

}  // namespace
}  // namespace xg::test
