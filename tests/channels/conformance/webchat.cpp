#include "bot/channels/webchat.h"

#include <atomic>

#include "bot/channels/webchat_room.h"
#include "tests/channels/conformance/rows.h"

namespace laoke::test::conformance {
namespace {

using nlohmann::json;

constexpr const char* kChatSecret = "conformance-token-of-the-page";

std::int64_t new_chat_channel() {
  static std::atomic<std::int64_t> next = 9'000'000;
  return ++next;
}

class WebchatStage final : public Stage {
 public:
  WebchatStage()
      : id_(new_chat_channel()),
        channel_(channels::find_kind("webchat")->make({1, id_, "page", "webchat", {{"token", kChatSecret}}})) {}
  Channel& channel() override { return *channel_; }
  std::string address(int customer) override { return customer == 0 ? "小美" : "顾客" + std::to_string(customer); }
  std::vector<std::string> taken(int customer) override {
    std::vector<std::string> texts;
    for (const auto& entry : channels::webchat_room(id_)->listen(address(customer), 0, std::chrono::milliseconds(0)))
      texts.push_back(entry.content.text);
    return texts;
  }

 private:
  const std::int64_t id_;
  std::unique_ptr<Channel> channel_;
};

RawRequest webchat_request(const std::string& body, const std::string& token) {
  return {"POST", body, {{channels::kWebchatTokenHeader, token}}, {}};
}

json webchat_body(int number, const json& more) {
  json body{{"from", "小美"}, {"id", "k" + std::to_string(number)}};
  body.update(more);
  return body;
}

void webchat_refusals(Row& row) {
  row.throttled = row.contact_busy = row.quota_used = row.rejected =
      None{"the chat is this program's own, it takes every message"};
  row.retry_later = None{"nothing lies between this program and itself"};
  row.contact_gone = None{"a page that was closed reads the messages when it opens again"};
  row.window_closed = None{"the shop may write at any time"};
  row.contact_moved = None{"contacts are names that the page gives"};
  row.bad_config = None{"no platform's token is involved"};
  row.awaits_person = None{"messages need nobody's confirmation"};
  row.lost_answer = None{"messages do not leave the program"};
  row.token_expires = {};
  row.text_limit_of_message = 20'000;
}

}  // namespace

Row webchat_row() {
  Row row;
  row.kind = "webchat";
  row.stage = [] { return std::make_unique<WebchatStage>(); };
  row.text_body = [](int number) { return webchat_body(number, {{"text", "text " + std::to_string(number)}}).dump(); };
  row.genuine = row.raw = [](const std::string& body) { return webchat_request(body, kChatSecret); };
  row.forged = [](const std::string& body) { return webchat_request(body, "another-token-of-the-page"); };
  row.tampered = None{"the page sends a secret word, it signs nothing"};
  row.stale = None{"the page's messages carry no signed time"};
  row.unknown_kind = None{"the page is part of this program and sends only what it knows"};
  row.oversize_body = [](std::size_t bytes) { return webchat_body(1, {{"text", std::string(bytes, 'a')}}).dump(); };
  row.deep_body = [] {
    return R"({"from":"a","text":"x","y":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  };
  webchat_refusals(row);
  return row;
}

}  // namespace laoke::test::conformance
