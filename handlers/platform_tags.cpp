#include "handlers/platform_tags.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/names.h"
#include "handlers/tag_sync.h"
#include "handlers/tags.h"
#include "handlers/text.h"
#include "storage/channels.h"
#include "storage/platform_tags.h"

namespace laoke {
namespace {

constexpr std::string_view kFromPlatform = "platform";

// "VIP/老客, 2026" -> "VIP 老客 2026": a platform allows marks that set names apart here.
std::string as_our_tag(std::string_view name) {
  static constexpr std::string_view kMarks[] = {";", "；", ",", "，", "、", "|", "｜", "/", "\n", "\r", "\t",
                                                "\"", "“", "”", "(", ")", "（", "）"};
  std::string text = repair_utf8(name);
  for (const auto mark : kMarks)
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) text.replace(at, mark.size(), " ");
  return cut_to_code_points(trim(text), kMaxTagCodePoints);
}

// What was there when last heard of and is not among the event's. What came there after the platform was asked cannot be
// among them yet.
std::vector<std::string> note_all_tags(const Context& context, const storage::Contact& contact, const InboundEvent& event) {
  const auto channel = storage::get_channel(context.tx, context.shop_id(), contact.channel_id);
  if (!channel || !follows_tags(*channel)) return {};
  const std::int64_t at_ms = event.at_ms != 0 ? event.at_ms : context.now_ms;
  std::vector<std::string> missing;
  for (const auto& known : storage::platform_tags_of(context.tx, context.shop_id(), contact.contact_id))
    if (known.at_ms <= at_ms && std::ranges::find(event.tags, known.name) == event.tags.end()) missing.push_back(known.name);
  for (const auto& name : missing) storage::remove_platform_tag(context.tx, context.shop_id(), contact.contact_id, name);
  for (const auto& name : event.tags) storage::add_platform_tag(context.tx, context.shop_id(), contact.contact_id, name, at_ms);
  return missing;
}

}  // namespace

void follow_platform_tags(const Context& context, const storage::Contact& contact, const InboundEvent& event) {
  for (const auto& name : event.tags)
    if (const auto tag = as_our_tag(name); tag_name_from(tag)) tag_customer(context, contact.customer_id, tag, kFromPlatform);
  auto off = event.untags;
  if (event.kind == InboundKind::kTagged) {
    const auto missing = note_all_tags(context, contact, event);
    off.insert(off.end(), missing.begin(), missing.end());
  }
  for (const auto& name : off)
    if (const auto tag = as_our_tag(name); tag_called(context, tag)) untag_customer(context, contact.customer_id, tag, kFromPlatform);
}

void note_tag_errand(const Context& context, const storage::ErrandRow& errand) {
  if (errand.kind != "tag" && errand.kind != "untag") return;
  const auto data = nlohmann::json::parse(errand.data, nullptr, false);
  if (!data.is_object()) return;
  const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), errand.channel_id, data.value("external_id", ""));
  if (!contact) return;
  const std::string name = data.value("tag", "");
  if (errand.kind == "tag")
    storage::add_platform_tag(context.tx, context.shop_id(), contact->contact_id, name, context.now_ms);
  else
    storage::remove_platform_tag(context.tx, context.shop_id(), contact->contact_id, name);
}

}  // namespace laoke
