#include "bot/channels/wecom/wecom.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "bot/channels/json_body.h"
#include "bot/channels/wechat_envelope.h"
#include "bot/channels/wecom/wecom_address.h"
#include "bot/channels/wecom/wecom_callback.h"
#include "bot/channels/wecom/wecom_errands.h"
#include "bot/channels/wecom/wecom_member.h"
#include "bot/channels/wecom/wecom_polling.h"
#include "bot/channels/xml_body.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace wecom {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::int64_t kWelcomeMs = 20'000;  // developer.work.weixin.qq.com/document/path/92137
constexpr milliseconds kWelcomePause{2'000};  // 41096: another app is sending one
constexpr int kWelcomeOver = 41050, kWelcomeDone = 41051, kWelcomeBusy = 41096;

std::int64_t system_clock_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string query_text(const RawRequest& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

Traits traits_of(const Settings& settings) {
  Traits traits;
  traits.messages_per_second = settings.messages_per_second;
  traits.batch_size = Tasks::kMostCustomers;
  traits.text_unit = TextUnit::kBytes;
  traits.text_limit = MemberChat::kTextBytes;  // of a task and a welcome: 4000
  traits.images = true;
  traits.receipts = true;
  traits.reply_token_ms = kWelcomeMs;
  traits.person_confirms_bulk = true;
  traits.window_ms = kServiceWindowMs;
  traits.window_addresses = kServicePrefix;  // the others are written to by tasks, or are members
  return traits;
}

// What an account learned outlives the object: changed settings of the shop make a new one.
struct Learned {
  explicit Learned(const Settings& settings)
      : api(settings.api_base, settings.corp_id, settings.secret, settings.timeout),
        people(api, settings.sender),
        tags(api, settings.agent_id, settings.tag_group) {}
  const Api api;
  People people;  // these guard themselves
  TagCatalog tags;
  WatchQueue made;
};

// Shared by the objects of one account, the old one and the one that takes its place.
std::shared_ptr<Learned> learned_by(const Settings& settings) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<Learned>> all;
  std::string account;
  for (const std::string& part : {settings.api_base, settings.corp_id, settings.secret, settings.sender, settings.tag_group,
                                  std::to_string(settings.agent_id), std::to_string(settings.timeout.count())})
    account += part + "\n";
  const std::lock_guard lock(mutex);
  std::erase_if(all, [](const auto& entry) { return entry.second.expired(); });
  auto& entry = all[crypto::sha256_hex(account)];
  auto learned = entry.lock();
  if (!learned) entry = learned = std::make_shared<Learned>(settings);
  return learned;
}

class WeCom final : public Channel {
 public:
  WeCom(Settings settings, Clock clock)
      : settings_(std::move(settings)),
        clock_(std::move(clock)),
        envelope_(settings_.token, settings_.encoding_aes_key, settings_.corp_id),
        learned_(learned_by(settings_)),
        api_(learned_->api),
        people_(learned_->people),
        tags_(learned_->tags),
        tasks_(api_, people_, learned_->made, clock_),
        members_(api_, settings_.agent_id, clock_),
        errands_(api_, people_, tags_, learned_->made, clock_),
        polling_(settings_, api_, people_, tasks_, learned_->made, clock_),
        traits_(traits_of(settings_)) {}

  std::string_view kind() const override { return "wecom"; }
  const Traits& traits() const override { return traits_; }
  std::optional<HookAnswer> handshake(const RawRequest& request) const override;
  bool authentic(const RawRequest& request) const override;
  std::vector<InboundEvent> parse(const RawRequest& request) const override;
  SendOutcome send(const Outgoing& message) override;
  std::vector<SendOutcome> send_batch(const MessageContent& content, std::span<const Outgoing> to) override;
  bool polls() const override { return true; }
  Polled poll(const std::string& cursor, milliseconds wait) override { return polling_.poll(cursor, wait); }
  void interrupt() override { polling_.interrupt(); }
  void connect(const std::string& public_hook_url) override;
  std::vector<std::string_view> errands() const override { return {"tag", "untag", "moment"}; }
  ErrandOutcome run(const Errand& errand) override;
  std::vector<ProbeLine> probe() override;

 private:
  bool signed_by_us(const RawRequest& request, const std::string& encrypted) const;
  void complete(Callback& callback) const;
  void name(Callback& callback) const;
  void read_tags(Callback& callback) const;
  void still_followed(Callback& callback) const;
  void tag_names_changed(const std::string& tag_id) const;
  SendOutcome welcome(const Outgoing& message);
  SendOutcome send_to_customer(const std::string& customer, const Outgoing& message);

  const Settings settings_;
  const Clock clock_;
  const WechatEnvelope envelope_;
  const std::shared_ptr<Learned> learned_;
  const Api& api_;
  People& people_;
  TagCatalog& tags_;
  Tasks tasks_;
  MemberChat members_;
  Errands errands_;
  mutable Polling polling_;
  const Traits traits_;
};

bool WeCom::signed_by_us(const RawRequest& request, const std::string& encrypted) const {
  const std::string timestamp = query_text(request, "timestamp");
  return !encrypted.empty() && wechat_timestamp_fresh(timestamp, clock_() / 1000, settings_.max_age_s) &&
         envelope_.verify(query_text(request, "msg_signature"), timestamp, query_text(request, "nonce"), encrypted);
}

std::optional<HookAnswer> WeCom::handshake(const RawRequest& request) const {
  std::string echo = query_text(request, "echostr");
  if (request.method != "GET" || echo.empty()) return std::nullopt;
  std::ranges::replace(echo, ' ', '+');  // a plus sign that was sent without its escape
  if (!signed_by_us(request, echo)) return HookAnswer{401, "", "text/plain"};
  try {
    return HookAnswer{200, envelope_.decrypt(echo), "text/plain"};
  } catch (const BadPayload&) {
    return HookAnswer{401, "", "text/plain"};
  }
}

bool WeCom::authentic(const RawRequest& request) const {
  if (request.method == "GET") return false;
  try {
    return signed_by_us(request, xml_text(XmlBody(request.body).root(), "Encrypt"));
  } catch (const BadPayload&) {
    return false;
  }
}

std::vector<InboundEvent> WeCom::parse(const RawRequest& request) const {
  if (request.body.starts_with('{')) return events_in(json_body(request.body));  // of poll(), kept and tried again
  const std::string message = envelope_.decrypt(xml_text(XmlBody(request.body).root(), "Encrypt"));
  Callback callback = read_callback(XmlBody(message).root());
  complete(callback);
  // What only sets us to work concerns no contact.
  if (callback.ask == Callback::Ask::kMessages || callback.ask == Callback::Ask::kTagNames) return {};
  return {std::move(callback.event)};
}

void WeCom::complete(Callback& callback) const {
  switch (callback.ask) {
    case Callback::Ask::kNothing: return;
    case Callback::Ask::kName: return name(callback);
    case Callback::Ask::kTags: return read_tags(callback);
    case Callback::Ask::kFollowed: return still_followed(callback);
    case Callback::Ask::kTagNames: return tag_names_changed(callback.id);
    case Callback::Ask::kMessages: return polling_.nudge(callback.id, callback.token);
  }
}

// Asked here and not later, so that the welcome knows the name.
void WeCom::name(Callback& callback) const {
  const auto answer = people_.ask(callback.id, true);
  if (answer.kind == People::Answer::Kind::kKnown) {
    callback.event.display_name = answer.details.name;
    callback.event.person_id = person_id(answer.details.union_id, callback.id);
  }
  // Tags that came with the code the customer scanned.
  if (answer.kind == People::Answer::Kind::kNoAnswer || (settings_.sync_tags && !answer.details.tags.empty())) {
    people_.want(callback.id);
    polling_.wake();
  }
}

void WeCom::read_tags(Callback& callback) const {
  const auto answer = people_.ask(callback.id, true);
  if (answer.kind == People::Answer::Kind::kKnown) {
    const std::string key = callback.event.key;
    callback.event = events_in(tags_of_details(callback.id, callback.event.at_ms, answer.details, people_, settings_.sync_tags)).at(0);
    callback.event.key = key;
  } else if (answer.kind == People::Answer::Kind::kNoAnswer) {
    people_.want(callback.id);
    polling_.wake();
  }
}

void WeCom::still_followed(Callback& callback) const {
  if (people_.ask(callback.id, true).kind == People::Answer::Kind::kKnown) callback.event.kind = InboundKind::kOther;
}

void WeCom::tag_names_changed(const std::string& tag_id) const {
  tags_.forget();
  if (!settings_.sync_tags) return;
  for (const std::string& customer : people_.tagged_with(tag_id)) people_.want(customer);
  polling_.wake();
}

// 41050 and 41051: the moment for a welcome has passed, or somebody else welcomed them. A task in its place would come
// when nobody waits for it any more.
SendOutcome WeCom::welcome(const Outgoing& message) {
  const RichContent rich = rich_content(message.content);
  if (!rich.refusal.empty()) return refused_message(rich.refusal);
  json body = rich.body;
  body["welcome_code"] = message.reply_token;
  Reply reply = api_.post("externalcontact/send_welcome_msg", body);
  if (reply.errcode == kWelcomeBusy) {
    std::this_thread::sleep_for(kWelcomePause);
    reply = api_.post("externalcontact/send_welcome_msg", body);
  }
  SendOutcome outcome = reply.outcome();
  if (reply.errcode == kWelcomeDone) outcome = refused_message("41051 已经聊上了或已发过欢迎语 (they are chatting already, or were welcomed)");
  if (reply.errcode == kWelcomeOver) outcome = refused_message("41050 欢迎语 20 秒有效期已过 (the 20 s for a welcome are over)");
  return outcome;
}

SendOutcome WeCom::send_to_customer(const std::string& customer, const Outgoing& message) {
  if (!message.reply_token.empty()) return welcome(message);
  people_.learn_followers();  // without it WeCom chooses the member who chatted last
  auto outcomes = tasks_.create(message.content, std::span(&customer, 1));
  polling_.wake();
  return std::move(outcomes.front());
}

SendOutcome WeCom::send(const Outgoing& message) {
  const auto to = address_in(message.external_id);
  if (!to) {
    SendOutcome nobody = refused_message("not an address of this account: ext:…, kf:…:… or member:…");
    nobody.status = SendStatus::kContactGone;
    return nobody;
  }
  switch (to->who) {
    case Who::kMember: return members_.send(to->id, message);
    case Who::kService: return send_to_service(api_, *to, message);
    case Who::kCustomer: break;
  }
  return send_to_customer(to->id, message);
}

std::vector<SendOutcome> WeCom::send_batch(const MessageContent& content, std::span<const Outgoing> to) {
  std::vector<SendOutcome> outcomes(to.size());
  std::vector<std::string> customers;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto address = address_in(to[i].external_id);
    if (address && address->who == Who::kCustomer) {
      customers.push_back(address->id);
      places.push_back(i);
      continue;
    }
    Outgoing one = to[i];
    one.content = content;
    // The batch's key is everybody's, and a message of 微信客服 is known by its own.
    one.idempotency_key = crypto::sha256_hex(one.idempotency_key + one.external_id).substr(0, 32);
    outcomes[i] = send(one);
  }
  if (customers.empty()) return outcomes;
  people_.learn_followers();
  auto made = tasks_.create(content, customers);
  for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = std::move(made[i]);
  polling_.wake();
  return outcomes;
}

