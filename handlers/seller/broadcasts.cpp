#include "handlers/seller/broadcasts.h"

#include "handlers/batch_results.h"
#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/channel_limits.h"
#include "handlers/moments.h"
#include "handlers/policy.h"
#include "handlers/reasons.h"
#include "handlers/recurrence.h"
#include "handlers/refusal.h"
#include "handlers/segment/fields.h"
#include "handlers/segments.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/lists.h"
#include "handlers/seller/undo.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/when.h"
#include "storage/broadcasts.h"
#include "storage/channels.h"
#include "storage/templates.h"

// 群发 @新客 明天10:00 春季上新 · 暂停 · 继续 · 取消 群发.
namespace laoke::seller {
namespace {

const std::string kSlot = "broadcast";
constexpr int kListed = 5;
constexpr std::size_t kMostTimePieces = 8;  // "every month on the 1st at 9 am"

// A piece up to a blank outside quotes, quotes kept: a segment reads them itself.
std::string_view raw_piece(std::string_view text) {
  bool quoted = false;
  std::size_t end = 0;
  while (end < text.size()) {
    if (text.substr(end).starts_with("“")) quoted = true;
    if (text.substr(end).starts_with("”")) quoted = false;
    if (text[end] == '"') quoted = !quoted;
    std::string_view rest = text.substr(end);
    const std::size_t before = rest.size();
    skip_blanks(rest);
    if (!quoted && rest.size() != before) break;
    ++end;
  }
  return text.substr(0, end);
}

// "tag:…", "-标签:…", "非标签:…", "(city=…", "@新客", "or", "全部": what only a segment has.
bool is_segment_piece(std::string_view piece) {
  const std::string half = simplified(half_width(piece));
  std::string_view text = half;
  constexpr std::string_view kNot = "非";
  while (text.starts_with('(') || text.starts_with('-') || (text.starts_with(kNot) && text != kNot))
    text.remove_prefix(text.starts_with(kNot) ? kNot.size() : 1);
  if (text.starts_with('@') && text.size() > 1) return true;
  const std::string word = fold(text);
  for (const std::string_view known : {"all", "全部", "所有人", "or", "and", "not", "或", "或者", "且", "并且", "非", ")", ""})
    if (word == known) return true;
  const auto mark = text.find_first_of(":=<>!");
  if (mark == std::string_view::npos || mark == 0) return false;
  const auto field = text.substr(0, mark);
  return find_segment_field(field) != nullptr || is_segment_no(field) || field.starts_with("attr.") || field.starts_with("属性.");
}

struct Typed {
  std::string segment, words;
  std::int64_t starts_at_ms = 0;
  std::string rrule;
};

// "每周一9点 春季上新": the longest beginning that is a repetition. The sentence says what is wrong when none is.
OrSaid<Recurrence> take_recurrence(const Chat& chat, std::string_view text, std::string_view& behind) {
  OrSaid<Recurrence> best = parse_recurrence(first_line(text), chat.now_ms(), chat.zone());
  bool any = static_cast<bool>(best);
  if (any) behind = "";
  std::string_view rest = text;
  std::string pieces;
  OrSaid<Recurrence> longest = best;
  for (std::size_t i = 0; i < kMostTimePieces && !trim(rest).empty(); ++i) {
    pieces += (pieces.empty() ? "" : " ") + take_token(rest);
    if (pieces.size() > 200) break;
    auto read = parse_recurrence(pieces, chat.now_ms(), chat.zone());
    if (!read || trim(rest).empty()) continue;
    longest = std::move(read);
    behind = rest;
    any = true;
  }
  return any ? longest : best;
}

// A text may well begin with a day of its own.
Said with_way_out(const Said& fault) {
  return {fault.zh + "。如果这是内容的一部分，请在前面写“马上”：马上 今天 有活动",
          fault.en + ". If it is part of the text, write \"now\" before it: now Today we open late"};
}

Typed read(const Chat& chat, std::string_view text) {
  auto [segment, rest] = cut_segment(text);
  Typed typed{std::move(segment), "", 0, ""};
  std::string_view behind = rest;
  if (looks_repeating(rest)) {
    const auto recurrence = take_recurrence(chat, rest, behind);
    if (!recurrence) throw Refusal("broadcast.time", recurrence.error());
    typed.rrule = recurrence->rrule;
    typed.starts_at_ms = recurrence->start_ms;
  } else {
    const auto when = take_when(rest, chat.now_ms(), chat.zone());
    if (!when) throw Refusal("broadcast.time", with_way_out(when.error()));
    if (when->bytes > 0) typed.starts_at_ms = when->at_ms;
    behind.remove_prefix(when->bytes);
  }
  typed.words = trim(behind);
  return typed;
}

// The shop's accounts, as policy and the estimated end want them.
struct Accounts {
  ChannelMap health;
  std::map<std::int64_t, double> messages_per_second;  // of those in service
};

Accounts accounts_of(const Chat& chat) {
  Accounts accounts;
  for (const auto& channel : storage::list_channels(chat.tx(), chat.shop_id())) {
    const auto limits = limits_of(channel);
    auto& health = accounts.health[channel.channel_id] = {channel.kind, channel.state, channel.paused_until_ms, limits.window_ms, limits.window_addresses};
    health.batch_size = limits.batch_size;
    health.batch_ignores_window = limits.batch_ignores_window;
    if (channel.state == "on" && limits.messages_per_second > 0) accounts.messages_per_second[channel.channel_id] = limits.messages_per_second;
  }
  return accounts;
}

// When the last message will have left, at the pace of the fastest account; "" when no pace is known.
std::string end_text(const Chat& chat, const BroadcastPreview& preview, const Accounts& accounts) {
  double rate = 0;
  for (const auto& [id, per_second] : accounts.messages_per_second) rate = std::max(rate, per_second);
  if (rate <= 0) return "";
  if (preview.estimated_end_ms - preview.starts_at_ms < kMinuteMs) return "\n" + chat.words({"seller.broadcast.end_soon"});
  return "\n" + chat.words({"seller.broadcast.end",
                            {{"time", chat.date_time(preview.estimated_end_ms)}, {"rate", static_cast<std::int64_t>(std::max(rate, 1.0))}}});
}

std::string held_back_text(const Chat& chat, const BroadcastPreview& preview) {
  std::string text;
  for (const auto& [reason, count] : preview.held_back)
    text += "\n• " + reasons::words(reason, chat.language()) + (chat.language() == "zh-CN" ? "：" : ": ") + std::to_string(count);
  if (text.empty()) return "";
  return "\n" + chat.words({"seller.broadcast.held_back", {{"of", preview.held_back_of}}}) + text;
}

// A text that is nearly a template's name was probably meant to be it.
std::string template_warning(const Chat& chat, const storage::Broadcast& broadcast) {
  if (broadcast.body.empty() || length_code_points(broadcast.body) > 30) return "";
  std::vector<std::string> names;
  for (const auto& row : storage::list_templates(chat.tx(), chat.shop_id())) names.push_back(row.name);
  const auto near = nearest(broadcast.body, names);
  return near.empty() ? "" : "\n⚠️ " + chat.words({"seller.broadcast.template_near", {{"near", near.front()}}});
}

std::string shown(const Chat& chat, const storage::Broadcast& broadcast, const BroadcastPreview& preview, const Accounts& accounts) {
  std::vector<std::string> short_names;
  for (const auto& name : preview.first_names) short_names.push_back(shorten(name, 20));
  std::string names = listed(short_names, chat.language());
  if (preview.audience > static_cast<std::int64_t>(preview.first_names.size())) names += "…";
  const bool now = broadcast.rrule.empty() && broadcast.starts_at_ms <= chat.now_ms();
  std::string when = now ? chat.words({"seller.broadcast.now"}) : chat.date_time(broadcast.starts_at_ms);
  if (!broadcast.rrule.empty()) when += " · " + recurrence_words(broadcast.rrule).in(chat.language());
  when += end_text(chat, preview, accounts);
  std::string text = chat.words({"seller.broadcast.preview",
                                 {{"segment", shorten(broadcast.segment, 200)},
                                  {"count", preview.audience},
                                  {"names", names},
                                  {"when", when},
                                  {"text", shorten(preview.rendered, 1500)}}});
  std::string remarks;
  for (const auto& warning : preview.warnings) remarks += "\n⚠️ " + warning.in(chat.language());
  remarks += template_warning(chat, broadcast) + held_back_text(chat, preview);
  return text + (remarks.empty() ? "" : "\n" + remarks) + "\n\n" + chat.words({"seller.broadcast.ask"});
}

bool too_many_for_operator(Chat& chat, std::int64_t audience) {
  if (chat.role() == Role::kOwner || audience <= kOperatorAudience) return false;
  chat.tell({"seller.broadcast.too_many", {{"count", audience}, {"most", kOperatorAudience}, {"who", role_words(Role::kOwner, chat.language())}}});
  return true;
}

void prepare(Chat& chat, std::string_view rest) {
  const Typed typed = read(chat, rest);
  if (typed.segment.empty() || typed.words.empty())
    return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.broadcast"})}}});
  const auto audience = preview_segment(chat.context(), typed.segment, 0).count;
  if (too_many_for_operator(chat, audience)) return;
  if (audience == 0) return chat.tell({"seller.broadcast.nobody", {{"segment", shorten(typed.segment, 200)}}});
  BroadcastDraft draft;
  draft.segment = typed.segment;
  draft.starts_at_ms = typed.starts_at_ms;
  draft.rrule = typed.rrule;
  const bool is_template = !storage::template_variants(chat.tx(), chat.shop_id(), typed.words).empty();
  (is_template ? draft.template_name : draft.body) = typed.words;
  const auto broadcast = create_broadcast(chat.context(), draft);
  const auto accounts = accounts_of(chat);
  const auto preview = preview_broadcast(chat.context(), broadcast, accounts.health, accounts.messages_per_second);
  chat.pick(kSlot, broadcast.broadcast_id);
  chat.ask_yes(shown(chat, broadcast, preview, accounts));
}

void start(Chat& chat, std::int64_t broadcast_id) {
  const auto draft = storage::get_broadcast(chat.tx(), chat.shop_id(), broadcast_id);
  if (!draft || too_many_for_operator(chat, preview_segment(chat.context(), draft->segment, 0).count)) return;
  const auto broadcast = start_broadcast(chat.context(), broadcast_id);
  const bool later = broadcast.state == "scheduled";
  done(chat, {{"do", "broadcast"}, {"broadcast", broadcast_id}},
       {later ? "seller.broadcast.scheduled" : "seller.broadcast.started",
        {{"number", broadcast_id}, {"name", broadcast.name}, {"time", chat.date_time(broadcast.starts_at_ms)}}});
}

// What the platform told of its calls for many, where it tells no more than counts.
std::string report_text(const Chat& chat, std::int64_t broadcast_id) {
  const auto totals = batch_totals(chat.context(), broadcast_id);
  if (!totals || totals->addressed == 0) return "";
  return chat.words({"batch.totals", {{"addressed", totals->addressed}, {"kept", totals->kept}, {"sent", totals->sent}, {"errors", totals->errors}}});
}

std::string status_text(const Chat& chat, const storage::Broadcast& broadcast, const Accounts& accounts) {
  if (broadcast.klass == kMomentClass)
    return std::to_string(broadcast.broadcast_id) + " · " + moment_text(chat.context(), broadcast, chat.language());
  const auto status = broadcast_status(chat.context(), broadcast.broadcast_id, accounts.messages_per_second);
  const std::string number = std::to_string(broadcast.broadcast_id) + " · ";
  if (status && status->total > 0) return number + progress_text(*status, chat.language(), chat.now_ms()) + report_text(chat, broadcast.broadcast_id);
  const bool ahead = broadcast.state == "scheduled";
  return number + broadcast.name + " · " + chat.words({"seller.broadcast.state." + broadcast.state}) +
         (ahead ? " · " + chat.date_time(broadcast.starts_at_ms) : "");
}

// What was called off before it began, mostly by a "no" to the preview, went to nobody.
bool was_wanted(const storage::Broadcast& broadcast) {
  return broadcast.state != "draft" && (broadcast.state != "cancelled" || broadcast.started_at_ms);
}

void list_newest(Chat& chat) {
  std::string text;
  const auto accounts = accounts_of(chat);
  for (const auto& broadcast : storage::list_broadcasts(chat.tx(), chat.shop_id(), 0, kListed * 4))
    if (was_wanted(broadcast)) text += (text.empty() ? "" : "\n") + status_text(chat, broadcast, accounts);
  if (text.empty()) return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.broadcast"})}}});
  chat.answer(text);
}

bool is_open(const storage::Broadcast& broadcast) {
  for (const std::string_view state : {"scheduled", "planning", "sending", "paused"})
    if (broadcast.state == state) return true;
  return false;
}

// "群发 1043", "1043", or nothing: then the newest that is under way.
std::int64_t which(Chat& chat, std::string_view rest) {
  if (is_about_broadcast(rest)) take_token(rest);
  const std::string piece = take_token(rest);
  if (const auto number = number_of(piece)) return *number;
  if (!piece.empty()) throw refusal({"seller.broadcast.number", {{"text", shorten(piece, 30)}}});
  for (const auto& broadcast : storage::list_broadcasts(chat.tx(), chat.shop_id(), 0, kListed * 4))
    if (is_open(broadcast)) return broadcast.broadcast_id;
  throw refusal({"seller.broadcast.none_open"});
}

// Whom a paused one would speak to: those planned, or while planning is not over whoever is in the segment now.
std::int64_t audience_when_resumed(const Chat& chat, std::int64_t broadcast_id) {
  const auto paused = storage::get_broadcast(chat.tx(), chat.shop_id(), broadcast_id);
  if (!paused || paused->state != "paused") return 0;  // resuming says what is wrong
  return paused->state_before_pause == "sending" ? paused->audience_count : preview_segment(chat.context(), paused->segment, 0).count;
}

void change(Chat& chat, std::string_view rest, std::string_view key, storage::Broadcast (*how)(const Context&, std::int64_t)) {
  const auto broadcast = how(chat.context(), which(chat, rest));
  chat.tell({std::string(key), {{"number", broadcast.broadcast_id}, {"name", broadcast.name}}});
}

}  // namespace

SegmentAndRest cut_segment(std::string_view text) {
  text = trim(text);
  std::size_t end = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto piece = raw_piece(rest);
    if (!is_segment_piece(piece)) break;
    rest.remove_prefix(piece.size());
    end = text.size() - rest.size();
    skip_blanks(rest);
  }
  return {std::string(trim(text.substr(0, end))), std::string(trim(text.substr(end)))};
}

