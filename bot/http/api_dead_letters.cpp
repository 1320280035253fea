// Callbacks that could not be worked off.
#include "bot/http/api_call.h"
#include "storage/callbacks.h"

namespace laoke::http::api {
namespace {

json dead_letter_json(const storage::DeadLetter& letter) {
  return {{"id", letter.dead_letter_id},
          {"channel_id", letter.channel_id},
          {"event_key", letter.event_key},
          {"body", letter.body},
          {"error", letter.error},
          {"state", letter.state},
          {"received_at_ms", letter.received_at_ms},
          {"settled_at_ms", letter.settled_at_ms ? json(*letter.settled_at_ms) : json(nullptr)}};
}

storage::DeadLetter letter_in(const Call& call) {
  const auto letter = storage::get_dead_letter(call.tx(), call.shop_id(), call.id());
  if (!letter) absent(call);
  return *letter;
}

storage::DeadLetter open_letter_in(const Call& call) {
  Body(call).check();
  const auto letter = letter_in(call);
  if (letter.state != "open") throw Problem(409, say(call.language, "api.settled"), {}, "dead_letter.settled");
  return letter;
}

// Replaying takes transactions of its own: the one way of a callback is walked again.
std::function<Reply()> replay(const Call& call, const ApiParts& parts) {
  const auto letter = open_letter_in(call);
  return [letter, parts, shop_id = call.shop_id()] {
    std::string error;
    if (!parts.replay(letter.channel_id, letter.dead_letter_id, error))
      throw Problem(422, error, {}, "dead_letter.still_fails");
    return parts.database.read([&](storage::Transaction& tx) {
      return Reply{dead_letter_json(storage::get_dead_letter(tx, shop_id, letter.dead_letter_id).value_or(letter))};
    });
  };
}

}  // namespace

void add_dead_letters(const Api& api) {
  api.list("/dead-letters", {"state"}, [](const Call& call) {
    return Reply{page(
        call,
        storage::list_dead_letters(call.tx(), call.shop_id(), call.argument("state"), call.cursor(), call.limit() + 1),
        [](const auto& letter) { return dead_letter_json(letter); }, [](const auto& letter) { return letter.dead_letter_id; })};
  });
  api.get("/dead-letters/{id}", {}, [](const Call& call) { return Reply{dead_letter_json(letter_in(call))}; });
  api.post_around("/dead-letters/{id}/replay", Role::kOperator,
                  [parts = api.parts](const Call& call) { return replay(call, parts); });
  api.post("/dead-letters/{id}/dismiss", Role::kOperator, [](const Call& call) {
    storage::settle_dead_letter(call.tx(), call.shop_id(), open_letter_in(call).dead_letter_id, "dismissed",
                                call.context.now_ms);
    return Reply{dead_letter_json(letter_in(call))};
  });
}

}  // namespace laoke::http::api
