#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "handlers/inbound_event.h"

// What poll() learns, as notes: JSON that is kept as a dead letter where it fails, and read again by parse().
namespace laoke::channels::wecom {

// A message of 微信客服 as sync_msg gives it, with what is known of who wrote it.
nlohmann::json service_note(nlohmann::json message, const std::string& name, const std::string& person_id);

// What became of a task or moment for one customer.
struct Result {
  std::string external_userid;
  char what = 's';  // 's' sent or published, 'd' shown to them, 'f' not a contact any more, 'l' their limit was reached
};
nlohmann::json result_note(const std::string& id, const std::string& reference, std::int64_t at_ms, const std::vector<Result>& results);
// The whole of it failed.
nlohmann::json failure_note(const std::string& id, const std::string& reference, std::int64_t at_ms, const std::string& why);

// The tags of a customer as they are now, with what was taken off.
nlohmann::json tags_note(const std::string& external_userid, std::int64_t at_ms, const std::string& name,
                         const std::string& person_id, const std::vector<std::string>& tags, const std::vector<std::string>& untags);

// Throws BadPayload when it is no note.
std::vector<InboundEvent> events_in(const nlohmann::json& note);

// One person on all accounts of one developer by unionid; without it, on all chats of one corporation.
std::string person_id(const std::string& union_id, const std::string& external_userid);

}  // namespace laoke::channels::wecom
