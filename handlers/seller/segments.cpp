#include "handlers/segments.h"

#include "handlers/seller/command.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/lists.h"
#include "handlers/seller/undo.h"
#include "handlers/text.h"

// 预览 tag:油性皮肤 · 分组 新客 = orders:0 created<30d.
namespace laoke::seller {
namespace {

constexpr int kShownNames = 8;

struct NameAndQuery {
  std::string name, query;
};

// The first '=' parts name and query; a query has its own behind it.
std::optional<NameAndQuery> cut(std::string_view text) {
  std::size_t at = std::string_view::npos, bytes = 0;
  for (const std::string_view mark : {"=", "＝"})
    if (const auto found = text.find(mark); found < at) {
      at = found;
      bytes = mark.size();
    }
  if (at == std::string_view::npos) return std::nullopt;
  return NameAndQuery{std::string(trim(text.substr(0, at))), std::string(trim(text.substr(at + bytes)))};
}

void list_saved(Chat& chat) {
  const auto saved = storage::list_segments(chat.tx(), chat.shop_id());
  if (saved.empty()) return chat.tell({"seller.segment.none", {{"example", chat.words({"seller.example.segment"})}}});
  std::string text = chat.words({"seller.segment.list"});
  for (const auto& segment : saved) text += "\n@" + segment.name + " = " + shorten(segment.query, 100);
  chat.answer(text);
}

std::string preview_text(const Chat& chat, const SegmentPreview& preview) {
  std::vector<std::string> short_names;
  for (const auto& one : preview.first) short_names.push_back(shorten(one.name, 20));
  std::string names = listed(short_names, chat.language());
  if (preview.count > static_cast<std::int64_t>(preview.first.size()) && !names.empty()) names += "…";
  std::string text = chat.words({"seller.preview", {{"count", preview.count}, {"meaning", preview.explanation.in(chat.language())}}});
  if (!names.empty()) text += "\n" + names;
  for (const auto& warning : preview.warnings) text += "\n⚠️ " + warning.in(chat.language());
  return text;
}

}  // namespace

void run_preview(Chat& chat, std::string_view rest) {
  if (rest.empty()) return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.preview"})}}});
  chat.answer(preview_text(chat, preview_segment(chat.context(), rest, kShownNames)));
}

void run_segment(Chat& chat, std::string_view rest) {
  if (rest.empty()) return list_saved(chat);
  const auto typed = cut(rest);
  if (!typed) return run_command(chat, *command_by_id("preview"), rest.starts_with('@') ? std::string(rest) : "@" + std::string(rest));
  const auto before = find_saved_segment(chat.context(), typed->name);
  const auto saved = save_segment(chat.context(), typed->name, typed->query);
  nlohmann::json action{{"do", "segment"}, {"name", saved.name}, {"was", nullptr}};
  if (before) action["was"] = before->query;
  const auto preview = preview_segment(chat.context(), "@" + saved.name, 0);
  done(chat, std::move(action), {"seller.segment.saved", {{"name", saved.name}, {"count", preview.count}}});
}

}  // namespace laoke::seller
