#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>
#include <xgrad/core/backward.hpp>
#include <xgrad/core/copy.hpp>
#include <xgrad/core/create.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/parameters.hpp>
#include <xgrad/nn/rnn.hpp>
#include <xgrad/ops/ops.hpp>

#include "support/tensors.hpp"

namespace {

using xg::as_double;
using xg::random_doubles;
using xg::same;
using xg::Shape;
using xg::Tensor;
namespace nn = xg::nn;

Tensor lengths_of(const std::vector<std::int64_t>& lengths) {
  return xg::from_values(std::span<const std::int64_t>(lengths),
                         Shape{static_cast<std::int64_t>(lengths.size())});
}

}  // namespace

TEST_CASE("a recurrent network has PyTorch's parameters") {
  const nn::LSTM lstm{3, 4, {.num_layers = 2, .bidirectional = true, .proj_size = 2}};
  std::vector<std::string> names;
  for (const auto& [path, p] : xg::named_parameters(lstm)) names.push_back(path);
  CHECK(names == std::vector<std::string>{
                     "bias_hh_l0",   "bias_hh_l0_reverse",   "bias_hh_l1",   "bias_hh_l1_reverse",
                     "bias_ih_l0",   "bias_ih_l0_reverse",   "bias_ih_l1",   "bias_ih_l1_reverse",
                     "weight_hh_l0", "weight_hh_l0_reverse", "weight_hh_l1", "weight_hh_l1_reverse",
                     "weight_hr_l0", "weight_hr_l0_reverse", "weight_hr_l1", "weight_hr_l1_reverse",
                     "weight_ih_l0", "weight_ih_l0_reverse", "weight_ih_l1", "weight_ih_l1_reverse"});
  const auto& w = *lstm.weights;
  CHECK(w.at("weight_ih_l0").shape() == Shape{16, 3});
  CHECK(w.at("weight_ih_l1_reverse").shape() == Shape{16, 4});
  CHECK(w.at("weight_hh_l1").shape() == Shape{16, 2});
  CHECK(w.at("weight_hr_l0").shape() == Shape{2, 4});
  CHECK(w.at("bias_hh_l0").shape() == Shape{16});
  CHECK(nn::GRU{3, 4}.weights->at("weight_hh_l0").shape() == Shape{12, 4});
  CHECK(nn::RNN{3, 4, {.bias = false}}.weights->size() == 2);
  CHECK(xg::summary(lstm).find("weight_ih_l1_reverse  [16, 4]") != std::string::npos);
}

TEST_CASE("recurrent weights start uniform within 1 / sqrt(hidden_size)") {
  xg::manual_seed(1);
  const auto largest = [](const Tensor& w) { return xg::amax(xg::abs(w)).item(); };
  const nn::GRU gru{100, 64};
  for (const Tensor& w : xg::parameters(gru)) {
    CHECK(largest(w) <= 0.125);
    CHECK(largest(w) > 0.12);
  }
  CHECK(largest(nn::LSTMCell{3, 4}.weight_ih) <= 0.5);
}

TEST_CASE("a network does what its cell does step by step") {
  const Tensor x = random_doubles({5, 2, 3});
  const auto steps_of = [&](auto& cell, const auto& net) {
    const auto& w = *net.weights;
    cell.weight_ih = w.at("weight_ih_l0"), cell.weight_hh = w.at("weight_hh_l0");
    cell.bias_ih = w.at("bias_ih_l0"), cell.bias_hh = w.at("bias_hh_l0");
    return xg::unbind(x);
  };
  SUBCASE("tanh and relu") {
    for (const auto nonlinearity : {nn::RNNNonlinearity::tanh, nn::RNNNonlinearity::relu}) {
      const nn::RNN net{3, 4, {.nonlinearity = nonlinearity, .dtype = xg::float64}};
      nn::RNNCell cell{3, 4, {.nonlinearity = nonlinearity, .dtype = xg::float64}};
      std::vector<Tensor> all;
      Tensor h;
      for (const Tensor& step : steps_of(cell, net)) all.push_back(h = cell(step, h));
      const auto [y, h_n] = net(x);
      CHECK(same(y, xg::stack(all)));
      CHECK(same(h_n, xg::unsqueeze(h, 0)));
    }
  }
  SUBCASE("LSTM") {
    const nn::LSTM net{3, 4, {.dtype = xg::float64}};
    nn::LSTMCell cell{3, 4, {.dtype = xg::float64}};
    std::vector<Tensor> all;
    nn::LSTMState state;
    for (const Tensor& step : steps_of(cell, net)) all.push_back((state = cell(step, state)).h);
    const auto [y, last] = net(x);
    CHECK(same(y, xg::stack(all)));
    CHECK(same(last.c, xg::unsqueeze(state.c, 0)));
  }
  SUBCASE("GRU") {
    const nn::GRU net{3, 4, {.dtype = xg::float64}};
    nn::GRUCell cell{3, 4, {.dtype = xg::float64}};
    std::vector<Tensor> all;
    Tensor h;
    for (const Tensor& step : steps_of(cell, net)) all.push_back(h = cell(step, h));
    CHECK(same(net(x).output, xg::stack(all)));
  }
}

