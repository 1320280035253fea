#pragma once
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"
#include "tests/fakes/fake_line.h"

// An account of the fake's and what goes out of it, for the tests about sending on LINE.
namespace laoke::channels::line_send_test {

using nlohmann::json;
using test::FakeLine;
using Kind = FakeLine::Fault::Kind;
using namespace std::chrono_literals;

inline const std::string kAnna = "Uaaaabbbbccccddddeeeeffff00001111";
inline constexpr const char* kReplyPath = "/v2/bot/message/reply";
inline constexpr const char* kPushPath = "/v2/bot/message/push";
inline constexpr const char* kMulticastPath = "/v2/bot/message/multicast";

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

inline std::string person(int number) {
  const std::string digits = std::to_string(number);
  return "U" + std::string(32 - digits.size(), '0') + digits;
}

struct Shop {
  FakeLine fake;
  std::unique_ptr<Channel> channel;
  explicit Shop(const json& more = json::object()) {
    json settings = fake.settings();
    settings.update(more);
    channel = find_kind("line")->make({1, 2, "line", "line", settings});
    fake.says(kAnna, "在吗");
  }
  SendOutcome send(const MessageContent& content, const std::string& reply_token = "", const std::string& key = "k1") {
    Outgoing message;
    message.external_id = kAnna;
    message.content = content;
    message.idempotency_key = key;
    message.reply_token = reply_token;
    return channel->send(message);
  }
  std::vector<SendOutcome> send_to(const std::vector<std::string>& to, const MessageContent& content, const std::string& key = "batch") {
    std::vector<Outgoing> all;
    for (const auto& one : to) {
      Outgoing& message = all.emplace_back();
      message.external_id = one;
      message.idempotency_key = key;
    }
    return channel->send_batch(content, all);
  }
};

}  // namespace laoke::channels::line_send_test
