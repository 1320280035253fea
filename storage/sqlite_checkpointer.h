#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace laoke::storage {

// Copies what commits left in the write-ahead log into the database file on a thread of its own: a commit that did it,
// as SQLite does by itself, would keep all who wait for it waiting some ten times as long. Thread-safe.
class SqliteCheckpointer {
 public:
  explicit SqliteCheckpointer(std::string file) : file_(std::move(file)) {}
  ~SqliteCheckpointer();

  // After each commit: how many pages the log holds. True: the writer must checkpoint too before it goes on. The log
  // starts anew only when all of it was copied, which under constant writing no other thread ever finds; what is left
  // for the writer to copy by then is little.
  [[nodiscard]] bool committed(int pages);

 private:
  void run();

  const std::string file_;
  std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  int pages_ = 0;       // in the log
  int seen_pages_ = 0;  // of them when the last pass began
  bool at_work_ = false;
  bool passed_ = false;  // a pass has ended and the writer did not follow it yet
  bool stopping_ = false;
  std::thread thread_;  // started when first needed
};

}  // namespace laoke::storage
