#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/database.h"

// Message texts. A row is never changed: saving and retiring add a version, and a broadcast or a delivery that names a
// version reads what was valid then. Versions count per name, over its languages and channel kinds, so that one number
// pins all variants.
namespace laoke::storage {

struct TemplateRow {
  std::string name;
  std::string language;      // 'zh-CN', 'en', …
  std::string channel_kind;  // '' any channel
  std::int64_t version = 0;
  std::string body;
  std::string extras;  // JSON: buttons, image, platform template (handlers/template_library.h)
  bool stock = false;  // came with the program and was not edited
  bool retired = false;
  std::int64_t created_at_ms = 0;

  bool operator==(const TemplateRow&) const = default;
};

// Stores the row as the next version of its name, which is returned (row.version is ignored).
std::int64_t insert_template(Transaction& tx, std::int64_t shop_id, const TemplateRow& row);
// The valid variants of all names, by name, language, channel kind; retired ones are left out.
std::vector<TemplateRow> list_templates(Transaction& tx, std::int64_t shop_id);
// Every version of one name, newest first.
std::vector<TemplateRow> list_template_versions(Transaction& tx, std::int64_t shop_id, std::string_view name);
// The variants of one name as they stood at `version` (0: now); retired ones are left out.
std::vector<TemplateRow> template_variants(Transaction& tx, std::int64_t shop_id, std::string_view name,
                                           std::int64_t version = 0);
// The variant for a message: of the first of `languages` that has one the channel's own before the general; when none
// has, any. nullopt when no variant is valid.
std::optional<TemplateRow> find_template(Transaction& tx, std::int64_t shop_id, std::string_view name,
                                         std::span<const std::string_view> languages, std::string_view channel_kind,
                                         std::int64_t version = 0);
// The newest version of a name, 0 when there is none: what a broadcast pins.
std::int64_t newest_template_version(Transaction& tx, std::int64_t shop_id, std::string_view name);
// Ends one variant; false when it was not valid.
bool retire_template(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view language,
                     std::string_view channel_kind, std::int64_t now_ms);

// One attribute of a customer, for {{customer.attr.…}}: as shown, a yes/no as '1' or '0'.
struct AttributeText {
  std::string kind, text;  // kind: 'text', 'number', 'date', 'yesno'
};
std::optional<AttributeText> attribute_text(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                            std::string_view name);

}  // namespace laoke::storage
