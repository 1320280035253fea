#include "storage/templates.h"

#include <algorithm>

namespace laoke::storage {
namespace {

#define TEMPLATE_COLUMNS "name, language, channel_kind, version, body, extras, stock, retired, created_at_ms"
constexpr Sql kTemplatesInsert{"templates.insert", "INSERT INTO templates (shop_id, " TEMPLATE_COLUMNS
                                                   ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
constexpr Sql kTemplatesNewest{"templates.newest",
                               "SELECT coalesce(max(version), 0) FROM templates WHERE shop_id = $1 AND name = $2"};
constexpr Sql kTemplatesOfName{"templates.of_name",
                               "SELECT " TEMPLATE_COLUMNS
                               " FROM templates WHERE shop_id = $1 AND name = $2 AND version <= $3 "
                               "ORDER BY language, channel_kind, version DESC"};
constexpr Sql kTemplatesVersions{"templates.versions",
                                 "SELECT " TEMPLATE_COLUMNS
                                 " FROM templates WHERE shop_id = $1 AND name = $2 ORDER BY version DESC"};
constexpr Sql kTemplatesAll{"templates.all",
                            "SELECT " TEMPLATE_COLUMNS
                            " FROM templates WHERE shop_id = $1 ORDER BY name, language, channel_kind, version DESC"};
#undef TEMPLATE_COLUMNS
constexpr Sql kTemplatesAttribute{
    "templates.attribute",
    "SELECT kind, text_value FROM attributes WHERE shop_id = $1 AND name = $2 AND customer_id = $3"};

constexpr const Sql* kTemplatesStatements[] = {&kTemplatesInsert,   &kTemplatesNewest, &kTemplatesOfName,
                                               &kTemplatesVersions, &kTemplatesAll,    &kTemplatesAttribute};

constexpr std::int64_t kNoEnd = INT64_MAX;

TemplateRow template_of(const Row& row) {
  return {row.string(0), row.string(1), row.string(2), row.integer(3), row.string(4),
          row.string(5), row.yes(6),    row.yes(7),    row.integer(8)};
}

bool same_variant(const TemplateRow& a, const TemplateRow& b) {
  return a.name == b.name && a.language == b.language && a.channel_kind == b.channel_kind;
}

// Rows come with the newest version of each variant first.
std::vector<TemplateRow> newest_of_each(std::vector<TemplateRow> rows) {
  rows.erase(std::unique(rows.begin(), rows.end(), same_variant), rows.end());
  std::erase_if(rows, [](const TemplateRow& row) { return row.retired; });
  return rows;
}

std::vector<TemplateRow> rows_of(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<TemplateRow> rows;
  tx.query(sql, params, [&](const Row& row) { rows.push_back(template_of(row)); });
  return rows;
}

}  // namespace

std::int64_t insert_template(Transaction& tx, std::int64_t shop_id, const TemplateRow& row) {
  const std::int64_t version = newest_template_version(tx, shop_id, row.name) + 1;
  tx.submit(kTemplatesInsert, {shop_id, row.name, row.language, row.channel_kind, version, row.body, row.extras,
                               row.stock, row.retired, row.created_at_ms});
  return version;
}

std::vector<TemplateRow> list_templates(Transaction& tx, std::int64_t shop_id) {
  return newest_of_each(rows_of(tx, kTemplatesAll, {shop_id}));
}

std::vector<TemplateRow> list_template_versions(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  return rows_of(tx, kTemplatesVersions, {shop_id, name});
}

std::vector<TemplateRow> template_variants(Transaction& tx, std::int64_t shop_id, std::string_view name,
                                           std::int64_t version) {
  return newest_of_each(rows_of(tx, kTemplatesOfName, {shop_id, name, version == 0 ? kNoEnd : version}));
}

std::optional<TemplateRow> find_template(Transaction& tx, std::int64_t shop_id, std::string_view name,
                                         std::span<const std::string_view> languages, std::string_view channel_kind,
                                         std::int64_t version) {
  const auto variants = template_variants(tx, shop_id, name, version);
  const auto suits = [&](std::string_view language, std::string_view kind) -> const TemplateRow* {
    const auto found = std::ranges::find_if(variants, [&](const TemplateRow& row) {
      return (language.empty() || row.language == language) && row.channel_kind == kind;
    });
    return found == variants.end() ? nullptr : &*found;
  };
  for (const auto language : languages)
    for (const auto kind : {channel_kind, std::string_view()})
      if (const auto* row = language.empty() ? nullptr : suits(language, kind)) return *row;
  for (const auto kind : {channel_kind, std::string_view()})
    if (const auto* row = suits("", kind)) return *row;
  return std::nullopt;
}

std::int64_t newest_template_version(Transaction& tx, std::int64_t shop_id, std::string_view name) {
  std::int64_t version = 0;
  tx.query(kTemplatesNewest, {shop_id, name}, [&](const Row& row) { version = row.integer(0); });
  return version;
}

bool retire_template(Transaction& tx, std::int64_t shop_id, std::string_view name, std::string_view language,
                     std::string_view channel_kind, std::int64_t now_ms) {
  for (auto& row : template_variants(tx, shop_id, name)) {
    if (row.language != language || row.channel_kind != channel_kind) continue;
    row.retired = true;
    row.created_at_ms = now_ms;
    insert_template(tx, shop_id, row);
    return true;
  }
  return false;
}

std::optional<AttributeText> attribute_text(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                            std::string_view name) {
  std::optional<AttributeText> found;
  tx.query(kTemplatesAttribute, {shop_id, name, customer_id}, [&](const Row& row) {
    found = {row.string(0), row.string(1)};
  });
  return found;
}

std::span<const Sql* const> template_statements() {
  return kTemplatesStatements;
}

}  // namespace laoke::storage
