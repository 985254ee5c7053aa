#pragma once
/// What every library is measured at: the names and sizes of the workloads, the numbers they start from, and
/// the program around them. A library's own files say how it does each one.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// One workload, ready to run. `results` are sums over what the last step computed, its value or loss first and
/// the gradients behind it; they tell whether two libraries computed the same.
struct Run {
  std::function<void()> step;
  std::function<std::vector<double>()> results;
};

/// Puts a workload of the list in list.cpp on the program; `setup` is called before each measurement.
void add(const std::string& name, std::function<Run()> setup);

/// What the program around the workloads has to know of a library.
struct Library {
  void (*set_threads)(int);
  std::int64_t (*system_allocations)() = nullptr;  ///< how often it asked for memory, if it counts
};

/// Measures what was added: all that Google Benchmark's own flags choose, with --threads=N, or one workload
/// alone in its process, with --alone=NAME.
int run(int argc, char** argv, const Library& library);

using Sizes = std::vector<std::int64_t>;

/// Standard normal numbers times `scale`, the same in every program.
std::vector<float> normals(std::int64_t n, unsigned seed, double scale = 1);
std::vector<double> wide_normals(std::int64_t n, unsigned seed, double scale = 1);
/// Where the i-th parameter of a network starts.
std::vector<float> parameter_values(const Sizes& shape, unsigned i);
/// Whole numbers on [0, below).
std::vector<std::int64_t> classes(std::int64_t n, std::int64_t below, unsigned seed);

/// A sum of magnitudes in which every position counts differently.
template <class T> double checksum(const T* values, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i)
    sum += (values[i] < 0 ? -1.0 : 1.0) * static_cast<double>(values[i]) *
           (1 + 0.1 * static_cast<double>(i % 7));
  return sum;
}

inline constexpr int chain_length = 1000;  // times y = y * a + b
inline constexpr std::int64_t large = 1048576;
inline constexpr std::int64_t elementwise_sizes[] = {65536, large};
inline constexpr unsigned batches = 8;  // different ones, in turn

/// The layers of the multilayer perceptron, and of the small one.
inline constexpr std::int64_t mlp_widths[] = {784, 512, 256, 10};
inline constexpr std::int64_t small_widths[] = {4, 32, 16, 4};
inline constexpr std::int64_t small_samples = 10000;

/// A product of the three forms that layers and their gradients need: a b, a b^T or a^T b.
struct Product {
  const char* form;
  std::int64_t m, n, k;
  double at_most;  // of libtorch's time

  std::string name() const;
  Sizes a_shape() const { return *form == 'T' ? Sizes{k, m} : Sizes{m, k}; }
  Sizes b_shape() const { return form[1] == 'T' ? Sizes{n, k} : Sizes{k, n}; }
};
inline constexpr Product products[] = {{"NN", 64, 64, 64, 0.75},    {"NN", 256, 256, 256, 1},
                                       {"NN", 1024, 1024, 1024, 1}, {"NT", 64, 512, 784, 1},
                                       {"TN", 512, 784, 64, 1},     {"NT", 768, 512, 128, 1},
                                       {"NT", 768, 128, 512, 1},    {"TN", 512, 128, 768, 1}};

/// The same products for each of 48 heads.
inline constexpr std::int64_t heads = 48, head_rows = 64, head_features = 32;
inline constexpr const char* forms[] = {"NN", "NT", "TN", "TT"};

struct Lstm {
  std::int64_t steps = 50, batch = 32, in = 64, hidden = 128;
};
struct Gpt {
  std::int64_t layers = 4, width = 128, heads = 4, context = 64, vocabulary = 65, batch = 12;
};
struct Ode {
  std::int64_t steps = 200, state = 16, hidden = 16;
};
/// One hidden layer in float64, and a mean of squares.
struct ScalarNet {
  std::int64_t samples = 64, in = 16, hidden = 32;
};
inline constexpr std::int64_t rosenbrock_size = 1000;

/// How time and memory grow: ops in a row; width, batch and steps of networks.
inline constexpr std::int64_t growth_depths[] = {10, 100, 1000, 10000, 100000, 1000000, 10000000};
inline constexpr std::int64_t growth_widths[] = {32, 64, 128, 256, 512, 1024, 2048};
inline constexpr std::int64_t growth_batches[] = {1, 4, 16, 64, 256, 1024, 4096};
inline constexpr std::int64_t growth_steps[] = {8, 16, 32, 64, 128, 256, 512};

}  // namespace bench
