#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>
#include <xgrad/core/error.hpp>
#include <xgrad/optim/chart.hpp>
#include <xgrad/optim/decision_map.hpp>
#include <xgrad/optim/heat_map.hpp>
#include <xgrad/optim/png.hpp>

#include "support/drawing.hpp"

namespace {

using namespace xg::optim;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

/// The path of the line of the i-th colour.
std::string line_path(const std::string& chart, std::size_t i = 0) {
  const std::string start = "stroke=\"" + std::string(svg::colour(i)) + "\" stroke-width=\"2\"";
  const std::size_t at = chart.find(start);
  if (at == std::string::npos) return {};
  const std::size_t d = chart.find(" d=\"", at) + 4;
  return chart.substr(d, chart.find('"', d) - d);
}

struct Pixel {
  double x;
  double y;
};

std::vector<Pixel> pixels(const std::string& path) {
  std::vector<Pixel> out;
  for (std::size_t at = path.find_first_of("ML"); at != std::string::npos;
       at = path.find_first_of("ML", at + 1)) {
    std::size_t read = 0;
    const double x = std::stod(path.substr(at + 1, 32), &read);
    out.push_back({x, std::stod(path.substr(at + 1 + read, 32))});
  }
  return out;
}

}  // namespace

TEST_CASE("a line chart places points in proportion") {
  const std::string chart = line_chart({{.x = {0, 1, 4}, .y = {0, 10, 5}}});
  const auto p = pixels(line_path(chart));
  REQUIRE(p.size() == 3);
  CHECK(p[2].x - p[0].x == doctest::Approx(4 * (p[1].x - p[0].x)).epsilon(1e-3));
  CHECK(p[0].y - p[1].y == doctest::Approx(2 * (p[0].y - p[2].y)).epsilon(1e-3));
  CHECK(p[1].y < p[0].y);
  CHECK(well_formed(chart));
}

TEST_CASE("a line chart without x counts from 0") {
  CHECK(line_path(line_chart({{.y = {3, 1, 2}}})) ==
        line_path(line_chart({{.x = {0, 1, 2}, .y = {3, 1, 2}}})));
}

TEST_CASE("equal ratios are equal distances on a logarithmic axis") {
  const auto p = pixels(
      line_path(line_chart({{.x = {1e-3, 1e-1, 10}, .y = {1, 100, 1e4}}}, {.log_x = true, .log_y = true})));
  REQUIRE(p.size() == 3);
  CHECK(p[1].x - p[0].x == doctest::Approx(p[2].x - p[1].x).epsilon(1e-3));
  CHECK(p[1].y - p[0].y == doctest::Approx(p[2].y - p[1].y).epsilon(1e-3));
}

TEST_CASE("ticks are multiples of 1, 2 or 5 and as precise as their step") {
  const auto texts = [](Range range, bool log) {
    std::string out;
    for (const svg::Tick& t : svg::ticks(range, log, 5)) out += t.text + " ";
    return out;
  };
  CHECK(texts({0, 1}, false) == "0 0.2 0.4 0.6 0.8 1.0 ");
  CHECK(texts({-1, 1}, false) == "−1.0 −0.5 0 0.5 1.0 ");
  CHECK(texts({0, 2300}, false) == "0 500 1000 1500 2000 ");
  CHECK(texts({-1e7, 2e7}, false) == "−1e7 0 1e7 2e7 ");
  CHECK(texts({0, 1e-5}, false) == "0 2e−6 4e−6 6e−6 8e−6 1.0e−5 ");
  CHECK(texts({1e-2, 1e2}, true) == "0.01 0.1 1 10 100 ");
  CHECK(texts({1e-8, 1e-4}, true) == "10⁻⁸ 10⁻⁷ 10⁻⁶ 10⁻⁵ 10⁻⁴ ");
  CHECK(texts({1, 50}, true) == "1 2 5 10 20 50 ");
  CHECK(texts({1, 3}, true) == "1.0 1.5 2.0 2.5 3.0 ");
}

TEST_CASE("values that cannot be drawn interrupt a line, and a point between two gaps is a dot") {
  const std::string chart = line_chart({{.y = {1, 2, not_a_number, 3, inf, 2, 1, -inf}}});
  CHECK(count(line_path(chart), "M") == 2);
  CHECK(count(line_path(chart), "L") == 2);
  CHECK(count(chart, "r=\"2.5\"") == 1);
  const std::string log = line_chart({{.y = {1, 2, 0, -3, 4, 5}}}, {.log_y = true});
  CHECK(count(line_path(log), "M") == 2);
}

