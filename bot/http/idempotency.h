#pragma once
#include <cstdint>
#include <functional>

#include "bot/clock.h"
#include "bot/http/keys.h"
#include "bot/http/request.h"
#include "storage/database.h"

namespace laoke::http {

// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): for 24 hours the same key with the same
// request gives the first answer again (marked Idempotency-Replayed: true), with another request 422, while the first
// is still worked on 409. Keys of different API keys do not meet. A request without the header just runs. Thread-safe.
class Idempotency {
 public:
  static constexpr std::int64_t kKeptMs = 24 * 3'600'000LL;

  Idempotency(storage::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // For work that is one transaction: its changes and the memory of its answer are committed together, so a crash at any
  // line leaves both or neither. What `work` throws undoes all and may be tried again with the same key. `work` may run
  // more than once.
  Response write(const Request& request, const Caller& caller, const std::function<Response(storage::Transaction&)>& work) const;
  // For work of other shapes. An answer of 500 or more is forgotten and may be tried again; after a crash in the middle
  // the key answers 409 until it expires, because nobody knows how far it got.
  Response around(const Request& request, const Caller& caller, const Handler& work) const;

 private:
  struct Ticket;
  Ticket ticket_of(const Request& request, const Caller& caller) const;

  storage::Database& database_;
  const Clock& clock_;
};

}  // namespace laoke::http
