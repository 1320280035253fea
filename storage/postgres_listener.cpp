#include "storage/postgres_listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace laoke::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr unsigned kAllSignals = kSendWork | kReminderWork | kBroadcastWork | kWebhookWork | kConfigChange;
constexpr milliseconds kBetweenTellings{20};  // under load one message for the commits of this long
constexpr milliseconds kBetweenAttempts{500};

}  // namespace

PostgresListener::PostgresListener(const PostgresTarget& target, std::function<void(unsigned)> hear)
    : target_(target), hear_(std::move(hear)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  lost_ = !connect();
  thread_ = std::thread([this] { loop(); });
}

PostgresListener::~PostgresListener() {
  stopping_ = true;
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

void PostgresListener::tell(unsigned signals) {
  to_tell_ |= signals;
  eventfd_write(wake_, 1);
}

void PostgresListener::loop() {
  for (;;) {
    const bool last = stopping_;
    if (handle_ || connect()) {
      if (last || steady_clock::now() >= tell_from_) tell_others();
      hear_others();
    }
    if (last) return;
    wait();
  }
}

bool PostgresListener::connect() {
  try {
    handle_ = connect_postgres(target_, steady_clock::now());
  } catch (const StorageError&) {
    return false;  // the next round tries again; reads and writes say what is wrong
  }
  const PostgresResult listening(PQexec(handle_.get(), "LISTEN laoke_signals"));
  if (PQresultStatus(listening.get()) != PGRES_COMMAND_OK) {
    handle_.reset();
    return false;
  }
  if (lost_) hear_(kAllSignals);
  lost_ = false;
  return true;
}

void PostgresListener::wait() {
  std::array<pollfd, 2> files{{{wake_, POLLIN, 0}, {handle_ ? PQsocket(handle_.get()) : -1, POLLIN, 0}}};
  auto most = milliseconds(-1);
  if (!handle_) most = kBetweenAttempts;
  else if (to_tell_ != 0) most = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(tell_from_ - steady_clock::now()));
  // Between two tellings only the connection is listened to: a wake-up would find nothing it may do.
  const bool holding = handle_ && to_tell_ != 0 && steady_clock::now() < tell_from_;
  if (holding && !stopping_) files[0].fd = -1;
  poll(files.data(), files.size(), static_cast<int>(most.count()));
  eventfd_t count = 0;
  if (!holding) eventfd_read(wake_, &count);
}

void PostgresListener::tell_others() {
  const unsigned signals = to_tell_.exchange(0);
  if (signals == kNothing) return;
  const auto text = "SELECT pg_notify('laoke_signals', '" + std::to_string(signals) + "')";
  const PostgresResult told(PQexec(handle_.get(), text.c_str()));
  tell_from_ = steady_clock::now() + kBetweenTellings;
  if (PQresultStatus(told.get()) == PGRES_TUPLES_OK) return;
  to_tell_ |= signals;
  lose_connection();
}

void PostgresListener::lose_connection() {
  handle_.reset();
  lost_ = true;
}

void PostgresListener::hear_others() {
  if (!handle_) return;
  if (PQconsumeInput(handle_.get()) != 1) return lose_connection();
  unsigned heard = kNothing;
  while (PGnotify* note = PQnotifies(handle_.get())) {
    unsigned signals = 0;
    const std::string_view text = note->extra;
    std::from_chars(text.data(), text.data() + text.size(), signals);
    if (note->be_pid != PQbackendPID(handle_.get())) heard |= signals & kAllSignals;
    PQfreemem(note);
  }
  if (heard != kNothing) hear_(heard);
}

}  // namespace laoke::storage
