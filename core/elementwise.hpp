#pragma once
/// The one way to write mathematics: a generic lambda is the whole op.
///
///   static const auto mish = elementwise("mish", [](auto x) { return x * tanh(softplus(x)); });
///   Tensor y = mish(x);
///
/// The lambda runs on SIMD lanes (forward, one pass over memory), on dual numbers over lanes (backward, one
/// pass) and on dual numbers over recorded tensors (derivatives of derivatives, of any order).

#include <array>
#include <span>
#include <tuple>
#include <utility>

#include "dual_math.hpp"
#include "loop.hpp"
#include "node.hpp"
#include "operand.hpp"
#include "recorded.hpp"
#include "simd_math.hpp"

namespace xg {

/// What an op keeps for backward.
enum class Keep : std::uint8_t { inputs, output, both, nothing };

/// A derivative by hand: f(g..., kept...) returns the inputs' gradients (a std::tuple for several inputs),
/// where kept are the inputs, the outputs, first these then those, or nothing. It must be generic, like the
/// op's lambda.
template <Keep K, class F> struct Pullback { F f; };
template <Keep K, class F> Pullback<K, F> pullback(F f) { return {std::move(f)}; }

namespace detail {

/// See pass_on.
struct PassOn {};

/// Derivative by dual numbers: one evaluation gives every partial.
struct ByDuals {};

template <class F, class P> struct Functors {
  F forward;
  P backward;
};

/// Keeps a lambda's captures alive as long as a node needs them.
struct FunctorBox : RefCounted {
  virtual ~FunctorBox() = default;
  static void dispose(FunctorBox* b) noexcept { delete b; }
  static void* operator new(std::size_t bytes) { return allocate(bytes); }
  static void operator delete(void* p, std::size_t bytes) noexcept { deallocate(p, bytes); }
};
template <class Fs> struct FunctorBoxOf final : FunctorBox {
  explicit FunctorBoxOf(const Fs& f) : functors(f) {}
  Fs functors;
};
struct BoxedFunctors {
  Ref<FunctorBox> box;
  const void* functors;
};

/// All that the untyped half of elementwise needs to know of a lambda; one constant for each lambda and
/// arity.
struct ElementwiseRule {
  LoopKernel forward[2];   // float32, float64
  LoopKernel backward[2];  // cotangents and kept tensors to gradients
  void (*recorded)(const void* functors, std::span<const Recorded> arguments, std::span<Recorded> gradients);
  BoxedFunctors (*box)(const void* functors);
  Keep keep;
  bool passes_on;

