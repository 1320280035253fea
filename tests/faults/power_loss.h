#pragma once
#include <random>
#include <string>

namespace laoke::faults {

// Does to a stopped node's database what a power loss does: of the writes that were not synced, sectors of 512 bytes
// reach the disk or not, at random. Reads the log that libfaults.so kept and empties it; removes the shared index, which
// lives in memory. The number of writes that were at stake.
int lose_power(const std::string& database_file, const std::string& write_log, std::mt19937_64& random);

}  // namespace laoke::faults
