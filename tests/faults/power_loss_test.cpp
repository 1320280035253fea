#include "tests/faults/power_loss.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/faults/fault_control.h"
#include "tests/support/temp_dir.h"

using namespace laoke::faults;

namespace {

constexpr std::size_t kSector = 512;

// A database file and the log that a node would have left.
class Disk {
 public:
  Disk() {
    put("laoke.db", sectors('a') + sectors('b'));
    put("writes", "");
  }
  static std::string sectors(char letter) { return std::string(kSector, letter); }
  void write(FileKind kind, const char* name, std::int64_t offset, const std::string& bytes) {
    const std::string old = get(name);
    const auto at = static_cast<std::size_t>(offset);
    const std::string was = at < old.size() ? old.substr(at, bytes.size()) : "";
    append(WriteRecord{kind, static_cast<int>(bytes.size()), static_cast<int>(was.size()), 0, offset, static_cast<std::int64_t>(old.size())},
           was + bytes);
    std::string now = old;
    now.resize(std::max(now.size(), at + bytes.size()), '\0');
    now.replace(at, bytes.size(), bytes);
    put(name, now);
  }
  void sync(FileKind kind) { append(WriteRecord{kind, -1, 0, 0, 0, 0}, ""); }
  void cut_the_log() { put("writes", get("writes").substr(0, get("writes").size() - 10)); }
  int lose(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return lose_power(dir.file("laoke.db"), dir.file("writes"), random);
  }
  std::string get(const char* name) const {
    std::ifstream file(dir.file(name), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void put(const char* name, const std::string& bytes) { std::ofstream(dir.file(name), std::ios::binary | std::ios::trunc) << bytes; }
  bool exists(const char* name) const { return std::filesystem::exists(dir.file(name)); }

 private:
  void append(const WriteRecord& record, const std::string& bytes) {
    std::ofstream file(dir.file("writes"), std::ios::binary | std::ios::app);
    file.write(reinterpret_cast<const char*>(&record), sizeof record);
    file << bytes;
  }
  laoke::test::TempDir dir;
};

}  // namespace

TEST_CASE("what was synced survives a power loss", "[faults]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Disk disk;
    disk.write(FileKind::kDatabase, "laoke.db", 0, Disk::sectors('x'));
    disk.sync(FileKind::kDatabase);
    CHECK(disk.lose(seed) == 0);
    CHECK(disk.get("laoke.db") == Disk::sectors('x') + Disk::sectors('b'));
  }
}

TEST_CASE("what was not synced reaches the disk or not, sector by sector", "[faults]") {
  bool kept = false, lost = false, torn = false;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Disk disk;
    disk.write(FileKind::kDatabase, "laoke.db", 0, Disk::sectors('x') + Disk::sectors('y'));
    CHECK(disk.lose(seed) == 1);
    const auto now = disk.get("laoke.db");
    REQUIRE(now.size() == 2 * kSector);
    const bool first = now[0] == 'x', second = now[kSector] == 'y';
    CHECK(now == Disk::sectors(first ? 'x' : 'a') + Disk::sectors(second ? 'y' : 'b'));
    kept = kept || (first && second);
    lost = lost || (!first && !second);
    torn = torn || first != second;
  }
  CHECK(kept);
  CHECK(lost);
  CHECK(torn);
}

TEST_CASE("a later write may arrive without an earlier one to the same place, never the other way about undone", "[faults]") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Disk disk;
    disk.write(FileKind::kDatabase, "laoke.db", 0, Disk::sectors('x'));
    disk.write(FileKind::kDatabase, "laoke.db", 0, Disk::sectors('y'));
    disk.lose(seed);
    const char first = disk.get("laoke.db")[0];
    CHECK((first == 'a' || first == 'x' || first == 'y'));
  }
}

TEST_CASE("a file that grew may be as short as before, and a sync of one file says nothing of another", "[faults]") {
  bool shorter = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Disk disk;
    disk.put("laoke.db-wal", "");
    disk.put("laoke.db-shm", "index");
    disk.write(FileKind::kWal, "laoke.db-wal", 0, Disk::sectors('w'));
    disk.sync(FileKind::kDatabase);
    CHECK(disk.lose(seed) == 1);
    shorter = shorter || disk.get("laoke.db-wal").empty();
    CHECK(disk.get("laoke.db") == Disk::sectors('a') + Disk::sectors('b'));
    CHECK_FALSE(disk.exists("laoke.db-shm"));
    CHECK(disk.get("writes").empty());  // the next life starts with a clean log
  }
  CHECK(shorter);
}

TEST_CASE("a log that was cut in its last record is read up to there", "[faults]") {
  Disk disk;
  disk.write(FileKind::kDatabase, "laoke.db", 0, Disk::sectors('x'));
  disk.write(FileKind::kDatabase, "laoke.db", 512, Disk::sectors('y'));
  disk.cut_the_log();
  CHECK(disk.lose(1) == 1);
}
