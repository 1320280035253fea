#include "storage/postgres_dialect.h"

#include <cctype>

namespace laoke::storage {
namespace {

bool is_word(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_'; }

// Calls `replace(at)` for every place of `word` that is no part of a longer word; it answers what to write instead.
template <class Replace>
std::string with_replaced(std::string_view text, std::string_view word, Replace&& replace) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, from)) {
    const std::size_t end = at + word.size();
    const bool whole = (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]) || !is_word(word.back()));
    out.append(text.substr(from, at - from));
    out += whole ? replace(at) : std::string(word);
    from = end;
  }
  out.append(text.substr(from));
  return out;
}

bool follows(std::string_view text, std::size_t at, std::string_view word) {
  while (at > 0 && text[at - 1] == ' ') --at;
  return at >= word.size() && text.substr(at - word.size(), word.size()) == word;
}

// Rows come and go at the front of these tables: dead ones must not gather there until a fifth of the table is dead.
constexpr std::string_view kQueuesOfFirstSchema = R"(
ALTER TABLE reminders SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE send_queue SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE in_flight SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE webhook_queue SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE broadcast_counts SET (fillfactor = 50);
ALTER TABLE deliveries SET (fillfactor = 85);
)";

}  // namespace

std::string statement_in_postgres(std::string_view text) {
  std::string out;
  constexpr std::string_view kLower = "lower($";
  std::size_t from = 0;
  for (auto at = text.find(kLower); at != std::string_view::npos; at = text.find(kLower, from)) {
    const auto close = text.find(')', at);
    if (close == std::string_view::npos) break;
    out.append(text.substr(from, close - from)).append("::text COLLATE \"C\"");
    from = close;
  }
  out.append(text.substr(from));
  return out;
}

std::string migration_in_postgres(int number, std::string_view text) {
  // "CAST(x AS TEXT)" names a type and takes no collation.
  auto out = with_replaced(text, "TEXT", [&](std::size_t at) {
    return std::string(follows(text, at, "AS") ? "TEXT" : "TEXT COLLATE \"C\"");
  });
  if (number == 1) out += kQueuesOfFirstSchema;
  return out;
}

}  // namespace laoke::storage
