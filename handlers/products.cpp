#include "handlers/products.h"

#include "handlers/money.h"
#include "handlers/names.h"
#include "handlers/refusal.h"
#include "handlers/text.h"

namespace laoke {
namespace {

using storage::Product;

constexpr std::int64_t kLongestUsageDays = 3650;
constexpr std::size_t kLongestSku = 64, kLongestFamily = 60, kLongestCare = 2000;  // code points

[[noreturn]] void refuse(const char* code, std::string zh, std::string en) { throw Refusal(code, {std::move(zh), std::move(en)}); }

void check_length(const std::string& text, std::size_t most, const char* zh, const char* en) {
  if (length_code_points(text) > most)
    refuse("product.text", std::string(zh) + "太长，最多 " + std::to_string(most) + " 个字",
           std::string("the ") + en + " is too long: at most " + std::to_string(most) + " characters");
}

void check_days(std::optional<std::int64_t> days, const char* zh, const char* en) {
  if (days && (*days < 1 || *days > kLongestUsageDays))
    refuse("product.days", std::string(zh) + "要在 1 和 " + std::to_string(kLongestUsageDays) + " 天之间",
           std::string(en) + " is between 1 and " + std::to_string(kLongestUsageDays) + " days");
}

void check(const Product& product) {
  if (product.name.empty()) refuse("product.name", "商品要有名称", "a product needs a name");
  check_length(product.name, kLongestProductName, "商品名称", "product name");
  check_length(product.sku, kLongestSku, "货号", "sku");
  check_length(product.family, kLongestFamily, "系列", "family");
  check_length(product.care, kLongestCare, "护理提示", "care tip");
  check_days(product.usage_days, "使用天数", "days of use");
  check_days(product.care_after_days, "护理提示的天数", "days until the care tip");
  if (product.price_minor && (*product.price_minor < 0 || *product.price_minor > kLargestAmountMinor))
    refuse("product.price", "价格要在 0 和 100 亿之间", "a price is between 0 and 10,000,000,000");
  if (!is_currency(product.currency))
    refuse("currency.unknown", "没有货币“" + shorten(product.currency, 20) + "”，请用三个字母的代码，如 CNY、USD、EUR",
           "there is no currency '" + shorten(product.currency, 20) + "'; use its three letters such as CNY, USD, EUR");
}

void check_free(const Context& context, const Product& product) {
  const auto named = storage::find_product_by_name(context.tx, context.shop_id(), product.name);
  if (named && named->product_id != product.product_id)
    refuse("product.name_taken", "已经有商品“" + product.name + "”", "there is a product '" + product.name + "' already");
  const auto coded = storage::find_product_by_sku(context.tx, context.shop_id(), product.sku);
  if (coded && coded->product_id != product.product_id)
    refuse("product.sku_taken", "货号“" + product.sku + "”是商品“" + coded->name + "”的",
           "sku '" + product.sku + "' belongs to product '" + coded->name + "'");
}

}  // namespace

Product save_product(const Context& context, Product product) {
  product.name = trim(product.name);
  product.sku = trim(product.sku);
  if (product.currency.empty()) product.currency = context.shop.currency;
  check(product);
  check_free(context, product);
  product.search_key = search_key_of(product.name);
  if (product.product_id != 0) {
    storage::update_product(context.tx, context.shop_id(), product);
    return product;
  }
  if (product.created_at_ms == 0) product.created_at_ms = context.now_ms;
  product.product_id = storage::insert_product(context.tx, context.shop_id(), product);
  return product;
}

std::optional<Product> find_product(const Context& context, std::string_view typed) {
  typed = trim(typed);
  if (auto named = storage::find_product_by_name(context.tx, context.shop_id(), typed)) return named;
  if (auto coded = storage::find_product_by_sku(context.tx, context.shop_id(), typed)) return coded;
  const std::string folded = fold(typed);
  for (auto& product : storage::search_products(context.tx, context.shop_id(), folded, 20))
    if (fold(product.name) == folded) return std::move(product);
  return std::nullopt;
}

Product product_for(const Context& context, std::string_view typed) {
  if (auto known = find_product(context, typed)) return *known;
  Product product;
  product.name = typed;
  return save_product(context, std::move(product));
}

}  // namespace laoke
