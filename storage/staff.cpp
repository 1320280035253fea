#include "storage/staff.h"

#include "storage/undo_log.h"

namespace laoke::storage {
namespace {

#define STAFF_COLUMNS "staff_id, name, role, language, active, pairing_hash, pairing_expires_ms, created_at_ms"
#define UNDO_COLUMNS "undo_id, staff_id, at_ms, action, undone_at_ms"
constexpr Sql kStaffInsert{"staff.insert",
                      "INSERT INTO staff (shop_id, " STAFF_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr Sql kStaffGet{"staff.get", "SELECT " STAFF_COLUMNS " FROM staff WHERE shop_id = $1 AND staff_id = $2"};
constexpr Sql kStaffFind{"staff.find", "SELECT " STAFF_COLUMNS " FROM staff WHERE shop_id = $1 AND name = $2"};
constexpr Sql kStaffList{"staff.list", "SELECT " STAFF_COLUMNS " FROM staff WHERE shop_id = $1 ORDER BY staff_id"};
constexpr Sql kStaffUpdate{
    "staff.update",
    "UPDATE staff SET name = $3, role = $4, language = $5, active = $6 WHERE shop_id = $1 AND staff_id = $2"};
constexpr Sql kStaffSetPairing{
    "staff.set_pairing",
    "UPDATE staff SET pairing_hash = $3, pairing_expires_ms = $4 WHERE shop_id = $1 AND staff_id = $2"};
constexpr Sql kStaffByPairing{"staff.by_pairing",
                         "SELECT " STAFF_COLUMNS " FROM staff WHERE shop_id = $1 AND pairing_hash = $2 AND active = 1"};
constexpr Sql kStaffContactsPair{
    "staff_contacts.pair",
    "INSERT INTO staff_contacts (shop_id, contact_id, staff_id, paired_at_ms, dialog) VALUES ($1, $2, $3, $4, '') "
    "ON CONFLICT (shop_id, contact_id) DO UPDATE SET staff_id = excluded.staff_id, "
    "paired_at_ms = excluded.paired_at_ms, dialog = ''"};
constexpr Sql kStaffContactsUnpair{"staff_contacts.unpair", "DELETE FROM staff_contacts WHERE shop_id = $1 AND contact_id = $2"};
constexpr Sql kStaffContactsGet{"staff_contacts.get",
                       "SELECT contact_id, staff_id, paired_at_ms, dialog FROM staff_contacts "
                       "WHERE shop_id = $1 AND contact_id = $2"};
constexpr Sql kStaffContactsList{"staff_contacts.list",
                        "SELECT p.contact_id, p.staff_id, p.paired_at_ms, p.dialog FROM staff_contacts p "
                        "JOIN staff s ON s.shop_id = p.shop_id AND s.staff_id = p.staff_id AND s.active = 1 "
                        "WHERE p.shop_id = $1 AND ($2 = 0 OR p.staff_id = $2) ORDER BY p.contact_id"};
constexpr Sql kStaffContactsRelay{
    "staff_contacts.relay",
    "SELECT p.contact_id, k.customer_id, k.channel_id, k.state, s.language, "
    "CASE WHEN f.owner_id = s.staff_id THEN 1 ELSE 0 END FROM staff_contacts p "
    "JOIN staff s ON s.shop_id = p.shop_id AND s.staff_id = p.staff_id AND s.active = 1 "
    "JOIN contacts k ON k.shop_id = p.shop_id AND k.contact_id = p.contact_id "
    "LEFT JOIN customer_facts f ON f.shop_id = p.shop_id AND f.customer_id = $2 "
    "WHERE p.shop_id = $1 AND (s.role = 'owner' OR f.owner_id = s.staff_id) ORDER BY s.staff_id, p.contact_id"};
constexpr Sql kStaffContactsSetDialog{"staff_contacts.set_dialog",
                         "UPDATE staff_contacts SET dialog = $3 WHERE shop_id = $1 AND contact_id = $2"};
constexpr Sql kPairingAttemptsGet{"pairing_attempts.get",
                        "SELECT failures, last_ms FROM pairing_attempts WHERE shop_id = $1 AND contact_id = $2"};
constexpr Sql kPairingAttemptsSet{
    "pairing_attempts.set",
    "INSERT INTO pairing_attempts (shop_id, contact_id, failures, last_ms) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (shop_id, contact_id) DO UPDATE SET failures = excluded.failures, last_ms = excluded.last_ms"};
constexpr Sql kUndoLogInsert{
    "undo_log.insert", "INSERT INTO undo_log (shop_id, undo_id, staff_id, at_ms, action) VALUES ($1, $2, $3, $4, $5)"};
constexpr Sql kUndoLogLast{"undo_log.last", "SELECT " UNDO_COLUMNS
                                         " FROM undo_log WHERE shop_id = $1 AND staff_id = $2 "
                                         "AND undone_at_ms IS NULL ORDER BY undo_id DESC LIMIT 1"};
constexpr Sql kUndoLogGet{"undo_log.get", "SELECT " UNDO_COLUMNS " FROM undo_log WHERE shop_id = $1 AND undo_id = $2"};
constexpr Sql kUndoLogUndoneAfter{"undo_log.undone_after",
                                  "SELECT " UNDO_COLUMNS
                                  " FROM undo_log WHERE shop_id = $1 AND staff_id = $2 AND undo_id > $3 "
                                  "AND undone_at_ms IS NOT NULL ORDER BY undo_id DESC LIMIT 100"};
constexpr Sql kUndoLogMarkUndone{
    "undo_log.mark_undone",
    "UPDATE undo_log SET undone_at_ms = $3 WHERE shop_id = $1 AND undo_id = $2 AND undone_at_ms IS NULL"};
#undef STAFF_COLUMNS
#undef UNDO_COLUMNS

constexpr const Sql* kStaffStatements[] = {&kStaffInsert,    &kStaffGet,         &kStaffFind,       &kStaffList,     &kStaffUpdate,   &kStaffSetPairing,
                               &kStaffByPairing, &kStaffContactsPair,        &kStaffContactsUnpair,     &kStaffContactsGet,  &kStaffContactsList, &kStaffContactsSetDialog, &kStaffContactsRelay,
                               &kPairingAttemptsGet,  &kPairingAttemptsSet, &kUndoLogInsert, &kUndoLogLast, &kUndoLogGet,  &kUndoLogMarkUndone,
                               &kUndoLogUndoneAfter};

Staff staff_of(const Row& row) {
  return {row.integer(0), row.string(1), row.string(2),  row.string(3),
          row.yes(4),     row.string(5), row.integer(6), row.integer(7)};
}

StaffContact staff_contact_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.integer(2), row.string(3)};
}

UndoEntry undo_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.integer(2), row.string(3), row.maybe_integer(4)};
}

