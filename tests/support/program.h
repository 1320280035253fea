#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/support/test_database.h"

namespace laoke::test {

struct Ran {
  int exit_code = -1;
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }  // throws when `out` is anything else
};

// The real program in a folder of its own, with its data in "data" there. Nothing of this machine's settings reaches it.
class Program {
 public:
  explicit Program(std::string language = "en") : language_(std::move(language)) {}
  Ran run(const std::vector<std::string>& arguments) const;
  Ran run(const std::string& words) const;  // cut at blanks
  std::string file(const std::string& name) const { return dir_.file(name); }
  std::string write_file(const std::string& name, const std::string& text) const;
  std::string read_file(const std::string& name) const;
  std::string database() const { return dir_.file("data/laoke.db"); }  // when the tests run on SQLite
  const std::string& url() const { return home_.url(); }

 private:
  TempDir dir_;
  TestDatabase home_{dir_.file("data/laoke.db")};
  std::string language_;
};

}  // namespace laoke::test
