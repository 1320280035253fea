#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/broadcasts.h"
#include "storage/ledger.h"

namespace laoke::faults {

// What a database holds, read whole at one moment.
struct LedgerView {
  struct Book {
    storage::Broadcast broadcast;
    std::vector<storage::Delivery> rows;
    std::vector<storage::BroadcastCount> counts;
  };
  std::vector<Book> books;
  std::vector<storage::Delivery> reminders;   // rows of rules
  std::vector<storage::Delivery> direct;      // single messages
  std::vector<storage::DeliveryKey> in_flight;
};

LedgerView read_ledger(const std::string& database_url);
// Single messages and reminders that still wait or are being sent. Nodes may be running.
int open_rows(const std::string& database_url);
// Of a SQLite database whose node is dead or frozen: a copy is read, so that its node finds it as it was left.
LedgerView read_ledger_copy(const std::string& database_file, const std::string& scratch_folder);

// Who there is, and what came in from them.
struct PeopleView {
  std::map<std::int64_t, std::vector<std::int64_t>> chats;               // by customer
  std::map<std::int64_t, std::vector<std::int64_t>> customers;           // by chat
  std::map<std::int64_t, std::map<std::string, int>> said;               // by chat: kept incoming messages by kind and text
  std::map<std::string, int> callbacks;                                  // by the event's key
  std::int64_t dead_letters = 0;
};
// `said` is read for chats from `first_said` on.
PeopleView read_people(const std::string& database_url, std::int64_t first_said);

}  // namespace laoke::faults
