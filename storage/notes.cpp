#include "storage/notes.h"

namespace laoke::storage {
namespace {

constexpr Sql kNotesInsert{"notes.insert",
                           "INSERT INTO notes (shop_id, note_id, customer_id, text, staff_id, created_at_ms) "
                           "VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr Sql kNotesRemove{"notes.remove", "DELETE FROM notes WHERE shop_id = $1 AND note_id = $2"};
constexpr Sql kNotesOfCustomer{"notes.of_customer",
                               "SELECT note_id, customer_id, text, staff_id, created_at_ms FROM notes "
                               "WHERE shop_id = $1 AND customer_id = $2 ORDER BY note_id DESC LIMIT $3"};
constexpr const Sql* kNotesStatements[] = {&kNotesInsert, &kNotesRemove, &kNotesOfCustomer};

}  // namespace

std::int64_t insert_note(Transaction& tx, std::int64_t shop_id, const Note& note) {
  const std::int64_t id = tx.next_id();
  tx.submit(kNotesInsert, {shop_id, id, note.customer_id, note.text, note.staff_id, note.created_at_ms});
  return id;
}

bool remove_note(Transaction& tx, std::int64_t shop_id, std::int64_t note_id) {
  return tx.execute(kNotesRemove, {shop_id, note_id}) > 0;
}

std::vector<Note> notes_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, int limit) {
  std::vector<Note> notes;
  tx.query(kNotesOfCustomer, {shop_id, customer_id, limit}, [&](const Row& row) {
    notes.push_back({row.integer(0), row.integer(1), row.string(2), row.maybe_integer(3), row.integer(4)});
  });
  return notes;
}

std::span<const Sql* const> note_statements() {
  return kNotesStatements;
}

}  // namespace laoke::storage
