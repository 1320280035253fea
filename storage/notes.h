#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Note {
  std::int64_t note_id = 0, customer_id = 0;
  std::string text;
  std::optional<std::int64_t> staff_id;
  std::int64_t created_at_ms = 0;
  bool operator==(const Note&) const = default;
};

// Stores a new note; its id comes from next_id().
std::int64_t insert_note(Transaction& tx, std::int64_t shop_id, const Note& note);
bool remove_note(Transaction& tx, std::int64_t shop_id, std::int64_t note_id);
// Newest first.
std::vector<Note> notes_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, int limit);

}  // namespace laoke::storage
