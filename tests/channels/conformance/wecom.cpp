#include <chrono>

#include "bot/channels/wechat_envelope.h"
#include "bot/channels/xml_body.h"
#include "tests/channels/conformance/rows.h"
#include "tests/fakes/fake_wecom.h"
#include "tests/fakes/fake_wecom_state.h"

namespace laoke::test::conformance {
namespace {

using channels::xml_cdata;

std::string wecom_member(int customer) {
  return "person" + std::to_string(customer);
}

// The demands are asked of members in the app's own chat, where one message is one call; tasks of their customer "wm1".
class WecomStage final : public Stage {
 public:
  WecomStage() {
    for (int customer = 0; customer < 10; ++customer) fake.add_member(wecom_member(customer));
    fake.befriend(wecom_member(0), "wm1", "李雷");
    channel_ = channels::find_kind("wecom")->make({1, 2, "qw", "wecom", fake.settings()});
  }
  Channel& channel() override { return *channel_; }
  std::string address(int customer) override { return "member:" + wecom_member(customer); }
  std::vector<std::string> taken(int customer) override {
    std::vector<std::string> texts;
    for (const auto& sent : fake.sent_to(wecom_member(customer))) texts.push_back(sent.text);
    return texts;
  }

  FakeWecom fake;

 private:
  std::unique_ptr<Channel> channel_;
};

Arrange with_wecom(std::function<void(FakeWecom&)> change) {
  return [change = std::move(change)](Stage& stage) { change(static_cast<WecomStage&>(stage).fake); };
}

Refusal wecom_fails(int errcode, const std::string& words) {
  return {std::to_string(errcode) + " " + words,
          with_wecom([=](FakeWecom& fake) { fake.refuse_next("message/send", errcode, words); })};
}

std::int64_t wecom_now_s() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

// What is too large for an envelope stands in it as it would arrive: signed letters.
std::string wecom_sealed(const channels::WechatEnvelope& envelope, const std::string& xml) {
  return xml.size() > (1 << 20) ? std::string(xml.size(), 'A') : envelope.encrypt(xml);
}

RawRequest wecom_request(const std::string& xml, const std::string& token, std::int64_t at_s) {
  const channels::WechatEnvelope envelope(token, kFakeAesKey, kFakeCorp);
  const std::string timestamp = std::to_string(at_s), nonce = "7654321", encrypted = wecom_sealed(envelope, xml);
  return {"POST",
          "<xml><ToUserName>" + xml_cdata(kFakeCorp) + "</ToUserName><AgentID>1000002</AgentID><Encrypt>" +
              xml_cdata(encrypted) + "</Encrypt></xml>",
          {},
          {{"msg_signature", envelope.sign(timestamp, nonce, encrypted)}, {"timestamp", timestamp}, {"nonce", nonce}}};
}

std::string wecom_push(int number, const std::string& type, const std::string& fields) {
  return "<xml><ToUserName>" + xml_cdata(kFakeCorp) + "</ToUserName><FromUserName>" + xml_cdata(wecom_member(0)) +
         "</FromUserName><CreateTime>1767225600</CreateTime><MsgType>" + xml_cdata(type) + "</MsgType>" + fields +
         "<MsgId>" + std::to_string(20'000 + number) + "</MsgId><AgentID>1000002</AgentID></xml>";
}

std::string wecom_text(int number, const std::string& text) {
  return wecom_push(number, "text", "<Content>" + xml_cdata(text) + "</Content>");
}

void wecom_callbacks(Row& row) {
  row.text_body = [](int number) { return wecom_text(number, "text " + std::to_string(number)); };
  row.genuine =
      row.raw = [](const std::string& body) { return wecom_request(body, kFakeCallbackToken, wecom_now_s()); };
  row.forged = [](const std::string& body) { return wecom_request(body, "anothertoken2026", wecom_now_s()); };
  row.tampered = [](RawRequest request) {
    char& letter = request.body[request.body.find("<Encrypt>") + 60];
    letter = letter == 'A' ? 'B' : 'A';
    return request;
  };
  row.stale = [](const std::string& body) { return wecom_request(body, kFakeCallbackToken, wecom_now_s() - 7'200); };
  row.unknown_kind = [] {
    return wecom_request(wecom_push(9, "hologram", "<X>1</X>"), kFakeCallbackToken, wecom_now_s());
  };
  row.oversize_body = [](std::size_t bytes) { return wecom_text(1, std::string(bytes, 'a')); };
  row.deep_body = [] {
    std::string open, close;
    for (int depth = 0; depth < 10'000; ++depth) {
      open += "<a>";
      close += "</a>";
    }
    return "<xml>" + open + close + "</xml>";
  };
}

void wecom_sending(Row& row) {
  row.throttled = wecom_fails(45033, "api concurrent out of limit");
  row.contact_busy = wecom_fails(41096, "another app is sending");
  row.quota_used = wecom_fails(45009, "api freq out of limit, reach day limit");
  row.retry_later = wecom_fails(-1, "system busy");
  row.contact_gone = wecom_fails(60111, "userid not found");
  row.window_closed = Refusal{"微信客服: the customer wrote nothing within 48 h", {}, [](Outgoing& message) {
                                message.external_id = "kf:wk1:wmSilent";
                              }};
  row.contact_moved = None{"ids of customers and members stay"};
  row.rejected = wecom_fails(45002, "content size out of limit");
  row.bad_config = wecom_fails(60020, "not allow to access from your ip");
  row.awaits_person = Refusal{
      "a task for the member who has the customer", {}, [](Outgoing& message) { message.external_id = "ext:wm1"; }};
  row.lost_answer = with_wecom([](FakeWecom& fake) { fake.lose_next_answer("message/send"); });
  row.token_expires = with_wecom([](FakeWecom& fake) {
    fake.revoke();
    fake.end_tokens();
  });
  row.text_limit_of_message = 2048;
}

}  // namespace

Row wecom_row() {
  Row row;
  row.kind = "wecom";
  row.stage = [] { return std::make_unique<WecomStage>(); };
  wecom_callbacks(row);
  wecom_sending(row);
  return row;
}

}  // namespace laoke::test::conformance
