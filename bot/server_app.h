#pragma once
#include <chrono>
#include <memory>

#include "bot/config.h"
#include "storage/database.h"

namespace laoke {

// The running program: its parts in the order they start; they stop in reverse.
class ServerApp {
 public:
  // Opens the database (migrating it), takes the data folder for this process, creates the default shop on the first
  // start. Throws StorageError, http::CannotListen, or std::runtime_error when another server uses the folder; every
  // text says what to do.
  explicit ServerApp(const Config& config);
  ~ServerApp();

  void start();
  int port() const;
  // Takes no more requests, finishes running calls, gives back what was not sent. True when nothing had to be cut.
  bool stop(std::chrono::milliseconds budget);
  storage::Database& database();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace laoke
