#include "bot/http/traffic.h"

namespace laoke::http {
namespace {

using std::chrono::milliseconds;

// A thread keeps its connection so long for the next request, unless another connection needs a thread: handing it
// back and forth costs more than the wait.
constexpr milliseconds kLinger{50}, kLingerStep{5};

bool hooks_path(const Connection& connection) {
  const std::string_view head = connection.waiting();
  const std::size_t space = head.find(' ');
  return space != std::string_view::npos && head.substr(space + 1, 7) == "/hooks/";
}

}  // namespace

// A connection whose answer comes later. Shared by the copies of its Reply; the last one closes it if nobody answered.
class Traffic::Parked {
 public:
  Parked(Traffic& traffic, std::unique_ptr<Connection> connection, bool goes_on)
      : traffic_(traffic), connection_(std::move(connection)), goes_on_(goes_on) {}
  ~Parked() {
    if (connection_) traffic_.unpark(std::move(connection_), After::kDrop);
  }
  Parked(const Parked&) = delete;
  Parked& operator=(const Parked&) = delete;

  void answer(const Response& response) {
    if (!connection_) return;
    traffic_.put_(*connection_, response, goes_on_);
    const bool taken = connection_->flush_at_once();
    traffic_.unpark(std::move(connection_), !taken ? After::kDrop : goes_on_ ? After::kGoOn : After::kFinish);
  }

 private:
  Traffic& traffic_;
  std::unique_ptr<Connection> connection_;
  const bool goes_on_;
};

Traffic::Traffic(const ServerOptions& options, ServeOne serve_one, Put put)
    : options_(options),
      serve_one_(std::move(serve_one)),
      put_(std::move(put)),
      hooks_(options.hook_threads, [this](std::unique_ptr<Connection> c) { serve(hooks_, std::move(c)); }),
      web_(options.web_threads, [this](std::unique_ptr<Connection> c) { serve(web_, std::move(c)); }),
      room_({options.header_limit_bytes, options.header_timeout, options.idle_timeout},
            [this](std::unique_ptr<Connection> c, WaitingRoom::Leaves why) { arrived(std::move(c), why); }) {}

Traffic::~Traffic() { stop(std::chrono::steady_clock::now()); }

bool Traffic::stop(Moment deadline) {
  if (stopping_.exchange(true)) return true;
  room_.stop();
  bool clean;
  {
    std::unique_lock lock(mutex_);
    clean = idle_.wait_until(lock, deadline, [this] { return working_.empty(); });
    for (Connection* connection : working_) connection->shut();
  }
  hooks_.stop();
  web_.stop();
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return parked_ == 0; });
  return clean;
}

void Traffic::accept(int socket) {
  ++accepted_;
  auto connection = std::make_unique<Connection>(socket, options_.write_timeout, open_);
  if (open_ > options_.connection_limit)
    ++turned_away_;
  else
    room_.admit(std::move(connection));
}

void Traffic::arrived(std::unique_ptr<Connection> connection, WaitingRoom::Leaves why) {
  if (why == WaitingRoom::Leaves::kTooLarge) connection->refuse_with = 431;
  if (why == WaitingRoom::Leaves::kTooSlow) connection->refuse_with = 408;
  hand_over(std::move(connection));
}

void Traffic::hand_over(std::unique_ptr<Connection> connection) {
  WorkerPool& pool = hooks_path(*connection) ? hooks_ : web_;
  {
    const std::lock_guard lock(mutex_);
    working_.insert(connection.get());
  }
  Connection* const key = connection.get();
  if (!pool.add(std::move(connection))) leave(key);
}

void Traffic::leave(Connection* connection) {
  const std::lock_guard lock(mutex_);
  working_.erase(connection);
  if (working_.empty()) idle_.notify_all();
}

void Traffic::serve(WorkerPool& pool, std::unique_ptr<Connection> connection) {
  Next next = Next::kHere;
  if (connection->answered_last) {
    connection->finish(true);
    next = Next::kClose;
  }
  while (next == Next::kHere) {
    Served served = serve_one_(*connection);
    if (served.later) return park(std::move(connection), std::move(served));
    next = served.goes_on ? next_of(pool, *connection) : Next::kClose;
  }
  leave(connection.get());
  if (next == Next::kOtherPool) hand_over(std::move(connection));
  if (next == Next::kRoom) room_.admit(std::move(connection));
}

void Traffic::park(std::unique_ptr<Connection> connection, Served served) {
  {
    const std::lock_guard lock(mutex_);
    ++parked_;
  }
  const auto parked = std::make_shared<Parked>(*this, std::move(connection), served.goes_on);
  served.later([parked](const Response& response) { parked->answer(response); });
}

void Traffic::unpark(std::unique_ptr<Connection> connection, After after) {
  settle(std::move(connection), after);
  const std::lock_guard lock(mutex_);
  if (--parked_ == 0) idle_.notify_all();  // nothing of this object is touched after the lock is given up
}

// On the thread that answered: it never waits for the peer.
void Traffic::settle(std::unique_ptr<Connection> connection, After after) {
  leave(connection.get());
  if (after == After::kDrop) return;
  const auto arrival = connection->have(options_.header_limit_bytes);
  connection->answered_last = after == After::kFinish;
  if (arrival == Connection::Arrival::kTooLarge) connection->refuse_with = 431;
  if (arrival == Connection::Arrival::kMore && after == After::kGoOn)
    room_.admit(std::move(connection));
  else
    hand_over(std::move(connection));
}

// What the connection does after an answered request.
Traffic::Next Traffic::next_of(WorkerPool& pool, Connection& connection) {
  const bool from_hooks = &pool == &hooks_;
  auto arrival = connection.have(options_.header_limit_bytes);
  for (auto waited = milliseconds(0); arrival == Connection::Arrival::kMore; waited += kLingerStep) {
    if (stopping_) return Next::kClose;
    if (pool.pressed() || !connection.nothing_read() || waited >= kLinger) return Next::kRoom;
    if (connection.readable_within(kLingerStep)) arrival = connection.receive(options_.header_limit_bytes);
  }
  if (arrival == Connection::Arrival::kGone) return Next::kClose;
  if (arrival == Connection::Arrival::kTooLarge) connection.refuse_with = 431;
  return hooks_path(connection) == from_hooks ? Next::kHere : Next::kOtherPool;
}

}  // namespace laoke::http