ErrandOutcome WeCom::run(const Errand& errand) {
  ErrandOutcome outcome = errands_.run(errand);
  polling_.wake();
  return outcome;
}

void WeCom::connect(const std::string&) {
  const Reply reply = api_.sign_in();
  if (!reply.ok()) throw std::runtime_error("wecom: no access token: " + reply.platform_code());
}

ProbeLine probe_line(const Reply& reply, const std::string& good, const std::string& what) {
  if (reply.ok()) return {true, good};
  return {false, what + ": " + reply.platform_code()};
}

std::size_t size_of(const Reply& reply, const char* list) {
  const auto found = reply.body.find(list);
  return found != reply.body.end() && found->is_array() ? found->size() : 0;
}

std::vector<ProbeLine> WeCom::probe() {
  std::vector<ProbeLine> lines;
  const Reply signed_in = api_.sign_in();
  lines.push_back(probe_line(signed_in, "企业ID和 Secret 正确 (corp_id and secret are good)", "no access token from " + settings_.api_base));
  if (!signed_in.ok()) return lines;
  const Reply members = api_.get("externalcontact/get_follow_user_list", {});
  const std::size_t count = size_of(members, "follow_user");
  lines.push_back(probe_line(members, std::to_string(count) + " 位成员可以有客户 (members may have customers)", "客户联系 (customer contact)"));
  if (members.ok() && count == 0)
    lines.push_back({false, "没有成员配置客户联系权限：客户联系 → 权限配置 (no member may have customers: grant it there)"});
  const Reply tags = api_.post("externalcontact/get_corp_tag_list", json::object());
  lines.push_back(probe_line(tags, std::to_string(size_of(tags, "tag_group")) + " 个标签组 (groups of tags)", "企业标签 (tags)"));
  for (const std::string& account : settings_.open_kfids) {
    const ServicePage page = next_page(api_, account, "", "", nullptr);
    lines.push_back(probe_line(page.reply, "微信客服 " + account + " 可以读取 (can be read)", "微信客服 " + account));
  }
  return lines;
}

std::unique_ptr<Channel> make_wecom(const Account& account) {
  return make_with_clock(account, system_clock_ms);
}

}  // namespace

std::unique_ptr<Channel> make_with_clock(const Account& account, Clock clock) {
  return std::make_unique<WeCom>(read_settings(account.settings), std::move(clock));
}

}  // namespace wecom

Kind wecom_kind() {
  return {"wecom", wecom::setting_specs(), wecom::make_wecom};
}

}  // namespace laoke::channels
