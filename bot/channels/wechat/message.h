#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "handlers/message_content.h"

namespace laoke::channels::wechat {

// Bytes of one text. Of a passive reply by the fact sheet §4 (unverified); the other interfaces do not say.
inline constexpr std::size_t kTextBytes = 2048;

bool is_openid(const std::string& text);

// Everything of `content` that can be said in words: URL buttons become lines, with `menu` off the others too.
std::string words_of(const MessageContent& content, bool menu);

// The customer-service messages that show `content` but for its picture, in order; or none and why. The picture goes before
// them and counts too: at most five messages may answer one of the customer's.
struct CustomMessages {
  std::vector<nlohmann::json> bodies;
  std::string refusal;
};
CustomMessages custom_messages(const std::string& openid, const MessageContent& content, bool menu);
nlohmann::json image_message(const std::string& openid, const std::string& media_id);
// The same words without the menu, for accounts that have none.
nlohmann::json without_menu(const nlohmann::json& menu_message);

// platform_template: the template's id, a notice's (订阅通知) with "notice:" before it. Each parameter is "name=value" with the
// template's own name ("thing1=面霜"); one without a name is keyword1, keyword2, … by its place. "url", "page" and
// "miniprogram" ("appid/path") name where a tap leads.
struct TemplateMessage {
  bool notice = false;
  nlohmann::json body;
  std::string refusal;
};
TemplateMessage template_message(const std::string& openid, const MessageContent& content, const std::string& client_msg_id);

// The <xml> that answers a push; none when `content` is more than one text.
std::optional<std::string> passive_text(const std::string& openid, const std::string& account, const MessageContent& content,
                                        bool menu, std::int64_t now_s);

}  // namespace laoke::channels::wechat
