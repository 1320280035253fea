#include "bot/webchat_relay.h"

#include <set>

#include "bot/channels/webchat_room.h"
#include "storage/webchat_lines.h"

namespace laoke {
namespace {

constexpr int kPage = 500;

bool is_webchat(const ChannelHost& channels, std::int64_t channel_id) {
  const auto live = channels.by_id(channel_id);
  return live && live->row.kind == "webchat";
}

}  // namespace

void WebchatRelay::write_down(storage::Transaction& tx, std::span<const Outcome> outcomes) const {
  for (const auto& outcome : outcomes) {
    const auto& claimed = outcome.claimed;
    if (outcome.kind != Outcome::Kind::kAccepted || !is_webchat(channels_, claimed.channel_id)) continue;
    storage::WebchatLine line{claimed.shop_id, 0, claimed.channel_id, node_id_, claimed.external_id,
                              outcome.platform_message_id, to_json_text(claimed.content)};
    storage::add_webchat_line(tx, line);
  }
}

void WebchatRelay::repeat_others() {
  std::set<std::int64_t> shops;
  for (const auto& live : channels_.all())
    if (live->row.kind == "webchat") shops.insert(live->row.shop_id);
  for (const auto shop_id : shops)
    for (bool more = true, first = !heard_.contains(shop_id); more;) {
      auto& heard = heard_[shop_id];
      const auto lines = database_.read([&](storage::Transaction& tx) { return storage::webchat_lines_after(tx, shop_id, heard, kPage); });
      more = lines.size() == static_cast<std::size_t>(kPage);
      for (const auto& line : lines) {
        heard = line.line_no;
        if (line.node_id == node_id_) continue;
        const auto room = channels::webchat_room(line.channel_id);
        const auto id = room->repeat(line.contact, message_content_from(line.content), line.message_id);
        // From before this server's start: only for streams that say where they were.
        if (first) room->mark_shown(line.contact, id);
      }
    }
}

}  // namespace laoke