std::optional<Staff> one_staff(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<Staff> staff;
  tx.query(sql, params, [&](const Row& row) { staff = staff_of(row); });
  return staff;
}

std::optional<UndoEntry> one_undo(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::optional<UndoEntry> entry;
  tx.query(sql, params, [&](const Row& row) { entry = undo_of(row); });
  return entry;
}

}  // namespace

std::int64_t insert_staff(Transaction& tx, std::int64_t shop_id, const Staff& staff) {
  const std::int64_t id = tx.next_id();
  tx.submit(kStaffInsert, {shop_id, id, staff.name, staff.role, staff.language, staff.active, staff.pairing_hash,
                       staff.pairing_expires_ms, staff.created_at_ms});
  return id;
}

std::optional<Staff> get_staff(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id) {
  return one_staff(tx, kStaffGet, {shop_id, staff_id});
}

std::optional<Staff> find_staff(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  return one_staff(tx, kStaffFind, {shop_id, name});
}

std::vector<Staff> list_staff(Transaction& tx, std::int64_t shop_id) {
  std::vector<Staff> staff;
  tx.query(kStaffList, {shop_id}, [&](const Row& row) { staff.push_back(staff_of(row)); });
  return staff;
}

bool update_staff(Transaction& tx, std::int64_t shop_id, const Staff& staff) {
  return tx.execute(kStaffUpdate, {shop_id, staff.staff_id, staff.name, staff.role, staff.language, staff.active}) > 0;
}

