#include "handlers/moments.h"

#include "handlers/seller/broadcasts.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/text.h"
#include "storage/broadcasts.h"

// 朋友圈 tag:油性皮肤 上新啦.
namespace laoke::seller {
namespace {

const std::string kMomentSlot = "broadcast";  // as that of broadcasts: a "no" drops the draft
constexpr std::size_t kShownText = 1'500;

bool moment_too_big(Chat& chat, std::int64_t audience) {
  if (chat.role() == Role::kOwner || audience <= kOperatorAudience) return false;
  chat.tell({"seller.broadcast.too_many", {{"count", audience}, {"most", kOperatorAudience}, {"who", role_words(Role::kOwner, chat.language())}}});
  return true;
}

std::string tag_list(const std::vector<std::string>& tags) {
  std::string list;
  for (const auto& tag : tags) list += (list.empty() ? "#" : " #") + tag;
  return list;
}

void show_moment(Chat& chat, std::string_view rest) {
  const auto [segment, text] = cut_segment(rest);
  if (segment.empty() || text.empty()) return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.moment"})}}});
  const auto draft = create_moment(chat.context(), segment, text);
  const auto id = draft.broadcast.broadcast_id;
  if (moment_too_big(chat, draft.audience)) return drop_draft(chat, id);
  if (draft.audience == 0) {
    drop_draft(chat, id);
    return chat.tell({"moment.nobody", {{"segment", shorten(segment, 200)}, {"channel", draft.channel}}});
  }
  chat.pick(kMomentSlot, id);
  chat.ask_yes(chat.words({"moment.preview",
                           {{"tags", tag_list(draft.tags)}, {"count", draft.audience}, {"channel", draft.channel}, {"text", shorten(text, kShownText)}}}));
}

void publish_moment(Chat& chat, std::int64_t broadcast_id) {
  const auto draft = storage::get_broadcast(chat.tx(), chat.shop_id(), broadcast_id);
  if (!draft || moment_too_big(chat, moment_audience(chat.context(), *draft))) return;
  const auto moment = start_moment(chat.context(), broadcast_id);
  chat.tell({"moment.started", {{"number", broadcast_id}, {"count", moment.audience_count}}});
}

void show_newest_moments(Chat& chat) {
  constexpr int kLooked = 40, kShown = 5;
  std::string text;
  int shown = 0;
  for (const auto& one : storage::list_broadcasts(chat.tx(), chat.shop_id(), 0, kLooked))
    if (one.klass == kMomentClass && one.state == "done" && shown++ < kShown)
      text += (text.empty() ? "" : "\n") + std::to_string(one.broadcast_id) + " · " + moment_text(chat.context(), one, chat.language());
  if (text.empty()) return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.moment"})}}});
  chat.answer(text);
}

}  // namespace

void run_moment(Chat& chat, std::string_view rest) {
  if (trim(rest).empty()) return show_newest_moments(chat);
  const auto shown = chat.picked(kMomentSlot);
  if (chat.confirmed() && shown) return publish_moment(chat, *shown);
  show_moment(chat, rest);
}

}  // namespace laoke::seller