TEST_CASE("cells take single inputs, and go without biases") {
  const nn::GRUCell gru{3, 4, {.bias = false, .dtype = xg::float64}};
  CHECK_FALSE(gru.bias_ih.defined());
  const Tensor x = random_doubles({2, 3});
  CHECK(same(gru(xg::select(x, 0, 1)), xg::select(gru(x), 0, 1)));
  CHECK(nn::LSTMCell{3, 4}(xg::ones({3})).c.shape() == Shape{4});
  CHECK(nn::RNNCell{3, 4}(xg::ones({5, 3})).shape() == Shape{5, 4});
  CHECK_THROWS_AS(gru(random_doubles({2, 4})), xg::ShapeError);
}

TEST_CASE("a second layer reads the first one, and each direction the other end") {
  const Tensor x = random_doubles({4, 2, 3});
  const nn::GRU both{3, 4, {.bidirectional = true, .dtype = xg::float64}};
  nn::GRU forward{3, 4, {.dtype = xg::float64}}, backward{3, 4, {.dtype = xg::float64}};
  for (auto& [name, w] : *forward.weights) w = both.weights->at(name);
  for (auto& [name, w] : *backward.weights) w = both.weights->at(name + "_reverse");
  const auto [y, h] = both(x);
  const Tensor turned = xg::flip(backward(xg::flip(x, {0})).output, {0});
  CHECK(same(y, xg::cat({forward(x).output, turned}, -1)));
  CHECK(same(h, xg::cat({forward(x).h_n, backward(xg::flip(x, {0})).h_n})));

  const nn::LSTM deep{3, 4, {.num_layers = 2, .dtype = xg::float64}};
  nn::LSTM low{3, 4, {.dtype = xg::float64}}, high{4, 4, {.dtype = xg::float64}};
  for (auto& [name, w] : *low.weights) w = deep.weights->at(name);
  for (auto& [name, w] : *high.weights) w = deep.weights->at(name.substr(0, name.size() - 1) + "1");
  CHECK(same(deep(x).output, high(low(x).output).output));
  CHECK(same(deep(x).state.c, xg::cat({low(x).state.c, high(low(x).output).state.c})));
}

TEST_CASE("a sequence may be cut and gone on with") {
  const nn::LSTM net{3, 4, {.num_layers = 2, .dtype = xg::float64}};
  const Tensor x = random_doubles({6, 2, 3});
  const auto [whole, end] = net(x);
  const auto [first, middle] = net(xg::slice(x, 0, 0, 4));
  const auto [second, last] = net(xg::slice(x, 0, 4), middle);
  CHECK(same(whole, xg::cat({first, second})));
  CHECK(same(end.h, last.h));
  CHECK(same(end.c, last.c));
}

TEST_CASE("batch_first swaps the first axes of x and output, and x may come without a batch") {
  const nn::GRU time_first{3, 4, {.bidirectional = true, .dtype = xg::float64}};
  nn::GRU batch_first = time_first;
  batch_first.options.batch_first = true;
  const Tensor x = random_doubles({5, 2, 3});
  const auto [y, h] = time_first(x);
  const auto [turned, h_turned] = batch_first(xg::transpose(x, 0, 1));
  CHECK(same(xg::transpose(turned, 0, 1), y));
  CHECK(same(h_turned, h));
  const auto [alone, h_alone] = batch_first(xg::select(x, 1, 1), random_doubles({2, 4}));
  CHECK(same(alone,
             xg::select(time_first(x, xg::stack({random_doubles({2, 4}), random_doubles({2, 4})}, 1)).output,
                        1, 1)));
  CHECK(h_alone.shape() == Shape{2, 4});
}

