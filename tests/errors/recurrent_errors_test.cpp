// The wrong calls of the ops in the op table's recurrent family, each with the whole text of its error.

#include <doctest/doctest.h>

#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/wrong_calls.hpp"

namespace xg {
namespace {

TEST_CASE("wrong calls of rnn_tanh_cell") {
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(zeros({2, 5}), zeros({2, 4}), zeros({4, 3}), zeros({4, 4})),
                       "[rnn_tanh_cell] weight_ih [4, 3] with input [2, 5] and hx [2, 4]: expected [4, 5]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(zeros({2, 5}), scalar(0), zeros({4, 3}), zeros({4, 4})),
                       "[rnn_tanh_cell] input [2, 5] and hx []: expected [..., in] and [..., hidden]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(zeros({2, 5}), zeros({2, 4}), zeros({4, 5}), zeros({5, 4})),
                       "[rnn_tanh_cell] weight_hh [5, 4] with input [2, 5] and hx [2, 4]: expected [4, 4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(zeros({2, 5}), zeros({2, 4}), zeros({4, 5}), zeros({4, 4}), zeros({5})),
                       "[rnn_tanh_cell] bias_ih [5] with input [2, 5] and hx [2, 4]: expected [4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      rnn_tanh_cell(zeros({2, 5}), zeros({2, 4}), zeros({4, 5}), zeros({4, 4}), {}, zeros({1, 4})),
      "[rnn_tanh_cell] bias_hh [1, 4] with input [2, 5] and hx [2, 4]: expected [4]", ShapeError);
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(zeros({2, 5}), zeros({3, 4}), zeros({4, 5}), zeros({4, 4})),
                       "[rnn_tanh_cell] shapes [2, 4] and [3, 4] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(Tensor(), zeros({2, 4}), zeros({4, 5}), zeros({4, 4})), undefined_text,
                       GraphError);
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(zeros({2, 5}), zeros({2, 4}), Tensor(), zeros({4, 4})), undefined_text,
                       GraphError);
  CHECK_THROWS_WITH_AS(rnn_tanh_cell(whole({2, 5}), whole({2, 4}), whole({4, 5}), whole({4, 4})),
                       "[rnn_tanh_cell] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of rnn_relu_cell") {
  CHECK_THROWS_WITH_AS(rnn_relu_cell(zeros({2, 5}), zeros({2, 4}), zeros({4, 5}), zeros({4, 5})),
                       "[rnn_relu_cell] weight_hh [4, 5] with input [2, 5] and hx [2, 4]: expected [4, 4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(rnn_relu_cell(scalar(0), zeros({2, 4}), zeros({4, 5}), zeros({4, 4})),
                       "[rnn_relu_cell] input [] and hx [2, 4]: expected [..., in] and [..., hidden]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(rnn_relu_cell(zeros({2, 5}), zeros({2, 4}), zeros({4, 6}), zeros({4, 4})),
                       "[rnn_relu_cell] weight_ih [4, 6] with input [2, 5] and hx [2, 4]: expected [4, 5]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(rnn_relu_cell(zeros({2, 5}), zeros({3, 4}), zeros({4, 5}), zeros({4, 4})),
                       "[rnn_relu_cell] shapes [2, 4] and [3, 4] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      rnn_relu_cell(zeros({2, 5}), zeros({2, 4}), zeros({4, 5}), zeros({4, 4}), {}, zeros({3})),
      "[rnn_relu_cell] bias_hh [3] with input [2, 5] and hx [2, 4]: expected [4]", ShapeError);
  CHECK_THROWS_WITH_AS(rnn_relu_cell(zeros({2, 5}), Tensor(), zeros({4, 5}), zeros({4, 4})), undefined_text,
                       GraphError);
  CHECK_THROWS_WITH_AS(rnn_relu_cell(whole({2, 5}), whole({2, 4}), whole({4, 5}), whole({4, 4})),
                       "[rnn_relu_cell] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of lstm_cell") {
  const Tensor x = zeros({2, 5}), h = zeros({2, 4}), ih = zeros({16, 5}), hh = zeros({16, 4});
  CHECK_THROWS_WITH_AS(lstm_cell(x, h, h, zeros({12, 5}), hh),
                       "[lstm_cell] weight_ih [12, 5] with input [2, 5] and hx [2, 4]: expected [16, 5]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lstm_cell(x, h, h, ih, hh, zeros({4})),
                       "[lstm_cell] bias_ih [4] with input [2, 5] and hx [2, 4]: expected [16]", ShapeError);
  CHECK_THROWS_WITH_AS(lstm_cell(x, h, zeros({2, 3}), ih, hh),
                       "[lstm_gates] gates [2, 16] with a state [2, 3]: expected [..., 12]", ShapeError);
  CHECK_THROWS_WITH_AS(lstm_cell(scalar(0), zeros({2, 4}), zeros({2, 4}), zeros({16, 5}), zeros({16, 4})),
                       "[lstm_cell] input [] and hx [2, 4]: expected [..., in] and [..., hidden]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lstm_cell(zeros({2, 5}), zeros({2, 4}), zeros({2, 4}), zeros({16, 5}), zeros({12, 4})),
                       "[lstm_cell] weight_hh [12, 4] with input [2, 5] and hx [2, 4]: expected [16, 4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lstm_cell(zeros({2, 5}), zeros({3, 4}), zeros({2, 4}), zeros({16, 5}), zeros({16, 4})),
                       "[lstm_cell] shapes [2, 16] and [3, 16] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lstm_cell(Tensor(), zeros({2, 4}), zeros({2, 4}), zeros({16, 5}), zeros({16, 4})),
                       undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(lstm_cell(zeros({2, 5}), zeros({2, 4}), Tensor(), zeros({16, 5}), zeros({16, 4})),
                       undefined_text, GraphError);
  CHECK_THROWS_WITH_AS(lstm_cell(whole({2, 5}), whole({2, 4}), whole({2, 4}), whole({16, 5}), whole({16, 4})),
                       "[lstm_cell] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of gru_cell") {
  CHECK_THROWS_WITH_AS(gru_cell(zeros({2, 5}), zeros({2, 4}), zeros({12, 5}), zeros({12, 4}), {}, zeros({4})),
                       "[gru_cell] bias_hh [4] with input [2, 5] and hx [2, 4]: expected [12]", ShapeError);
  CHECK_THROWS_WITH_AS(gru_cell(zeros({2, 5}), scalar(0), zeros({12, 5}), zeros({12, 4})),
                       "[gru_cell] input [2, 5] and hx []: expected [..., in] and [..., hidden]", ShapeError);
  CHECK_THROWS_WITH_AS(gru_cell(zeros({2, 5}), zeros({2, 4}), zeros({8, 5}), zeros({12, 4})),
                       "[gru_cell] weight_ih [8, 5] with input [2, 5] and hx [2, 4]: expected [12, 5]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gru_cell(zeros({2, 5}), zeros({2, 4}), zeros({12, 5}), zeros({12, 5})),
                       "[gru_cell] weight_hh [12, 5] with input [2, 5] and hx [2, 4]: expected [12, 4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gru_cell(zeros({2, 5}), zeros({3, 4}), zeros({12, 5}), zeros({12, 4})),
                       "[gru_cell] shapes [2, 12] and [3, 12] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gru_cell(Tensor(), zeros({2, 4}), zeros({12, 5}), zeros({12, 4})), undefined_text,
                       GraphError);
  CHECK_THROWS_WITH_AS(gru_cell(whole({2, 5}), whole({2, 4}), whole({12, 5}), whole({12, 4})),
                       "[gru_cell] needs a floating tensor, got int64: convert it with to(x, float32)",
                       DtypeError);
}

TEST_CASE("wrong calls of lstm_gates") {
  CHECK_THROWS_WITH_AS(lstm_gates(zeros({2, 12}), zeros({2, 4})),
                       "[lstm_gates] gates [2, 12] with a state [2, 4]: expected [..., 16]", ShapeError);
  CHECK_THROWS_WITH_AS(lstm_gates(scalar(0), zeros({2, 4})),
                       "[lstm_gates] gates [] with a state [2, 4]: expected [..., 16]", ShapeError);
  CHECK_THROWS_WITH_AS(lstm_gates(zeros({2, 16}), scalar(0)),
                       "[lstm_gates] gates [2, 16] with a state []: expected [..., 4]", ShapeError);
  CHECK_THROWS_WITH_AS(lstm_gates(zeros({2, 16}), zeros({3, 4})),
                       "[lstm_gates] shapes [2, 4] and [3, 4] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(lstm_gates(Tensor(), zeros({2, 4})), undefined_text, GraphError);
}

TEST_CASE("wrong calls of gru_gates") {
  CHECK_THROWS_WITH_AS(gru_gates(zeros({2, 12}), zeros({2, 9}), zeros({2, 4})),
                       "[gru_gates] gates [2, 9] with a state [2, 4]: expected [..., 12]", ShapeError);
  CHECK_THROWS_WITH_AS(gru_gates(zeros({2, 12}), zeros({2, 12}), scalar(0)),
                       "[gru_gates] gates [2, 12] with a state []: expected [..., 3]", ShapeError);
  CHECK_THROWS_WITH_AS(gru_gates(zeros({2, 9}), zeros({2, 12}), zeros({2, 4})),
                       "[gru_gates] gates [2, 9] with a state [2, 4]: expected [..., 12]", ShapeError);
  CHECK_THROWS_WITH_AS(gru_gates(zeros({2, 12}), zeros({3, 12}), zeros({2, 4})),
                       "[gru_gates] shapes [2, 4] and [3, 4] do not broadcast: axis -2 has sizes 2 and 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gru_gates(zeros({3, 12}), zeros({3, 12}), zeros({2, 4})),
                       "[gru_gates] shapes [3, 4] and [2, 4] do not broadcast: axis -2 has sizes 3 and 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(gru_gates(zeros({2, 12}), zeros({2, 12}), Tensor()), undefined_text, GraphError);
}

}  // namespace
}  // namespace xg
