#include "tests/faults/power_loss.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "tests/faults/fault_control.h"

namespace laoke::faults {
namespace {

constexpr std::size_t kSectorBytes = 512;

struct Write {
  WriteRecord record;
  std::string old_bytes, new_bytes;
};

// The writes after the last sync of each file. A record cut short by the kill never became a write.
std::array<std::vector<Write>, kFileKinds> unsynced(const std::string& log) {
  std::ifstream in(log, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  std::array<std::vector<Write>, kFileKinds> writes;
  for (std::size_t at = 0; at + sizeof(WriteRecord) <= bytes.size();) {
    Write write;
    std::memcpy(&write.record, bytes.data() + at, sizeof(WriteRecord));
    at += sizeof(WriteRecord);
    auto& list = writes[static_cast<std::size_t>(write.record.file)];
    if (write.record.length < 0) {
      list.clear();
      continue;
    }
    const auto old_length = static_cast<std::size_t>(write.record.old_bytes), length = static_cast<std::size_t>(write.record.length);
    if (at + old_length + length > bytes.size()) break;
    write.old_bytes = bytes.substr(at, old_length);
    write.new_bytes = bytes.substr(at + old_length, length);
    at += old_length + length;
    list.push_back(std::move(write));
  }
  return writes;
}

void put(int file, std::string_view bytes, std::int64_t offset) {
  if (!bytes.empty() && ::pwrite(file, bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the simulated disk cannot be written");
}

void roll_back(int file, const std::vector<Write>& writes) {
  for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
    put(file, write->old_bytes, write->record.offset);
    if (::ftruncate(file, write->record.old_size) != 0) throw std::runtime_error("the simulated disk cannot be cut");
  }
}

void replay_some(int file, const std::vector<Write>& writes, std::mt19937_64& random) {
  // From "nearly nothing arrived" to "nearly all did": each loss is of another kind.
  const double arrives = std::uniform_real_distribution<double>(0, 1)(random);
  std::bernoulli_distribution arrived(arrives);
  for (const auto& write : writes)
    for (std::size_t at = 0; at < write.new_bytes.size(); at += kSectorBytes)
      if (arrived(random))
        put(file, std::string_view(write.new_bytes).substr(at, kSectorBytes), write.record.offset + static_cast<std::int64_t>(at));
}

}  // namespace

int lose_power(const std::string& database_file, const std::string& write_log, std::mt19937_64& random) {
  static constexpr const char* kSuffixes[kFileKinds] = {"", "", "-wal", "-journal"};
  const auto all = unsynced(write_log);
  int count = 0;
  for (std::size_t kind = 1; kind < kFileKinds; ++kind) {
    if (all[kind].empty()) continue;
    const int file = ::open((database_file + kSuffixes[kind]).c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) continue;
    roll_back(file, all[kind]);
    replay_some(file, all[kind], random);
    ::close(file);
    count += static_cast<int>(all[kind].size());
  }
  std::filesystem::remove(database_file + "-shm");
  std::filesystem::resize_file(write_log, 0);
  return count;
}

}  // namespace laoke::faults
