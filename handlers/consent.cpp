#include "handlers/consent.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <string>

#include "handlers/actor.h"
#include "handlers/happened.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "storage/consents.h"
#include "storage/customers.h"

namespace laoke {
namespace {

constexpr std::size_t kLongestWishBytes = 80;
constexpr std::size_t kEvidenceCodePoints = 200;

// As word_key() leaves them, without blanks and marks: 退訂 and 取消訂閲 are read as 退订 and 取消订阅. 追踪, 推播 and 传 are
// Taiwan's words, 唔好 is Hong Kong's.
constexpr std::string_view kOut[] = {
    "退订",        "退定",         "我要退订",       "请退订",         "取消订阅",       "我要取消订阅",   "请取消订阅",
    "停止订阅",    "解除订阅",     "取消关注",       "取消追踪",       "取消推播",       "停止推播",       "关闭推播",
    "停止发送",    "停止接收",     "拒绝接收",       "拒收",           "停止",           "别发了",         "别再发了",
    "不要再发",    "不要再发了",   "不要再发消息",   "不要再发消息了", "不要再发讯息",   "不要再发讯息了", "别传了",
    "别再传了",    "不要再传",     "不要再传了",     "不要再传讯息",   "不要再传讯息了", "唔好再发",       "唔好再传",
    "唔好再send",  "td",           "t",              "stop",           "stopall",        "stopit",         "unsubscribe",
    "unsubscribeme", "optout",     "quit",           "end"};
constexpr std::string_view kIn[] = {"订阅",  "恢复订阅",  "重新订阅",    "start", "unstop", "subscribe", "resubscribe", "optin"};
constexpr std::string_view kMarks[] = {" ",  ".",  ",",  "!",  "?",  "~", "\"", "'", "-", "_",  "。",
                                       "、", "，", "！", "？", "～", "“", "”",  "‘", "’", "…",  "「",
                                       "」", "『", "』", "【", "】", "[",  "]",  "(", ")",  "<", ">", "《", "》"};

std::string bare(std::string_view message) {
  std::string text = word_key(message);
  for (const auto mark : kMarks)
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) text.erase(at, mark.size());
  return text.starts_with("/stop") ? text.substr(1) : text;
}

// Without emoji and what a chat draws bold with; a slash says something, "/start" is no wish.
std::string without_signs(std::string_view message) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(message.data());
  std::string letters;
  for (std::int32_t at = 0, size = static_cast<std::int32_t>(message.size()); at < size;) {
    const std::int32_t from = at;
    UChar32 point;
    U8_NEXT(bytes, at, size, point);
    if (point == '/' || point == 0xFF0F || (point > 0 && u_isalnum(point)))
      letters.append(message.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(at - from)));
  }
  return letters;
}

void note_word(const Context& context, std::int64_t customer_id, bool granted, std::string_view evidence) {
  storage::Consent consent;
  consent.at_ms = context.now_ms;
  consent.granted = granted;
  consent.source = source_of(context.actor);
  consent.evidence = shorten(evidence, kEvidenceCodePoints);
  storage::add_consent(context.tx, context.shop_id(), customer_id, consent);
}

bool change(const Context& context, std::int64_t customer_id, bool opted_out, std::string_view evidence) {
  const bool moved = storage::set_opted_out(context.tx, context.shop_id(), customer_id, opted_out);
  // Who never left can still agree: a shop that asks for consent waits for that word.
  const bool news = moved || (!opted_out && !has_agreed(context, customer_id));
  // What customers say themselves is kept each time: others may take back only what they said.
  if (!news && context.actor.kind != Actor::Kind::kCustomer) return false;
  note_word(context, customer_id, !opted_out, evidence);
  if (!news) return false;
  happened(context,
           {opted_out ? "customer.opted_out" : "customer.opted_in", customer_id, {{"source", source_of(context.actor)}}, "", 0});
  return true;
}

}  // namespace

bool has_agreed(const Context& context, std::int64_t customer_id) {
  const auto words = storage::consents_of_customer(context.tx, context.shop_id(), customer_id);
  return !words.empty() && words.front().granted;
}

ConsentWish consent_wish(std::string_view message) {
  if (message.size() > kLongestWishBytes) return ConsentWish::kNone;
  const std::string text = bare(without_signs(message));
  const auto is = [&](std::string_view word) { return word == text; };
  if (std::any_of(std::begin(kOut), std::end(kOut), is)) return ConsentWish::kOptOut;
  if (std::any_of(std::begin(kIn), std::end(kIn), is)) return ConsentWish::kOptIn;
  return ConsentWish::kNone;
}

bool opt_out(const Context& context, std::int64_t customer_id, std::string_view evidence) {
  return change(context, customer_id, true, evidence);
}

bool opt_in(const Context& context, std::int64_t customer_id, std::string_view evidence) {
  return change(context, customer_id, false, evidence);
}

void take_consent_back(const Context& context, std::int64_t customer_id, std::string_view evidence) {
  if (has_agreed(context, customer_id)) note_word(context, customer_id, false, evidence);
}

bool left_by(const Context& context, std::int64_t customer_id, std::string_view source) {
  const auto words = storage::consents_of_customer(context.tx, context.shop_id(), customer_id);
  return !words.empty() && !words.front().granted && words.front().source == source;
}

}  // namespace laoke
