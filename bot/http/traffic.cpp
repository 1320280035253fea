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

Traffic::Traffic(const ServerOptions& options, ServeOne serve_one)
    : options_(options),
      serve_one_(std::move(serve_one)),
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
  while (next == Next::kHere) next = serve_one_(*connection) ? next_of(pool, *connection) : Next::kClose;
  leave(connection.get());
  if (next == Next::kOtherPool) hand_over(std::move(connection));
  if (next == Next::kRoom) room_.admit(std::move(connection));
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
