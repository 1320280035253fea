#include "tests/faults/small_disk.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/temp_dir.h"

using laoke::faults::SmallDisk;

namespace {

bool writes(const std::string& path, std::size_t bytes) {
  std::ofstream file(path, std::ios::app);
  file << std::string(bytes, 'x') << std::flush;
  return file.good();
}

}  // namespace

TEST_CASE("a small disk is full to the last block when it is filled, and has room when it is freed", "[faults]") {
  const laoke::test::TempDir folder;
  std::string why, trouble;
  // On a thread of its own: mounts belong to the thread that makes them.
  std::thread alone([&] {
    why = SmallDisk::why_not();
    if (!why.empty()) return;
    const auto expect = [&](bool good, const char* what) { trouble += good ? "" : std::string(what) + "; "; };
    {
      SmallDisk disk(folder.path().string(), 1 << 20);
      expect(writes(folder.file("data"), 100'000), "it takes what fits");
      disk.fill();
      expect(disk.bytes_free() == 0, "nothing is free");
      expect(!writes(folder.file("data"), 100'000), "it is full");
      disk.fill();  // once more does no harm
      disk.free_up();
      expect(disk.bytes_free() > 500'000, "it is free again");
      expect(writes(folder.file("data"), 100'000), "it takes what fits again");
      expect(!writes(folder.file("more"), 2'000'000), "it is no larger than it was said to be");
    }
    expect(!std::filesystem::exists(folder.file("data")), "it goes with all that lies on it");
  });
  alone.join();
  if (!why.empty()) {
    WARN("left out: " << why);
    return;
  }
  CHECK(trouble == "");
}
