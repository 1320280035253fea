#include "bot/commands/chat_screen.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace laoke::commands {
namespace {

constexpr const char* kClearLine = "\r\x1b[K";
constexpr const char* kClearBelow = "\r\x1b[J";

std::string up(int rows) { return rows > 0 ? "\x1b[" + std::to_string(rows) + "A" : ""; }

int columns_of(UChar32 letter) {
  const auto type = u_charType(letter);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) return 0;
  const int width = u_getIntPropertyValue(letter, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

template <class Each>
void each_letter(std::string_view text, Each each) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t from = at;
    UChar32 letter;
    U8_NEXT(bytes, at, size, letter);
    each(letter, text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(at - from)));
  }
}

}  // namespace

int columns_of(std::string_view text) {
  int columns = 0;
  each_letter(text, [&](UChar32 letter, std::string_view) { columns += letter < 0 ? 1 : columns_of(letter); });
  return columns;
}

std::string harmless(std::string_view text) {
  std::string out;
  each_letter(text, [&](UChar32 letter, std::string_view bytes) {
    if (letter == '\n' || letter == '\t')
      out += bytes;
    else if (letter < 0 || u_iscntrl(letter))
      out += "\xEF\xBF\xBD";
    else
      out += bytes;
  });
  return out;
}

ChatScreen::ChatScreen(std::ostream& out, bool terminal, int columns, bool chinese)
    : out_(out), terminal_(terminal), chinese_(chinese), columns_(std::max(columns, 20)) {}

int ChatScreen::rows_of(std::string_view text) const {
  int rows = 0;
  while (true) {
    const std::size_t end = text.find('\n');
    rows += std::max(1, (columns_of(text.substr(0, end)) + columns_ - 1) / columns_);
    if (end == std::string_view::npos) return rows;
    text.remove_prefix(end + 1);
  }
}

std::string ChatScreen::drawn(const channels::WebchatSaid& said) const {
  std::string text = harmless(said.text);
  if (!said.image.empty()) text += (text.empty() ? "" : "\n") + std::string(chinese_ ? "[图片] " : "[image] ") + harmless(said.image);
  for (std::size_t i = 0; i < said.buttons.size(); ++i) {
    const Button& button = said.buttons[i];
    text += "\n  [" + std::to_string(i + 1) + "] " + harmless(button.label);
    if (!button.url.empty()) text += " " + harmless(button.url);
  }
  if (said.ask_phone) text += chinese_ ? "\n  （/phone 号码：分享你的电话）" : "\n  (/phone NUMBER shares your phone)";
  std::string out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    out += (from == 0 ? "< " : "\n  ") + text.substr(from, end - from);
    from = end + 1;
  }
  return out;
}

void ChatScreen::print(const std::string& text) {
  if (terminal_)
    out_ << kClearLine << text << "\n" << prompt_ << std::flush;
  else
    out_ << text << "\n" << std::flush;
}

void ChatScreen::said(const channels::WebchatSaid& said) {
  const std::lock_guard lock(mutex_);
  if (!said.buttons.empty()) {
    buttons_ = said.buttons;
    buttons_of_ = said.message_id;
  } else if (said.edit && buttons_of_ == said.message_id) {
    buttons_.clear();
  }
  const std::string text = drawn(said);
  const bool in_place = terminal_ && said.edit && newest_id_ == said.message_id;
  if (in_place) out_ << up(newest_rows_) << kClearBelow;
  const bool late_edit = said.edit && !in_place;
  print(late_edit ? (chinese_ ? "（已修改）" : "(edited) ") + text : text);
  newest_id_ = late_edit ? "" : said.message_id;
  newest_rows_ = rows_of(text);
}

void ChatScreen::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  newest_id_.clear();
  print("* " + std::string(text));
}

void ChatScreen::prompt(const std::string& who) {
  const std::lock_guard lock(mutex_);
  prompt_ = who + "> ";
  if (terminal_) out_ << kClearLine << prompt_ << std::flush;
}

void ChatScreen::entered(int rows) {
  const std::lock_guard lock(mutex_);
  newest_rows_ += rows;
  if (rows > 0) newest_id_.clear();  // what was typed stands under it now
}

std::optional<ChatScreen::Choice> ChatScreen::choice(std::size_t number) const {
  const std::lock_guard lock(mutex_);
  if (number < 1 || number > buttons_.size()) return std::nullopt;
  return Choice{buttons_[number - 1], buttons_of_};
}

}  // namespace laoke::commands
