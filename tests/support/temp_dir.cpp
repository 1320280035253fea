#include "tests/support/temp_dir.h"

#include <stdlib.h>

#include <stdexcept>

namespace laoke::test {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "laoke-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder for the test");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace laoke::test
