#include "bot/clock.h"
#include "tests/channels/conformance/rows.h"
#include "tests/fakes/fake_wechat.h"

namespace laoke::test::conformance {
namespace wechat_platform {
namespace {

std::string fan(int customer) { return "oFan_" + std::to_string(customer); }

std::int64_t now_s() { return SystemClock().now_ms() / 1000; }

class WechatStage final : public Stage {
 public:
  WechatStage() {
    for (int customer = 0; customer < 10; ++customer) fake.writes(fan(customer), "在吗");
    auto settings = fake.settings();
    settings["max_age_seconds"] = 600;
    channel_ = channels::find_kind("wechat")->make({1, 2, "wechat", "wechat", settings});
  }
  Channel& channel() override { return *channel_; }
  std::string address(int customer) override { return fan(customer); }
  std::vector<std::string> taken(int customer) override {
    std::vector<std::string> texts;
    for (const auto& sent : fake.accepted_by(fan(customer))) texts.push_back(sent.text);
    return texts;
  }

  FakeWechat fake;

 private:
  std::unique_ptr<Channel> channel_;
};

Arrange with(void (*change)(FakeWechat&)) {
  return [change](Stage& stage) { change(static_cast<WechatStage&>(stage).fake); };
}

Refusal failing(int errcode, const std::string& errmsg) {
  return {std::to_string(errcode) + " " + errmsg,
          [errcode, errmsg](Stage& stage) { static_cast<WechatStage&>(stage).fake.fail_next(1, errcode, errmsg); }};
}

RawRequest safe(const std::string& xml) { return FakeWechat::seal(xml, "safe", now_s()); }

std::string push_of(const std::string& number, const std::string& type, const std::string& text) {
  return "<xml><ToUserName><![CDATA[gh_laoke000001]]></ToUserName><FromUserName><![CDATA[" + fan(0) +
         "]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[" + type + "]]></MsgType><Content><![CDATA[" + text +
         "]]></Content><MsgId>" + number + "</MsgId></xml>";
}

std::string nested_body() {
  std::string body = "<xml>";
  for (int i = 0; i < 100'000; ++i) body += "<a>";
  for (int i = 0; i < 100'000; ++i) body += "</a>";
  return body + "</xml>";
}

void callbacks(Row& row) {
  row.text_body = [](int number) { return push_of("2450000000000000" + std::to_string(number), "text", "text " + std::to_string(number)); };
  row.genuine = row.raw = safe;
  row.forged = [](const std::string& body) { return FakeWechat::seal(body, "safe", now_s(), "anothertoken"); };
  row.tampered = [](RawRequest request) {
    request.body[request.body.find("<Encrypt>") + 60] ^= 1;
    return request;
  };
  row.stale = [](const std::string& body) { return FakeWechat::seal(body, "safe", now_s() - 3600); };
  row.unknown_kind = [] { return safe(push_of("9", "hologram", "x")); };
  row.oversize_body = [](std::size_t bytes) { return push_of("1", "text", std::string(bytes, 'a')); };
  row.deep_body = nested_body;
}

void refusals(Row& row) {
  row.throttled = failing(45011, "api minute-quota reach limit");
  row.contact_busy = None{"the limit of a minute is the account's, so the whole account waits"};
  row.quota_used = failing(45009, "reach max api daily quota limit");
  row.retry_later = Refusal{"no connection", with([](auto& fake) { fake.stop(); })};
  row.contact_gone = Refusal{"48002 user block receive message", with([](auto& fake) { fake.blocks(fan(0)); })};
  row.window_closed = Refusal{"45047 out of response count limit, after five messages", [](Stage& stage) {
                                auto& fake = static_cast<WechatStage&>(stage).fake;
                                fake.close_window(fan(0));
                              }};
  row.contact_moved = None{"openids stay"};
  row.rejected = Refusal{"40037 invalid template_id", {}, [](Outgoing& message) { message.content.platform_template = "TPL-none"; }};
  row.bad_config = Refusal{"40125 invalid appsecret", with([](auto& fake) { fake.change_secret(); })};
  row.awaits_person = None{"messages need nobody's confirmation"};
  row.lost_answer = with([](auto& fake) { fake.lose_next_answer(); });
  row.token_expires = with([](auto& fake) {  // one that can be fetched again goes unnoticed
    fake.expire_token();
    fake.change_secret();
  });
  row.text_limit_of_message = 2048;
}

}  // namespace
}  // namespace wechat_platform

Row wechat_row() {
  Row row;
  row.kind = "wechat";
  row.stage = [] { return std::make_unique<wechat_platform::WechatStage>(); };
  wechat_platform::callbacks(row);
  wechat_platform::refusals(row);
  return row;
}

}  // namespace laoke::test::conformance
