#include "handlers/products.h"

#include "handlers/money.h"
#include "handlers/refusal.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/undo.h"
#include "handlers/text.h"

// 产品 · 产品 面膜 · 产品 面膜 98 用30天.
namespace laoke::seller {
namespace {

constexpr int kProductsShown = 30;

std::string line_of(const Chat& chat, const storage::Product& product) {
  std::string line = product.name;
  if (product.price_minor) line += " " + chat.money(*product.price_minor, product.currency);
  if (product.usage_days) line += " · " + chat.words({"seller.product.days", {{"days", *product.usage_days}}});
  if (!product.sku.empty()) line += " · " + product.sku;
  return line;
}

// "用30天", "30天", "30d", "30 days".
std::optional<std::int64_t> days_in(std::string_view piece) {
  std::string text = half_width(piece);
  std::string_view rest = text;
  for (const std::string_view before : {"可用", "用"})
    if (rest.starts_with(before)) rest.remove_prefix(before.size());
  for (const std::string_view after : {"天", "日", "days", "day", "d"})
    if (rest.ends_with(after)) return number_of(rest.substr(0, rest.size() - after.size()));
  return std::nullopt;
}

struct TypedProduct {
  std::string name;
  std::optional<std::int64_t> price_minor, usage_days;
  std::string currency;
};

// Price and days stand behind the name; the name may have blanks.
TypedProduct read_product(const Chat& chat, std::string_view rest) {
  TypedProduct typed;
  auto pieces = tokens_of(rest);
  while (pieces.size() > 1) {
    const std::string& last = pieces.back();
    if (const auto days = days_in(last); days && !typed.usage_days) {
      typed.usage_days = days;
    } else if (const auto money = parse_money(last, chat.context().shop.currency);
               std::holds_alternative<Money>(money) && !typed.price_minor) {
      typed.price_minor = std::get<Money>(money).amount_minor;
      typed.currency = std::get<Money>(money).currency;
    } else {
      break;
    }
    pieces.pop_back();
  }
  for (const auto& piece : pieces) typed.name += (typed.name.empty() ? "" : " ") + piece;
  return typed;
}

void list_shown_products(Chat& chat) {
  const auto products = storage::list_products(chat.tx(), chat.shop_id(), 0, kProductsShown);
  if (products.empty()) return chat.tell({"seller.product.none", {{"example", chat.words({"seller.example.product"})}}});
  std::string text = chat.words({"seller.product.list"});
  for (const auto& product : products)
    if (product.active) text += "\n• " + line_of(chat, product);
  chat.answer(text);
}

nlohmann::json or_null(const std::optional<std::int64_t>& value) { return value ? nlohmann::json(*value) : nlohmann::json(nullptr); }

}  // namespace

void run_product(Chat& chat, std::string_view rest) {
  const TypedProduct typed = read_product(chat, rest);
  if (typed.name.empty()) return list_shown_products(chat);
  const auto known = find_product(chat.context(), typed.name);
  if (!typed.price_minor && !typed.usage_days) {
    if (known) return chat.answer(line_of(chat, *known));
    return chat.tell({"seller.product.unknown", {{"name", shorten(typed.name, 40)}, {"example", chat.words({"seller.example.product"})}}});
  }
  storage::Product product = known.value_or(storage::Product{});
  product.name = known ? known->name : typed.name;
  product.active = true;
  if (typed.price_minor) {
    product.price_minor = typed.price_minor;
    product.currency = typed.currency;
  }
  if (typed.usage_days) product.usage_days = typed.usage_days;
  product = save_product(chat.context(), product);
  const Phrase told{"seller.product.saved", {{"product", line_of(chat, product)}}};
  // A new product is retired again: orders may name it already.
  nlohmann::json was = known ? nlohmann::json{{"price", or_null(known->price_minor)}, {"currency", known->currency}, {"days", or_null(known->usage_days)}, {"active", known->active}}
                             : nlohmann::json(nullptr);
  done(chat, {{"do", "product"}, {"product", product.product_id}, {"was", std::move(was)}}, told);
}

}  // namespace laoke::seller
