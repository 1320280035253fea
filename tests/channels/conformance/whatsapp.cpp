#include "tests/channels/conformance/rows.h"
#include "tests/fakes/fake_whatsapp.h"

namespace laoke::test::conformance {
namespace {

using nlohmann::json;

FakeWhatsapp::Person whatsapp_person(int customer) {
  const std::string number = std::to_string(customer);
  return {"CN.447102399881" + number, "861380013800" + number, "小李" + number};
}

class WhatsappStage final : public Stage {
 public:
  WhatsappStage() {
    for (int customer = 0; customer < 10; ++customer) {
      fake.knows(whatsapp_person(customer));
      fake.opens_window(address(customer));
    }
    channel_ = channels::find_kind("whatsapp")->make({1, 2, "wa", "whatsapp", fake.settings()});
  }
  Channel& channel() override { return *channel_; }
  std::string address(int customer) override { return whatsapp_person(customer).user_id; }
  std::vector<std::string> taken(int customer) override {
    std::vector<std::string> texts;
    for (const auto& sent : fake.accepted_by(address(customer))) texts.push_back(sent.text);
    return texts;
  }

  FakeWhatsapp fake;

 private:
  std::unique_ptr<Channel> channel_;
};

Arrange with_whatsapp(std::function<void(FakeWhatsapp&)> change) {
  return [change = std::move(change)](Stage& stage) { change(static_cast<WhatsappStage&>(stage).fake); };
}

Refusal whatsapp_fails(int status, int code, const std::string& words) {
  return {std::to_string(code) + " " + words,
          with_whatsapp([=](FakeWhatsapp& fake) { fake.fail_next(3, status, code, words); })};
}

RawRequest whatsapp_request(const std::string& body, const std::string& secret) {
  return {"POST", body, {{"x-hub-signature-256", FakeWhatsapp::signature_of(body, secret)}}, {}};
}

std::string whatsapp_message(int number, json parts) {
  parts["from"] = whatsapp_person(0).phone;
  parts["from_user_id"] = whatsapp_person(0).user_id;
  parts["id"] = "wamid.HBgNIN" + std::to_string(number);
  parts["timestamp"] = "1767225600";
  const json value{{"messaging_product", "whatsapp"},
                   {"metadata", {{"display_phone_number", "15550783881"}, {"phone_number_id", FakeWhatsapp::kNumber}}},
                   {"messages", json::array({std::move(parts)})}};
  return json{{"object", "whatsapp_business_account"},
              {"entry", json::array({{{"id", FakeWhatsapp::kAccount},
                                      {"changes", json::array({{{"value", value}, {"field", "messages"}}})}}})}}
      .dump(-1, ' ', true);
}

std::string whatsapp_text(int number, const std::string& text) {
  return whatsapp_message(number, {{"type", "text"}, {"text", {{"body", text}}}});
}

void whatsapp_callbacks(Row& row) {
  row.text_body = [](int number) { return whatsapp_text(number, "text " + std::to_string(number)); };
  row.genuine = row.raw = [](const std::string& body) { return whatsapp_request(body, FakeWhatsapp::kAppSecret); };
  row.forged = [](const std::string& body) { return whatsapp_request(body, "00000000000000000000000000000000"); };
  row.tampered = [](RawRequest request) {
    request.body[request.body.size() / 2] ^= 1;
    return request;
  };
  row.stale = None{"the signature covers no time of sending, and Meta repeats a callback for 7 days"};
  row.unknown_kind = [] {
    return whatsapp_request(whatsapp_message(9, {{"type", "hologram"}}), FakeWhatsapp::kAppSecret);
  };
  row.oversize_body = [](std::size_t bytes) { return whatsapp_text(1, std::string(bytes, 'a')); };
  row.deep_body = [] {
    return R"({"object":"whatsapp_business_account","entry":)" + std::string(100'000, '[') + std::string(100'000, ']') +
           "}";
  };
}

void whatsapp_sending(Row& row) {
  row.throttled = whatsapp_fails(429, 130429, "Rate limit hit");
  row.contact_busy = whatsapp_fails(400, 131056, "pair rate limit hit");
  row.quota_used = whatsapp_fails(400, 131048, "Spam rate limit hit");
  row.retry_later = whatsapp_fails(503, 131016, "Service unavailable");
  row.contact_gone =
      Refusal{"131026 Message undeliverable, the third time in a row", [](Stage& stage) {
                static_cast<WhatsappStage&>(stage).fake.fail_next(3, 400, 131026, "Message undeliverable");
                Outgoing message;
                message.external_id = stage.address(0);
                message.content.text = "hello";
                for (int i = 0; i < 2; ++i) static_cast<void>(stage.channel().send(message));
              }};
  row.window_closed = whatsapp_fails(400, 131047, "Re-engagement message");
  row.contact_moved = None{"a new address is told by a callback, not as the answer to a message"};
  row.rejected = whatsapp_fails(400, 131050, "User has stopped receipt of marketing messages");
  row.bad_config = whatsapp_fails(400, 131042, "Business eligibility payment issue");
  row.awaits_person = None{"messages need nobody's confirmation"};
  row.lost_answer = with_whatsapp([](FakeWhatsapp& fake) { fake.lose_next_answer(); });
  row.token_expires = with_whatsapp([](FakeWhatsapp& fake) { fake.revoke_token(); });
  row.text_limit_of_message = 4096;
}

}  // namespace

Row whatsapp_row() {
  Row row;
  row.kind = "whatsapp";
  row.stage = [] { return std::make_unique<WhatsappStage>(); };
  whatsapp_callbacks(row);
  whatsapp_sending(row);
  return row;
}

}  // namespace laoke::test::conformance
