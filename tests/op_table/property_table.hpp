#pragma once

#include <map>
#include <string>
#include <vector>

namespace xg::test {

/// Families x properties: how many rows were checked, and how many failed. Prints itself when the program
/// ends.
class PropertyTable {
 public:
  ~PropertyTable();
  void add(const std::string& family, const std::string& property, bool passed);

 private:
  struct Cell {
    int rows = 0, failed = 0;
  };
  std::vector<std::string> properties_;  // in the order of the tests
  std::map<std::string, std::map<std::string, Cell>> families_;
};

PropertyTable& property_table();

}  // namespace xg::test
