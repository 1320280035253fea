#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels::wecom {

// The texts of one message in order, each of at most `limit_bytes`: buttons that open a page become lines, and so does
// a picture that is an address. Buttons that press have no form here; what they offer stands numbered in the text.
std::vector<std::string> text_parts(const MessageContent& content, std::size_t limit_bytes);

// "text" and "attachments" of a welcome or a task, which show pictures; or why they can never be taken.
struct RichContent {
  nlohmann::json body;
  std::string refusal;
};
RichContent rich_content(const MessageContent& content);
inline constexpr std::size_t kRichTextBytes = 4000;  // developer.work.weixin.qq.com/document/path/92135

SendOutcome refused_message(std::string why);

// A text in several messages: once the first was taken, nothing but "all arrived" or "not known" is true.
class PartsSent {
 public:
  explicit PartsSent(std::size_t parts) : parts_(parts) {}
  void add(std::string id) { ids_.push_back(std::move(id)); }
  SendOutcome failed(SendOutcome outcome) const;
  SendOutcome all() const;

 private:
  std::size_t parts_;
  std::vector<std::string> ids_;
};

}  // namespace laoke::channels::wecom
