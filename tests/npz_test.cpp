#include "support/npz.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <cstring>
#include <fstream>
#include <string>
#include <xgrad/core/error.hpp>

namespace {

using xg::test::Npz;
using xg::test::NpzArray;
using xg::test::parse_npz;

template <class Integer> void append(std::string& out, Integer value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class T> std::string raw(std::initializer_list<T> values) {
  std::string out;
  for (const T value : values) append(out, value);
  return out;
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& data, int version = 1,
                const std::string& order = "False") {
  const std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  std::string out = "\x93NUMPY";
  append(out, static_cast<std::uint8_t>(version));
  append(out, std::uint8_t{0});
  if (version == 1) {
    append(out, static_cast<std::uint16_t>(header.size()));
  } else {
    append(out, static_cast<std::uint32_t>(header.size()));
  }
  return out + header + data;
}

std::string deflated(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  std::string input = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// A zip file, member by member.
struct Zip {
  std::string members;
  std::string directory;
  std::uint16_t count = 0;

  Zip& add(const std::string& name, const std::string& bytes, std::uint16_t method) {
    const std::string packed = method == 8 ? deflated(bytes) : bytes;
    std::string common;
    append(common, std::uint16_t{20});  // version
    append(common, std::uint16_t{0});   // flags
    append(common, method);
    append(common, std::uint32_t{0});  // time and date
    append(common, static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()),
                                                    static_cast<uInt>(bytes.size()))));
    append(common, static_cast<std::uint32_t>(packed.size()));
    append(common, static_cast<std::uint32_t>(bytes.size()));
    append(common, static_cast<std::uint16_t>(name.size()));
    append(common, std::uint16_t{0});  // extra
    const auto header_at = static_cast<std::uint32_t>(members.size());
    members += "PK\x03\x04" + common + name + packed;
    directory += "PK\x01\x02";
    append(directory, std::uint16_t{20});
    directory += common + std::string(10, '\0');
    append(directory, header_at);
    directory += name;
    ++count;
    return *this;
  }

  std::string bytes(const std::string& comment = "") const {
    std::string out = members + directory + "PK\x05\x06" + std::string(4, '\0');
    append(out, count);
    append(out, count);
    append(out, static_cast<std::uint32_t>(directory.size()));
    append(out, static_cast<std::uint32_t>(members.size()));
    append(out, static_cast<std::uint16_t>(comment.size()));
    return out + comment;
  }
};

Npz parse(const std::string& bytes) { return parse_npz(std::as_bytes(std::span(bytes)), "x.npz"); }

