#include "bot/channels/whatsapp/message.h"

#include <algorithm>
#include <span>

#include "bot/channels/whatsapp/address.h"
#include "bot/channels/whatsapp/template_message.h"
#include "handlers/text.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;

// https://developers.facebook.com/docs/whatsapp/cloud-api/messages/, March to July 2026.
constexpr std::size_t kCaptionLimit = 1024, kInteractiveBodyLimit = 1024;
constexpr std::size_t kReplyButtons = 3, kReplyTitle = 20;
constexpr std::size_t kListRows = 10, kRowTitle = 24, kRowDescription = 72;
constexpr std::size_t kLinkTitle = 20;
constexpr std::size_t kButtonId = 256;
constexpr std::size_t kMostParts = 30;
constexpr std::size_t kMostCallbackData = 512;

bool is_chinese_text(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0xe4 && c <= 0xe9; });
}

// At most so many UTF-16 units.
std::string fitted(const std::string& label, std::size_t limit) {
  std::string text = label;
  for (std::size_t letters = limit; length_utf16(text) > limit && letters > 0; --letters)
    text = shorten(label, letters);
  return text;
}

struct Buttons {
  std::vector<Button> replies, links;
};

Buttons buttons_of(const MessageContent& content) {
  Buttons all;
  for (const auto& row : content.buttons)
    for (const Button& button : row) (button.url.empty() ? all.replies : all.links).push_back(button);
  return all;
}

std::string refusal_of_button(const Button& button) {
  if (trim(button.label).empty()) return "按钮没有文字 / a button has no label";
  if (button.data.empty() == button.url.empty())
    return "按钮“" + button.label + "”要么有数据要么有链接 / button '" + button.label + "' needs either data or a URL";
  if (button.data.size() > kButtonId)
    return "按钮“" + button.label + "”的数据超过 256 字节 / button '" + button.label +
           "' has more than 256 bytes of data";
  return "";
}

bool is_media_link(const std::string& image) {
  return image.starts_with("https://") || image.starts_with("http://");
}

json media(const std::string& image) {
  return is_media_link(image) ? json{{"link", image}} : json{{"id", image}};
}

json text_part(const std::string& text) {
  return {{"type", "text"}, {"text", {{"body", text}, {"preview_url", false}}}};
}

json interactive(const char* type, const std::string& body, json action) {
  return {{"type", "interactive"},
          {"interactive", {{"type", type}, {"body", {{"text", body}}}, {"action", std::move(action)}}}};
}

json reply_buttons(const std::string& body, const std::vector<Button>& buttons) {
  json list = json::array();
  for (const Button& button : buttons)
    list.push_back({{"type", "reply"}, {"reply", {{"id", button.data}, {"title", button.label}}}});
  return interactive("button", body, {{"buttons", std::move(list)}});
}

// A label longer than a row's title stands whole below it.
json list_row(const Button& button) {
  json row{{"id", button.data}, {"title", fitted(button.label, kRowTitle)}};
  if (row["title"] != button.label) row["description"] = fitted(button.label, kRowDescription);
  return row;
}

json list_of(const std::string& body, std::span<const Button> buttons, bool chinese) {
  json rows = json::array();
  for (const Button& button : buttons) rows.push_back(list_row(button));
  return interactive(
      "list", body,
      {{"button", chinese ? "请选择" : "Choose"},
       {"sections", json::array({{{"title", chinese ? "选项" : "Options"}, {"rows", std::move(rows)}}})}});
}

json link_button(const std::string& body, const Button& button) {
  return interactive(
      "cta_url", body,
      {{"name", "cta_url"}, {"parameters", {{"display_text", fitted(button.label, kLinkTitle)}, {"url", button.url}}}});
}

bool fits_reply_buttons(const std::vector<Button>& buttons) {
  return buttons.size() <= kReplyButtons && std::all_of(buttons.begin(), buttons.end(), [](const Button& button) {
           return length_utf16(button.label) <= kReplyTitle;
         });
}

// The parts of one message as they are found; the last one shows the buttons.
class Builder {
 public:
  explicit Builder(const MessageContent& content)
      : content_(content),
        buttons_(buttons_of(content)),
        text_(content.text),
        chinese_(is_chinese_text(content.text)) {}

  std::vector<json> run() {
    const bool one_link = buttons_.links.size() == 1 && buttons_.replies.empty();
    if (!one_link) write_links();
    const bool interactive = one_link || !buttons_.replies.empty();
    if (!interactive) {
      add_plain();
    } else {
      const std::string body = interactive_body();
      add_buttons(body, one_link);
    }
    return std::move(parts_);
  }

