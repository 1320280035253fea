#include "handlers/tried.h"

#include "handlers/reasons.h"
#include "storage/channels.h"

namespace laoke {

std::vector<storage::SendStep> tried_before(const Context& context, const storage::Delivery& delivery) {
  if (delivery.key.source == "m" || delivery.attempts == 0) return {};  // these have one address, or none yet
  auto steps = storage::send_steps(context.tx, context.shop_id(), delivery.key);
  std::erase_if(steps, [&](const storage::SendStep& step) { return step.contact_id == delivery.contact_id; });
  return steps;
}

std::string tried_words(const Context& context, const storage::Delivery& delivery, std::string_view language) {
  const bool zh = language.starts_with("zh");
  std::string text;
  for (const auto& step : tried_before(context, delivery)) {
    const auto channel = storage::get_channel(context.tx, context.shop_id(), step.channel_id);
    text += text.empty() ? "" : zh ? "；" : "; ";
    text += (channel ? channel->name : "?") + (zh ? "：" : ": ") + reasons::words(step.reason, language);
  }
  return text;
}

std::string refusal_words(const Context& context, const storage::Delivery& delivery) {
  if (delivery.state != "failed" && delivery.state != "dropped") return "";
  for (const auto& step : storage::send_steps(context.tx, context.shop_id(), delivery.key))
    if (step.contact_id == delivery.contact_id && step.reason == delivery.reason) return step.detail;
  return "";
}

}  // namespace laoke
