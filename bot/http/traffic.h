#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "bot/http/connection.h"
#include "bot/http/server.h"
#include "bot/http/waiting_room.h"
#include "bot/http/worker_pool.h"

namespace laoke::http {

// Which thread serves which connection, and for how long. Connections without a complete request wait in the room;
// the others are served by one of two pools. Thread-safe.
class Traffic {
 public:
  // Answers the one request whose headers are complete, or refuses with connection.refuse_with; false: the connection
  // is finished. Called by pool threads.
  using ServeOne = std::function<bool(Connection&)>;

  Traffic(const ServerOptions& options, ServeOne serve_one);
  ~Traffic();  // stop() has run, or nothing was accepted
  void accept(int socket);
  bool stopping() const { return stopping_; }
  // From now on nothing is accepted or waited for. False: some work was cut when `deadline` came.
  bool stop(Moment deadline);
  std::size_t open() const { return open_; }
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t turned_away() const { return turned_away_; }

 private:
  enum class Next { kHere, kOtherPool, kRoom, kClose };
  void arrived(std::unique_ptr<Connection> connection, WaitingRoom::Leaves why);
  void hand_over(std::unique_ptr<Connection> connection);
  void leave(Connection* connection);  // before it is destroyed or waits again
  void serve(WorkerPool& pool, std::unique_ptr<Connection> connection);
  Next next_of(WorkerPool& pool, Connection& connection);

  const ServerOptions options_;
  const ServeOne serve_one_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::uint64_t> accepted_ = 0, turned_away_ = 0;
  std::mutex mutex_;  // guards working_
  std::condition_variable idle_;
  std::set<Connection*> working_;  // given to a pool and not yet back
  WorkerPool hooks_, web_;
  WaitingRoom room_;
};

}  // namespace laoke::http
