#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// A person of the shop.
struct Staff {
  std::int64_t staff_id = 0;
  std::string name;
  std::string role;      // 'owner', 'operator', 'viewer'
  std::string language;  // '' the shop's
  bool active = true;
  std::string pairing_hash;  // SHA-256 hex of the open one-time code, '' none
  std::int64_t pairing_expires_ms = 0;
  std::int64_t created_at_ms = 0;
};
struct StaffContact {
  std::int64_t contact_id = 0, staff_id = 0, paired_at_ms = 0;
  std::string dialog;  // JSON: the open question in this chat, '' none
};
struct UndoEntry {
  std::int64_t undo_id = 0, staff_id = 0, at_ms = 0;
  std::string action;  // JSON: what was done and how to take it back
  std::optional<std::int64_t> undone_at_ms;
};

// Stores a new person; the id comes from next_id(). A taken name throws StorageError kConstraint.
std::int64_t insert_staff(Transaction& tx, std::int64_t shop_id, const Staff& staff);
std::optional<Staff> get_staff(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id);
std::optional<Staff> find_staff(Transaction& tx, std::int64_t shop_id, std::string_view name);
std::vector<Staff> list_staff(Transaction& tx, std::int64_t shop_id);
// Name, role, language, active. False when there is no such person.
bool update_staff(Transaction& tx, std::int64_t shop_id, const Staff& staff);
// An open code replaces the one before; '' closes it.
void set_pairing(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id, std::string_view hash,
                 std::int64_t expires_ms);
// The active person whose open code has this hash, whether expired or not.
std::optional<Staff> find_staff_by_pairing(Transaction& tx, std::int64_t shop_id, std::string_view hash);

// Pairs a contact; one that was paired with somebody else changes over.
void pair_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t staff_id,
                  std::int64_t now_ms);
bool unpair_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
std::optional<StaffContact> staff_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
// Of one person, or of everybody active (staff_id 0).
std::vector<StaffContact> staff_contacts(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id = 0);
// A paired chat that may be shown what a customer writes.
struct RelayChat {
  std::int64_t contact_id = 0, customer_id = 0, channel_id = 0;  // the chat's own record
  std::string contact_state, staff_language;                     // language '' the shop's
  bool own = false;                                              // of the customer's owner
};
// Those of the customer's owner and of every owner of the shop, of people who are active.
std::vector<RelayChat> relay_chats(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
void set_dialog(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view dialog);

struct PairingAttempts {
  std::int64_t failures = 0, last_ms = 0;
};
PairingAttempts pairing_attempts(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
void set_pairing_attempts(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, PairingAttempts attempts);

// Returns the new entry's id.
std::int64_t insert_undo(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id, std::int64_t now_ms,
                         std::string_view action);
// The person's newest entry that was not undone yet.
std::optional<UndoEntry> last_undo(Transaction& tx, std::int64_t shop_id, std::int64_t staff_id);
std::optional<UndoEntry> get_undo(Transaction& tx, std::int64_t shop_id, std::int64_t undo_id);
// False when it was undone already.
bool mark_undone(Transaction& tx, std::int64_t shop_id, std::int64_t undo_id, std::int64_t now_ms);

}  // namespace laoke::storage
