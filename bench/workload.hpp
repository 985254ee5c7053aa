#pragma once
/// What every library is measured at: the names and sizes of the workloads, the numbers they start from, and
/// the program around them. A library's own files say how it does each one.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// One workload, ready to run. The checksum is taken after a fixed number of steps; it tells whether two
/// libraries computed the same.
struct Run {
  std::function<void()> step;
  std::function<double()> checksum;
};

/// Puts a workload of the list in workload.cpp on the program; `setup` is called before each measurement.
void add(const std::string& name, std::function<Run()> setup);

/// Parses --threads=N and Google Benchmark's own flags, and runs what was added.
int run(int argc, char** argv, void (*set_threads)(int));

/// Standard normal numbers times `scale`, the same in every program.
std::vector<float> normals(std::int64_t n, unsigned seed, double scale = 1);
/// Whole numbers on [0, below).
std::vector<std::int64_t> classes(std::int64_t n, std::int64_t below, unsigned seed);

/// A sum of magnitudes in which every position counts differently.
double checksum(const float* values, std::int64_t n);

inline constexpr int chain_length = 1000;  // times y = y * a + b
inline constexpr std::int64_t elementwise_sizes[] = {65536, 1048576};
inline constexpr int batches = 8;  // different ones, in turn
inline constexpr std::int64_t batch_size = 64;

/// The layers of the multilayer perceptron.
inline constexpr std::int64_t mlp_widths[] = {784, 512, 256, 10};

}  // namespace bench
