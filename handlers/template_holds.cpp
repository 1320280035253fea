#include "handlers/template_holds.h"

#include <algorithm>

#include "handlers/delivery_content.h"
#include "handlers/platform_news.h"
#include "handlers/reasons.h"

namespace laoke {
namespace {

using Verdict = PolicyAnswer::Verdict;

bool goes(const PolicyAnswer& answer) { return answer.verdict == Verdict::kGo || answer.verdict == Verdict::kGoWithPlatformTemplate; }

PolicyAnswer wait_for(const storage::TemplateHold& hold, const storage::Delivery& delivery, const Reach& reach, std::int64_t now_ms) {
  const std::int64_t until_ms = std::min(hold.until_ms, now_ms + kLookAtTemplateMs);
  const bool too_late = delivery.expires_at_ms > 0 && until_ms >= delivery.expires_at_ms;
  return {too_late || delivery.key.source == "m" ? Verdict::kDrop : Verdict::kWait, reasons::kTemplateHeld, until_ms, reach};
}

}  // namespace

PolicyAnswer HeldTemplates::decide_past(const Context& context, const Message& message, const PolicyQuestion& question,
                                        const ShopSettings& settings, const ChannelMap& channels) {
  auto answer = decide(question, settings, channels);
  auto hold = held(context, message, answer, channels);
  if (!hold) return answer;
  const auto first = *hold;
  PolicyQuestion rest = question;
  while (hold) {
    std::erase_if(rest.reaches, [&](const Reach& reach) { return reach.contact_id == hold->reach.contact_id; });
    answer = decide(rest, settings, channels);
    hold = held(context, message, answer, channels);
  }
  return answer.verdict == Verdict::kDrop ? first : answer;
}

std::optional<PolicyAnswer> HeldTemplates::held(const Context& context, const Message& message, const PolicyAnswer& answer,
                                                const ChannelMap& channels) {
  if (!goes(answer) || message.facts == nullptr) return std::nullopt;
  const auto [known, is_new] = holds_.try_emplace(context.shop_id());
  if (is_new) known->second = storage::template_holds(context.tx, context.shop_id(), context.now_ms);
  const auto on_channel = [&](const auto& hold) { return hold.channel_id == answer.reach.channel_id; };
  if (std::ranges::none_of(known->second, on_channel)) return std::nullopt;
  auto made = content_of(context, message.delivery, message.facts->language, channels.at(answer.reach.channel_id).kind, message.broadcast, cache_);
  if (!made) return std::nullopt;
  auto& content = (*made).content;
  fit_to_window(content, answer.verdict == Verdict::kGoWithPlatformTemplate);
  const auto language = template_language_key(content.platform_template_language);
  for (const auto& hold : known->second)
    if (on_channel(hold) && !content.platform_template.empty() && hold.name == content.platform_template && hold.language == language)
      return wait_for(hold, message.delivery, answer.reach, context.now_ms);
  return std::nullopt;
}

void put_off_template(storage::Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, const MessageContent& content,
                      std::int64_t now_ms, std::int64_t until_ms) {
  if (content.platform_template.empty()) return;
  storage::hold_template(tx, shop_id, {channel_id, content.platform_template, template_language_key(content.platform_template_language),
                                       "waits", until_ms, now_ms});
}

}  // namespace laoke
