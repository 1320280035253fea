#include "handlers/imports/products_import.h"

#include <charconv>

#include "handlers/money.h"
#include "handlers/products.h"
#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

const std::vector<ImportColumn>& columns_of_products() {
  static const std::vector<ImportColumn> kColumns = {
      {"name", {"名称", "商品", "商品名称", "产品", "产品名称", "品名", "product", "product name", "title"}, true},
      {"sku", {"货号", "编码", "商品编码", "商家编码", "code", "item code"}},
      {"family", {"系列", "类别", "分类", "category"}},
      {"price", {"价格", "单价", "售价", "unit price"}},
      {"currency", {"币种", "货币"}},
      {"usage_days", {"使用天数", "用量天数", "可用天数", "days of use"}},
      {"care", {"护理提示", "使用提示", "保养提示", "care tip"}},
      {"care_after_days", {"提示天数", "护理天数"}},
  };
  return kColumns;
}

std::optional<std::int64_t> days_in(const ImportRow& row, const char* column) {
  if (!row.has(column)) return std::nullopt;
  const std::string text = fold(row.cell(column));
  std::int64_t days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  const std::string_view behind(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc() || (!behind.empty() && behind != "天" && behind != "days" && behind != "d"))
    throw RowRejected(column, {"“" + shorten(text, 20) + "”不是天数，请写整数，例如 30", "'" + shorten(text, 20) + "' is no number of days; write a whole number such as 30"});
  return days;
}

void take_price(const ImportRow& row, storage::Product& product) {
  if (!row.has("price")) return;
  const auto price = parse_money(row.cell("price"), product.currency);
  if (const auto* wrong = std::get_if<Phrase>(&price)) throw RowRejected("price", said(*wrong));
  product.price_minor = std::get<Money>(price).amount_minor;
  product.currency = std::get<Money>(price).currency;
}

void take_text(const ImportRow& row, const char* column, std::string& value) {
  if (row.has(column)) value = row.cell(column);
}

std::optional<storage::Product> known_product(const Context& context, const ImportRow& row) {
  if (row.has("sku"))
    if (auto coded = storage::find_product_by_sku(context.tx, context.shop_id(), row.cell("sku"))) return coded;
  return storage::find_product_by_name(context.tx, context.shop_id(), trim(row.cell("name")));
}

}  // namespace

std::span<const ImportColumn> product_columns() { return columns_of_products(); }

RowOutcome import_product(const Context& context, const ImportRow& row) {
  const auto before = known_product(context, row);
  storage::Product product = before.value_or(storage::Product{});
  if (product.currency.empty()) product.currency = context.shop.currency;
  take_text(row, "name", product.name);
  take_text(row, "sku", product.sku);
  take_text(row, "family", product.family);
  take_text(row, "care", product.care);
  take_text(row, "currency", product.currency);
  take_price(row, product);
  if (const auto days = days_in(row, "usage_days")) product.usage_days = days;
  if (const auto days = days_in(row, "care_after_days")) product.care_after_days = days;
  if (before && product == *before) return RowOutcome::kUnchanged;
  save_product(context, std::move(product));
  return before ? RowOutcome::kUpdated : RowOutcome::kCreated;
}

}  // namespace laoke
