#include "tests/faults/ledger.h"

#include <filesystem>
#include <limits>

#include "storage/callbacks.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"
#include "storage/rules.h"
#include "storage/shops.h"
#include "tests/faults/platform.h"

namespace laoke::faults {
namespace {

constexpr int kAll = std::numeric_limits<int>::max();

std::unique_ptr<storage::Database> open(const std::string& url) {
  storage::DatabaseOptions options;
  options.url = url;
  return storage::open_database(options);
}

LedgerView ledger_in(storage::Transaction& tx) {
  LedgerView view;
  const auto shop_id = storage::find_shop(tx, "default")->shop_id;
  for (auto& broadcast : storage::list_broadcasts(tx, shop_id, 0, kAll)) {
    LedgerView::Book book;
    book.rows = storage::list_deliveries(tx, shop_id, "b", broadcast.broadcast_id, "", {}, kAll);
    book.counts = storage::broadcast_counts(tx, shop_id, broadcast.broadcast_id);
    book.broadcast = std::move(broadcast);
    view.books.push_back(std::move(book));
  }
  for (const auto& rule : storage::list_rules(tx, shop_id))
    for (auto& row : storage::list_deliveries(tx, shop_id, "r", rule.rule_id, "", {}, kAll)) view.reminders.push_back(std::move(row));
  view.direct = storage::list_deliveries(tx, shop_id, "m", 0, "", {}, kAll);
  for (const auto& row : storage::list_in_flight(tx)) view.in_flight.push_back(row.key);
  return view;
}

}  // namespace

LedgerView read_ledger(const std::string& database_url) {
  return open(database_url)->read([](storage::Transaction& tx) { return ledger_in(tx); });
}

int open_rows(const std::string& database_url) {
  return open(database_url)->read([](storage::Transaction& tx) {
    int count = 0;
    const auto shop_id = storage::find_shop(tx, "default")->shop_id;
    const auto look = [&](const char* source, std::int64_t id) {
      for (const char* state : {"due", "deferred", "sending"})
        count += static_cast<int>(storage::list_deliveries(tx, shop_id, source, id, state, {}, kAll).size());
    };
    look("m", 0);
    for (const auto& rule : storage::list_rules(tx, shop_id)) look("r", rule.rule_id);
    return count;
  });
}

LedgerView read_ledger_copy(const std::string& database_file, const std::string& scratch_folder) {
  namespace fs = std::filesystem;
  fs::remove_all(scratch_folder);
  fs::create_directories(scratch_folder);
  for (const char* suffix : {"", "-wal", "-journal"})
    if (fs::exists(database_file + suffix)) fs::copy_file(database_file + suffix, scratch_folder + "/copy.db" + suffix);
  auto view = read_ledger("sqlite:" + scratch_folder + "/copy.db");
  fs::remove_all(scratch_folder);
  return view;
}

PeopleView read_people(const std::string& database_url, std::int64_t first_said) {
  return open(database_url)->read([&](storage::Transaction& tx) {
    PeopleView view;
    const auto shop_id = storage::find_shop(tx, "default")->shop_id;
    for (const auto& customer : storage::list_customers(tx, shop_id, 0, kAll))
      for (const auto& contact : storage::contacts_of_customer(tx, shop_id, customer.customer_id)) {
        const auto chat = chat_of_address(contact.external_id);
        view.chats[customer.customer_id].push_back(chat);
        view.customers[chat].push_back(customer.customer_id);
        if (chat < first_said) continue;
        for (const auto& message : storage::list_messages(tx, shop_id, customer.customer_id, 0, kAll))
          if (message.direction == "in") ++view.said[chat][message.kind + " " + message.text];
      }
    for (const auto& mark : storage::old_callbacks(tx, shop_id, std::numeric_limits<std::int64_t>::max(), kAll)) ++view.callbacks[mark.event_key];
    view.dead_letters = storage::count_dead_letters(tx, shop_id, "open");
    return view;
  });
}

}  // namespace laoke::faults
