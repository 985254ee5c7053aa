#pragma once
/// What a trained eye sees in the curves of a training run, in words.

#include <string>
#include <vector>

#include "finding.hpp"
#include "history.hpp"
#include "monitor.hpp"

namespace xg::optim {

struct DiagnosisOptions {
  std::string train_loss = "train/loss";
  std::string valid_loss = "valid/loss";
};

/// What is wrong with a run, the most likely cause first; empty if nothing is. What follows from a finding is
/// no finding of its own: a learning rate that lets the loss explode explains the NaN at the end.
/// Curves alone tell of learning rates and of overfitting, a monitor that watched the run of everything.
std::vector<Finding> diagnose(const History& history, const DiagnosisOptions& options = {});
std::vector<Finding> diagnose(const History& history, const Monitor& monitor,
                              const DiagnosisOptions& options = {});
/// Of a monitor that keeps the history itself.
std::vector<Finding> diagnose(const Monitor& monitor, const DiagnosisOptions& options = {});

}  // namespace xg::optim
