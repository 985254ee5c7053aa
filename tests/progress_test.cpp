#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <xgrad/optim/progress.hpp>

namespace {

using xg::optim::Progress;
using xg::optim::ProgressOptions;

/// A screen of 80 columns and a clock that the test moves.
struct Screen {
  std::ostringstream out;
  double now = 100.0;

  ProgressOptions options(std::string label, bool terminal = true, std::size_t columns = 80) {
    return {.label = std::move(label),
            .out = &out,
            .terminal = terminal,
            .colour = false,
            .columns = columns,
            .clock = [this] { return now; }};
  }

  std::size_t redraws() const {
    const std::string text = out.str();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\r'));
  }

  /// What stands behind the last return.
  std::string last() const {
    const std::string text = out.str();
    return text.substr(text.rfind('\r') + 1);
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t columns(const std::string& text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U && c != '\n';
  return n;
}

}  // namespace

TEST_CASE("a progress bar shows count, share, rate, time left and values") {
  Screen screen;
  Progress bar{100, screen.options("train")};
  screen.now += 5.0;
  bar.advance(25, {{"loss", 0.3125}, {"acc", 0.9}});
  CHECK(contains(screen.last(), "train  25%|"));
  CHECK(contains(screen.last(), "| 25/100 [0:05<0:15, 5/s, loss 0.3125, acc 0.9]"));
}

TEST_CASE("a progress bar is filled by its share") {
  Screen screen;
  Progress bar{2, screen.options("")};
  screen.now += 1.0;
  bar.step();
  const std::string line = screen.last();
  const std::string inside = line.substr(line.find('|') + 1, line.rfind('|') - line.find('|') - 1);
  const std::size_t width = columns(inside);
  std::string half;
  for (std::size_t i = 0; i < width / 2; ++i) half += "█";
  CHECK(width > 10);
  CHECK(inside.substr(0, half.size()) == half);
  CHECK_FALSE(contains(inside.substr(half.size()), "█"));
}

TEST_CASE("a progress bar is redrawn at most ten times a second") {
  Screen screen;
  Progress bar{1000, screen.options("")};
  for (int i = 0; i < 1000; ++i) {
    screen.now += 0.001;
    bar.step();
  }
  CHECK(screen.redraws() >= 9);
  CHECK(screen.redraws() <= 11);
}

TEST_CASE("a progress bar ends with its last state and a fresh line") {
  Screen screen;
  {
    Progress bar{3, screen.options("")};
    for (int i = 0; i < 3; ++i) bar.step({{"loss", i}});
    screen.now += 6.0;
  }
  CHECK(contains(screen.last(), "100%"));
  CHECK(contains(screen.last(), "3/3 [0:06, 2 s each, loss 2]"));
  CHECK(screen.out.str().back() == '\n');
}

TEST_CASE("finishing a progress bar twice writes nothing more, nor do later steps") {
  Screen screen;
  Progress bar{3, screen.options("")};
  bar.step();
  bar.finish();
  const std::string before = screen.out.str();
  bar.finish();
  screen.now += 1.0;
  bar.step();
  CHECK(screen.out.str() == before);
}

TEST_CASE("off a terminal progress is one line at the end, without control characters") {
  Screen screen;
  {
    Progress bar{50, screen.options("epoch 1", false)};
    for (int i = 0; i < 50; ++i) {
      screen.now += 0.2;
      bar.step({{"loss", 1.0}});
      CHECK(screen.out.str().empty());
    }
  }
  CHECK(screen.out.str() == "epoch 1 50/50 [0:10, 5/s, loss 1]\n");
}

TEST_CASE("an unknown total shows the count alone, and more steps than the total stay at the full bar") {
  Screen screen;
  {
    Progress unknown{0, screen.options("read")};
    screen.now += 3700.0;
    unknown.advance(7400);
  }
  CHECK(contains(screen.last(), "read 7400 [1:01:40, 2/s]"));
  Progress over{2, screen.options("")};
  screen.now += 1.0;
  over.advance(5);
  CHECK(contains(screen.last(), "100%|"));
  CHECK(contains(screen.last(), "5/2"));
}

TEST_CASE("a progress line never reaches the last column") {
  for (const std::size_t width : {10U, 30U, 45U, 80U, 200U}) {
    CAPTURE(width);
    Screen screen;
    Progress bar{100, screen.options("träin", true, width)};
    screen.now += 1.0;
    bar.step({{"loss", 0.123456}, {"accuracy", 0.5}});
    CHECK(columns(screen.last()) < width);
    CHECK(columns(screen.last()) > width / 4);
  }
}

TEST_CASE("a shorter progress line blanks the rest of a longer one") {
  Screen screen;
  Progress bar{0, screen.options("")};
  screen.now += 1.0;
  bar.step({{"loss", 0.123456}, {"accuracy", 0.5}});
  const std::size_t longer = columns(screen.last());
  screen.now += 1.0;
  bar.step({{"loss", 1.0}});
  CHECK(columns(screen.last()) == longer);
  CHECK(screen.last().ends_with("loss 1]" +
                                std::string(longer - std::string("2 [0:02, 1/s, loss 1]").size(), ' ')));
}

TEST_CASE("NO_COLOR keeps colours away from a progress bar") {
  const char* const before = std::getenv("NO_COLOR");
  const std::string kept = before == nullptr ? "" : before;
  for (const bool forbidden : {false, true}) {
    setenv("NO_COLOR", forbidden ? "1" : "", 1);
    Screen screen;
    ProgressOptions options = screen.options("train");
    options.colour.reset();
    Progress bar{3, options};
    bar.step();
    CHECK(contains(screen.out.str(), "\x1b[") != forbidden);
  }
  before == nullptr ? unsetenv("NO_COLOR") : setenv("NO_COLOR", kept.c_str(), 1);
}