void set_pairing(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id, std::string_view hash,
                 std::int64_t expires_ms) {
  tx.submit(kStaffSetPairing, {shop_id, staff_id, hash, expires_ms});
}

std::optional<Staff> find_staff_by_pairing(Transaction& tx, std::int64_t shop_id, std::string_view hash) {
  if (hash.empty()) return std::nullopt;
  return one_staff(tx, kStaffByPairing, {shop_id, hash});
}

void pair_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t staff_id,
                  std::int64_t now_ms) {
  tx.submit(kStaffContactsPair, {shop_id, contact_id, staff_id, now_ms});
}

bool unpair_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  return tx.execute(kStaffContactsUnpair, {shop_id, contact_id}) > 0;
}

std::optional<StaffContact> staff_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  std::optional<StaffContact> contact;
  tx.query(kStaffContactsGet, {shop_id, contact_id}, [&](const Row& row) { contact = staff_contact_of(row); });
  return contact;
}

std::vector<RelayChat> relay_chats(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<RelayChat> chats;
  tx.query(kStaffContactsRelay, {shop_id, customer_id}, [&](const Row& row) {
    chats.push_back({row.integer(0), row.integer(1), row.integer(2), row.string(3), row.string(4), row.yes(5)});
  });
  return chats;
}

std::vector<StaffContact> staff_contacts(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id) {
  std::vector<StaffContact> contacts;
  tx.query(kStaffContactsList, {shop_id, staff_id}, [&](const Row& row) { contacts.push_back(staff_contact_of(row)); });
  return contacts;
}

void set_dialog(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view dialog) {
  tx.submit(kStaffContactsSetDialog, {shop_id, contact_id, dialog});
}

PairingAttempts pairing_attempts(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  PairingAttempts attempts;
  tx.query(kPairingAttemptsGet, {shop_id, contact_id}, [&](const Row& row) { attempts = {row.integer(0), row.integer(1)}; });
  return attempts;
}

void set_pairing_attempts(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, PairingAttempts attempts) {
  tx.submit(kPairingAttemptsSet, {shop_id, contact_id, attempts.failures, attempts.last_ms});
}

std::int64_t insert_undo(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id, std::int64_t now_ms,
                         std::string_view action) {
  const std::int64_t id = tx.next_id();
  tx.submit(kUndoLogInsert, {shop_id, id, staff_id, now_ms, action});
  return id;
}

std::optional<UndoEntry> last_undo(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id) {
  return one_undo(tx, kUndoLogLast, {shop_id, staff_id});
}

std::optional<UndoEntry> get_undo(Transaction& tx, std::int64_t shop_id, std::int64_t undo_id) {
  return one_undo(tx, kUndoLogGet, {shop_id, undo_id});
}

std::vector<UndoEntry> undone_after(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id, std::int64_t undo_id) {
  std::vector<UndoEntry> entries;
  tx.query(kUndoLogUndoneAfter, {shop_id, staff_id, undo_id}, [&](const Row& row) { entries.push_back(undo_of(row)); });
  return entries;
}

bool mark_undone(Transaction& tx, std::int64_t shop_id, std::int64_t undo_id, std::int64_t now_ms) {
  return tx.execute(kUndoLogMarkUndone, {shop_id, undo_id, now_ms}) > 0;
}

std::span<const Sql* const> staff_statements() {
  return kStaffStatements;
}

}  // namespace laoke::storage
