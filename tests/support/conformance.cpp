#include "tests/support/conformance.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <stdexcept>

#include "handlers/text.h"

namespace laoke::test::conformance {
namespace {

using channels::BadPayload;
using channels::SendOutcome;

constexpr std::size_t kOversizeBytes = 4 << 20;
constexpr int kMembers = 5;  // of the broadcast in which the token expires

std::string none(const None& lacking) {
  if (lacking.why.empty()) throw std::logic_error("an empty cell in the conformance table");
  return "none: " + lacking.why;
}

Outgoing text_to(Stage& stage, int customer, const std::string& text) {
  Outgoing message;
  message.external_id = stage.address(customer);
  message.content.text = text;
  message.idempotency_key = "0123456789abcdef0123456789abcde" + std::to_string(customer);
  message.reference = "b:1:" + std::to_string(customer);
  return message;
}

// What stays the same however often and in whatever order events come.
std::vector<std::string> keys_of(const std::vector<InboundEvent>& events) {
  std::vector<std::string> keys;
  for (const auto& event : events) keys.push_back(event.key);
  return keys;
}

std::vector<InboundEvent> parsed(const Row& row, const std::string& body) {
  const auto stage = row.stage();
  return stage->channel().parse(row.genuine(body));
}

// --- callbacks

std::string good_signature(const Row& row) {
  const auto stage = row.stage();
  const RawRequest request = row.genuine(row.text_body(1));
  CHECK(stage->channel().authentic(request));
  const auto events = stage->channel().parse(request);
  REQUIRE(events.size() == 1);
  CHECK(events[0].text == "text 1");
  CHECK(events[0].external_id == stage->address(0));
  return "taken";
}

std::string bad_signature(const Row& row) {
  const auto stage = row.stage();
  CHECK_FALSE(stage->channel().authentic(row.forged(row.text_body(1))));
  RawRequest bare = row.genuine(row.text_body(1));
  bare.headers.clear();
  bare.query.clear();
  CHECK_FALSE(stage->channel().authentic(bare));
  return "refused";
}

std::string tampered_byte(const Row& row) {
  if (const auto* lacking = std::get_if<None>(&row.tampered)) return none(*lacking);
  const auto stage = row.stage();
  const RawRequest good = row.genuine(row.text_body(1));
  REQUIRE(stage->channel().authentic(good));
  CHECK_FALSE(stage->channel().authentic(std::get<1>(row.tampered)(good)));
  return "refused";
}

std::string expired_timestamp(const Row& row) {
  if (const auto* lacking = std::get_if<None>(&row.stale)) return none(*lacking);
  const auto stage = row.stage();
  CHECK_FALSE(stage->channel().authentic(std::get<1>(row.stale)(row.text_body(1))));
  return "refused";
}

std::string replayed_callback(const Row& row) {
  const std::string body = row.text_body(1);
  const auto keys = keys_of(parsed(row, body));
  CHECK(keys == keys_of(parsed(row, body)));  // by another process, and signed anew
  CHECK_FALSE(keys.empty());
  CHECK(std::none_of(keys.begin(), keys.end(), [](const auto& key) { return key.empty(); }));
  return "same keys";
}

std::string reordered_callbacks(const Row& row) {
  std::set<std::string> forwards, backwards;
  for (const int number : {1, 2, 3})
    for (const auto& key : keys_of(parsed(row, row.text_body(number)))) forwards.insert(key);
  for (const int number : {3, 2, 1})
    for (const auto& key : keys_of(parsed(row, row.text_body(number)))) backwards.insert(key);
  CHECK(forwards.size() == 3);
  CHECK(forwards == backwards);
  return "same events, three keys";
}

std::string unknown_kind(const Row& row) {
  if (const auto* lacking = std::get_if<None>(&row.unknown_kind)) return none(*lacking);
  const auto stage = row.stage();
  const RawRequest request = std::get<1>(row.unknown_kind)();
  CHECK(stage->channel().authentic(request));
  const auto events = stage->channel().parse(request);
  for (const auto& event : events) {
    CHECK_FALSE(event.key.empty());
    CHECK((event.kind == InboundKind::kOther || event.kind == InboundKind::kMedia || event.kind == InboundKind::kText));
  }
  if (events.empty()) return "passed over";
  return events[0].kind == InboundKind::kOther ? "noted, nothing done" : "shown to the seller";
}

// Refused as unsigned or not understood, or understood: never anything else.
std::string outcome_of_reading(const Row& row, const std::string& body) {
  const auto stage = row.stage();
  try {
    const RawRequest request = row.raw(body);
    if (!stage->channel().authentic(request)) return "refused";
    for (const auto& event : stage->channel().parse(request)) CHECK_FALSE(event.key.empty());
    return "read";
  } catch (const BadPayload& bad) {
    CHECK_FALSE(std::string(bad.what()).empty());
    return "kept unread";
  }
}

std::string oversize_body(const Row& row) {
  const std::string body = row.oversize_body(kOversizeBytes);
  CHECK(body.size() >= kOversizeBytes);
  return outcome_of_reading(row, body);
}

std::string truncated_body(const Row& row) {
  const std::string whole = row.text_body(1);
  std::set<std::string> seen;
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
    seen.insert(outcome_of_reading(row, whole.substr(0, bytes)));
  CHECK(seen == std::set<std::string>{"kept unread"});
  return "kept unread, cut at any byte";
}

std::string deep_body(const Row& row) {
  const std::string seen = outcome_of_reading(row, row.deep_body());
  CHECK(seen == "kept unread");
  return seen;
}

// --- sending

std::string refusal_seen(const Row& row, const Or<Refusal>& cell, SendStatus expected) {
  if (const auto* lacking = std::get_if<None>(&cell)) return none(*lacking);
  const Refusal& refusal = std::get<1>(cell);
  const auto stage = row.stage();
  Outgoing message = text_to(*stage, 0, "hello");
  if (refusal.change) refusal.change(message);
  if (refusal.arrange) refusal.arrange(*stage);
  const auto before = stage->taken(0).size();
  const SendOutcome outcome = stage->channel().send(message);
  CHECK(name_of(outcome.status) == name_of(expected));
  CHECK_FALSE(outcome.platform_code.empty());
  CHECK(stage->taken(0).size() == before);
  const bool waits = expected == SendStatus::kThrottled || expected == SendStatus::kContactBusy;
  CHECK((!waits || outcome.retry_after.count() > 0));
  CHECK((expected != SendStatus::kContactMoved || !outcome.new_external_id.empty()));
  return refusal.by;
}

Demand refusal_demand(const std::string& name, Or<Refusal> Row::*cell, SendStatus expected) {
  return {name + " (`" + std::string(name_of(expected)) + "`)",
          [cell, expected](const Row& row) { return refusal_seen(row, row.*cell, expected); }};
}

std::string awaits_person(const Row& row) {
  if (const auto* lacking = std::get_if<None>(&row.awaits_person)) return none(*lacking);
  const Refusal& task = std::get<1>(row.awaits_person);
  const auto stage = row.stage();
  std::vector<Outgoing> to{text_to(*stage, 0, "hello")};
  if (task.change) task.change(to[0]);
  if (task.arrange) task.arrange(*stage);
  const auto outcomes = stage->channel().send_batch(to[0].content, to);
  REQUIRE(outcomes.size() == 1);
  CHECK(name_of(outcomes[0].status) == name_of(SendStatus::kAwaitsPerson));
  return task.by;
}

std::string lost_answer(const Row& row) {
  if (const auto* lacking = std::get_if<None>(&row.lost_answer)) return none(*lacking);
  const auto stage = row.stage();
  const Outgoing message = text_to(*stage, 0, "hello");
  std::get<1>(row.lost_answer)(*stage);
  CHECK(name_of(stage->channel().send(message).status) == name_of(SendStatus::kUnknown));
  CHECK(stage->taken(0).size() == 1);
  if (!stage->channel().traits().idempotent) return "unknown, not repeated";
  CHECK(name_of(stage->channel().send(message).status) == name_of(SendStatus::kAccepted));
  CHECK(stage->taken(0).size() == 1);
  return "unknown, repeated with the same key: one message";
}

std::string token_expiry(const Row& row) {
  if (!row.token_expires) return none({"messages stay in this program, no token is involved"});
  const auto stage = row.stage();
  std::vector<Outgoing> members;
  for (int customer = 0; customer < kMembers; ++customer) members.push_back(text_to(*stage, customer, "news"));
  CHECK(stage->channel().send(members[0]).status == SendStatus::kAccepted);
  row.token_expires(*stage);
  for (int customer = 1; customer < kMembers; ++customer) {
    const SendOutcome outcome = stage->channel().send(members[static_cast<std::size_t>(customer)]);
    CHECK(name_of(outcome.status) == name_of(SendStatus::kBadConfig));
    CHECK_FALSE(outcome.platform_code.empty());
    CHECK(stage->taken(customer).empty());
  }
  return "`bad_config`: the rest waits";
}

std::string long_text(const Row& row) {
  const auto stage = row.stage();
  const auto& traits = stage->channel().traits();
  CHECK(traits.text_limit == row.text_limit_of_message);
  std::string text;  // a family of four and a Chinese letter: no border but between them
  while (length_of(text, traits.text_unit) <= traits.text_limit) text += "👨‍👩‍👧‍👦好";
  const SendOutcome outcome = stage->channel().send(text_to(*stage, 0, text));
  CHECK(name_of(outcome.status) == name_of(SendStatus::kAccepted));
  std::string whole;
  const auto parts = stage->taken(0);
  for (const auto& part : parts) {
    CHECK(is_valid_utf8(part));
    CHECK((part.starts_with("👨‍👩‍👧‍👦") || part.starts_with("好")));
    whole += part;
  }
  CHECK(whole == text);
  if (parts.size() == 1) return "one message of any length";
  for (const auto& part : parts) CHECK(length_of(part, traits.text_unit) <= traits.text_limit);
  return "split between characters at " + std::to_string(traits.text_limit);
}

std::string escaped(std::string cell) {
  for (std::size_t at = cell.find('|'); at != std::string::npos; at = cell.find('|', at + 2)) cell.insert(at, "\\");
  return cell;
}

}  // namespace

const std::vector<Demand>& demands() {
  static const std::vector<Demand> all = {
      {"good signature", good_signature},
      {"bad or missing signature", bad_signature},
      {"a tampered byte", tampered_byte},
      {"an expired timestamp", expired_timestamp},
      {"a replayed callback", replayed_callback},
      {"reordered callbacks", reordered_callbacks},
      {"an unknown kind", unknown_kind},
      {"a body of 4 MiB (the server answers 413; the adapter by itself)", oversize_body},
      {"a truncated body", truncated_body},
      {"a deeply nested body", deep_body},
      refusal_demand("throttled", &Row::throttled, SendStatus::kThrottled),
      refusal_demand("too much to one contact", &Row::contact_busy, SendStatus::kContactBusy),
      refusal_demand("quota used up", &Row::quota_used, SendStatus::kQuotaUsed),
      refusal_demand("not now", &Row::retry_later, SendStatus::kRetryLater),
      refusal_demand("the contact is gone", &Row::contact_gone, SendStatus::kContactGone),
      refusal_demand("the window is closed", &Row::window_closed, SendStatus::kWindowClosed),
      refusal_demand("the contact moved", &Row::contact_moved, SendStatus::kContactMoved),
      refusal_demand("never this message", &Row::rejected, SendStatus::kRejected),
      refusal_demand("settings are wrong", &Row::bad_config, SendStatus::kBadConfig),
      {"a person must confirm (`awaits_person`)", awaits_person},
      {"a lost answer", lost_answer},
      {"the token expires in mid-broadcast", token_expiry},
      {"a long text", long_text},
  };
  return all;
}

std::string table_of(const std::vector<Row>& rows) {
  std::string head = "| demand |", line = "|---|", lines;
  for (const Row& row : rows) {
    head += " " + row.kind + " |";
    line += "---|";
  }
  for (const Demand& demand : demands()) {
    lines += "| " + demand.name + " |";
    for (const Row& row : rows) {
      INFO(row.kind << ": " << demand.name);
      const std::string cell = demand.see(row);
      CHECK_FALSE(cell.empty());
      lines += " " + escaped(cell) + " |";
    }
    lines += "\n";
  }
  return head + "\n" + line + "\n" + lines;
}

}  // namespace laoke::test::conformance
