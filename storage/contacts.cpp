#include "storage/contacts.h"

namespace laoke::storage {
namespace {

#define CONTACT_COLUMNS                                                                                         \
  "k.contact_id, k.channel_id, k.external_id, k.customer_id, k.state, k.display_name, k.username, k.language, " \
  "k.window_until_ms, k.replies_left, k.first_seen_ms, k.last_in_ms, k.last_out_ms, k.phone"
constexpr int kContactColumns = 14;

// One row always, so that a stranger's event is known as taken or not too.
constexpr Sql kContactsArrival{
    "contacts.arrival",
    "SELECT " CONTACT_COLUMNS
    ", c.name, f.standing, f.opted_out, f.last_in_ms, s.staff_id, s.role, s.language, p.dialog, "
    "CASE WHEN EXISTS (SELECT 1 FROM callbacks b WHERE b.shop_id = $1 AND b.channel_id = $2 AND b.event_key = $4) "
    "THEN 1 ELSE 0 END, "
    "CASE WHEN EXISTS (SELECT 1 FROM staff_contacts a WHERE a.shop_id = $1) THEN 1 ELSE 0 END "
    "FROM (SELECT 1 AS one) o "
    "LEFT JOIN contacts k ON k.shop_id = $1 AND k.channel_id = $2 AND k.external_id = $3 "
    "LEFT JOIN customers c ON c.shop_id = k.shop_id AND c.customer_id = k.customer_id "
    "LEFT JOIN customer_facts f ON f.shop_id = k.shop_id AND f.customer_id = k.customer_id "
    "LEFT JOIN staff_contacts p ON p.shop_id = k.shop_id AND p.contact_id = k.contact_id "
    "LEFT JOIN staff s ON s.shop_id = p.shop_id AND s.staff_id = p.staff_id AND s.active = 1"};
constexpr Sql kContactsByAddress{"contacts.by_address", "SELECT " CONTACT_COLUMNS
                                                " FROM contacts k "
                                                "WHERE k.shop_id = $1 AND k.channel_id = $2 AND k.external_id = $3"};
constexpr Sql kContactsGet{"contacts.get",
                   "SELECT " CONTACT_COLUMNS " FROM contacts k WHERE k.shop_id = $1 AND k.contact_id = $2"};
constexpr Sql kContactsOfCustomer{"contacts.of_customer", "SELECT " CONTACT_COLUMNS
                                                  " FROM contacts k WHERE k.shop_id = $1 AND k.customer_id = $2 "
                                                  "ORDER BY k.last_in_ms DESC, k.contact_id"};
constexpr Sql kContactsInsert{
    "contacts.insert",
    "INSERT INTO contacts (shop_id, contact_id, channel_id, external_id, customer_id, state, display_name, "
    "username, language, window_until_ms, replies_left, first_seen_ms, last_in_ms, last_out_ms, phone) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};
constexpr Sql kContactsSetState{"contacts.set_state",
                        "UPDATE contacts SET state = $3 WHERE shop_id = $1 AND contact_id = $2 AND state <> $3"};
constexpr Sql kContactsSetNames{"contacts.set_names",
                        "UPDATE contacts SET display_name = $3, username = $4, language = $5 "
                        "WHERE shop_id = $1 AND contact_id = $2"};
constexpr Sql kContactsSetPhone{"contacts.set_phone", "UPDATE contacts SET phone = $3 WHERE shop_id = $1 AND contact_id = $2"};
constexpr Sql kContactsTouchIn{"contacts.touch_in",
                       "UPDATE contacts SET state = 'active', last_in_ms = $3, "
                       "window_until_ms = CASE WHEN window_until_ms > $4 AND replies_left <> 0 THEN window_until_ms ELSE $4 END, "
                       "replies_left = CASE WHEN window_until_ms > $4 AND replies_left <> 0 THEN replies_left ELSE $5 END "
                       "WHERE shop_id = $1 AND contact_id = $2 AND last_in_ms <= $3"};
constexpr Sql kContactsTouchOut{"contacts.touch_out",
                        "UPDATE contacts SET last_out_ms = $3 WHERE shop_id = $1 AND contact_id = $2 AND last_out_ms < $3"};
constexpr Sql kContactsSpendReply{"contacts.spend_reply",
                                  "UPDATE contacts SET replies_left = replies_left - 1 "
                                  "WHERE shop_id = $1 AND contact_id = $2 AND replies_left > 0"};
constexpr Sql kContactsReplyBack{"contacts.reply_back",
                                 "UPDATE contacts SET replies_left = replies_left + 1 "
                                 "WHERE shop_id = $1 AND contact_id = $2 AND replies_left >= 0"};
constexpr Sql kContactsCloseWindow{"contacts.close_window",
                                   "UPDATE contacts SET window_until_ms = 0 WHERE shop_id = $1 AND contact_id = $2"};
constexpr Sql kContactsMoveAddress{
    "contacts.move_address",
    "UPDATE contacts SET external_id = $3 WHERE shop_id = $1 AND contact_id = $2 AND NOT EXISTS "
    "(SELECT 1 FROM contacts o JOIN contacts me ON me.shop_id = o.shop_id AND me.contact_id = $2 "
    "WHERE o.shop_id = $1 AND o.channel_id = me.channel_id AND o.external_id = $3)"};
constexpr Sql kContactsSetCustomer{"contacts.set_customer",
                           "UPDATE contacts SET customer_id = $3 WHERE shop_id = $1 AND contact_id = $2"};
#undef CONTACT_COLUMNS

constexpr const Sql* kContactsStatements[] = {&kContactsArrival,  &kContactsByAddress, &kContactsGet,      &kContactsOfCustomer,  &kContactsInsert,     &kContactsSetState,
                               &kContactsSetNames, &kContactsSetPhone,  &kContactsTouchIn,   &kContactsTouchOut, &kContactsSpendReply, &kContactsReplyBack, &kContactsCloseWindow, &kContactsMoveAddress, &kContactsSetCustomer};

Contact contact_of(const Row& row) {
  Contact contact;
  contact.contact_id = row.integer(0);
  contact.channel_id = row.integer(1);
  contact.external_id = row.string(2);
  contact.customer_id = row.integer(3);
  contact.state = row.string(4);
  contact.display_name = row.string(5);
  contact.username = row.string(6);
  contact.language = row.string(7);
  contact.window_until_ms = row.integer(8);
  contact.replies_left = row.integer(9);
  contact.first_seen_ms = row.integer(10);
  contact.last_in_ms = row.integer(11);
  contact.last_out_ms = row.integer(12);
  contact.phone = row.string(13);
  return contact;
}

Sender sender_of(const Row& row) {
  constexpr int k = kContactColumns;
  return {contact_of(row),
          row.string(k),
          static_cast<int>(row.integer(k + 1)),
          row.yes(k + 2),
          row.maybe_integer(k + 3),
          row.integer(k + 4),
          row.string(k + 5),
          row.string(k + 6),
          row.string(k + 7),
          row.yes(k + 9)};
}

Arrival arrival_of(const Row& row) {
  Arrival arrival;
  arrival.taken = row.yes(kContactColumns + 8);
  arrival.staff_chats = row.yes(kContactColumns + 9);
  if (!row.is_null(0)) arrival.sender = sender_of(row);
  return arrival;
}

}  // namespace

std::optional<Sender> find_sender(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id,
                                  std::string_view external_id) {
  return find_arrival(tx, shop_id, channel_id, external_id, "").sender;
}

Arrival find_arrival(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id,
                     std::string_view event_key) {
  Arrival arrival;
  tx.query(kContactsArrival, {shop_id, channel_id, external_id, event_key}, [&](const Row& row) { arrival = arrival_of(row); });
  return arrival;
}

std::vector<Arrival> find_arrivals(Transaction& tx, std::int64_t shop_id, std::span<const ArrivalQuestion> questions) {
  std::vector<std::vector<Param>> params;
  params.reserve(questions.size());
  for (const auto& [channel_id, external_id, event_key] : questions) params.push_back({shop_id, channel_id, external_id, event_key});
  std::vector<Arrival> arrivals(questions.size());
  tx.query_each(kContactsArrival, params, [&](std::size_t i, const Row& row) { arrivals[i] = arrival_of(row); });
  return arrivals;
}

std::optional<Contact> find_contact_by_address(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id,
                                               std::string_view external_id) {
  std::optional<Contact> contact;
  tx.query(kContactsByAddress, {shop_id, channel_id, external_id}, [&](const Row& row) { contact = contact_of(row); });
  return contact;
}

std::optional<Contact> get_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  std::optional<Contact> contact;
  tx.query(kContactsGet, {shop_id, contact_id}, [&](const Row& row) { contact = contact_of(row); });
  return contact;
}

std::vector<Contact> contacts_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<Contact> contacts;
  tx.query(kContactsOfCustomer, {shop_id, customer_id}, [&](const Row& row) { contacts.push_back(contact_of(row)); });
  return contacts;
}

