#include "handlers/moments.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/errands.h"
#include "handlers/happened.h"
#include "handlers/reasons.h"
#include "handlers/segments.h"
#include "handlers/tags.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "storage/moments.h"

namespace laoke {
namespace {

using storage::Broadcast;
using storage::SegmentNode;

constexpr std::string_view kAwaitsPerson = "awaits_person";
// The one platform with moments for a shop, and how it writes the addresses of customers who have them.
constexpr std::string_view kMomentKind = "wecom", kMomentAddress = "ext:";
constexpr std::string_view kReferencePrefix = "moment:";
constexpr std::size_t kMostCharacters = 2'000, kMostBytes = 4'000;  // developer.work.weixin.qq.com/document/path/95095
constexpr std::size_t kRowsAtOnce = 500;
constexpr std::size_t kNameCharacters = 40;

bool collect_tags(const SegmentNode& node, std::vector<std::string>& tags) {
  using Field = storage::SegmentField;
  using Compare = storage::SegmentCompare;
  if (node.kind == SegmentNode::Kind::kOr)
    return std::ranges::all_of(node.children, [&](const SegmentNode& child) { return collect_tags(child, tags); });
  const auto compare = node.term.compare;
  if (node.kind != SegmentNode::Kind::kTerm || node.term.field != Field::kTag || (compare != Compare::kIs && compare != Compare::kEqual))
    return false;
  tags.push_back(node.term.text);
  return true;
}

storage::ChannelRow moment_channel(const Context& context) {
  for (auto& channel : storage::list_channels(context.tx, context.shop_id()))
    if (channel.kind == kMomentKind && channel.state == "on") return std::move(channel);
  throw refusal({"moment.no_channel"});
}

// Names as the shop writes them: the platform compares letter by letter.
std::vector<std::string> known_tags(const Context& context, const std::string& segment) {
  const auto typed = tags_only(shop_segment(context, segment));
  if (!typed) throw refusal({"moment.tags_only", {{"segment", shorten(segment, 200)}}});
  std::vector<std::string> names;
  for (const auto& name : *typed) {
    const auto tag = tag_called(context, name);
    if (!tag) throw refusal({"moment.no_tag", {{"tag", shorten(name, 40)}}});
    if (std::ranges::find(names, tag->name) == names.end()) names.push_back(tag->name);
  }
  return names;
}

void check_text(const std::string& text) {
  const auto characters = length_code_points(text);
  if (trim(text).empty() || characters > kMostCharacters || text.size() > kMostBytes)
    throw refusal({"moment.text", {{"count", characters}, {"most", kMostCharacters}, {"bytes", kMostBytes}}});
}

std::vector<std::int64_t> audience_ids_of(const Context& context, const std::string& segment, std::int64_t channel_id) {
  const auto with_tags = storage::audience_ids(context.tx, context.shop, shop_segment(context, segment), context.now_ms);
  const auto on_channel = storage::customers_addressed(context.tx, context.shop_id(), channel_id, kMomentAddress);
  std::vector<std::int64_t> both;
  std::ranges::set_intersection(with_tags, on_channel, std::back_inserter(both));
  return both;
}

std::int64_t plan_rows(const Context& context, const Broadcast& broadcast, std::span<const std::int64_t> customers) {
  std::int64_t planned = 0;
  for (std::size_t at = 0; at < customers.size(); at += kRowsAtOnce)
    planned += storage::plan_broadcast_slice(context.tx, context.shop_id(), broadcast.broadcast_id,
                                             customers.subspan(at, std::min(kRowsAtOnce, customers.size() - at)),
                                             std::string(kMomentClass), context.now_ms, broadcast.expires_at_ms);
  storage::move_broadcast_rows(context.tx, context.shop_id(), broadcast.broadcast_id, "planned", "", "accepted", kAwaitsPerson,
                               context.now_ms);
  storage::add_count(context.tx, context.shop_id(), broadcast.broadcast_id, "accepted", kAwaitsPerson, planned);
  return planned;
}

std::optional<std::int64_t> broadcast_of(std::string_view reference) {
  if (!reference.starts_with(kReferencePrefix)) return std::nullopt;
  reference.remove_prefix(kReferencePrefix.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(reference.data(), reference.data() + reference.size(), id);
  if (error != std::errc() || end != reference.data() + reference.size()) return std::nullopt;
  return id;
}

struct Step {
  ReceiptKind kind;
  std::string_view state;
};
constexpr Step kSteps[] = {{ReceiptKind::kSent, "accepted"}, {ReceiptKind::kDelivered, "delivered"}, {ReceiptKind::kRead, "read"}, {ReceiptKind::kFailed, "failed"}};

// How far a row came; results overtake each other.
int moment_rank(std::string_view state, std::string_view reason) {
  if (state == "accepted") return reason.empty() ? 1 : 0;
  if (state == "delivered") return 2;
  return state == "read" ? 3 : -1;
}

void move_row(const Context& context, std::int64_t broadcast_id, std::int64_t customer_id, const InboundEvent& event) {
  auto row = storage::get_delivery(context.tx, context.shop_id(), {"b", broadcast_id, customer_id, ""});
  const auto step = std::ranges::find(kSteps, event.receipt, &Step::kind);
  if (!row || step == std::end(kSteps)) return;
  const bool failed = event.receipt == ReceiptKind::kFailed;
  const int has = moment_rank(row->state, row->reason);
  if (has < 0 || (failed ? has > 0 : moment_rank(step->state, "") <= has)) return;
  const std::string_view reason = failed ? reasons::kReceiptFailed : "";
  CountChanges counts(context.tx);
  counts.move(context.shop_id(), *row, step->state, reason);
  row->state = step->state;
  row->reason = reason;
  row->updated_at_ms = context.now_ms;
  storage::update_delivery(context.tx, context.shop_id(), *row);
  counts.flush(context.now_ms);
}

void fail_waiting(const Context& context, std::int64_t broadcast_id) {
  const auto moved = storage::move_broadcast_rows(context.tx, context.shop_id(), broadcast_id, "accepted", kAwaitsPerson, "failed",
                                                  reasons::kRejected, context.now_ms);
  storage::add_count(context.tx, context.shop_id(), broadcast_id, "accepted", kAwaitsPerson, -moved);
  storage::add_count(context.tx, context.shop_id(), broadcast_id, "failed", reasons::kRejected, moved);
}

}  // namespace

std::optional<std::vector<std::string>> tags_only(const storage::SegmentQuery& query) {
  std::vector<std::string> tags;
  if (!collect_tags(query.root, tags) || tags.empty()) return std::nullopt;
  return tags;
}

MomentDraft create_moment(const Context& context, const std::string& segment, const std::string& text) {
  MomentDraft draft;
  draft.tags = known_tags(context, segment);
  check_text(text);
  const auto channel = moment_channel(context);
  draft.channel = channel.name;
  Broadcast& broadcast = draft.broadcast;
  broadcast.shop_id = context.shop_id();
  broadcast.name = shorten(text, kNameCharacters);
  broadcast.segment = segment;
  broadcast.body = text;
  broadcast.extras = "{}";
  broadcast.klass = kMomentClass;
  broadcast.starts_at_ms = broadcast.created_at_ms = context.now_ms;
  broadcast.expires_at_ms = context.now_ms + 7 * kDayMs;  // so long its result is asked for
  if (context.actor.kind == Actor::Kind::kStaff) broadcast.created_by = context.actor.staff_id;
  draft.audience = static_cast<std::int64_t>(audience_ids_of(context, segment, channel.channel_id).size());
  broadcast.broadcast_id = storage::insert_broadcast(context.tx, broadcast);
  return draft;
}

std::int64_t moment_audience(const Context& context, const Broadcast& broadcast) {
  return static_cast<std::int64_t>(audience_ids_of(context, broadcast.segment, moment_channel(context).channel_id).size());
}

Broadcast start_moment(const Context& context, std::int64_t broadcast_id) {
  auto broadcast = storage::get_broadcast(context.tx, context.shop_id(), broadcast_id);
  if (!broadcast || broadcast->klass != kMomentClass || broadcast->state != "draft")
    throw refusal({"moment.no_draft", {{"number", broadcast_id}}});
  const auto channel = moment_channel(context);
  const auto customers = audience_ids_of(context, broadcast->segment, channel.channel_id);
  broadcast->audience_count = plan_rows(context, *broadcast, customers);
  // Handed over: what is still to happen happens on the platform.
  broadcast->state = "done";
  broadcast->started_at_ms = broadcast->finished_at_ms = context.now_ms;
  storage::update_broadcast(context.tx, *broadcast);
  happened(context, {"broadcast.started", 0, {{"broadcast_id", broadcast_id}, {"name", broadcast->name}}});
  enqueue_errand(context, channel.channel_id, "moment",
                 {{"name", broadcast->name},
                  {"text", broadcast->body},
                  {"tags", known_tags(context, broadcast->segment)},
                  {"since_ms", context.now_ms},
                  {"reference", std::string(kReferencePrefix) + std::to_string(broadcast_id)}});
  return *broadcast;
}

bool take_moment_result(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  if (event.kind != InboundKind::kReceipt) return false;
  const auto id = broadcast_of(event.reference);
  if (!id) return false;
  const auto broadcast = storage::get_broadcast(context.tx, context.shop_id(), *id);
  if (!broadcast || broadcast->klass != kMomentClass) return true;
  if (event.external_id.ends_with(":*")) {
    if (event.receipt == ReceiptKind::kFailed) fail_waiting(context, *id);
    return true;
  }
  const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), channel_id, event.external_id);
  if (contact) move_row(context, *id, contact->customer_id, event);
  return true;
}

std::string moment_text(const Context& context, const Broadcast& broadcast, std::string_view language) {
  std::int64_t waiting = 0, published = 0, shown = 0, failed = 0;
  for (const auto& count : storage::broadcast_counts(context.tx, context.shop_id(), broadcast.broadcast_id)) {
    const int rank = moment_rank(count.state, count.reason);
    if (rank == 0) waiting += count.count;
    if (rank >= 1) published += count.count;
    if (rank >= 2) shown += count.count;
    if (rank < 0) failed += count.count;
  }
  std::string text = say(language, "moment.status", {{"name", broadcast.name}, {"all", broadcast.audience_count}, {"waiting", waiting},
                                                     {"published", published}, {"shown", shown}});
  if (failed > 0) text += say(language, "moment.status.failed", {{"count", failed}});
  return text;
}

}  // namespace laoke