bool is_about_broadcast(std::string_view rest) {
  const std::string first = word_key(take_token(rest));
  return first == "群发" || first == "推播" || first == "broadcast";
}

void drop_draft(Chat& chat, std::int64_t broadcast_id) {
  const auto draft = storage::get_broadcast(chat.tx(), chat.shop_id(), broadcast_id);
  if (draft && draft->state == "draft") cancel_broadcast(chat.context(), broadcast_id);
}

void run_broadcast(Chat& chat, std::string_view rest) {
  if (rest.empty()) return list_newest(chat);
  if (const auto number = number_of(rest)) {
    const auto broadcast = storage::get_broadcast(chat.tx(), chat.shop_id(), *number);
    if (!broadcast) throw refusal({"seller.broadcast.number", {{"text", shorten(rest, 30)}}});
    return chat.answer(status_text(chat, *broadcast, accounts_of(chat)));
  }
  const auto shown_draft = chat.picked(kSlot);
  if (chat.confirmed() && shown_draft) return start(chat, *shown_draft);
  prepare(chat, rest);
}

void run_pause(Chat& chat, std::string_view rest) { change(chat, rest, "seller.broadcast.paused", pause_broadcast); }
// To go on speaks to the whole audience, as starting does.
void run_resume(Chat& chat, std::string_view rest) {
  if (!too_many_for_operator(chat, audience_when_resumed(chat, which(chat, rest)))) change(chat, rest, "seller.broadcast.resumed", resume_broadcast);
}
void cancel_a_broadcast(Chat& chat, std::string_view rest) { change(chat, rest, "seller.broadcast.cancelled", cancel_broadcast); }

}  // namespace laoke::seller
