#include "bot/channels/webchat.h"

#include <stdexcept>

#include "bot/channels/json_body.h"
#include "bot/channels/webchat_room.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace {

using nlohmann::json;

constexpr std::size_t kTokenBytesMin = 16;
constexpr std::size_t kNameBytes = 128, kIdBytes = 128;
constexpr std::size_t kTextLimit = 20'000;  // ours: nothing but memory bounds a webchat message

Traits webchat_traits() {
  Traits traits;
  traits.text_unit = TextUnit::kCodePoints;
  traits.text_limit = kTextLimit;
  traits.buttons = traits.edits = traits.images = traits.asks_phone = true;
  traits.idempotent = true;  // as long as the room keeps the message: WebchatRoom::kMessagesPerContact
  traits.receipts = true;
  return traits;
}

// "" when absent. Throws BadPayload when it is not a text of at most `limit` bytes.
std::string text_field(const json& body, const char* name, std::size_t limit) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return {};
  if (!found->is_string()) throw BadPayload(std::string("\"") + name + "\" must be a text");
  std::string text = found->get<std::string>();
  if (text.size() > limit) throw BadPayload(std::string("\"") + name + "\" is longer than " + std::to_string(limit) + " bytes");
  return text;
}

struct Action {
  const char* field;
  InboundKind kind;
  std::string InboundEvent::*to;
};
// The first of these that is there says what happened; none: a text.
constexpr Action kActions[] = {
    {"press", InboundKind::kPress, &InboundEvent::press_data},
    // Typed, with nobody to vouch for it: it must not make two records one, so it is no InboundEvent::phone.
    {"phone", InboundKind::kSharedPhone, &InboundEvent::text},
    {"start", InboundKind::kFollowed, &InboundEvent::referral},
    {"image", InboundKind::kMedia, &InboundEvent::media},
    {"read", InboundKind::kReceipt, &InboundEvent::platform_message_id},
    {"edit_of", InboundKind::kEdited, &InboundEvent::platform_message_id},
};

void set_action(const json& body, InboundEvent& event) {
  constexpr std::size_t kLimit = 4096;
  event.kind = InboundKind::kText;
  for (const Action& action : kActions) {
    if (!body.contains(action.field)) continue;
    event.kind = action.kind;
    event.*action.to = text_field(body, action.field, kLimit);
    break;
  }
  if (event.kind == InboundKind::kReceipt) event.receipt = ReceiptKind::kRead;
  if (event.kind == InboundKind::kMedia) event.media_kind = "photo";
  if (event.kind == InboundKind::kPress) {
    event.press_id = event.key;
    event.reply_to = text_field(body, "message_id", kIdBytes);
  }
  if (body.value("left", json(false)) == json(true)) event.kind = InboundKind::kBlocked;
}

InboundEvent event_from(const std::string& text) {
  const json body = json_body(text);
  if (!body.is_object()) throw BadPayload("the body must be one JSON object");
  InboundEvent event;
  event.external_id = text_field(body, "from", kNameBytes);
  if (event.external_id.empty()) throw BadPayload("\"from\" is missing: the contact's name");
  event.key = text_field(body, "id", kIdBytes);
  if (event.key.empty()) event.key = crypto::random_token(16);  // a sender without ids has no retries to be told apart
  event.display_name = text_field(body, "name", kNameBytes);
  if (event.display_name.empty()) event.display_name = event.external_id;
  event.language = text_field(body, "language", kIdBytes);
  event.text = text_field(body, "text", text.size());
  event.reply_to = text_field(body, "reply_to", kIdBytes);
  event.platform_message_id = event.key;
  if (const auto at = body.find("at_ms"); at != body.end() && at->is_number_integer()) event.at_ms = at->get<std::int64_t>();
  set_action(body, event);
  if (event.kind == InboundKind::kText && event.text.empty()) throw BadPayload("\"text\" is missing");
  return event;
}

class Webchat : public Channel {
 public:
  explicit Webchat(const Account& account)
      : token_(account.settings.value("token", "")), traits_(webchat_traits()), room_(webchat_room(account.channel_id)) {
    if (token_.size() < kTokenBytesMin)
      throw std::invalid_argument("setting 'token' of channel '" + account.name + "' must have at least 16 letters; " +
                                  "leave it out when adding the channel and one is made");
  }

  std::string_view kind() const override { return "webchat"; }
  const Traits& traits() const override { return traits_; }
  bool authentic(const RawRequest& request) const override {
    const auto sent = request.headers.find(kWebchatTokenHeader);
    return crypto::equal_in_constant_time(sent == request.headers.end() ? "" : sent->second, token_);
  }
  std::vector<InboundEvent> parse(const RawRequest& request) const override { return {event_from(request.body)}; }

  SendOutcome send(const Outgoing& message) override {
    SendOutcome outcome;
    outcome.status = SendStatus::kAccepted;
    outcome.platform_message_id = room_->say(message.external_id, message.content, message.idempotency_key);
    return outcome;
  }

  std::vector<ProbeLine> probe() override { return {{true, "webchat is built in and needs no account / webchat 是内置渠道，无需账号"}}; }

 private:
  const std::string token_;
  const Traits traits_;
  const std::shared_ptr<WebchatRoom> room_;  // outlives this object: see webchat_room()
};

std::unique_ptr<Channel> make_webchat(const Account& account) { return std::make_unique<Webchat>(account); }

}  // namespace

Kind webchat_kind() {
  SettingSpec token;
  token.name = "token";
  token.required = token.secret = token.generated = true;
  token.help = "secret that the terminal and the page send with every message; made when left out";
  return {"webchat", {token}, make_webchat};
}

}  // namespace laoke::channels