 private:
  void write_links() {
    for (const Button& link : buttons_.links) text_ += (text_.empty() ? "" : "\n") + link.label + ": " + link.url;
  }

  void add_texts() {
    for (const std::string& part : split_text(text_, kTextLimit, TextUnit::kUtf16))
      if (!trim(part).empty()) parts_.push_back(text_part(part));
  }

  void add_image(bool with_caption) {
    json image = media(content_.image);
    if (with_caption && !trim(text_).empty()) image["caption"] = text_;
    parts_.push_back({{"type", "image"}, {"image", std::move(image)}});
  }

  void add_plain() {
    const bool fits = length_utf16(text_) <= kCaptionLimit;
    if (!content_.image.empty()) add_image(fits);
    if (content_.image.empty() || !fits) add_texts();
  }

  // What stands above the buttons: the text, or when it is too long for that or missing, a word of invitation.
  std::string interactive_body() {
    const bool fits = length_utf16(text_) <= kInteractiveBodyLimit;
    header_ = fits && is_media_link(content_.image) && fits_reply_buttons(buttons_.replies);
    if (!content_.image.empty() && !header_) add_image(false);
    if (!fits) add_texts();
    return fits && !trim(text_).empty() ? text_ : chinese_ ? "请选择：" : "Please choose:";
  }

  void add_buttons(const std::string& body, bool one_link) {
    if (one_link) {
      parts_.push_back(link_button(body, buttons_.links.front()));
    } else if (fits_reply_buttons(buttons_.replies)) {
      parts_.push_back(reply_buttons(body, buttons_.replies));
    } else {
      const std::span<const Button> all(buttons_.replies);
      for (std::size_t at = 0; at < all.size(); at += kListRows)
        parts_.push_back(
            list_of(at == 0 ? body : "…", all.subspan(at, std::min(kListRows, all.size() - at)), chinese_));
    }
    if (header_) parts_.back()["interactive"]["header"] = {{"type", "image"}, {"image", media(content_.image)}};
  }

  const MessageContent& content_;
  const Buttons buttons_;
  std::string text_;
  const bool chinese_;
  bool header_ = false;
  std::vector<json> parts_;
};

std::string refusal_of_content(const MessageContent& content) {
  if (!content.edit_of.empty())
    return "WhatsApp 不支持修改已发出的消息 / WhatsApp cannot change a message that was sent";
  for (const auto& row : content.buttons)
    for (const Button& button : row)
      if (std::string refusal = refusal_of_button(button); !refusal.empty()) return refusal;
  if (trim(content.text).empty() && content.image.empty() && content.platform_template.empty())
    return "消息是空的 / the message is empty";
  return "";
}

void address_part(json& part, const std::string& address) {
  part["messaging_product"] = "whatsapp";
  part["recipient_type"] = "individual";
  part[is_user_id(address) ? "recipient" : "to"] = address;
}

}  // namespace

Message message_for(const std::string& address, const MessageContent& content, std::string_view reference) {
  if (std::string refusal = refusal_of_content(content); !refusal.empty()) return {{}, std::move(refusal)};
  Message message;
  if (content.platform_template.empty()) {
    message.parts = Builder(content).run();
  } else {
    TemplateMessage made = template_message(content);
    if (!made.refusal.empty()) return {{}, std::move(made.refusal)};
    message.parts.push_back(std::move(made.body));
  }
  if (message.parts.size() > kMostParts)
    return {{},
            "文字太长，要拆成 " + std::to_string(message.parts.size()) + " 条，最多 30 条 / the text makes " +
                std::to_string(message.parts.size()) + " messages, 30 are allowed"};
  for (json& part : message.parts) address_part(part, address);
  if (content.reply_to.starts_with("wamid.")) message.parts.front()["context"] = {{"message_id", content.reply_to}};
  if (const std::string data = callback_data(reference, address); !data.empty())
    message.parts.back()["biz_opaque_callback_data"] = data;
  return message;
}

std::string callback_data(std::string_view reference, std::string_view address) {
  if (reference.empty()) return "";
  std::string data(reference);
  data += " ";
  data += address;
  return data.size() <= kMostCallbackData ? data : "";
}

CallbackData callback_data_from(const std::string& text) {
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string::npos) return {text, ""};
  const std::string address = text.substr(blank + 1);
  if (!is_user_id(address) && !is_phone_digits(address)) return {text, ""};
  return {text.substr(0, blank), address};
}

}  // namespace laoke::channels::whatsapp
