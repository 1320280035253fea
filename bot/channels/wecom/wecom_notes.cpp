#include "bot/channels/wecom/wecom_notes.h"

#include <map>

#include "bot/channels/json_body.h"
#include "bot/channels/wecom/wecom_address.h"
#include "bot/channels/wecom/wecom_service.h"
#include "handlers/crypto.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

std::string digest_of(const std::string& text) {
  return crypto::sha256_hex(text).substr(0, 40);
}

const json& array_at(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) throw BadPayload(std::string("'") + key + "' is not a list");
  return *found;
}

std::vector<std::string> names_at(const json& object, const char* key) {
  std::vector<std::string> names;
  for (const json& one : array_at(object, key)) {
    if (!one.is_string()) throw BadPayload(std::string("'") + key + "' is not a list of names");
    names.push_back(one.get<std::string>());
  }
  return names;
}

std::int64_t time_at(const json& object) {
  const std::int64_t at_ms = integer_at(object, "at_ms");
  if (at_ms < 0) throw BadPayload("'at_ms' is no time");
  return at_ms;
}

struct ReceiptWords {
  ReceiptKind receipt;
  const char* reason;
};
const std::map<std::string, ReceiptWords>& meanings() {
  static const std::map<std::string, ReceiptWords> all = {
      {"s", {ReceiptKind::kSent, ""}},
      {"d", {ReceiptKind::kDelivered, ""}},
      {"f", {ReceiptKind::kFailed, "客户已不是好友 (not a contact any more)"}},
      {"l", {ReceiptKind::kFailed, "客户收到的群发已达上限 (the customer's limit of group messages is reached)"}},
  };
  return all;
}

InboundEvent receipt_of(const json& results, const std::string& customer, ReceiptKind kind, const std::string& reason) {
  InboundEvent event;
  event.kind = InboundKind::kReceipt;
  event.receipt = kind;
  event.receipt_reason = reason;
  event.platform_message_id = text_at(results, "id");
  event.reference = text_at(results, "reference");
  event.external_id = customer_address(customer);
  event.at_ms = time_at(results);
  event.key = "r:" + digest_of(event.platform_message_id + "\n" + customer + "\n" + std::to_string(static_cast<int>(kind)));
  return event;
}

std::vector<InboundEvent> receipts_in(const json& results) {
  if (results.contains("failed")) return {receipt_of(results, "*", ReceiptKind::kFailed, text_at(results, "failed"))};
  std::vector<InboundEvent> events;
  for (const json& one : array_at(results, "list")) {
    const auto meaning = meanings().find(text_at(one, "what"));
    if (meaning == meanings().end()) throw BadPayload("a result of an unknown kind");
    events.push_back(receipt_of(results, text_at(one, "to"), meaning->second.receipt, meaning->second.reason));
  }
  return events;
}

InboundEvent tags_in(const json& note) {
  InboundEvent event;
  event.kind = InboundKind::kTagged;
  event.external_id = customer_address(text_at(note, "external_userid"));
  event.at_ms = time_at(note);
  event.key = "t:" + digest_of(note.dump());
  event.display_name = text_at(note, "name");
  event.person_id = text_at(note, "person_id");
  event.tags = names_at(note, "tags");
  event.untags = names_at(note, "untags");
  return event;
}

}  // namespace

json service_note(json message, const std::string& name, const std::string& person_id) {
  return {{"kf", std::move(message)}, {"name", name}, {"person_id", person_id}};
}

json result_note(const std::string& id, const std::string& reference, std::int64_t at_ms, const std::vector<Result>& results) {
  json list = json::array();
  for (const Result& result : results) list.push_back({{"to", result.external_userid}, {"what", std::string(1, result.what)}});
  return {{"results", {{"id", id}, {"reference", reference}, {"at_ms", at_ms}, {"list", list}}}};
}

json failure_note(const std::string& id, const std::string& reference, std::int64_t at_ms, const std::string& why) {
  return {{"results", {{"id", id}, {"reference", reference}, {"at_ms", at_ms}, {"failed", why}}}};
}

json tags_note(const std::string& external_userid, std::int64_t at_ms, const std::string& name, const std::string& person_id,
               const std::vector<std::string>& tags, const std::vector<std::string>& untags) {
  return {{"tags",
           {{"external_userid", external_userid},
            {"at_ms", at_ms},
            {"name", name},
            {"person_id", person_id},
            {"tags", tags},
            {"untags", untags}}}};
}

std::vector<InboundEvent> events_in(const json& note) {
  if (const json* message = object_at(note, "kf")) {
    InboundEvent event = service_event(*message);
    event.display_name = text_at(note, "name");
    event.person_id = text_at(note, "person_id");
    return {std::move(event)};
  }
  if (const json* results = object_at(note, "results")) return receipts_in(*results);
  if (const json* tags = object_at(note, "tags")) return {tags_in(*tags)};
  throw BadPayload("this is no note of the adapter");
}

std::string person_id(const std::string& union_id, const std::string& external_userid) {
  return union_id.empty() ? "wecom:" + external_userid : union_id;
}

}  // namespace laoke::channels::wecom