TEST_CASE("sequences of several lengths are as if each were alone") {
  const auto check = [](const auto& net, const auto& state_of) {
    const std::vector<std::int64_t> lengths{3, 5, 1};
    const Tensor x = random_doubles({5, 3, 2});
    const auto all = net(x, {}, lengths_of(lengths));
    for (std::int64_t i = 0; i < 3; ++i) {
      CAPTURE(i);
      const std::int64_t n = lengths[static_cast<std::size_t>(i)];
      const auto alone = net(xg::select(xg::narrow(x, 0, 0, n), 1, i));
      const Tensor y = xg::select(all.output, 1, i);
      CHECK(same(xg::narrow(y, 0, 0, n), alone.output));
      CHECK(same(xg::narrow(y, 0, n, 5 - n), xg::zeros({5 - n, y.size(1)}, as_double)));
      CHECK(same(xg::select(state_of(all), 1, i), state_of(alone)));
    }
  };
  check(nn::LSTM{2, 3, {.num_layers = 2, .bidirectional = true, .dtype = xg::float64}},
        [](const nn::LSTMResult& r) {
          return xg::cat({r.state.h, r.state.c}, -1);
        });
  check(nn::GRU{2, 3, {.num_layers = 2, .bidirectional = true, .dtype = xg::float64}},
        [](const nn::RNNResult& r) { return r.h_n; });
  check(nn::RNN{2, 3, {.dtype = xg::float64}}, [](const nn::RNNResult& r) { return r.h_n; });
}

TEST_CASE("what lies behind a sequence's end has no influence, not even as NaN") {
  const nn::GRU net{2, 3, {.bidirectional = true, .dtype = xg::float64}};
  const Tensor lengths = lengths_of({2, 3});
  Tensor x = random_doubles({3, 2, 2});
  const Tensor clean = net(x, {}, lengths).output;
  for (const std::int64_t feature : {4, 5}) x.mutable_data<double>()[4 + 4 + feature - 4] = std::nan("");
  x.requires_grad(true);
  const auto [y, h] = net(x, {}, lengths);
  CHECK(same(y, clean));
  const Tensor g = xg::grad(xg::sum(y) + xg::sum(h), x);
  CHECK(same(xg::select(xg::select(g, 0, 2), 0, 0), xg::zeros({2}, as_double)));
  CHECK(xg::all(xg::isfinite(g)).item() == 1);
}

TEST_CASE("a projection makes h smaller than c") {
  const nn::LSTM net{3, 5, {.proj_size = 2, .dtype = xg::float64}};
  const Tensor x = random_doubles({4, 2, 3});
  const auto [y, state] = net(x);
  CHECK(y.shape() == Shape{4, 2, 2});
  CHECK(state.h.shape() == Shape{1, 2, 2});
  CHECK(state.c.shape() == Shape{1, 2, 5});
  const auto& w = *net.weights;
  const Tensor gates =
      xg::linear(xg::select(x, 0, 0), w.at("weight_ih_l0"), w.at("bias_ih_l0")) + w.at("bias_hh_l0");
  const auto [h, c] = xg::lstm_gates(gates, xg::zeros({2, 5}, as_double));
  CHECK(same(xg::select(y, 0, 0), xg::linear(h, w.at("weight_hr_l0"))));
}

TEST_CASE("dropout works between layers, and only in training") {
  xg::manual_seed(5);
  nn::GRU net{2, 8, {.num_layers = 2, .dropout = 0.5, .dtype = xg::float64}};
  const Tensor x = random_doubles({3, 2, 2});
  CHECK_FALSE(same(net(x).output, net(x).output));
  xg::eval(net);
  CHECK_FALSE(net.training);
  CHECK(same(net(x).output, net(x).output));
  const nn::GRU single{2, 8, {.dropout = 0.5, .dtype = xg::float64}};
  CHECK(same(single(x).output, single(x).output));
}