TEST_CASE("every coordinate is a number, whatever the data") {
  const double big = std::numeric_limits<double>::max(), tiny = std::numeric_limits<double>::denorm_min();
  const std::vector<std::vector<double>> cases{{},
                                               {0},
                                               {5, 5, 5},
                                               {not_a_number, not_a_number},
                                               {inf, -inf},
                                               {-big, big, 1},
                                               {tiny, 2 * tiny},
                                               {0, tiny},
                                               {1e299, -1e299},
                                               {1e15, 1e15 + 1},
                                               {1e-200, 1e200},
                                               {-1, -2}};
  for (const auto& y : cases) {
    for (const bool log : {false, true}) {
      CAPTURE(y.size());
      const std::string chart = line_chart({{.name = "s", .y = y}}, {.log_y = log});
      CHECK(well_formed(chart));
      for (const std::string bad :
           {"\"nan", "\"-nan", "\"inf", "\"-inf", "Mnan", "Lnan", " nan", " -nan", " inf", " -inf"}) {
        CAPTURE(bad);
        CHECK_FALSE(contains(chart, bad));
      }
    }
  }
  CHECK(well_formed(line_chart({})));
}

TEST_CASE("a long line is thinned but keeps its spikes") {
  Series s{.y = std::vector<double>(100'000, 1.0)};
  s.y[54'321] = 1000.0;
  s.y[77'777] = -1000.0;
  const std::string chart = line_chart({s});
  const auto p = pixels(line_path(chart));
  CHECK(p.size() < 2000);
  CHECK(chart.size() < 60'000);
  const auto whole =
      pixels(line_path(line_chart({{.x = {0, 54'321, 77'777, 99'999}, .y = {1, 1000, -1000, 1}}})));
  const auto by_height = [](Pixel a, Pixel b) { return a.y < b.y; };
  const Pixel top = *std::min_element(p.begin(), p.end(), by_height);
  const Pixel low = *std::max_element(p.begin(), p.end(), by_height);
  CHECK(top.x == doctest::Approx(whole[1].x));
  CHECK(top.y == doctest::Approx(whole[1].y));
  CHECK(low.x == doctest::Approx(whole[2].x));
  CHECK(low.y == doctest::Approx(whole[2].y));
}

TEST_CASE("a legend names the series, and markup in names and labels is shown as text") {
  const std::string chart = line_chart({{.name = "a < b & \"c\"", .y = {1, 2}}},
                                       {.title = "</svg><script>", .x_label = "<x>", .y_label = "it's"});
  CHECK(contains(chart, ">a &lt; b &amp; &quot;c&quot;</text>"));
  CHECK(contains(chart, ">&lt;/svg&gt;&lt;script&gt;</text>"));
  CHECK_FALSE(contains(chart, "<script"));
  CHECK(well_formed(chart));
}

TEST_CASE("pointing at a line tells series, x and y") {
  const std::string chart =
      line_chart({{.name = "adam", .x = {10, 20}, .y = {0.5, 0.25}}}, {.x_label = "step", .y_label = "loss"});
  CHECK(contains(chart, "<title>adam\nstep 20\nloss 0.25</title>"));
}

TEST_CASE(
    "a line takes the next colour or the one it is given, dashes if asked, dots when the colours repeat") {
  const std::string chart = line_chart(
      {{.y = {1, 2}}, {.y = {2, 3}}, {.y = {3, 4}, .dashed = true, .colour = svg::colour_count()}});
  CHECK(count(chart, "stroke=\"" + std::string(svg::colour(0)) + "\" stroke-width=\"2\"") == 2);
  CHECK(count(chart, "stroke=\"" + std::string(svg::colour(1)) + "\" stroke-width=\"2\"") == 1);
  CHECK(count(chart, "stroke-dasharray=\"7 4\"") == 1);
  CHECK(contains(line_chart({{.y = {1, 2}, .colour = svg::colour_count()}}), "stroke-dasharray=\"2 3\""));
}

TEST_CASE("y_range sets the axis and keeps the line inside of the plot") {
  const std::string chart = line_chart({{.y = {0, 1e6}}}, {.y_range = Range{-1, 1}});
  CHECK(contains(chart, "overflow=\"hidden\""));
  CHECK(contains(chart, ">−1.0</text>"));
  CHECK_FALSE(contains(chart, "<title>\ny 1e6"));
  CHECK(well_formed(chart));
}

TEST_CASE("a line chart refuses what it cannot draw") {
  CHECK_THROWS_WITH_AS(line_chart({{.name = "s", .x = {1}, .y = {1, 2}}}),
                       "[line_chart] series \"s\" has x [1] and y [2]: give as many of both, or no x",
                       xg::ShapeError);
  CHECK_THROWS_AS(line_chart({}, {.width = 10}), xg::ValueError);
  CHECK_THROWS_AS(line_chart({}, {.y_range = Range{1, 1}}), xg::ValueError);
  CHECK_THROWS_AS(line_chart({}, {.y_range = Range{0, 1e-320}}), xg::ValueError);
  CHECK_THROWS_AS(line_chart({}, {.log_y = true, .y_range = Range{0, 1}}), xg::ValueError);
}

TEST_CASE("a PNG holds its pixels") {
  const std::vector<std::uint8_t> rgba{1,   2,   3,   255, 4, 5, 6, 0, 7, 8, 9, 128,
                                       250, 251, 252, 253, 0, 0, 0, 0, 9, 9, 9, 9};
  const std::string uri = png_data_uri(rgba, 2, 3);
  CHECK((uri.size() - uri.find(',') - 1) % 4 == 0);
  const std::string png = png_bytes(uri);
  CHECK(big_endian(png, 16) == 2);
  CHECK(big_endian(png, 20) == 3);
  CHECK(png.substr(24, 5) == std::string("\x08\x06\0\0\0", 5));  // 8 bits, RGBA, deflate, no interlacing
  CHECK(png_pixels(png) == rgba);
  CHECK_THROWS_AS(png_data_uri(rgba, 2, 2), xg::ShapeError);
}

TEST_CASE("a small heat map has cells with tooltips, and none where a value is missing") {
  const std::string map = heat_map(std::vector<double>{0, 1, not_a_number, 2, 3, 4}, 2, 3,
                                   {.x_label = "predicted", .y_label = "true", .x_names = {"a", "b", "c"}});
  CHECK(count(map, "<rect") == 5);
  CHECK(contains(map, "fill=\"#440154\"><title>true 0\npredicted a\n0</title>"));
  CHECK(contains(map, "fill=\"#fde725\"><title>true 1\npredicted c\n4</title>"));
  CHECK(well_formed(map));
}

TEST_CASE("a heat map writes its values into the cells if asked") {
  const std::vector<double> values{12.5, 7};
  CHECK(contains(heat_map(values, 1, 2, {.annotate = true}), ">12.5</text>"));
  CHECK_FALSE(contains(heat_map(values, 1, 2), ">12.5</text>"));
}

TEST_CASE("a diverging heat map has its neutral colour at 0") {
  const std::string map = heat_map(std::vector<double>{-1, 0, 4}, 1, 3, {.diverging = true});
  CHECK(contains(map, "fill=\"#f4f4f4\"><title>row 0\ncolumn 1\n0</title>"));
  CHECK(contains(map, "fill=\"#a03a00\"><title>row 0\ncolumn 2\n4</title>"));
}

TEST_CASE("a large heat map is a picture with a pixel a value, row 0 at the top") {
  std::vector<double> values(30 * 20, 0.0);
  values[1] = 1.0;
  values[2] = not_a_number;
  const std::string map = heat_map(values, 30, 20);
  CHECK(count(map, "<rect") == 0);
  const std::string png = png_bytes(map);
  CHECK(big_endian(png, 16) == 20);
  CHECK(big_endian(png, 20) == 30);
  const auto rgba = png_pixels(png);
  CHECK(std::vector<int>(rgba.begin(), rgba.begin() + 8) ==
        std::vector<int>{68, 1, 84, 255, 253, 231, 37, 255});
  CHECK(rgba[11] == 0);
  CHECK(well_formed(map));
}

TEST_CASE("a heat map's rows and columns may stand for values") {
  const std::string map = heat_map(std::vector<double>{0, 1, 2, 3, 4, 5}, 2, 3,
                                   {.x_label = "x", .x_range = Range{-1, 1}, .y_range = Range{0, 0.5}});
  CHECK(contains(map, "<title>row 0\nx -1\n0</title>"));
  CHECK(contains(map, "<title>row 0.5\nx 0\n4</title>"));
  CHECK(contains(map, ">\u22121.0</text>"));
  CHECK(well_formed(map));
}

TEST_CASE("a heat map refuses what it cannot draw") {
  const std::vector<double> six(6, 1.0);
  CHECK_THROWS_WITH_AS(heat_map(six, 2, 2),
                       "[heat_map] 6 values for [2, 2]: give rows * cols values, at least one",
                       xg::ShapeError);
  CHECK_THROWS_AS(heat_map({}, 0, 0), xg::ShapeError);
  CHECK_THROWS_WITH_AS(heat_map(six, 2, 3, {.y_names = {"a"}}),
                       "[heat_map] y_names [1] must have 2 entries, or none", xg::ShapeError);
  CHECK_THROWS_AS(heat_map(six, 2, 3, {.range = Range{2, 1}}), xg::ValueError);
  CHECK_THROWS_WITH_AS(heat_map(six, 2, 3, {.y_range = Range{2, 1}}),
                       "[heat_map] y_range [2, 1]: give finite ends apart, the lower one first",
                       xg::ValueError);
  CHECK_THROWS_WITH_AS(heat_map(six, 2, 3, {.x_names = {"a", "b", "c"}, .x_range = Range{0, 1}}),
                       "[heat_map] x_names and x_range: give one of them", xg::ValueError);
  CHECK_THROWS_AS(heat_map(six, 2, 3, {.width = 10}), xg::ValueError);
}

TEST_CASE("a decision map draws its boundary where the probability is a half") {
  const std::size_t rows = 5, cols = 11;
  std::vector<double> p;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) p.push_back(static_cast<double>(c) / 10.0 * 0.8);
  }
  const std::string map =
      decision_map(p, rows, cols, {{0.625, 0, 1}}, {.x_range = {0, 1}, .y_range = {-1, 1}});
  const std::size_t at = map.find(" d=\"", map.find("xg-boundary"));
  const auto line = pixels(map.substr(at, map.find("/>", at) - at));
  REQUIRE(line.size() == 2 * (rows - 1));
  // The square that marks the sample at x = 0.625 shows where the boundary must be.
  const std::size_t mark = map.rfind("<rect x=\"", map.find("<title>1\n"));
  REQUIRE(mark != std::string::npos);
  const double centre = std::stod(map.substr(mark + 9, 32)) + 3.2;
  for (const Pixel& pixel : line) CHECK(pixel.x == doctest::Approx(centre).epsilon(1e-4));
  CHECK(well_formed(map));
}

TEST_CASE("a decision map colours by class and certainty, row 0 at the bottom") {
  const std::string map = decision_map(std::vector<double>{0.0, 0.5, 1.0, 1.0}, 2, 2, {});
  const auto rgba = png_pixels(png_bytes(map));
  CHECK(std::vector<int>(rgba.begin(), rgba.begin() + 4) == std::vector<int>{0xd5, 0x5e, 0x00, 120});
  CHECK(std::vector<int>(rgba.begin() + 8, rgba.begin() + 12) == std::vector<int>{0x01, 0x73, 0xc8, 120});
  CHECK(rgba[15] == 0);
}

TEST_CASE("the classes of a decision map differ in shape, too") {
  const std::vector<LabelledPoint> points{{0, 0, 0}, {0.5, 0.5, 1}, {0.1, 0.2, 1}, {not_a_number, 0, 1}};
  const std::string map =
      decision_map(std::vector<double>(4, 0.2), 2, 2, points, {.class_names = {"in", "out"}});
  CHECK(count(map, "<title>in\n") == 1);
  CHECK(count(map, "<title>out\n") == 2);
  CHECK(count(map, "<rect") == 3);    // two samples and the legend
  CHECK(count(map, "<circle") == 2);  // one sample and the legend
  CHECK_FALSE(contains(map, "xg-boundary"));
}

TEST_CASE("a decision map refuses what it cannot draw") {
  const std::vector<double> four(4, 0.5);
  CHECK_THROWS_AS(decision_map(four, 1, 4, {}), xg::ShapeError);
  CHECK_THROWS_AS(decision_map(four, 3, 2, {}), xg::ShapeError);
  CHECK_THROWS_WITH_AS(decision_map(four, 2, 2, {{0, 0, 2}}),
                       "[decision_map] label 2: there are two classes, 0 and 1", xg::ValueError);
  CHECK_THROWS_AS(decision_map(four, 2, 2, {}, {.x_range = {1, 1}}), xg::ValueError);
  CHECK_THROWS_AS(decision_map(four, 2, 2, {}, {.height = 10}), xg::ValueError);
}
