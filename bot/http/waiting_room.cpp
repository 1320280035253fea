#include "bot/http/waiting_room.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace laoke::http {
namespace {

constexpr int kEventsAtOnce = 128;

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.fd = socket;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

}  // namespace

WaitingRoom::WaitingRoom(const Options& options, Next next)
    : options_(options), next_(std::move(next)), epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC)) {
  watch(epoll_, wake_);
  thread_ = std::thread([this] { run(); });
}

WaitingRoom::~WaitingRoom() {
  stop();
  ::close(wake_);
  ::close(epoll_);
}

void WaitingRoom::stop() {
  stopping_ = true;
  ::eventfd_write(wake_, 1);
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  waiters_.clear();
}

void WaitingRoom::admit(std::unique_ptr<Connection> connection) {
  if (stopping_) return;
  const int socket = connection->socket();
  const bool started = !connection->nothing_read();
  const auto deadline = std::chrono::steady_clock::now() + (started ? options_.header_timeout : options_.idle_timeout);
  bool sooner;
  {
    const std::lock_guard lock(mutex_);
    waiters_[socket] = {std::move(connection), deadline, started};
    watch(epoll_, socket);
    sooner = deadline < earliest_;
    earliest_ = std::min(earliest_, deadline);
  }
  if (sooner) ::eventfd_write(wake_, 1);
}

std::unique_ptr<Connection> WaitingRoom::take(int socket) {
  const auto found = waiters_.find(socket);
  if (found == waiters_.end()) return nullptr;
  auto connection = std::move(found->second.connection);
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  waiters_.erase(found);
  return connection;
}

void WaitingRoom::on_readable(int socket) {
  std::unique_ptr<Connection> leaving;
  Connection::Arrival arrival;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiters_.find(socket);
    if (found == waiters_.end()) return;
    Waiter& waiter = found->second;
    arrival = waiter.connection->receive(options_.header_limit_bytes);
    if (arrival == Connection::Arrival::kMore) {
      if (!waiter.started && !waiter.connection->nothing_read()) {
        waiter.started = true;
        waiter.deadline = std::chrono::steady_clock::now() + options_.header_timeout;
        earliest_ = std::min(earliest_, waiter.deadline);
      }
      return;
    }
    leaving = take(socket);
  }
  if (arrival == Connection::Arrival::kGone) return;
  next_(std::move(leaving), arrival == Connection::Arrival::kHeaders ? Leaves::kHeaders : Leaves::kTooLarge);
}

// Looks at everybody, but only when somebody's time may be up.
void WaitingRoom::expire(Moment now) {
  std::vector<std::unique_ptr<Connection>> too_slow;
  {
    const std::lock_guard lock(mutex_);
    if (now < earliest_) return;
    std::vector<int> due;
    earliest_ = Moment::max();
    for (const auto& [socket, waiter] : waiters_) {
      if (waiter.deadline <= now)
        due.push_back(socket);
      else
        earliest_ = std::min(earliest_, waiter.deadline);
    }
    for (const int socket : due) {
      const bool started = waiters_[socket].started;
      auto connection = take(socket);
      if (started) too_slow.push_back(std::move(connection));
    }
  }
  for (auto& connection : too_slow) next_(std::move(connection), Leaves::kTooSlow);
}

int WaitingRoom::wait_ms() {
  const std::lock_guard lock(mutex_);
  if (earliest_ == Moment::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(earliest_ - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

void WaitingRoom::run() {
  epoll_event events[kEventsAtOnce];
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_, events, kEventsAtOnce, wait_ms());
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == wake_) {
        eventfd_t ignored;
        ::eventfd_read(wake_, &ignored);
      } else {
        on_readable(events[i].data.fd);
      }
    }
    expire(std::chrono::steady_clock::now());
  }
}

}  // namespace laoke::http
