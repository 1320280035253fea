#include "storage/statements.h"

namespace laoke::storage {

// One line a store: `std::span<const Sql* const> <store>_statements();` defined at the end of its file.
std::span<const Sql* const> event_statements();
std::span<const Sql* const> callback_statements();
std::span<const Sql* const> channel_statements();
std::span<const Sql* const> ledger_statements();
std::span<const Sql* const> message_statements();
std::span<const Sql* const> shop_statements();

std::vector<const Sql*> all_statements() {
  std::vector<const Sql*> all;
  for (const auto store : {
           event_statements(),
           callback_statements(),
           channel_statements(),
           ledger_statements(),
           message_statements(),
           shop_statements(),
       }) {
    all.insert(all.end(), store.begin(), store.end());
  }
  return all;
}

}  // namespace laoke::storage
