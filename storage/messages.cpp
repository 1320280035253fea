#include "storage/messages.h"

#include <limits>

namespace laoke::storage {
namespace {

#define COLUMNS                                                                                                       \
  "message_id, customer_id, contact_id, direction, kind, text, media, platform_message_id, delivery_key, at_ms, edited_at_ms"
constexpr Sql kMessagesInsert{"messages.insert", "INSERT INTO messages (shop_id, " COLUMNS
                                                 ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)"};
constexpr Sql kMessagesList{"messages.list",
                            "SELECT " COLUMNS
                            " FROM messages WHERE shop_id = $1 AND customer_id = $2 AND message_id < $3 "
                            "ORDER BY message_id DESC LIMIT $4"};
#define NEWEST_CALLED                                                                                  \
  "WHERE shop_id = $1 AND customer_id = $2 AND message_id = "                                          \
  "(SELECT m.message_id FROM (SELECT message_id, contact_id, platform_message_id FROM messages "       \
  "WHERE shop_id = $1 AND customer_id = $2 ORDER BY message_id DESC LIMIT $7) AS m "                   \
  "WHERE m.contact_id = $3 AND m.platform_message_id = $4 ORDER BY m.message_id DESC LIMIT 1)"
constexpr Sql kMessagesEdit{"messages.edit", "UPDATE messages SET text = $5, edited_at_ms = $6 " NEWEST_CALLED};
constexpr Sql kMessagesWithdraw{"messages.withdraw", "UPDATE messages SET text = $5, media = '', edited_at_ms = $6 " NEWEST_CALLED};
#undef NEWEST_CALLED
constexpr Sql kMessagesCalled{
    "messages.called",
    "SELECT " COLUMNS " FROM (SELECT " COLUMNS " FROM messages WHERE shop_id = $1 AND customer_id = $2 "
    "ORDER BY message_id DESC LIMIT $5) AS m WHERE contact_id = $3 AND platform_message_id = $4 "
    "ORDER BY message_id DESC LIMIT 1"};
constexpr Sql kMessageLinksInsert{
    "message_links.insert",
    "INSERT INTO message_links (shop_id, contact_id, platform_message_id, customer_id, about_contact_id, at_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, contact_id, platform_message_id) DO UPDATE SET "
    "customer_id = excluded.customer_id, about_contact_id = excluded.about_contact_id, at_ms = excluded.at_ms"};
constexpr Sql kMessageLinksFind{"message_links.find",
                                "SELECT customer_id, about_contact_id FROM message_links "
                                "WHERE shop_id = $1 AND contact_id = $2 AND platform_message_id = $3"};
#undef COLUMNS
constexpr const Sql* kMessagesStatements[] = {&kMessagesInsert, &kMessagesList, &kMessagesEdit, &kMessagesWithdraw, &kMessagesCalled,
                                              &kMessageLinksInsert, &kMessageLinksFind};

MessageRow message_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.integer(2), row.string(3), row.string(4),          row.string(5),
          row.string(6),  row.string(7),  row.string(8),  row.integer(9), row.maybe_integer(10)};
}

}  // namespace

std::int64_t insert_message(Transaction& tx, std::int64_t shop_id, const MessageRow& message) {
  const std::int64_t id = tx.next_id();
  tx.submit(kMessagesInsert,
            {shop_id, id, message.customer_id, message.contact_id, message.direction, message.kind, message.text,
             message.media, message.platform_message_id, message.delivery_key, message.at_ms});
  return id;
}

std::vector<MessageRow> list_messages(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                      std::int64_t before_id, int limit) {
  std::vector<MessageRow> rows;
  const std::int64_t before = before_id > 0 ? before_id : std::numeric_limits<std::int64_t>::max();
  tx.query(kMessagesList, {shop_id, customer_id, before, limit}, [&](const Row& row) {
    rows.push_back(message_of(row));
  });
  return rows;
}

std::optional<MessageRow> message_called(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t contact_id,
                                         std::string_view platform_message_id) {
  std::optional<MessageRow> found;
  tx.query(kMessagesCalled, {shop_id, customer_id, contact_id, platform_message_id, kEditableMessages},
           [&](const Row& row) { found = message_of(row); });
  return found;
}

bool edit_message(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t contact_id,
                  std::string_view platform_message_id, std::string_view text, std::int64_t edited_at_ms) {
  return tx.execute(kMessagesEdit,
                    {shop_id, customer_id, contact_id, platform_message_id, text, edited_at_ms, kEditableMessages}) > 0;
}

bool withdraw_message(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t contact_id,
                      std::string_view platform_message_id, std::string_view text, std::int64_t at_ms) {
  return tx.execute(kMessagesWithdraw, {shop_id, customer_id, contact_id, platform_message_id, text, at_ms, kEditableMessages}) > 0;
}

void link_message(Transaction& tx, std::int64_t shop_id, std::int64_t staff_contact_id,
                  std::string_view platform_message_id, const MessageLink& link, std::int64_t at_ms) {
  tx.submit(kMessageLinksInsert,
            {shop_id, staff_contact_id, platform_message_id, link.customer_id, link.about_contact_id, at_ms});
}

std::optional<MessageLink> find_link(Transaction& tx, std::int64_t shop_id, std::int64_t staff_contact_id,
                                     std::string_view platform_message_id) {
  std::optional<MessageLink> link;
  tx.query(kMessageLinksFind, {shop_id, staff_contact_id, platform_message_id}, [&](const Row& row) {
    link = MessageLink{row.integer(0), row.integer(1)};
  });
  return link;
}

std::span<const Sql* const> message_statements() {
  return kMessagesStatements;
}

}  // namespace laoke::storage
