#include "handlers/arrivals_ahead.h"

namespace laoke {

ArrivalsAhead::ArrivalsAhead(const Context& context, std::span<const ChannelEvent> events) {
  std::vector<storage::ArrivalQuestion> questions;
  questions.reserve(events.size());
  for (const auto& [channel_id, event] : events) questions.push_back({channel_id, event->external_id, event->key});
  answers_ = storage::find_arrivals(context.tx, context.shop_id(), questions);
}

storage::Arrival ArrivalsAhead::next(const Context& context, std::int64_t channel_id, const InboundEvent& event) {
  const std::size_t at = at_++;
  const bool key_is_new = keys_.emplace(channel_id, event.key).second;
  const bool sender_is_new = senders_.emplace(channel_id, event.external_id).second;
  if (!stale_ && key_is_new && sender_is_new && at < answers_.size()) {
    auto& answer = answers_[at];
    if (!answer.sender || !customers_.contains(answer.sender->contact.customer_id)) return std::move(answer);
  }
  return storage::find_arrival(context.tx, context.shop_id(), channel_id, event.external_id, event.key);
}

void ArrivalsAhead::took_effect(std::int64_t customer_id, bool widely) {
  stale_ = stale_ || widely;
  customers_.insert(customer_id);
}

bool reaches_others(const InboundEvent& event) {
  if (!event.person_id.empty()) return true;
  switch (event.kind) {
    case InboundKind::kText:
    case InboundKind::kMedia:
    case InboundKind::kPress:
    case InboundKind::kLocation:
    case InboundKind::kFollowed:
    case InboundKind::kReceipt:
    case InboundKind::kBlocked:
    case InboundKind::kEdited:
    case InboundKind::kOther:
      return false;
    default:
      return true;
  }
}

}  // namespace laoke