std::string error_of(const std::string& bytes) {
  try {
    parse(bytes);
  } catch (const xg::IoError& e) {
    return e.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string one(const std::string& array) { return Zip().add("a.npy", array, 0).bytes(); }

}  // namespace

TEST_CASE("an npz is read whether stored or deflated, with every dtype") {
  for (const std::uint16_t method : {std::uint16_t{0}, std::uint16_t{8}}) {
    CAPTURE(method);
    const Npz npz =
        parse(Zip()
                  .add("d.npy", npy("<f8", "(2, 2)", raw({1.5, -2.0, 0.25, 1e300})), method)
                  .add("f.npy", npy("<f4", "(2,)", raw({0.5F, -8.0F})), method)
                  .add("q.npy", npy("<i8", "(1, 3)", raw<std::int64_t>({-1, 0, 1LL << 60})), method)
                  .add("i.npy", npy("<i4", "(1,)", raw<std::int32_t>({-7})), method)
                  .add("b.npy", npy("|b1", "(3,)", raw<std::uint8_t>({1, 0, 1})), method)
                  .bytes());
    REQUIRE(npz.size() == 5);
    CHECK(npz.at("d").dtype == 'd');
    CHECK(npz.at("d").shape == std::vector<std::size_t>{2, 2});
    CHECK(npz.at("d").to_doubles() == std::vector<double>{1.5, -2.0, 0.25, 1e300});
    CHECK(npz.at("f").to_doubles() == std::vector<double>{0.5, -8.0});
    CHECK(npz.at("q").shape == std::vector<std::size_t>{1, 3});
    CHECK(npz.at("q").to_integers() == std::vector<std::int64_t>{-1, 0, 1LL << 60});
    CHECK(npz.at("i").to_integers() == std::vector<std::int64_t>{-7});
    CHECK(npz.at("b").dtype == '?');
    CHECK(npz.at("b").to_integers() == std::vector<std::int64_t>{1, 0, 1});
    CHECK_THROWS_AS(npz.at("f").to_integers(), xg::DtypeError);
  }
}

TEST_CASE("scalars, empty arrays, NPY version 2 and a zip comment are read") {
  const Npz npz = parse(Zip()
                            .add("scalar.npy", npy("<f8", "()", raw({3.0})), 8)
                            .add("empty.npy", npy("<f8", "(4, 0, 2)", ""), 8)
                            .add("v2.npy", npy("<f8", "(1,)", raw({2.0}), 2), 0)
                            .bytes("a remark"));
  CHECK(npz.at("scalar").shape.empty());
  CHECK(npz.at("scalar").to_doubles() == std::vector<double>{3.0});
  CHECK(npz.at("empty").shape == std::vector<std::size_t>{4, 0, 2});
  CHECK(npz.at("empty").bytes.empty());
  CHECK(npz.at("v2").to_doubles() == std::vector<double>{2.0});
}

TEST_CASE("an npz that was cut off anywhere is an IoError") {
  const std::string whole = Zip()
                                .add("a.npy", npy("<f8", "(2,)", raw({1.0, 2.0})), 8)
                                .add("b.npy", npy("<f8", "()", raw({1.0})), 0)
                                .bytes();
  REQUIRE(parse(whole).size() == 2);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(contains(error_of(whole.substr(0, size)), "[npz] \"x.npz"));
  }
}

TEST_CASE("a flipped byte in an array's data is found by its checksum") {
  std::string bytes = one(npy("<f8", "(1,)", raw({1.0})));
  const std::size_t last_of_data = bytes.find("PK\x01\x02") - 1;
  bytes[last_of_data] = static_cast<char>(bytes[last_of_data] ^ 1);
  CHECK(contains(error_of(bytes), "a.npy has a wrong checksum"));
}

TEST_CASE("what is not read in an npz is said by name") {
  CHECK(contains(error_of(one(npy("<f8", "(2, 2)", raw({1.0, 2.0, 3.0, 4.0}), 1, "True"))), "Fortran order"));
  CHECK(contains(error_of(one(npy("<c16", "(1,)", raw({1.0, 2.0})))), "dtype '<c16' is not read"));
  CHECK(contains(error_of(one(npy("<f8", "(1,)", raw({1.0}), 3))), "NPY version 3"));
  CHECK(contains(error_of(one("hello, world")), "x.npz:a.npy\": not an .npy array"));
  CHECK(contains(error_of(Zip().add("a.npy", "", 12).bytes()), "a.npy has zip method 12"));
}

TEST_CASE("an array whose data do not fit its shape is an IoError") {
  for (const char* shape : {"(3,)", "(1,)", "()", "(0,)", "(2, 2)", "(4294967296, 4294967296, 2)"}) {
    CAPTURE(shape);
    CHECK(contains(error_of(one(npy("<f8", shape, raw({1.0, 2.0})))), "does not fit its shape"));
  }
  CHECK(contains(error_of(one(npy("<f8", "(3,)", ""))), "does not fit its shape"));
  CHECK(contains(error_of(one(npy("<f8", "(-1,)", raw({1.0})))), "makes no sense"));
}

TEST_CASE("an npz file that is not there is named") {
  CHECK_THROWS_WITH_AS(xg::test::read_npz("/no/such/file.npz"),
                       "[npz] \"/no/such/file.npz\": cannot be opened: check the path and its rights",
                       xg::IoError);
}

TEST_CASE("an npz file is read from disk") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "xgrad_npz_test.npz";
  std::ofstream(path, std::ios::binary) << one(npy("<f8", "(1,)", raw({4.0})));
  CHECK(xg::test::read_npz(path).at("a").to_doubles() == std::vector<double>{4.0});
  std::filesystem::remove(path);
}