  bool keeps_inputs() const { return keep == Keep::inputs || keep == Keep::both; }
  bool keeps_outputs() const { return keep == Keep::output || keep == Keep::both; }
};

void run_elementwise(const char* name, const ElementwiseRule& rule, const void* functors,
                     std::span<const Operand* const> inputs, std::span<Tensor> outputs);
void run_elementwise_into(const char* name, const ElementwiseRule& rule, const void* functors,
                          std::span<const Operand* const> inputs, std::span<Tensor* const> outputs);

bool has_nan(const Tensor& x);

template <class Isas> struct best_isa;
template <class First> struct best_isa<isa_list<First>> { using type = First; };
template <class First, class... Rest>
struct best_isa<isa_list<First, Rest...>> : best_isa<isa_list<Rest...>> {};

template <class R> inline constexpr std::size_t result_count = 1;
template <class... R> inline constexpr std::size_t result_count<std::tuple<R...>> = sizeof...(R);

template <class F, class Sequence> struct result_counter;
template <class F, std::size_t... I> struct result_counter<F, std::index_sequence<I...>> {
  template <std::size_t> using argument = lane<float, typename best_isa<compiled_isas>::type>;
  static constexpr std::size_t value =
      result_count<std::decay_t<std::invoke_result_t<const F&, argument<I>...>>>;
};
template <class F, std::size_t N>
inline constexpr std::size_t outputs_of = result_counter<F, std::make_index_sequence<N>>::value;

template <class B> inline constexpr Keep keep_of = Keep::inputs;
template <Keep K, class F> inline constexpr Keep keep_of<Pullback<K, F>> = K;

template <std::size_t I, class P, class R> XGRAD_INLINE P tangent_of(const R& r) {
  if constexpr (is_dual<R>)
    return r.tangent[I];
  else
    return P(0.0);
}

template <class P, std::size_t I, class Y, class G, std::size_t... O>
XGRAD_INLINE P pull_one(const Y& y, const G& g, std::index_sequence<O...>) {
  if constexpr (sizeof...(O) == 1)
    return std::get<0>(g) * tangent_of<I, P>(result<0>(y));
  else
    return (chain<sizeof...(O)>(tangent_of<I, P>(result<O>(y)), std::get<O>(g)) + ...);
}

template <class P, class F, class Arguments, std::size_t... I, std::size_t... O>
XGRAD_INLINE auto pull_by_duals(const F& f, const Arguments& arguments, std::index_sequence<I...>,
                                std::index_sequence<O...> outputs) {
  constexpr int n = sizeof...(I);
  const auto y = f(variable<n, static_cast<int>(I)>(std::get<sizeof...(O) + I>(arguments), P(1.0))...);
  return std::tuple<std::enable_if_t<(I >= 0), P>...>(pull_one<P, I>(y, arguments, outputs)...);
}

/// An element without a cotangent passes none on, even where its derivative is infinite: what a `where` or a
/// mask has left out stays out.
template <class G, class R, std::size_t... O, std::size_t... I>
XGRAD_INLINE auto only_where_used(const G& g, const R& r, std::index_sequence<O...>,
                                  std::index_sequence<I...>) {
  using L = std::decay_t<std::tuple_element_t<0, G>>;
  const auto unused = ((std::get<O>(g) == 0) & ...);
  return std::tuple<std::enable_if_t<(I >= 0), L>...>(where(unused, L(0), as_lane<L>(result<I>(r)))...);
}

/// The same for recorded gradients, at the price of a look at their values.
template <class T>
BasicRecorded<T> only_where_used(std::span<const BasicRecorded<T>> g, const BasicRecorded<T>& gradient) {
  if (gradient.is_number() || !has_nan(gradient.tensor())) return gradient;
  auto unused = g[0] == 0.0;
  for (const auto& other : g.subspan(1)) unused = unused & (other == 0.0);
  return where(unused, 0.0, gradient);
}

/// The backward functor of P = lanes or recorded tensors: (g..., kept...) to gradients.
template <class P, std::size_t N, std::size_t M, class F, class B, class... Arguments>
XGRAD_INLINE auto pull(const Functors<F, B>& functors, const Arguments&... arguments) {
  if constexpr (std::is_same_v<B, ByDuals>)
    return pull_by_duals<P>(functors.forward, std::tuple<const Arguments&...>(arguments...),
                            std::make_index_sequence<N>(), std::make_index_sequence<M>());
  else
    return functors.backward.f(arguments...);
}

template <class T, class Fs, std::size_t N, std::size_t M, class Isas = compiled_isas>
void forward_kernel(const void* functors, std::size_t n, const Stream* streams) {
  const auto& f = static_cast<const Fs*>(functors)->forward;
  dispatch([&](auto isa) {
    map_streams<lane<T, decltype(isa)>, false>(n, streams, f, std::make_index_sequence<N>(),
                                               std::make_index_sequence<M>());
  });
}

template <class T, class Fs, std::size_t N, std::size_t M, std::size_t Kept, class Isas = compiled_isas>
void backward_kernel(const void* functors, std::size_t n, const Stream* streams) {
  const Fs& fs = *static_cast<const Fs*>(functors);
  dispatch([&](auto isa) {
    using L = lane<T, decltype(isa)>;
    map_streams<L, true>(
        n, streams,
        [&](const auto&... arguments) {
          return only_where_used(std::tie(arguments...), pull<L, N, M>(fs, arguments...),
                                 std::make_index_sequence<M>(), std::make_index_sequence<N>());
        },
        std::make_index_sequence<M + Kept>(), std::make_index_sequence<N>());
  });
}

template <class Fs, std::size_t N, std::size_t M, std::size_t... A, std::size_t... I>
void pull_recorded(const Fs& fs, std::span<const Recorded> arguments, std::span<Recorded> gradients,
                   std::index_sequence<A...>, std::index_sequence<I...>) {
  const auto r = pull<Recorded, N, M>(fs, arguments[A]...);
  ((gradients[I] = only_where_used(arguments.first(M), Recorded(result<I>(r)))), ...);
}

template <class Fs> BoxedFunctors box_functors(const void* functors) {
  if constexpr (std::is_empty_v<Fs>) return {{}, functors};
  auto* box = new FunctorBoxOf<Fs>(*static_cast<const Fs*>(functors));
  return {Ref<FunctorBox>::adopt(box), &box->functors};
}

template <class F, class B, std::size_t N, class Isas = compiled_isas> struct RuleOf {
  using Fs = Functors<F, B>;
  static constexpr std::size_t M = outputs_of<F, N>;
  static constexpr Keep keep = keep_of<B>;
  static constexpr std::size_t kept = (keep == Keep::inputs || keep == Keep::both ? N : 0) +
                                      (keep == Keep::output || keep == Keep::both ? M : 0);

  static void recorded(const void* functors, std::span<const Recorded> arguments,
                       std::span<Recorded> gradients) {
    pull_recorded<Fs, N, M>(*static_cast<const Fs*>(functors), arguments, gradients,
                            std::make_index_sequence<M + kept>(), std::make_index_sequence<N>());
  }

  static constexpr ElementwiseRule value = {
      {forward_kernel<float, Fs, N, M, Isas>, forward_kernel<double, Fs, N, M, Isas>},
      {backward_kernel<float, Fs, N, M, kept, Isas>, backward_kernel<double, Fs, N, M, kept, Isas>},
      recorded,
      box_functors<Fs>,
      keep,
      false};
};

template <class F, std::size_t N, class Isas> struct RuleOf<F, PassOn, N, Isas> {
  using Fs = Functors<F, PassOn>;
  static constexpr std::size_t M = 1;
  static_assert(outputs_of<F, N> == M, "there must be one cotangent to pass on");

  static constexpr ElementwiseRule value = {
      {forward_kernel<float, Fs, N, M, Isas>, forward_kernel<double, Fs, N, M, Isas>},
      {},
      nullptr,
      [](const void*) { return BoxedFunctors(); },
      Keep::nothing,
      true};
};

}  // namespace detail

/// The derivative of a sum: every input gets the cotangent itself, with nothing computed or copied.
inline constexpr detail::PassOn pass_on;

/// An op made of a lambda. Call it with as many tensors or numbers as the lambda has parameters; they
/// broadcast, and gradients are summed back to each tensor's shape.
template <class F, class B = detail::ByDuals> class Elementwise {
 public:
  Elementwise(const char* name, F f, B b = {}) : name_(name), functors_{std::move(f), std::move(b)} {}

  /// One Tensor, or a std::array of them if the lambda returns a std::tuple.
  /// Shapes  the broadcast shape of all arguments.
  /// Grad    every tensor argument, any order; at kinks what the lambda's `where` chooses; 0 where the
  ///         cotangent is 0.
  /// Throws  ShapeError "[name] shapes [2] and [3] do not broadcast: ...".
  template <class... Args>
  requires(std::convertible_to<const Args&, Operand>&&...) auto operator()(const Args&... args) const {
    using Rule = detail::RuleOf<F, B, sizeof...(Args)>;
    std::array<Tensor, Rule::M> outputs;
    with_operands(
        [&](std::span<const Operand* const> inputs) {
          detail::run_elementwise(name_, Rule::value, &functors_, inputs, outputs);
        },
        args...);
    if constexpr (Rule::M == 1)
      return Tensor(std::move(outputs[0]));
    else
      return outputs;
  }

  /// Runs the lambda and writes its results over existing leaves, which may be among the arguments: one fused
  /// pass, nothing recorded. Outputs have the full shape and keep their dtype.
  /// Throws  ShapeError "[name] output 0 has shape [3], the result has shape [2, 3]"; GraphError if on the tape.
  template <std::size_t M, class... Args>
  requires(std::convertible_to<const Args&, Operand>&&...) void write(const std::array<Tensor*, M>& outputs,
                                                                      const Args&... args) const {
    using Rule = detail::RuleOf<F, B, sizeof...(Args)>;
    static_assert(M == Rule::M, "write() takes one tensor for each result of the lambda");
    with_operands(
        [&](std::span<const Operand* const> inputs) {
          detail::run_elementwise_into(name_, Rule::value, &functors_, inputs, outputs);
        },
        args...);
  }

  const char* name() const { return name_; }

 private:
  template <class Run, class... Args> static void with_operands(const Run& run, const Args&... args) {
    const std::array<Operand, sizeof...(Args)> operands{Operand(args)...};
    std::array<const Operand*, sizeof...(Args)> pointers;
    for (std::size_t i = 0; i < operands.size(); ++i) pointers[i] = &operands[i];
    run(std::span<const Operand* const>(pointers));
  }

  const char* name_;
  detail::Functors<F, B> functors_;
};

template <class F, class B> inline constexpr bool is_opaque<Elementwise<F, B>> = true;

/// Makes an op of a generic lambda; see the top of this file. Captured constants are part of the op.
template <class F> Elementwise<F> elementwise(const char* name, F f) { return {name, std::move(f)}; }
template <class F> Elementwise<F, detail::PassOn> elementwise(const char* name, F f, detail::PassOn) {
  return {name, std::move(f)};
}
/// The same with a derivative by hand, where that is cheaper or stabler:
/// `elementwise("tanh", f, pullback<Keep::output>([](auto g, auto y) { return g * (1 - y * y); }))`.
template <class F, Keep K, class P>
Elementwise<F, Pullback<K, P>> elementwise(const char* name, F f, Pullback<K, P> derivative) {
  return {name, std::move(f), std::move(derivative)};
}

}  // namespace xg
