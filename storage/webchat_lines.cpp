#include "storage/webchat_lines.h"

#include <span>

#include "storage/shops.h"

namespace laoke::storage {
namespace {

constexpr Sql kWebchatLinesAdd{"webchat_lines.add",
                   "INSERT INTO webchat_lines (shop_id, line_no, channel_id, node_id, contact, message_id, content) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kWebchatLinesForget{"webchat_lines.forget", "DELETE FROM webchat_lines WHERE shop_id = $1 AND line_no <= $2"};
constexpr Sql kWebchatLinesAfter{"webchat_lines.after",
                     "SELECT line_no, channel_id, node_id, contact, message_id, content FROM webchat_lines "
                     "WHERE shop_id = $1 AND line_no > $2 ORDER BY line_no LIMIT $3"};
constexpr const Sql* kWebchatLinesStatements[] = {&kWebchatLinesAdd, &kWebchatLinesForget, &kWebchatLinesAfter};

}  // namespace

void add_webchat_line(Transaction& tx, WebchatLine& line) {
  line.line_no = next_number(tx, line.shop_id, "webchat_line");
  tx.execute(kWebchatLinesAdd, {line.shop_id, line.line_no, line.channel_id, line.node_id, line.contact, line.message_id, line.content});
  tx.execute(kWebchatLinesForget, {line.shop_id, line.line_no - kWebchatLines});
}

std::vector<WebchatLine> webchat_lines_after(Transaction& tx, std::int64_t shop_id, std::int64_t line_no, int limit) {
  std::vector<WebchatLine> lines;
  tx.query(kWebchatLinesAfter, {shop_id, line_no, limit}, [&](const Row& row) {
    lines.push_back({shop_id, row.integer(0), row.integer(1), row.string(2), row.string(3), row.string(4), row.string(5)});
  });
  return lines;
}

std::span<const Sql* const> webchat_line_statements() { return kWebchatLinesStatements; }

}  // namespace laoke::storage
