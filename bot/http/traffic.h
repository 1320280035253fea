#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "bot/http/connection.h"
#include "bot/http/request.h"
#include "bot/http/server.h"
#include "bot/http/waiting_room.h"
#include "bot/http/worker_pool.h"

namespace laoke::http {

// Which thread serves which connection, and for how long. Connections without a complete request wait in the room;
// the others are served by one of two pools. Thread-safe.
class Traffic {
 public:
  struct Served {
    bool goes_on = false;                  // another request may follow on this connection
    std::function<void(Reply)> later = {};  // set: the answer is still to come, and is called for with this
  };
  // Answers the one request whose headers are complete, or refuses with connection.refuse_with. Called by pool threads.
  using ServeOne = std::function<Served(Connection&)>;
  // Puts an answer into the connection, without sending. Called by any thread.
  using Put = std::function<void(Connection&, const Response&, bool goes_on)>;

  Traffic(const ServerOptions& options, ServeOne serve_one, Put put);
  ~Traffic();  // stop() has run, or nothing was accepted
  void accept(int socket);
  bool stopping() const { return stopping_; }
  // From now on nothing is accepted or waited for. False: some work was cut when `deadline` came. Returns once no reply
  // is outstanding: those who owe one must still be at work.
  bool stop(Moment deadline);
  std::size_t open() const { return open_; }
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t turned_away() const { return turned_away_; }

 private:
  enum class Next { kHere, kOtherPool, kRoom, kClose };
  enum class After { kGoOn, kFinish, kDrop };  // a late answer
  class Parked;
  void arrived(std::unique_ptr<Connection> connection, WaitingRoom::Leaves why);
  void hand_over(std::unique_ptr<Connection> connection);
  void leave(Connection* connection);  // before it is destroyed or waits again
  void serve(WorkerPool& pool, std::unique_ptr<Connection> connection);
  void settle(std::unique_ptr<Connection> connection, After after);
  Next next_of(WorkerPool& pool, Connection& connection);
  void park(std::unique_ptr<Connection> connection, Served served);
  void unpark(std::unique_ptr<Connection> connection, After after);

  const ServerOptions options_;
  const ServeOne serve_one_;
  const Put put_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::uint64_t> accepted_ = 0, turned_away_ = 0;
  std::mutex mutex_;  // guards the next three
  std::condition_variable idle_;
  std::set<Connection*> working_;  // given to a pool and not yet back
  std::size_t parked_ = 0;         // replies outstanding
  WorkerPool hooks_, web_;
  WaitingRoom room_;
};

}  // namespace laoke::http
