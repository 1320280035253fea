#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/inbound_event.h"
#include "handlers/message_content.h"
#include "handlers/text.h"

namespace laoke::channels {

// An HTTP request to /hooks/{channel} as it came. Header names are lower case.
struct RawRequest {
  std::string method, body;
  std::map<std::string, std::string> headers, query;
};

// What to answer it with. The body is empty for most platforms; WeChat takes encrypted passive replies.
struct HookAnswer {
  int status = 200;
  std::string body, content_type = "text/plain";
};

// A body that passed its signature but is not what the platform documents.
class BadPayload : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One message for one contact.
struct Outgoing {
  std::string external_id;
  MessageContent content;
  std::string idempotency_key;  // the same for every attempt; 32 hex digits; in send_batch() all recipients carry the batch's one key
  std::string reply_token;      // newest one this contact gave that was not used and may still work, "" none; given out once
  bool marketing = false;       // platforms with several kinds of message pick by this
  std::string reference;        // names the delivery for ever; platforms that echo it return it as InboundEvent::reference
};

// The closed list of what can come of a send; it alone decides retry, log level and what the seller reads.
enum class SendStatus {
  kAccepted,       // the platform has it
  kAwaitsPerson,   // a task was created that a staff member must confirm on the platform
  kThrottled,      // nothing was sent; the whole channel waits retry_after
  kContactBusy,    // nothing was sent; only this contact waits retry_after
  kQuotaUsed,      // the month's or day's quota is used up; retry_after says until when, if known
  kRetryLater,     // nothing was sent (could not connect, 5xx known to be refused)
  kContactGone,    // blocked, deactivated, never started: permanent for the contact
  kWindowClosed,   // the platform's messaging window is over
  kContactMoved,   // the contact's address changed: new_external_id; resend there
  kRejected,       // this message can never be sent: too long, bad media, bad template
  kBadConfig,      // token or right missing: stop the channel, tell the seller
  kUnknown,        // it left, and no answer came: it may have arrived; or only some parts of a long text did
};
std::string_view name_of(SendStatus status);  // "accepted", "throttled", …

struct SendOutcome {
  SendStatus status = SendStatus::kUnknown;
  std::string platform_message_id;
  std::string platform_code;  // "403 Forbidden: bot was blocked by the user"
  std::chrono::milliseconds retry_after{0};
  std::string new_external_id;
  std::vector<std::string> part_ids;  // kAccepted in several messages (long text): all their ids in order
};

using TextUnit = laoke::TextUnit;  // handlers/text.h measures and cuts in it

// What the platform allows and offers. Each adapter states its numbers with their source.
struct Traits {
  double messages_per_second = 0;        // of the whole account; 0 unlimited
  double contact_messages_per_second = 0;  // to one contact; 0 unlimited
  std::int64_t messages_per_month = 0;   // quota; 0 none
  std::size_t batch_size = 1;            // recipients in one send_batch call with one text for all
  std::size_t batch_least = 1;           // fewer recipients go by send()
  bool batch_ignores_window = false;     // send_batch may write to contacts whose messaging window is over
  TextUnit text_unit = TextUnit::kUtf16;
  std::size_t text_limit = 4096;         // in text_unit; longer text is split
  bool buttons = false, edits = false, images = false, asks_phone = false;
  bool idempotent = false;               // a repeated idempotency key is recognised: unknown sends may be repeated
  bool receipts = false;                 // delivered / read come later
  std::int64_t reply_token_ms = 0;       // how long a reply token is worth trying; 0: the platform has none
  bool passive_replies = false;          // an answer may travel in the hook's HTTP answer
  std::int64_t window_ms = 0;            // messaging window after the contact wrote; 0 none
  std::string_view window_addresses = {};  // the window is only for contacts whose address begins so; "" all
  bool person_confirms_bulk = false;     // broadcasts are tasks a staff member confirms
  bool batches_idempotent = false;       // a repeated batch is recognised by its key, even where a message is not
  double batches_per_second = 0;         // send_batch calls; 0: a call counts as one message in messages_per_second
};

// One page of long polling.
struct Polled {
  struct Update {
    std::string raw;                   // as the platform sent it, for the dead letters
    std::vector<InboundEvent> events;  // empty with `error` when it was not understood
    std::string error;
  };
  std::vector<Update> updates;
  std::string cursor;  // where to go on once these are committed
  std::string problem; // why the platform gave nothing, "" when it did; poll() has waited before it says so
  bool broken = false; // asking again is no use (kBadConfig): stop the channel, tell the seller `problem`
};

struct ProbeLine {
  bool ok = false;
  std::string text;  // "token is valid: @laoke_bot", or what is wrong and what to do
};

// Work on the platform that is no message: put a tag on a contact, have a parcel followed. Kept in the database until it
// is done, and tried again after a refusal that passes, so it may run twice: an adapter makes that harmless.
struct Errand {
  std::string kind;     // "tag", "untag", "follow_parcel", …: one of Channel::errands()
  std::string key;      // the same for every attempt; at most 32 characters of [0-9a-zA-Z_-]
  nlohmann::json data;  // of this kind, see bot/errands.h
};
struct ErrandOutcome {
  SendStatus status = SendStatus::kUnknown;  // kAccepted: done
  std::string platform_code;
  std::chrono::milliseconds retry_after{0};
  std::vector<InboundEvent> learned;  // what the platform's answer tells; taken like a callback's events
};

// One account on a platform, mostly a chat. handshake(), authentic(), parse() and passive_reply() run on http threads, many at once, and share
// no mutable state. send() and send_batch() may be called by several sender threads at once and may block for
// kSendTimeout. poll() runs on one thread only.
class Channel {
 public:
  static constexpr std::chrono::seconds kSendTimeout{30};

