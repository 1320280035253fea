#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "handlers/context.h"
#include "storage/ledger.h"

// Sends that did not end well and what a person decides about them: an unknown one is never repeated by itself.
namespace laoke {

// Called when a delivery settles; does nothing unless it is unknown, or a reply a staff member wrote that failed or was
// dropped. Keeps it for the list, and tells whoever wrote the reply, with the choice to send it again.
void note_bad_end(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery, std::int64_t now_ms);

struct Undelivered {
  std::int64_t number = 0;  // what a person calls it by
  std::int64_t at_ms = 0;
  storage::Delivery delivery;  // as it is now
};
// The unknown ones nobody decided about yet, newest first, among the shop's newest kUndeliveredLookedAt facts.
inline constexpr int kUndeliveredLookedAt = 2'000;
std::vector<Undelivered> undecided(const Context& context, int limit);
// By its number, also a failed reply. Refusal when there is none.
Undelivered require_undelivered(const Context& context, std::int64_t number);

// Sends it once more; policy is asked again. Refusal for what has arrived, was decided, or has expired.
void send_again(const Context& context, const storage::Delivery& delivery);
// It stays as it is and leaves the list. Refusal for what is not unknown.
void leave_it(const Context& context, const storage::Delivery& delivery);

}  // namespace laoke
