#pragma once
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"
#include "tests/fakes/fake_messenger.h"

// An account of the fake's and what goes out of it, for the tests about sending on Messenger and Instagram.
namespace laoke::channels::messenger_send_test {

using nlohmann::json;
using test::FakeMessenger;
using Kind = FakeMessenger::Fault::Kind;
using namespace std::chrono_literals;

inline const std::string kAnna = "6789012345678901";
inline constexpr const char* kSendPath = "me/messages";
inline constexpr std::int64_t kHour = 3'600'000;

inline MessageContent words(const std::string& text) {
  MessageContent content;
  content.text = text;
  return content;
}

inline std::string times(const std::string& piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

struct Desk {
  std::int64_t now_ms = 1'767'225'600'000;
  FakeMessenger fake;
  std::unique_ptr<Channel> channel;
  explicit Desk(const json& more = json::object(), bool instagram = false) : fake(instagram) {
    json settings = fake.settings();
    settings.update(more);
    const std::string kind = instagram ? "instagram" : "messenger";
    channel = find_kind(kind)->make({1, 2, kind, kind, settings});
    fake.follow_clock([this] { return now_ms; });
    fake.says(kAnna, "在吗");
  }
  SendOutcome send(const MessageContent& content, bool marketing = false) {
    Outgoing message;
    message.external_id = kAnna;
    message.content = content;
    message.marketing = marketing;
    message.reference = "m:0:7:9";
    return channel->send(message);
  }
  std::vector<InboundEvent> hears(const test::Callback& callback) const {
    RawRequest request{"POST", callback.body, {{"x-hub-signature-256", callback.headers.at(0).second}}, {}};
    REQUIRE(channel->authentic(request));
    return channel->parse(request);
  }
};

}  // namespace laoke::channels::messenger_send_test