TEST_CASE("whole recurrent networks pass gradcheck, with states, projections and lengths") {
  const Tensor x = random_doubles({3, 2, 2}), h0 = random_doubles({4, 2, 2}, 2),
               c0 = random_doubles({4, 2, 3}, 3);
  const Tensor lengths = lengths_of({3, 2});
  xg::manual_seed(3);
  nn::LSTM lstm{2, 3, {.num_layers = 2, .bidirectional = true, .proj_size = 2, .dtype = xg::float64}};
  const auto of_weights = [&](nn::LSTM& net) {
    const auto [y, state] = net(x, {h0, c0}, lengths);
    return xg::sum(y * random_doubles({3, 2, 4}, 4)) + xg::sum(state.h * state.c.size(0)) + xg::sum(state.c);
  };
  CHECK(xg::gradcheck(of_weights, lstm));
  nn::GRU gru{2, 3, {.dtype = xg::float64}};
  const auto of_gru = [&](nn::GRU& net) { return xg::sum(net(x).output * random_doubles({3, 2, 3}, 4)); };
  CHECK(xg::gradcheck(of_gru, gru));
  CHECK(xg::gradgradcheck(of_gru, gru));
  const auto of_inputs = [&](const Tensor& in, const Tensor& h, const Tensor& c) {
    const auto [y, state] = lstm(in, {h, c}, lengths);
    return std::vector<Tensor>{y, state.h, state.c};
  };
  CHECK(xg::gradcheck(of_inputs, {x, h0, c0}));
}

TEST_CASE("a network in float32 stays there") {
  const nn::LSTM net{2, 3};
  const auto [y, state] = net(xg::ones({2, 1, 2}));
  CHECK(y.dtype() == xg::float32);
  CHECK(state.c.dtype() == xg::float32);
}

TEST_CASE("wrong calls of recurrent networks") {
  const nn::LSTM lstm{4, 3};
  CHECK_THROWS_WITH_AS(lstm(xg::zeros({5, 2, 3})),
                       "[LSTM] x [5, 2, 3]: expected [steps, n, 4] or [steps, 4] of at least 1 step",
                       xg::ShapeError);
  CHECK_THROWS_WITH_AS((nn::GRU{4, 3, {.batch_first = true}}(xg::zeros({2, 0, 4}))),
                       "[GRU] x [2, 0, 4]: expected [n, steps, 4] or [steps, 4] of at least 1 step",
                       xg::ShapeError);
  CHECK_THROWS_AS(lstm(xg::zeros({4})), xg::ShapeError);
  const Tensor x = xg::zeros({5, 2, 4});
  CHECK_THROWS_WITH_AS(lstm(x, {xg::zeros({1, 2, 4}), xg::zeros({1, 2, 3})}),
                       "[LSTM] h0 [1, 2, 4]: expected [1, 2, 3]", xg::ShapeError);
  CHECK_THROWS_WITH_AS(lstm(x, {xg::zeros({1, 2, 3}), xg::zeros({2, 2, 3})}),
                       "[LSTM] c0 [2, 2, 3]: expected [1, 2, 3]", xg::ShapeError);
  CHECK_THROWS_WITH_AS(lstm(x, {}, lengths_of({1, 6})),
                       "[LSTM] lengths int64 [2]: expected 2 whole numbers from 1 to 5", xg::ShapeError);
  CHECK_THROWS_AS(lstm(x, {}, lengths_of({0, 5})), xg::ShapeError);
  CHECK_THROWS_AS(lstm(x, {}, lengths_of({5})), xg::ShapeError);
  CHECK_THROWS_AS(lstm(x, {}, xg::ones({2})), xg::ShapeError);
  const auto make = [](std::int64_t layers, std::int64_t projection) {
    return nn::LSTM{4, 3, {.num_layers = layers, .proj_size = projection}};
  };
  CHECK_THROWS_WITH_AS(make(0, 0),
                       "[LSTM] num_layers 0 and proj_size 0: expected at least 1 layer, and a projection "
                       "smaller than the hidden size 3",
                       xg::ValueError);
  CHECK_THROWS_AS(make(1, 3), xg::ValueError);
  CHECK_THROWS_AS(make(1, -1), xg::ValueError);
}
