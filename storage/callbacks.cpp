#include "storage/callbacks.h"

#include <openssl/evp.h>

#include <limits>

namespace laoke::storage {
namespace {

constexpr std::string_view kBase64 = "base64:";

#define COLUMNS "dead_letter_id, channel_id, event_key, body, error, state, received_at_ms, settled_at_ms"
constexpr Sql kCallbacksTake{"callbacks.take",
                    "INSERT INTO callbacks (shop_id, channel_id, event_key, received_at_ms) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (shop_id, channel_id, event_key) DO NOTHING"};
constexpr Sql kCallbacksMark{"callbacks.mark",
                    "INSERT INTO callbacks (shop_id, channel_id, event_key, received_at_ms) VALUES ($1, $2, $3, $4)"};
constexpr Sql kCallbacksSetAnsweredBy{"callbacks.set_answered_by",
                                      "UPDATE callbacks SET answered_by = $4 WHERE shop_id = $1 AND channel_id = $2 AND event_key = $3"};
constexpr Sql kCallbacksAnsweredBy{"callbacks.answered_by",
                                   "SELECT answered_by FROM callbacks WHERE shop_id = $1 AND channel_id = $2 AND event_key = $3"};
constexpr Sql kCallbacksOld{"callbacks.old",
                   "SELECT channel_id, event_key FROM callbacks WHERE shop_id = $1 AND received_at_ms < $2 LIMIT $3"};
constexpr Sql kCallbacksDelete{"callbacks.delete", "DELETE FROM callbacks WHERE shop_id = $1 AND channel_id = $2 AND event_key = $3"};
constexpr Sql kDeadLettersInsert{"dead_letters.insert",
                      "INSERT INTO dead_letters (shop_id, " COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, NULL)"};
constexpr Sql kDeadLettersGet{"dead_letters.get", "SELECT " COLUMNS " FROM dead_letters WHERE shop_id = $1 AND dead_letter_id = $2"};
constexpr Sql kDeadLettersList{"dead_letters.list",
                    "SELECT " COLUMNS " FROM dead_letters WHERE shop_id = $1 AND ($2 = '' OR state = $2) AND dead_letter_id < $3 "
                    "ORDER BY dead_letter_id DESC LIMIT $4"};
constexpr Sql kDeadLettersCount{"dead_letters.count", "SELECT count(*) FROM dead_letters WHERE shop_id = $1 AND state = $2"};
constexpr Sql kDeadLettersSettle{"dead_letters.settle",
                      "UPDATE dead_letters SET state = $3, settled_at_ms = $4 WHERE shop_id = $1 AND dead_letter_id = $2"};
#undef COLUMNS
constexpr const Sql* kCallbacksStatements[] = {&kCallbacksTake, &kCallbacksMark, &kCallbacksSetAnsweredBy, &kCallbacksAnsweredBy, &kCallbacksOld, &kCallbacksDelete, &kDeadLettersInsert, &kDeadLettersGet, &kDeadLettersList, &kDeadLettersCount, &kDeadLettersSettle};

// Strict enough for a text column of any engine: valid UTF-8 without NUL.
bool storable_text(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = lead == 0 ? 0 : lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(bytes[i + k]) & 0xc0) != 0x80) return false;
    i += length;
  }
  return true;
}

std::string encoded(const std::string& body) {
  if (storable_text(body) && !body.starts_with(kBase64)) return body;
  std::string text(4 * ((body.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(body.data()), static_cast<int>(body.size()));
  text.resize(static_cast<std::size_t>(length));
  return std::string(kBase64) + text;
}

std::string decoded(std::string_view stored) {
  if (!stored.starts_with(kBase64)) return std::string(stored);
  stored.remove_prefix(kBase64.size());
  std::string body(stored.size(), '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(body.data()),
                                     reinterpret_cast<const unsigned char*>(stored.data()), static_cast<int>(stored.size()));
  const auto padding = stored.ends_with("==") ? 2U : stored.ends_with("=") ? 1U : 0U;
  body.resize(length < 0 ? 0 : static_cast<std::size_t>(length) - padding);
  return body;
}

DeadLetter letter_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.string(2), decoded(row.text(3)), row.string(4), row.string(5), row.integer(6),
          row.maybe_integer(7)};
}

}  // namespace

bool take_callback(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key,
                   std::int64_t now_ms) {
  return tx.execute(kCallbacksTake, {shop_id, channel_id, event_key, now_ms}) > 0;
}

void mark_callback(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key,
                   std::int64_t now_ms) {
  tx.submit(kCallbacksMark, {shop_id, channel_id, event_key, now_ms});
}

void set_answered_by(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key,
                     std::string_view delivery) {
  tx.submit(kCallbacksSetAnsweredBy, {shop_id, channel_id, event_key, delivery});
}

std::string answered_by(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view event_key) {
  std::string delivery;
  tx.query(kCallbacksAnsweredBy, {shop_id, channel_id, event_key}, [&](const Row& row) { delivery = row.text(0); });
  return delivery;
}

std::vector<CallbackMark> old_callbacks(Transaction& tx, std::int64_t shop_id, std::int64_t before_ms, int limit) {
  std::vector<CallbackMark> marks;
  tx.query(kCallbacksOld, {shop_id, before_ms, limit}, [&](const Row& row) { marks.push_back({row.integer(0), row.string(1)}); });
  return marks;
}

void delete_callbacks(Transaction& tx, std::int64_t shop_id, const std::vector<CallbackMark>& marks) {
  for (const auto& mark : marks) tx.submit(kCallbacksDelete, {shop_id, mark.channel_id, mark.event_key});
}

std::int64_t insert_dead_letter(Transaction& tx, std::int64_t shop_id, const DeadLetter& letter) {
  const std::int64_t id = tx.next_id();
  tx.submit(kDeadLettersInsert, {shop_id, id, letter.channel_id, letter.event_key, encoded(letter.body), letter.error, letter.received_at_ms});
  return id;
}

std::optional<DeadLetter> get_dead_letter(Transaction& tx, std::int64_t shop_id, std::int64_t dead_letter_id) {
  std::optional<DeadLetter> found;
  tx.query(kDeadLettersGet, {shop_id, dead_letter_id}, [&](const Row& row) { found = letter_of(row); });
  return found;
}

std::vector<DeadLetter> list_dead_letters(Transaction& tx, std::int64_t shop_id, std::string_view state,
                                          std::int64_t before_id, int limit) {
  std::vector<DeadLetter> letters;
  const std::int64_t before = before_id > 0 ? before_id : std::numeric_limits<std::int64_t>::max();
  tx.query(kDeadLettersList, {shop_id, state, before, limit}, [&](const Row& row) { letters.push_back(letter_of(row)); });
  return letters;
}

std::int64_t count_dead_letters(Transaction& tx, std::int64_t shop_id, std::string_view state) {
  std::int64_t count = 0;
  tx.query(kDeadLettersCount, {shop_id, state}, [&](const Row& row) { count = row.integer(0); });
  return count;
}

void settle_dead_letter(Transaction& tx, std::int64_t shop_id, std::int64_t dead_letter_id, std::string_view state,
                        std::int64_t now_ms) {
  tx.submit(kDeadLettersSettle, {shop_id, dead_letter_id, state, now_ms});
}

std::span<const Sql* const> callback_statements() { return kCallbacksStatements; }

}  // namespace laoke::storage
