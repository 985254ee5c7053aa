#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "../core/create.hpp"
#include "../core/mode.hpp"
#include "../core/random.hpp"
#include "../core/tensor.hpp"
#include "../ops/index.hpp"
#include "../ops/view.hpp"

namespace xg::nn {

namespace detail {

std::int64_t common_length(std::initializer_list<const Tensor*> tensors);
void check_loader(std::int64_t batch_size, std::int64_t samples);

/// Where a loader stands, and what makes the same batches come from there.
struct LoaderState {
  std::int64_t epoch = 0;  // that is under way or comes next
  std::int64_t batch = 0;  // of it, the next one
  std::uint64_t seed = 0;
  std::int64_t batch_size = 1, samples = 0;
};
std::map<std::string, Tensor> to_tensors(const LoaderState& state);
/// The state in tensors that must have been made of the batches that `now` has.
LoaderState from_tensors(const std::map<std::string, Tensor>& saved, const LoaderState& now);

}  // namespace detail

/// Samples held in memory: the rows of N tensors that belong together, e.g. `TensorDataset data{x, y};`.
template <std::size_t N> class TensorDataset {
 public:
  /// Throws  ShapeError "[TensorDataset] tensors [100, 784] and [90]: axis 0 must have one length".
  template <std::same_as<Tensor>... T>
  requires(sizeof...(T) == N) explicit TensorDataset(const T&... tensors)
      : tensors_{tensors...}, size_(detail::common_length({&tensors...})) {}

  std::int64_t size() const { return size_; }
  const std::array<Tensor, N>& tensors() const { return tensors_; }

  /// The samples at these int64 indices, copied.
  std::array<Tensor, N> batch(const Tensor& index) const {
    const NoGrad guard;
    std::array<Tensor, N> rows;
    for (std::size_t i = 0; i < N; ++i) rows[i] = index_select(tensors_[i], 0, index);
    return rows;
  }

 private:
  std::array<Tensor, N> tensors_;
  std::int64_t size_;
};
template <std::same_as<Tensor>... T> TensorDataset(const T&...) -> TensorDataset<sizeof...(T)>;

/// What a DataLoader needs: size() and batch(int64 tensor of indices), which may return anything.
template <class T>
concept Dataset = requires(const T& data, const Tensor& index) {
  { data.size() } -> std::convertible_to<std::int64_t>;
  data.batch(index);
};

struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  bool shuffle = false;                    ///< a new order for each epoch
  bool drop_last = false;                  ///< leave out a last batch that is not full
  std::optional<std::uint64_t> seed = {};  ///< of the orders; drawn from the default generator if not given
};

/// Batches of a data set; each range-for over it is an epoch:
///     nn::DataLoader loader{nn::TensorDataset{x, y}, {.batch_size = 64, .shuffle = true}};
///     for (auto [images, labels] : loader) ...
/// The order of an epoch depends on the seed and on the number of the epoch alone.
template <Dataset D> class DataLoader {
 public:
  /// Throws  ValueError "[DataLoader] batch_size 0: must be positive".
  explicit DataLoader(D data, DataLoaderOptions options = {})
      : data_(std::move(data)),
        options_(options),
        seed_(options.seed ? *options.seed : default_generator().fork().state().seed) {
    detail::check_loader(options_.batch_size, rows());
  }

  const D& dataset() const { return data_; }
  /// The number of batches of an epoch.
  std::int64_t size() const {
    const bool partial = rows() % options_.batch_size != 0 && !options_.drop_last;
    return rows() / options_.batch_size + (partial ? 1 : 0);
  }
  /// The number of samples of an epoch.
  std::int64_t samples() const { return std::min(rows(), size() * options_.batch_size); }

  /// The number of epochs that were begun.
  std::int64_t epoch() const { return epoch_; }
  /// Goes on as if so many epochs had been begun.
  void set_epoch(std::int64_t epoch) {
    epoch_ = epoch;
    next_ = 0;
    under_way_ = false;
  }

  /// The seed and the place in the epoch: also within a loop, behind the batch that it is at.
  std::map<std::string, Tensor> state() const { return detail::to_tensors(place()); }
  /// Puts a place back: an epoch that was under way is gone on with by the next loop, and not counted as
  /// begun until then.
  /// Throws  StructureError, before anything is changed, "[load_state] the place is one among 60000 samples
  ///         in batches of 64, this loader has 100 in batches of 10: ...".
  void load_state(const std::map<std::string, Tensor>& saved) {
    const detail::LoaderState state = detail::from_tensors(saved, place());
    seed_ = state.seed;
    set_epoch(state.epoch);
    next_ = state.batch;
  }

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = decltype(std::declval<const D&>().batch(std::declval<const Tensor&>()));

    value_type operator*() const {
      loader_->next_ = at_ + 1;
      const std::int64_t start = at_ * loader_->options_.batch_size;
      const std::int64_t stop = std::min(start + loader_->options_.batch_size, order_.size(0));
      return loader_->data_.batch(slice(order_, 0, start, stop));
    }
    Iterator& operator++() {
      ++at_;
      if (at_ == loader_->size()) loader_->end_epoch();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) { return i.at_ >= i.loader_->size(); }

   private:
    friend DataLoader;
    Iterator(DataLoader& loader, Tensor order, std::int64_t at)
        : loader_(&loader), order_(std::move(order)), at_(at) {}

    DataLoader* loader_;
    Tensor order_;
    std::int64_t at_;
  };

  Iterator begin() {
    if (under_way_) next_ = 0;
    Iterator first(*this, order_of(epoch_++), next_);
    under_way_ = true;
    if (next_ >= size()) end_epoch();
    return first;
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::int64_t rows() const { return static_cast<std::int64_t>(data_.size()); }

  void end_epoch() {
    next_ = 0;
    under_way_ = false;
  }

  detail::LoaderState place() const {
    return {epoch_ - (under_way_ ? 1 : 0), next_, seed_, options_.batch_size, rows()};
  }

  Tensor order_of(std::int64_t epoch) const {
    if (!options_.shuffle) return arange(rows());
    Generator generator(seed_);
    generator.set_state({.seed = seed_, .draws = static_cast<std::uint64_t>(epoch)});
    return randperm(rows(), generator);
  }

  D data_;
  DataLoaderOptions options_;
  std::uint64_t seed_;
  std::int64_t epoch_ = 0;  // how many were begun
  std::int64_t next_ = 0;  // the batch that comes next in the epoch under way, or where the next epoch starts
  bool under_way_ = false;
};

}  // namespace xg::nn
