#include "handlers/tag_sync.h"

#include <set>

#include "handlers/errands.h"
#include "storage/contacts.h"

namespace laoke {
namespace {

using nlohmann::json;

// As the command line writes it, or JSON.
bool is_on(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text == "yes" || text == "true" || text == "on" || text == "1";
}

}  // namespace

bool follows_tags(const storage::ChannelRow& channel) {
  if (channel.state == "off" || channel.settings.find("sync_tags") == std::string::npos) return false;
  const json settings = json::parse(channel.settings, nullptr, false);
  return settings.is_object() && is_on(settings.value("sync_tags", json()));
}

void sync_tags(const Context& context, const ShopEvent& event) {
  const bool on = event.kind == "customer.tagged";
  if ((!on && event.kind != "customer.untagged") || event.data.contains("source")) return;
  std::set<std::int64_t> channels;
  for (const auto& channel : storage::list_channels(context.tx, context.shop_id()))
    if (follows_tags(channel)) channels.insert(channel.channel_id);
  if (channels.empty()) return;
  for (const auto& contact : storage::contacts_of_customer(context.tx, context.shop_id(), event.customer_id)) {
    if (!channels.contains(contact.channel_id) || contact.state != "active") continue;
    json data{{"external_id", contact.external_id}, {"tag", event.data.value("tag", "")}};
    // The same data both ways: of what waits, the later word takes the earlier one's place.
    if (const std::string group = event.data.value("group", ""); !group.empty()) data["group"] = group;
    enqueue_errand(context, contact.channel_id, on ? "tag" : "untag", data);
  }
}

}  // namespace laoke
