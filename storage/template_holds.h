#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// A platform's approved template that it does not let through on this channel until `until_ms`.
struct TemplateHold {
  std::int64_t channel_id = 0;
  std::string name, language;  // as template_language_key() in handlers/platform_news.h writes it
  std::string state;           // "paused", "off", "waits"
  std::int64_t until_ms = 0, at_ms = 0;

  bool operator==(const TemplateHold&) const = default;
};
// Replaces what stood there.
void hold_template(Transaction& tx, std::int64_t shop_id, const TemplateHold& hold);
// False when there was none, over or not.
bool release_template(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view name, std::string_view language);
// Those that are not over.
std::vector<TemplateHold> template_holds(Transaction& tx, std::int64_t shop_id, std::int64_t now_ms);

}  // namespace laoke::storage