std::int64_t insert_contact(Transaction& tx, std::int64_t shop_id, const Contact& contact) {
  const std::int64_t id = tx.next_id();
  tx.submit(kContactsInsert, {shop_id, id, contact.channel_id, contact.external_id, contact.customer_id, contact.state,
                       contact.display_name, contact.username, contact.language, contact.window_until_ms,
                       contact.replies_left, contact.first_seen_ms, contact.last_in_ms, contact.last_out_ms, contact.phone});
  return id;
}

bool set_contact_state(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view state) {
  return tx.execute(kContactsSetState, {shop_id, contact_id, state}) > 0;
}

void set_contact_names(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view display_name,
                       std::string_view username, std::string_view language) {
  tx.submit(kContactsSetNames, {shop_id, contact_id, display_name, username, language});
}

void set_contact_phone(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view phone) {
  tx.submit(kContactsSetPhone, {shop_id, contact_id, phone});
}

void touch_contact_in(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t at_ms,
                      std::int64_t window_until_ms, std::int64_t replies_left) {
  tx.submit(kContactsTouchIn, {shop_id, contact_id, at_ms, window_until_ms, replies_left});
}

void touch_contact_out(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t at_ms) {
  tx.submit(kContactsTouchOut, {shop_id, contact_id, at_ms});
}

void spend_reply(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  tx.submit(kContactsSpendReply, {shop_id, contact_id});
}

void give_reply_back(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  tx.submit(kContactsReplyBack, {shop_id, contact_id});
}

void close_contact_window(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  tx.submit(kContactsCloseWindow, {shop_id, contact_id});
}

bool move_contact_address(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id,
                          std::string_view external_id) {
  return tx.execute(kContactsMoveAddress, {shop_id, contact_id, external_id}) > 0;
}

void set_contact_customer(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t customer_id) {
  tx.submit(kContactsSetCustomer, {shop_id, contact_id, customer_id});
}

std::span<const Sql* const> contact_statements() {
  return kContactsStatements;
}

}  // namespace laoke::storage
