#include "bot/channels/wecom/wecom_member.h"

#include <algorithm>

#include "bot/channels/wecom/wecom_message.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

constexpr std::int64_t kMinuteMs = 60'000, kHourMs = 3'600'000;
constexpr std::size_t kPerMinute = 30, kPerHour = 1000;
constexpr std::size_t kMostParts = 20;  // of one message: a minute's allowance is for answers too

std::string word_in(const json& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::int64_t MemberChat::reserve(const std::string& userid, std::size_t messages) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now_ms = clock_();
  auto& sent = sent_ms_[userid];
  while (!sent.empty() && sent.front() <= now_ms - kHourMs) sent.pop_front();
  const auto wait_for = [&](std::size_t most, std::int64_t span_ms) {
    if (sent.size() + messages <= most) return std::int64_t{0};
    return std::max<std::int64_t>(sent[sent.size() + messages - most - 1] + span_ms - now_ms, 0);
  };
  const std::int64_t wait_ms = std::max(wait_for(kPerMinute, kMinuteMs), wait_for(kPerHour, kHourMs));
  if (wait_ms == 0) sent.insert(sent.end(), messages, now_ms);
  return wait_ms;
}

SendOutcome MemberChat::send(const std::string& userid, const Outgoing& message) {
  const auto parts = text_parts(message.content, kTextBytes);
  if (parts.empty()) return refused_message("the message is empty");
  if (parts.size() > kMostParts)
    return refused_message("the text makes " + std::to_string(parts.size()) + " messages, 20 are allowed");
  if (const std::int64_t wait_ms = reserve(userid, parts.size()); wait_ms > 0) {
    SendOutcome busy;
    busy.status = SendStatus::kContactBusy;
    busy.retry_after = std::chrono::milliseconds(wait_ms);
    busy.platform_code = "30 messages a minute and 1000 an hour to one member";
    return busy;
  }
  PartsSent sent(parts.size());
  for (const std::string& part : parts) {
    const Reply reply = api_.post("message/send", {{"touser", userid}, {"msgtype", "text"}, {"agentid", agent_id_}, {"text", {{"content", part}}}});
    if (!reply.ok()) return sent.failed(reply.outcome());
    // Good as it says, and yet for nobody.
    const std::string invalid = word_in(reply.body, "invaliduser") + word_in(reply.body, "unlicenseduser");
    if (!invalid.empty()) {
      SendOutcome gone;
      gone.status = SendStatus::kContactGone;
      gone.platform_code = "invaliduser: not a member in the app's visible range, or without a licence";
      return sent.failed(gone);
    }
    sent.add(word_in(reply.body, "msgid"));
  }
  return sent.all();
}

}  // namespace laoke::channels::wecom
