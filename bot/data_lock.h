#pragma once
#include <string>

namespace laoke {

// One server a data folder: two would send everything twice. Held for the life of the object; the system frees it when
// the process dies, however it dies.
class DataLock {
 public:
  // Throws std::runtime_error naming the other process when it holds the lock.
  explicit DataLock(const std::string& folder);
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace laoke
