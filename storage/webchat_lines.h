#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One message of the built-in web chat, for the event streams of other servers. Only the newest kWebchatLines of a shop
// are kept.
struct WebchatLine {
  std::int64_t shop_id = 0, line_no = 0, channel_id = 0;
  std::string node_id;  // who said it
  std::string contact, message_id, content;
};
inline constexpr std::int64_t kWebchatLines = 2'000;

// In the shop's own write, so that line_no rises in the order of commits. Sets it.
void add_webchat_line(Transaction& tx, WebchatLine& line);
std::vector<WebchatLine> webchat_lines_after(Transaction& tx, std::int64_t shop_id, std::int64_t line_no, int limit);

}  // namespace laoke::storage
