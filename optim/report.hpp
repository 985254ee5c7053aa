#pragma once
/// A training run as a page to look at.
///
///   optim::report("run.html", monitor);                      // of a loop of one's own
///   optim::report("run.html", run.history, monitor,          // of optim::fit
///                 {.title = "LeNet-5 on MNIST",
///                  .confusion = optim::confusion_matrix(scores, labels, 10),
///                  .worst = optim::worst_examples(images, scores, labels)});

#include <filesystem>
#include <string>
#include <vector>

#include "../core/tensor.hpp"
#include "diagnosis.hpp"
#include "mistakes.hpp"

namespace xg::optim {

struct ReportOptions {
  std::string title = "Training run";
  std::string text{};                  ///< a paragraph below the title
  Tensor confusion{};                  ///< [classes, classes], as of confusion_matrix()
  std::vector<std::string> classes{};  ///< their names
  std::vector<Example> worst{};        ///< as of worst_examples()
  DiagnosisOptions diagnosis{};
};

/// Writes one self-contained HTML page, for light and for dark screens: the findings of diagnose() in words; curves
/// of losses, metrics and the learning rate; of each layer the gradients, the updates and the weights over time;
/// activations as histograms, with their dead units and saturated values; the confusion matrix and the worst
/// examples. What has not been watched is left out. Curves with names of their own are drawn too.
/// Throws  IoError if the file cannot be written; what the drawings throw for a confusion matrix or an image that
///         is none.
void report(const std::filesystem::path& path, const History& history, const ReportOptions& options = {});
void report(const std::filesystem::path& path, const History& history, const Monitor& monitor,
            const ReportOptions& options = {});
/// Of a monitor that keeps the history itself.
void report(const std::filesystem::path& path, const Monitor& monitor, const ReportOptions& options = {});

}  // namespace xg::optim
