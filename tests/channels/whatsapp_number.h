#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "bot/channels/channel.h"
#include "tests/fakes/fake_whatsapp.h"

// A number of the fake's and what goes out of it, for the tests about sending on WhatsApp.
namespace laoke::channels::whatsapp_send_test {

using nlohmann::json;
using test::FakeWhatsapp;


inline const FakeWhatsapp::Person kWhatsappLi{"CN.4471023998812", "8613800138000", "小李"};
inline const FakeWhatsapp::Person kWhatsappKerry{"US.13491208655302741918", "", "Kerry"};

struct WhatsappNumber {
  FakeWhatsapp fake;
  std::unique_ptr<Channel> channel;
  explicit WhatsappNumber(const json& more = json::object()) {
    for (const auto& person : {kWhatsappLi, kWhatsappKerry}) {
      fake.knows(person);
      fake.opens_window(person.address());
    }
    json settings = fake.settings();
    settings.update(more);
    channel = find_kind("whatsapp")->make({1, 2, "wa", "whatsapp", settings});
  }
  SendOutcome send(const MessageContent& content, const std::string& to = kWhatsappLi.user_id, bool marketing = false) {
    Outgoing message;
    message.external_id = to;
    message.content = content;
    message.marketing = marketing;
    message.reference = "b:7:12";
    return channel->send(message);
  }
  SendOutcome send_text(const std::string& text, bool marketing = false) {
    MessageContent content;
    content.text = text;
    return send(content, kWhatsappLi.user_id, marketing);
  }
};

inline MessageContent whatsapp_words(const std::string& text) {
  MessageContent content;
  content.text = text;
  return content;
}

inline MessageContent with_whatsapp_buttons(const std::string& text, int count, const std::string& label = "选") {
  MessageContent content = whatsapp_words(text);
  for (int i = 0; i < count; ++i) content.buttons.push_back({{label + std::to_string(i), "b" + std::to_string(i), ""}});
  return content;
}

inline std::string many_times(const std::string& piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

inline MessageContent whatsapp_template() {
  MessageContent content;
  content.platform_template = "order_shipped_v2";
  content.platform_template_language = "zh-CN";
  content.platform_template_parameters = {"10087", "SF1122334455"};
  content.buttons = {{{"查物流", "track:10087", ""}}};
  return content;
}

}  // namespace laoke::channels::whatsapp_send_test
