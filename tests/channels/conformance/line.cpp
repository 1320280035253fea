#include "tests/channels/conformance/rows.h"
#include "tests/fakes/fake_line.h"

namespace laoke::test::conformance {
namespace line_platform {
namespace {

using nlohmann::json;
using Kind = FakeLine::Fault::Kind;

std::string user(int customer) { return "Uaaaabbbbccccddddeeeeffff0000000" + std::to_string(customer); }

class LineStage final : public Stage {
 public:
  LineStage() {
    for (int customer = 0; customer < 10; ++customer) fake.says(user(customer), "在吗");
    channel_ = channels::find_kind("line")->make({1, 2, "line", "line", fake.settings()});
  }
  Channel& channel() override { return *channel_; }
  std::string address(int customer) override { return user(customer); }
  std::vector<std::string> taken(int customer) override {
    std::vector<std::string> texts;
    for (const auto& sent : fake.shown_to(user(customer)))
      for (const json& bubble : sent.messages) texts.push_back(bubble.value("text", ""));
    return texts;
  }

  FakeLine fake;

 private:
  std::unique_ptr<Channel> channel_;
};

Arrange with(void (*change)(FakeLine&)) {
  return [change](Stage& stage) { change(static_cast<LineStage&>(stage).fake); };
}

RawRequest request_of(const Callback& callback) { return {"POST", callback.body, {{"x-line-signature", callback.headers.at(0).second}}, {}}; }

std::string body_of(int number, const json& more) {
  json event{{"timestamp", 1767225600123 + number}, {"source", {{"type", "user"}, {"userId", user(0)}}}, {"mode", "active"},
             {"webhookEventId", "01KDW7Q8ZP3X5Y7A9BCDEFGH" + std::to_string(10 + number)}, {"deliveryContext", {{"isRedelivery", false}}}};
  event.update(more);
  return json{{"destination", FakeLine::kBotId}, {"events", json::array({event})}}.dump();
}

json text_of(const std::string& text) { return {{"type", "message"}, {"message", {{"type", "text"}, {"id", "571"}, {"text", text}}}}; }

void callbacks(Row& row) {
  row.text_body = [](int number) { return body_of(number, text_of("text " + std::to_string(number))); };
  row.genuine = row.raw = [](const std::string& body) { return request_of(FakeLine::sign(body)); };
  row.forged = [](const std::string& body) { return request_of(FakeLine::sign(body, std::string(32, 'a'))); };
  row.tampered = [](RawRequest request) {
    request.body[request.body.size() / 2] ^= 1;
    return request;
  };
  row.stale = None{"the signed time is the event's, and LINE sends events again for an unnamed time"};
  row.unknown_kind = [] { return request_of(FakeLine::sign(body_of(9, {{"type", "hologram"}}))); };
  row.oversize_body = [](std::size_t bytes) { return body_of(1, text_of(std::string(bytes, 'a'))); };
  row.deep_body = [] { return R"({"events":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"; };
}

void refusals(Row& row) {
  row.throttled = Refusal{"429 rate limit", with([](auto& fake) { fake.fail_next({Kind::kRefuse, 429, "The API rate limit has been exceeded. Try again later."}); })};
  row.contact_busy = None{"429 does not say whom it means, so the whole account waits"};
  row.quota_used = Refusal{"429 monthly limit", with([](auto& fake) { fake.fail_next({Kind::kRefuse, 429, "You have reached your monthly limit."}); })};
  row.retry_later = Refusal{"no connection", with([](auto& fake) { fake.stop(); })};
  row.contact_gone = Refusal{"400 Failed to send messages", with([](auto& fake) { fake.forget(user(0)); })};
  row.window_closed = None{"friends can be written to at any time"};
  row.contact_moved = None{"user ids stay"};
  row.rejected = Refusal{"400 error in the request body", with([](auto& fake) { fake.fail_next({Kind::kRefuse, 400, "The request body has 1 error(s)"}); })};
  row.bad_config = Refusal{"401 Authentication failed", with([](auto& fake) { fake.revoke_tokens(); })};
  row.awaits_person = None{"messages need nobody's confirmation"};
  row.lost_answer = with([](auto& fake) { fake.fail_next({Kind::kLose, 0, ""}, 2); });  // one send asks twice
  row.token_expires = with([](auto& fake) { fake.revoke_tokens(); });
  row.text_limit_of_message = 5000;
}

}  // namespace
}  // namespace line_platform

Row line_row() {
  Row row;
  row.kind = "line";
  row.stage = [] { return std::make_unique<line_platform::LineStage>(); };
  line_platform::callbacks(row);
  line_platform::refusals(row);
  return row;
}

}  // namespace laoke::test::conformance
