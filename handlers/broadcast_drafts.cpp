#include <algorithm>

#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/compose.h"
#include "handlers/delivery_content.h"
#include "handlers/policy_question.h"
#include "handlers/reasons.h"
#include "handlers/recurrence.h"
#include "handlers/refusal.h"
#include "handlers/segments.h"
#include "handlers/shop_settings.h"
#include "handlers/template_library.h"
#include "handlers/text.h"
#include "storage/customers.h"
#include "storage/ledger.h"
#include "storage/templates.h"

namespace laoke {
namespace {

using storage::Broadcast;

constexpr int kSampleForPolicy = 2'000;  // customers whose policy answer is looked at for a preview
constexpr std::size_t kNameCodePoints = 80;
constexpr std::size_t kFirstNames = 5;

std::string default_name(const Context& context, const BroadcastDraft& draft) {
  const auto day = format_date(draft.starts_at_ms != 0 ? draft.starts_at_ms : context.now_ms, context.shop.time_zone, context.shop.language);
  return shorten(draft.template_name.empty() ? draft.segment : draft.template_name, 30) + " " + day;
}

void check_class(const std::string& klass) {
  if (klass != "marketing" && klass != "notice")
    throw Refusal("broadcast.class", "群发类型“" + klass + "”不存在，可以是 marketing(营销)或 notice(通知)",
                  "there is no broadcast class '" + klass + "': allowed are marketing and notice");
}

void check_time(const Context& context, const BroadcastDraft& draft) {
  // A minute's grace: a time typed as "now" has passed when the answer is read.
  if (draft.starts_at_ms != 0 && draft.rrule.empty() && draft.starts_at_ms < context.now_ms - kMinuteMs)
    throw Refusal("broadcast.past",
                  "开始时间已经过去:" + format_date_time(draft.starts_at_ms, context.shop.time_zone, "zh-CN", context.now_ms),
                  "the start has passed: " + format_date_time(draft.starts_at_ms, context.shop.time_zone, "en", context.now_ms));
}

// The text is checked now, and a template stays as it is now, whatever is saved between the yes and the last send.
void pin_words(const Context& context, Broadcast& broadcast) {
  if (broadcast.template_name.empty() == broadcast.body.empty())
    throw Refusal("broadcast.words", "群发需要一个模板名，或者直接写内容（二选一)", "a broadcast needs a template's name or a text, one of them");
  const auto problem = broadcast.template_name.empty() ? template_problem(broadcast.body, "{}", "broadcast")
                                                       : template_problem_for(context, broadcast.template_name, "broadcast");
  if (problem) throw Refusal("broadcast.words", say("zh-CN", *problem), say("en", *problem));
  if (!broadcast.template_name.empty())
    broadcast.template_version = storage::newest_template_version(context.tx, context.shop_id(), broadcast.template_name);
}

std::string checked_rrule(const std::string& rrule) {
  if (rrule.empty()) return "";
  const auto parsed = parse_rrule(rrule);
  if (!parsed) throw Refusal("broadcast.rrule", parsed.error().zh, parsed.error().en);
  return *parsed;
}

}  // namespace

Broadcast create_broadcast(const Context& context, const BroadcastDraft& draft) {
  check_class(draft.klass);
  check_time(context, draft);
  shop_segment(context, draft.segment);  // refuses a wrong one
  Broadcast broadcast;
  broadcast.shop_id = context.shop_id();
  broadcast.name = shorten(draft.name.empty() ? default_name(context, draft) : draft.name, kNameCodePoints);
  broadcast.segment = draft.segment;
  broadcast.template_name = draft.template_name;
  broadcast.body = draft.body;
  pin_words(context, broadcast);
  broadcast.klass = draft.klass;
  broadcast.rrule = checked_rrule(draft.rrule);
  broadcast.starts_at_ms = draft.starts_at_ms != 0 ? draft.starts_at_ms : context.now_ms;
  if (!broadcast.rrule.empty()) {
    broadcast.occurrence_ms = broadcast.starts_at_ms;  // the rule's own start: COUNT and INTERVAL are counted from it
    const auto first = next_occurrence({broadcast.rrule, broadcast.starts_at_ms, context.shop.time_zone},
                                       std::max(broadcast.starts_at_ms, context.now_ms) - 1);
    if (!first) throw Refusal("broadcast.rrule", "这个重复规则不会再发生", "this repetition never happens again");
    broadcast.starts_at_ms = *first;
  }
  const auto valid_ms = draft.valid_ms > 0 ? draft.valid_ms : settings_of(context.shop).broadcast_valid_hours * kHourMs;
  broadcast.expires_at_ms = broadcast.starts_at_ms + valid_ms;
  broadcast.created_at_ms = context.now_ms;
  if (context.actor.kind == Actor::Kind::kStaff) broadcast.created_by = context.actor.staff_id;
  broadcast.broadcast_id = storage::insert_broadcast(context.tx, broadcast);
  return broadcast;
}

std::vector<std::int64_t> audience_of(storage::Transaction& tx, const Broadcast& broadcast) {
  const auto shop = storage::get_shop(tx, broadcast.shop_id);
  if (!shop) return {};
  const auto now_ms = broadcast.started_at_ms.value_or(broadcast.starts_at_ms);
  auto ids = storage::audience_ids(tx, *shop, shop_segment({tx, *shop, now_ms}, broadcast.segment), now_ms);
  if (broadcast.plan_cursor > 0) ids.erase(ids.begin(), std::upper_bound(ids.begin(), ids.end(), broadcast.plan_cursor));
  return ids;
}

BroadcastPreview preview_broadcast(const Context& context, const Broadcast& broadcast, const ChannelMap& channels,
                                   const std::map<std::int64_t, double>& messages_per_second) {
  const auto at_ms = std::max(broadcast.starts_at_ms, context.now_ms);
  const Context then{context.tx, context.shop, at_ms, context.actor};
  const auto settings = settings_of(context.shop);
  BroadcastPreview preview;
  const auto segment = preview_segment(then, broadcast.segment, kFirstNames);
  preview.audience = segment.count;
  preview.warnings = segment.warnings;
  for (const auto& customer : segment.first) preview.first_names.push_back(customer.name);
  if (!segment.first.empty()) {
    const auto first = segment.first.front().customer_id;
    const auto content = compose(then, text_of(broadcast), first, message_language(then, first), "");
    preview.rendered = content ? content->text : content.error().in(context.shop.language);
  }
  storage::Delivery delivery;
  delivery.klass = broadcast.klass;
  delivery.expires_at_ms = broadcast.expires_at_ms;
  const auto sample = storage::first_customers(context.tx, context.shop, shop_segment(then, broadcast.segment), at_ms, kSampleForPolicy);
  for (const auto& customer : sample) {
    delivery.key = {"b", broadcast.broadcast_id, customer.customer_id, ""};
    const auto answer = decide(policy_question(then, settings, delivery, channels), settings, channels);
    if (!answer.reason.empty()) ++preview.held_back[std::string(answer.reason)];
  }
  preview.held_back_of = static_cast<std::int64_t>(sample.size());
  preview.starts_at_ms = at_ms;
  double rate = 0;
  for (const auto& [id, per_second] : messages_per_second) rate = std::max(rate, per_second);
  preview.estimated_end_ms = at_ms + (rate > 0 ? static_cast<std::int64_t>(static_cast<double>(preview.audience) * 1000 / rate) : 0);
  return preview;
}

}  // namespace laoke
