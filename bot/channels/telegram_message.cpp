#include "bot/channels/telegram_message.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "handlers/text.h"

namespace laoke::channels {
namespace {

using nlohmann::json;

// https://core.telegram.org/bots/api#sendmessage, #sendphoto, #inlinekeyboardbutton: lengths count UTF-16 units, button
// data counts bytes. Checked 2026-06.
constexpr std::size_t kTextLimitUtf16 = 4096;
constexpr std::size_t kCaptionLimitUtf16 = 1024;
constexpr std::size_t kButtonDataBytes = 64;
constexpr std::size_t kMaxParts = 30;  // 100 kB of Latin text is 25; a chat takes about one a second

std::string refusal_of(const Button& button) {
  if (trim(button.label).empty()) return "a button has no label";
  if (button.data.empty() == button.url.empty()) return "button '" + button.label + "' needs either data or a URL";
  if (button.data.size() > kButtonDataBytes)
    return "button '" + button.label + "' has " + std::to_string(button.data.size()) + " bytes of data, 64 are allowed";
  return "";
}

std::string refusal_of(const MessageContent& content) {
  for (const auto& row : content.buttons)
    for (const Button& button : row)
      if (std::string refusal = refusal_of(button); !refusal.empty()) return refusal;
  if (trim(content.text).empty() && content.image.empty()) return "the message is empty";
  return "";
}

json inline_keyboard(const MessageContent& content) {
  json rows = json::array();
  for (const auto& row : content.buttons) {
    json line = json::array();
    for (const Button& button : row) {
      json one{{"text", button.label}};
      if (button.url.empty())
        one["callback_data"] = button.data;
      else
        one["url"] = button.url;
      line.push_back(std::move(one));
    }
    if (!line.empty()) rows.push_back(std::move(line));
  }
  return {{"inline_keyboard", std::move(rows)}};
}

bool is_chinese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0xe4 && c <= 0xe9; });
}

json phone_keyboard(const std::string& label) {
  return {{"keyboard", json::array({json::array({{{"text", label}, {"request_contact", true}}})})},
          {"resize_keyboard", true},
          {"one_time_keyboard", true}};
}

TelegramCall text_call(std::int64_t chat_id, const std::string& text) {
  // No parse_mode: a name with "_" or "<" would break the whole message.
  return {"sendMessage", {{"chat_id", chat_id}, {"text", text}, {"link_preview_options", {{"is_disabled", true}}}}};
}

// Telegram message ids are integers; nothing for the id of another platform.
std::optional<std::int64_t> message_id(const std::string& text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

TelegramMessage edit_message(std::int64_t chat_id, const MessageContent& content) {
  const auto id = message_id(content.edit_of);
  if (!id) return {{}, "'" + content.edit_of + "' is not a message that can be edited"};
  const bool photo = !content.image.empty();
  if (length_utf16(content.text) > (photo ? kCaptionLimitUtf16 : kTextLimitUtf16))
    return {{}, "the new text is longer than one message"};
  TelegramCall call = text_call(chat_id, content.text);
  call.method = photo ? "editMessageCaption" : "editMessageText";
  call.body["message_id"] = *id;
  if (photo) {
    call.body["caption"] = content.text;
    call.body.erase("text");
    call.body.erase("link_preview_options");
  }
  call.body["reply_markup"] = inline_keyboard(content);  // without it the old buttons would go: the new state is whole
  return {{std::move(call)}, ""};
}

void add_texts(std::vector<TelegramCall>& calls, std::int64_t chat_id, const std::string& text) {
  for (const std::string& part : split_text(text, kTextLimitUtf16, TextUnit::kUtf16))
    if (!trim(part).empty()) calls.push_back(text_call(chat_id, part));
}

void add_photo(std::vector<TelegramCall>& calls, std::int64_t chat_id, const MessageContent& content) {
  TelegramCall call{"sendPhoto", {{"chat_id", chat_id}, {"photo", content.image}}};
  const bool fits = length_utf16(content.text) <= kCaptionLimitUtf16;
  if (fits && !trim(content.text).empty()) call.body["caption"] = content.text;
  calls.push_back(std::move(call));
  if (!fits) add_texts(calls, chat_id, content.text);
}

// Inline buttons and the phone keyboard cannot be in the same message, so the keyboard then comes with its own.
void add_markup(std::vector<TelegramCall>& calls, std::int64_t chat_id, const MessageContent& content) {
  if (!content.buttons.empty()) calls.back().body["reply_markup"] = inline_keyboard(content);
  if (!content.ask_phone) return;
  const std::string label = is_chinese(content.text) ? "📱 分享我的手机号" : "📱 Share my phone number";
  if (!content.buttons.empty()) calls.push_back(text_call(chat_id, label));
  calls.back().body["reply_markup"] = phone_keyboard(label);
}

}  // namespace

TelegramMessage telegram_message(std::int64_t chat_id, const MessageContent& content) {
  if (std::string refusal = refusal_of(content); !refusal.empty()) return {{}, std::move(refusal)};
  if (!content.edit_of.empty()) return edit_message(chat_id, content);
  TelegramMessage message;
  if (content.image.empty())
    add_texts(message.calls, chat_id, content.text);
  else
    add_photo(message.calls, chat_id, content);
  if (message.calls.size() > kMaxParts)
    return {{},
            "the text makes " + std::to_string(message.calls.size()) + " messages, " + std::to_string(kMaxParts) +
                " are allowed"};
  add_markup(message.calls, chat_id, content);
  if (const auto id = message_id(content.reply_to))
    message.calls.front().body["reply_parameters"] = {{"message_id", *id}, {"allow_sending_without_reply", true}};
  return message;
}

}  // namespace laoke::channels
