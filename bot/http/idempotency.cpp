#include "bot/http/idempotency.h"

#include <optional>

#include "handlers/crypto.h"
#include "bot/http/problem.h"
#include "storage/idempotency.h"

namespace laoke::http {
namespace {

constexpr std::size_t kKeyBytes = 255;

Response stored(const storage::IdempotentAnswer& answer) {
  Response response;
  response.status = static_cast<int>(answer.status);
  if (response.status >= 400) response.content_type = "application/problem+json";
  response.body = answer.body;
  response.headers["Idempotency-Replayed"] = "true";
  return response;
}

std::string digest_of(const Request& request) {
  std::string all = request.method + '\n' + request.path + '\n';
  for (const auto& [name, value] : request.query) all += name + '=' + value + '\n';
  return crypto::sha256_hex(all + '\n' + request.body);
}

}  // namespace

struct Idempotency::Ticket {
  std::int64_t shop_id;
  std::string key, request_hash;
  std::int64_t now_ms;

  // The answer there is already; none: this request has the key now.
  std::optional<Response> claim(storage::Transaction& tx) const {
    if (storage::claim_idempotency_key(tx, shop_id, key, request_hash, now_ms, now_ms - kKeptMs)) return std::nullopt;
    const auto found = storage::find_idempotent_answer(tx, shop_id, key);
    if (!found) return conflict("this Idempotency-Key is being used by another request; try again");
    if (found->request_hash != request_hash)
      return problem(422, "this Idempotency-Key was used for another request; take a new one", {}, "idempotency-key-reused");
    if (found->status == 0)
      return problem(409, "the first request with this Idempotency-Key has not been answered", {}, "idempotency-key-in-use");
    return stored(*found);
  }
};

Idempotency::Ticket Idempotency::ticket_of(const Request& request, const Caller& caller) const {
  const std::string key(request.header("idempotency-key"));
  if (key.size() > kKeyBytes) throw Problem(400, "an Idempotency-Key has at most 255 bytes");
  return {caller.shop_id, std::to_string(caller.key_id) + ":" + key, digest_of(request), clock_.now_ms()};
}

Response Idempotency::write(const Request& request, const Caller& caller,
                            const std::function<Response(storage::Transaction&)>& work) const {
  if (request.header("idempotency-key").empty()) return database_.write(work, storage::of_shop(caller.shop_id));
  const Ticket ticket = ticket_of(request, caller);
  return database_.write([&](storage::Transaction& tx) {
    if (auto answer = ticket.claim(tx)) return *answer;
    Response response = work(tx);
    storage::store_idempotent_answer(tx, ticket.shop_id, ticket.key, response.status, response.body);
    return response;
  }, storage::of_shop(caller.shop_id));
}

Response Idempotency::around(const Request& request, const Caller& caller, const Handler& work) const {
  if (request.header("idempotency-key").empty()) return work(request);
  const Ticket ticket = ticket_of(request, caller);
  if (auto answer = database_.write([&](storage::Transaction& tx) { return ticket.claim(tx); }, storage::of_shop(caller.shop_id))) return *answer;
  const auto settle = [&](const Response* response) {
    database_.write([&](storage::Transaction& tx) {
      if (response != nullptr && response->status < 500)
        storage::store_idempotent_answer(tx, ticket.shop_id, ticket.key, response->status, response->body);
      else
        storage::release_idempotency_key(tx, ticket.shop_id, ticket.key);
    }, storage::of_shop(caller.shop_id));
  };
  try {
    Response response = work(request);
    settle(&response);
    return response;
  } catch (...) {
    settle(nullptr);
    throw;
  }
}

}  // namespace laoke::http
