#include <algorithm>
#include <thread>

#include "storage/postgres_connection.h"
#include "storage/postgres_errors.h"

namespace laoke::storage {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{50}, kLongestPause{500};

// What stands before the URL is a default that the URL may change; what stands behind it is ours.
PostgresHandle connect_once(const PostgresTarget& target) {
  const std::string seconds = std::to_string(std::max(2, target.patience_ms / 1000));
  const char* keywords[] = {"fallback_application_name", "connect_timeout", "keepalives_idle", "keepalives_interval",
                            "keepalives_count", "tcp_user_timeout", "dbname", "client_encoding", nullptr};
  const char* values[] = {"laoke", seconds.c_str(), "5", "2", "3", "10000", target.url.c_str(), "UTF8", nullptr};
  PostgresHandle connection(PQconnectdbParams(keywords, values, 1));
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

// jit: compiling takes longer than any of our statements. A server told to answer before a commit is on disk would lose
// what customers were told.
bool set_up(PGconn* connection, const PostgresTarget& target) {
  const std::string text = "SET jit = off; SET lock_timeout = " + std::to_string(std::max(100, target.patience_ms)) +
                           "; SET idle_in_transaction_session_timeout = " + std::to_string(target.idle_in_transaction_ms) +
                           "; SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
  const PostgresResult result(PQexec(connection, text.c_str()));
  const auto status = PQresultStatus(result.get());
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

}  // namespace

PostgresHandle connect_postgres(const PostgresTarget& target, Deadline deadline) {
  for (auto pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    auto connection = connect_once(target);
    if (PQstatus(connection.get()) == CONNECTION_OK && set_up(connection.get(), target)) return connection;
    if (std::chrono::steady_clock::now() + pause > deadline)
      throw StorageError(StorageFault::kUnavailable,
                         "database, connecting: " + message_of(connection.get()) +
                             "; check that PostgreSQL runs and that host, database, user and password in the URL are right");
    std::this_thread::sleep_for(pause);
  }
}

std::string shown_without_password(const std::string& url) {
  char* complaint = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &complaint);
  if (options == nullptr) {
    // The complaint may quote the URL, and with it the password.
    PQfreemem(complaint);
    throw StorageError(StorageFault::kUnavailable,
                       "database: the URL is not understood; allowed is postgresql://user:password@host:port/name");
  }
  std::string user, host, port, name;
  for (const auto* option = options; option->keyword != nullptr; ++option) {
    const std::string value = option->val != nullptr ? option->val : "";
    const std::string_view key = option->keyword;
    if (key == "user") user = value;
    if (key == "host") host = value;
    if (key == "port") port = value;
    if (key == "dbname") name = value;
  }
  PQconninfoFree(options);
  const bool on_socket = host.starts_with('/');
  return "postgresql://" + (user.empty() ? "" : user + "@") + (on_socket ? "" : host + (port.empty() ? "" : ":" + port)) + "/" + name +
         (on_socket ? "?host=" + host + (port.empty() ? "" : "&port=" + port) : "");
}

}  // namespace laoke::storage
