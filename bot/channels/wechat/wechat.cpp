#include "bot/channels/wechat/wechat.h"

#include <mutex>

#include "bot/channels/wechat/message.h"
#include "bot/channels/wechat/parse.h"
#include "bot/channels/wechat/sender.h"
#include "bot/channels/wechat_envelope.h"
#include "bot/channels/xml_body.h"
#include "bot/clock.h"

namespace laoke::channels {
namespace {

using wechat::Mode;
using wechat::Settings;

constexpr std::size_t kMostEchoBytes = 512;  // a number of 16 to 20 digits
constexpr const char* kDone = "success";     // needs no encryption, and is never shown

std::string in_query(const RawRequest& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

// Its clear fields are anybody's in mixed mode: only what is encrypted counts.
std::string encrypted_in(const RawRequest& request) {
  const XmlBody outer(request.body);
  std::string encrypted = xml_text(outer.root(), "Encrypt");
  if (encrypted.empty()) throw BadPayload("the body has no <Encrypt>, but the account's mode is not plain");
  return encrypted;
}

class OfficialAccount final : public Channel {
 public:
  OfficialAccount(Settings settings, wechat::NowMs now_ms) : settings_(std::move(settings)), now_ms_(now_ms), sender_(settings_, now_ms) {
    if (settings_.mode != Mode::kPlain) envelope_.emplace(settings_.token, settings_.encoding_aes_key, settings_.app_id);
    single_.messages_per_second = settings_.messages_per_second;
    single_.text_unit = TextUnit::kBytes;
    single_.text_limit = wechat::kTextBytes;
    single_.buttons = settings_.menu_buttons;
    single_.images = true;
    single_.receipts = true;  // of templates and notices
    single_.passive_replies = true;
    single_.window_ms = wechat::kWrittenWindowMs;
    batches_ = single_;
    batches_.batch_size = 10'000;  // fact sheet §0
    batches_.batch_least = 2;
    batches_.batch_ignores_window = true;
    batches_.batches_idempotent = true;  // clientmsgid, for 24 h: fact sheet §0
    batches_.batches_per_second = 0.9;  // 60 mass sends a minute
  }

  std::string_view kind() const override { return "wechat"; }
  const Traits& traits() const override { return sender_.may_send_mass() ? batches_ : single_; }

  std::optional<HookAnswer> handshake(const RawRequest& request) const override;
  bool authentic(const RawRequest& request) const override;
  std::vector<InboundEvent> parse(const RawRequest& request) const override {
    return wechat::events_of(XmlBody(clear_body(request)).root(), settings_.original_id);
  }
  HookAnswer answer(const RawRequest& request, const std::optional<MessageContent>& content) const override;
  bool can_answer(const MessageContent& content) const override {
    return wechat::passive_text("o", "gh", content, settings_.menu_buttons, 0).has_value();
  }

  SendOutcome send(const Outgoing& message) override { return sender_.send(message); }
  std::vector<SendOutcome> send_batch(const MessageContent& content, std::span<const Outgoing> to) override {
    if (to.size() < batches_.batch_least || !content.platform_template.empty()) return Channel::send_batch(content, to);
    return sender_.send_mass(content, to);
  }
  void connect(const std::string& public_hook_url) override {
    const std::lock_guard lock(hook_mutex_);
    hook_url_ = public_hook_url;
  }
  std::vector<std::string_view> errands() const override {
    std::vector<std::string_view> kinds;
    if (sender_.may_ask_profiles()) kinds.emplace_back("profile");
    if (!settings_.sync_tags) return kinds;
    kinds.emplace_back("tag");
    kinds.emplace_back("untag");
    return kinds;
  }
  ErrandOutcome run(const Errand& errand) override { return sender_.run(errand); }
  std::vector<ProbeLine> probe() override;

 private:
  std::int64_t now_s() const { return now_ms_() / 1000; }
  bool fresh(const RawRequest& request) const {
    return wechat_timestamp_fresh(in_query(request, "timestamp"), now_s(), settings_.max_age_s);
  }
  bool plainly_signed(const RawRequest& request) const {
    return wechat_signed(in_query(request, "signature"), {settings_.token, in_query(request, "timestamp"), in_query(request, "nonce")});
  }
  std::string clear_body(const RawRequest& request) const {
    return envelope_ ? envelope_->decrypt(encrypted_in(request)) : request.body;
  }

  const Settings settings_;
  const wechat::NowMs now_ms_;
  wechat::Sender sender_;
  std::optional<WechatEnvelope> envelope_;
  Traits single_, batches_;
  mutable std::mutex hook_mutex_;  // guards the next
  std::string hook_url_;
  std::string shown_url() const {
    const std::lock_guard lock(hook_mutex_);
    return hook_url_.empty() ? "<public_url>/hooks/<channel>" : hook_url_;
  }
};

std::optional<HookAnswer> OfficialAccount::handshake(const RawRequest& request) const {
  const auto echo = request.query.find("echostr");
  if (request.method != "GET" || echo == request.query.end()) return std::nullopt;
  if (echo->second.size() > kMostEchoBytes || !fresh(request) || !plainly_signed(request)) return HookAnswer{403, "", "text/plain"};
  return HookAnswer{200, echo->second, "text/plain"};
}

bool OfficialAccount::authentic(const RawRequest& request) const {
  if (!fresh(request)) return false;
  if (!envelope_) return plainly_signed(request);
  try {
    return envelope_->verify(in_query(request, "msg_signature"), in_query(request, "timestamp"), in_query(request, "nonce"),
                             encrypted_in(request));
  } catch (const BadPayload&) {
    return false;  // no envelope, nothing signed
  }
}

HookAnswer OfficialAccount::answer(const RawRequest& request, const std::optional<MessageContent>& content) const {
  if (!content) return {200, kDone, "text/plain"};
  try {
    const XmlBody asked(clear_body(request));
    const auto reply = wechat::passive_text(xml_text(asked.root(), "FromUserName"), xml_text(asked.root(), "ToUserName"), *content,
                                            settings_.menu_buttons, now_s());
    if (!reply) return {200, kDone, "text/plain"};
    return {200, envelope_ ? envelope_->answer(*reply, now_s()) : *reply, "application/xml"};
  } catch (const BadPayload&) {
    return {200, kDone, "text/plain"};  // an unreadable push has nobody to answer
  }
}

std::vector<ProbeLine> OfficialAccount::probe() {
  std::vector<ProbeLine> lines;
  const wechat::Reply token = sender_.api().check_token();
  lines.push_back({token.ok(), token.ok() ? "AppID and AppSecret are right / AppID 和 AppSecret 正确" : "no access token / 取不到 access_token: " + token.platform_code()});
  if (token.ok())
    for (ProbeLine& line : sender_.right_lines()) lines.push_back(std::move(line));
  const char* const mode = settings_.mode == Mode::kSafe ? "安全模式" : settings_.mode == Mode::kMixed ? "兼容模式" : "明文模式";
  lines.push_back({true, "in the console, 设置与开发 > 开发接口管理 > 服务器配置: URL " + shown_url() + " (port 80 or 443), Token and EncodingAESKey as set here, " +
                             mode + ", data format XML; then 提交 and 启用 / 在公众平台「服务器配置」填写以上 URL、Token、EncodingAESKey，选择「" + mode +
                             "」和 XML，提交并启用"});
  lines.push_back({true, "IP白名单 on the same page must hold this server's outgoing address / 同一页的「IP白名单」要加入本服务器的出口 IP"});
  if (settings_.mode == Mode::kPlain)
    lines.push_back({false, "mode is plain: callbacks are not protected, use safe before selling / 明文模式不校验内容，正式使用请改为安全模式"});
  return lines;
}

std::unique_ptr<Channel> make_official_account(const Account& account) {
  return make_wechat(account, [] { return SystemClock().now_ms(); });
}

}  // namespace

std::unique_ptr<Channel> make_wechat(const Account& account, std::function<std::int64_t()> now_ms) {
  return std::make_unique<OfficialAccount>(wechat::read_settings(account.settings), std::move(now_ms));
}

Kind wechat_kind() {
  return {"wechat", wechat::setting_specs(), make_official_account};
}

}  // namespace laoke::channels
