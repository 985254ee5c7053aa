#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <xgrad/core/error.hpp>
#include <xgrad/optim/page.hpp>

#include "support/message_of.hpp"

namespace {

namespace fs = std::filesystem;
using xg::optim::Page;
using xg::optim::table_html;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A folder that is gone after the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / "xgrad_page_test";

  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }

  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(path), fs::directory_iterator());
  }
};

}  // namespace

TEST_CASE("a page escapes every text and leaves figures as they are") {
  Page page{"a <b> & c"};
  page.heading("x < y").text("it's \"so\"").figure("<svg><g/></svg>", "<i>").table({"<h>"}, {{"<td>"}});
  const std::string html = page.html();
  CHECK(contains(html, "<title>a &lt;b&gt; &amp; c</title>"));
  CHECK(contains(html, "<h1>a &lt;b&gt; &amp; c</h1>"));
  CHECK(contains(html, "<h2>x &lt; y</h2>"));
  CHECK(contains(html, "<p>it&#39;s &quot;so&quot;</p>"));
  CHECK(contains(html, "<svg><g/></svg>"));
  CHECK(contains(html, "<figcaption>&lt;i&gt;</figcaption>"));
  CHECK(contains(html, "<th>&lt;h&gt;</th>"));
  CHECK(contains(html, "<td>&lt;td&gt;</td>"));
}

TEST_CASE("notes and facts show texts as they are, a note in the colour of its tone") {
  Page page{"t"};
  page.facts({{"a < b", "1 & 2"}}).note(xg::optim::Tone::warning, "<t>", "w", "<r>");
  page.note(xg::optim::Tone::good, "fine", "really");
  const std::string html = page.html();
  CHECK(contains(html, "<dt>a &lt; b</dt><dd>1 &amp; 2</dd>"));
  CHECK(contains(html, "<div class=\"note warning\"><b>&lt;t&gt;</b><p>w</p><p>&lt;r&gt;</p></div>"));
  CHECK(contains(html, "<div class=\"note good\"><b>fine</b><p>really</p></div>"));
}

TEST_CASE("a page needs no network") {
  Page page{"t"};
  page.text("x").table({"a"}, {{"1"}});
  for (const char* part : {"http:", "https:", "src=", "@import", "url("}) {
    CAPTURE(part);
    CHECK_FALSE(contains(page.html(), part));
  }
}

TEST_CASE("figures that follow one another share a row, until something else comes") {
  Page page{"t"};
  page.figure("<svg id=\"1\"/>").figure("<svg id=\"2\"/>").text("between").figure("<svg id=\"3\"/>");
  const std::string html = page.html();
  const std::size_t first = html.find("<div class=\"figures\">"), text = html.find("<p>between");
  const std::size_t second = html.find("<div class=\"figures\">", first + 1);
  REQUIRE(second != std::string::npos);
  CHECK(html.find("id=\"2\"") < html.find("</div>", first));
  CHECK(html.find("</div>", first) < text);
  CHECK(text < second);
  CHECK(html.find("</div>", second) < html.find("</main>"));
}

TEST_CASE("numbers in a table stand on the right if the whole column is numbers") {
  const std::string html =
      table_html({"name", "loss", "mixed"}, {{"relu", "0.5", "1"}, {"mish", "-1e-3", "none"}});
  CHECK(contains(html, "<th>name</th><th class=\"number\">loss</th><th>mixed</th>"));
  CHECK(contains(html, "<td>mish</td><td class=\"number\">-1e-3</td><td>none</td>"));
  CHECK(contains(table_html({"share"}, {{"98.2%"}}), "<td class=\"number\">98.2%</td>"));
}

TEST_CASE("a table row of another length than the header is a ShapeError and leaves the page as it was") {
  Page page{"t"};
  const std::string before = page.html();
  CHECK_THROWS_WITH_AS(page.table({"a", "b"}, {{"1", "2"}, {"1"}}),
                       "[table] row 1 has 1 cells, the header 2: give as many of both", xg::ShapeError);
  CHECK(page.html() == before);
}

TEST_CASE("writing a page replaces the file and leaves nothing beside it") {
  const Folder folder;
  const fs::path file = folder.path / "page.html";
  std::ofstream(file) << std::string(100'000, 'x');
  Page page{"t"};
  page.write(file);
  CHECK(content(file) == page.html());
  CHECK(folder.files() == 1);
}

TEST_CASE("a page that cannot be written is an IoError with its path") {
  const Folder folder;
  const fs::path missing = folder.path / "no" / "page.html";
  CHECK_THROWS_WITH_AS(Page{"t"}.write(missing),
                       ("[page] cannot write \"" + missing.string() +
                        "\": No such file or directory; check the folder and its rights")
                           .c_str(),
                       xg::IoError);
  const fs::path taken = folder.path / "folder";
  fs::create_directories(taken / "inner");
  CHECK_THROWS_AS(Page{"t"}.write(taken), xg::IoError);
  CHECK(folder.files() == 1);
}
