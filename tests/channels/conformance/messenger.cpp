#include "tests/channels/conformance/rows.h"
#include "tests/fakes/fake_messenger.h"

namespace laoke::test::conformance {
namespace messenger_platform {
namespace {

using nlohmann::json;
using Kind = FakeMessenger::Fault::Kind;

std::string person(int customer) { return "678901234567890" + std::to_string(customer); }

class MessengerStage final : public Stage {
 public:
  explicit MessengerStage(bool instagram) : fake(instagram) {
    for (int customer = 0; customer < 10; ++customer) fake.says(person(customer), "在吗");
    const std::string kind = instagram ? "instagram" : "messenger";
    channel_ = channels::find_kind(kind)->make({1, 2, kind, kind, fake.settings()});
  }
  Channel& channel() override { return *channel_; }
  std::string address(int customer) override { return person(customer); }
  std::vector<std::string> taken(int customer) override {
    std::vector<std::string> texts;
    for (const auto& sent : fake.accepted_by(person(customer))) texts.push_back(sent.text());
    return texts;
  }

  FakeMessenger fake;

 private:
  std::unique_ptr<Channel> channel_;
};

Arrange with(void (*change)(FakeMessenger&)) {
  return [change](Stage& stage) { change(static_cast<MessengerStage&>(stage).fake); };
}

void an_hour_too_late(FakeMessenger& fake) {
  using namespace std::chrono;
  const auto then_ms = duration_cast<milliseconds>((system_clock::now() + hours(25)).time_since_epoch()).count();
  fake.follow_clock([then_ms] { return then_ms; });
}

RawRequest request_of(const Callback& callback) { return {"POST", callback.body, {{"x-hub-signature-256", callback.headers.at(0).second}}, {}}; }

std::string body_of(bool instagram, int number, const json& part) {
  json event{{"sender", {{"id", person(0)}}}, {"timestamp", 1767225600123 + number}};
  event.update(part);
  return json{{"object", instagram ? "instagram" : "page"},
              {"entry", json::array({{{"id", instagram ? FakeMessenger::kInstagramId : FakeMessenger::kPageId}, {"messaging", json::array({event})}}})}}
      .dump(-1, ' ', true);
}

json text_of(int number, const std::string& text) { return {{"message", {{"mid", "m_" + std::to_string(number)}, {"text", text}}}}; }

void callbacks(Row& row, bool instagram) {
  row.text_body = [instagram](int number) { return body_of(instagram, number, text_of(number, "text " + std::to_string(number))); };
  row.genuine = row.raw = [](const std::string& body) { return request_of(FakeMessenger::sign(body)); };
  row.forged = [](const std::string& body) { return request_of(FakeMessenger::sign(body, std::string(32, 'a'))); };
  row.tampered = [](RawRequest request) {
    request.body[request.body.size() / 2] ^= 1;
    return request;
  };
  row.stale = None{"Meta signs no time of sending, and repeats callbacks for long"};
  row.unknown_kind = [instagram] { return request_of(FakeMessenger::sign(body_of(instagram, 9, {{"hologram", {{"x", 1}}}}))); };
  row.oversize_body = [instagram](std::size_t bytes) { return body_of(instagram, 1, text_of(1, std::string(bytes, 'a'))); };
  row.deep_body = [] { return R"({"object":"page","entry":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"; };
}

void refusals(Row& row, bool instagram) {
  row.throttled = Refusal{"613 calls to this api have exceeded the rate limit", with([](auto& fake) { fake.fail_next({Kind::kRefuse, 400, 613, 0, "slow"}); })};
  row.contact_busy = None{"the limit of one thread has no code of its own, so the whole account waits"};
  row.quota_used = None{"there is no quota, only a rate"};
  row.retry_later = Refusal{"1200 temporary send failure", with([](auto& fake) { fake.fail_next({Kind::kRefuse, 500, 1200, 0, "Temporary send message failure."}); })};
  row.contact_gone = Refusal{"551 this person isn't available", with([](auto& fake) { fake.block(person(0)); })};
  row.window_closed = Refusal{instagram ? "10/2534022 outside of allowed window" : "10/2018278 outside of allowed window", with(an_hour_too_late)};
  row.contact_moved = None{"ids stay as long as the account"};
  row.rejected = Refusal{"100 invalid parameter", with([](auto& fake) { fake.fail_next({Kind::kRefuse, 400, 100, 0, "Invalid parameter"}); })};
  row.bad_config = Refusal{"190 error validating access token", with([](auto& fake) { fake.revoke_token(); })};
  row.awaits_person = None{"messages need nobody's confirmation"};
  row.lost_answer = with([](auto& fake) { fake.fail_next({Kind::kLose}); });
  row.token_expires = with([](auto& fake) { fake.revoke_token(); });
  row.text_limit_of_message = instagram ? 1000 : 2000;
}

Row row_of(bool instagram) {
  Row row;
  row.kind = instagram ? "instagram" : "messenger";
  row.stage = [instagram] { return std::make_unique<MessengerStage>(instagram); };
  callbacks(row, instagram);
  refusals(row, instagram);
  return row;
}

}  // namespace
}  // namespace messenger_platform

Row messenger_row() { return messenger_platform::row_of(false); }
Row instagram_row() { return messenger_platform::row_of(true); }

}  // namespace laoke::test::conformance