  virtual ~Channel() = default;
  virtual std::string_view kind() const = 0;  // registry key: "telegram"
  virtual const Traits& traits() const = 0;

  // Answer to a verification request of the platform (mostly GET); none: this is no handshake.
  virtual std::optional<HookAnswer> handshake(const RawRequest&) const { return std::nullopt; }
  // Over the raw bytes, in constant time, before any parsing.
  virtual bool authentic(const RawRequest& request) const = 0;
  // Throws BadPayload; kinds we do not know give kOther or no event.
  virtual std::vector<InboundEvent> parse(const RawRequest& request) const = 0;
  // The hook's HTTP answer, carrying `reply` where the platform takes one.
  virtual HookAnswer answer(const RawRequest&, const std::optional<MessageContent>&) const { return {}; }
  // Whether answer() can carry this content whole; what it cannot goes by send(). Only asked with Traits::passive_replies.
  virtual bool can_answer(const MessageContent&) const { return true; }

  // Refusals are values, never exceptions.
  [[nodiscard]] virtual SendOutcome send(const Outgoing& message) = 0;
  // One content for many contacts; one outcome each, in order. Only where batch_size > 1. Where it is recognised and nothing is
  // known (all kUnknown) the same call is repeated: same key, same members in the same order, same content.
  [[nodiscard]] virtual std::vector<SendOutcome> send_batch(const MessageContent& content, std::span<const Outgoing> to);
  // Tells the platform a press was seen (stops its spinner). Best effort, no outcome.
  virtual void acknowledge_press(const std::string& /*press_id*/, const std::string& /*text*/) {}

  // Long polling for accounts without a public address: blocks up to `wait`, none when this channel does not poll.
  // polls() is settled by connect(). poll() never throws and asks for what follows `cursor` ("" at first).
  virtual bool polls() const { return false; }
  virtual Polled poll(const std::string& /*cursor*/, std::chrono::milliseconds /*wait*/) { return {}; }
  // Ends a poll() that is waiting, else the next one, within a second. Any thread.
  virtual void interrupt() {}

  // Once at start: registers the webhook or its absence. Throws std::runtime_error with what to do.
  virtual void connect(const std::string& /*public_hook_url*/) {}
  // The kinds of errands this account takes.
  virtual std::vector<std::string_view> errands() const { return {}; }
  // Refusals are values. May be called beside send(), on one thread at a time.
  [[nodiscard]] virtual ErrandOutcome run(const Errand&) { return {SendStatus::kRejected, "this account takes no errands", {}, {}}; }

  // `laoke channel test`: real calls, one line each.
  virtual std::vector<ProbeLine> probe() = 0;
};

// A row of `channels`, as an adapter needs it.
struct Account {
  std::int64_t shop_id = 0, channel_id = 0;
  std::string name, kind;
  nlohmann::json settings;  // of this kind, see Kind::settings
};

struct SettingSpec {
  std::string name;     // "token"
  bool required = false, secret = false;
  std::string help;     // what it is and where to find it
  std::string fallback; // default value
  bool generated = false;  // `laoke channel add` fills it with crypto::random_token() when it was not given
};

// What an account is for. Only chats have contacts and are sent messages.
enum class Purpose { kChat, kParcels, kShopSystem };

// One line of the registry.
struct Kind {
  std::string_view name;
  std::vector<SettingSpec> settings;
  // Throws std::invalid_argument naming the setting, its value (secrets masked) and what is allowed.
  std::unique_ptr<Channel> (*make)(const Account& account);
  Purpose purpose = Purpose::kChat;
};
const std::vector<Kind>& kinds();              // bot/channels/registry.cpp
const Kind* find_kind(std::string_view name);  // nullptr: not a kind we know

}  // namespace laoke::channels
