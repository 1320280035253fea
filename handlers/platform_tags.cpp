#include "handlers/platform_tags.h"

#include "handlers/names.h"
#include "handlers/tags.h"
#include "handlers/text.h"

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

}  // namespace

void follow_platform_tags(const Context& context, std::int64_t customer_id, const InboundEvent& event) {
  for (const auto& name : event.tags)
    if (const auto tag = as_our_tag(name); tag_name_from(tag)) tag_customer(context, customer_id, tag, kFromPlatform);
  for (const auto& name : event.untags)
    if (const auto tag = as_our_tag(name); tag_called(context, tag)) untag_customer(context, customer_id, tag, kFromPlatform);
}

}  // namespace laoke
