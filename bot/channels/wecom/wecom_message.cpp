#include "bot/channels/wecom/wecom_message.h"

#include "bot/http_client.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

std::string with_links(const MessageContent& content) {
  std::string text(trim(content.text));
  for (const auto& row : content.buttons)
    for (const Button& button : row)
      if (!button.url.empty()) text += (text.empty() ? "" : "\n") + button.label + ": " + button.url;
  return text;
}

}  // namespace

std::vector<std::string> text_parts(const MessageContent& content, std::size_t limit_bytes) {
  std::string text = with_links(content);
  if (is_http_url(content.image)) text += (text.empty() ? "" : "\n") + content.image;
  return split_text(text, limit_bytes, TextUnit::kBytes);
}

RichContent rich_content(const MessageContent& content) {
  const std::string text = with_links(content);
  if (text.empty() && content.image.empty()) return {{}, "the message is empty"};
  if (text.size() > kRichTextBytes)
    return {{}, "the text has " + std::to_string(text.size()) + " bytes, 4000 are allowed / 内容超过 4000 字节"};
  RichContent rich{json::object(), ""};
  if (!text.empty()) rich.body["text"] = {{"content", text}};
  if (!content.image.empty()) {
    const char* const key = is_http_url(content.image) ? "pic_url" : "media_id";
    rich.body["attachments"] = json::array({{{"msgtype", "image"}, {"image", {{key, content.image}}}}});
  }
  return rich;
}

SendOutcome refused_message(std::string why) {
  SendOutcome outcome;
  outcome.status = SendStatus::kRejected;
  outcome.platform_code = std::move(why);
  return outcome;
}

SendOutcome PartsSent::failed(SendOutcome outcome) const {
  if (ids_.empty()) return outcome;
  outcome.status = SendStatus::kUnknown;
  outcome.platform_code = std::to_string(ids_.size()) + " of " + std::to_string(parts_) + " parts arrived, then: " + outcome.platform_code;
  return outcome;
}

SendOutcome PartsSent::all() const {
  SendOutcome outcome;
  outcome.status = SendStatus::kAccepted;
  outcome.platform_message_id = ids_.back();
  if (ids_.size() > 1) outcome.part_ids = ids_;
  return outcome;
}

}  // namespace laoke::channels::wecom
