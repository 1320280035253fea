#pragma once
#include <atomic>
#include <cerrno>
#include <cstdint>

// What the driver and libfaults.so, loaded into a node, share.
namespace laoke::faults {

// A file of this form, mapped by both, steers what goes wrong inside the node while it runs.
struct FaultControl {
  std::atomic<std::int32_t> write_fails_permille{0};  // of the writes to the database's files
  std::atomic<std::int32_t> sync_fails_permille{0};
  std::atomic<std::int32_t> error{EIO};               // what they fail with; EIO or ENOSPC
  std::atomic<std::int32_t> power_loss{0};            // 1: writes are logged until they are synced
  std::atomic<std::int64_t> clock_offset_ms{0};       // of the node's wall clock
  std::atomic<std::int64_t> struck{0};                // calls that failed on purpose
};
constexpr const char* kControlVariable = "LAOKE_FAULT_CONTROL";  // path of that file
constexpr const char* kWriteLogVariable = "LAOKE_FAULT_WRITES";  // path of the log of unsynced writes

enum class FileKind : std::int32_t { kNone = 0, kDatabase = 1, kWal = 2, kJournal = 3 };
constexpr int kFileKinds = 4;

// The log is a row of these. A write is followed by `old_bytes` bytes as they were and `length` bytes as written; a sync
// (length -1) says that everything before it in that file has reached the disk.
struct WriteRecord {
  FileKind file = FileKind::kNone;
  std::int32_t length = 0, old_bytes = 0, reserved = 0;
  std::int64_t offset = 0, old_size = 0;
};

}  // namespace laoke::faults
