// What the shop sells.
#include "bot/http/api_call.h"
#include "handlers/names.h"
#include "handlers/products.h"

namespace laoke::http::api {
namespace {

json product_json(const storage::Product& product) {
  return {{"id", product.product_id},
          {"sku", product.sku},
          {"name", product.name},
          {"family", product.family},
          {"price_minor", or_null(product.price_minor)},
          {"currency", product.currency},
          {"usage_days", or_null(product.usage_days)},
          {"care", product.care},
          {"care_after_days", or_null(product.care_after_days)},
          {"active", product.active},
          {"created_at_ms", product.created_at_ms}};
}

storage::Product product_in(const Call& call) {
  const auto product = storage::get_product(call.tx(), call.shop_id(), call.id());
  if (!product) absent(call);
  return *product;
}

void read_number(Fields& body, const char* name, std::optional<std::int64_t>& into) {
  if (body.has(name)) into = body.integer(name, 0);
}

// Reads what is given over what is there.
storage::Product read_product(Body& body, storage::Product product) {
  if (auto name = body->maybe_text("name")) product.name = *name;
  if (auto sku = body->maybe_text("sku")) product.sku = *sku;
  if (auto family = body->maybe_text("family")) product.family = *family;
  if (auto currency = body->maybe_text("currency")) product.currency = *currency;
  if (auto care = body->maybe_text("care", 4'000)) product.care = *care;
  read_number(body.fields(), "price_minor", product.price_minor);
  read_number(body.fields(), "usage_days", product.usage_days);
  read_number(body.fields(), "care_after_days", product.care_after_days);
  product.active = body->flag("active").value_or(product.active);
  body.check();
  return product;
}

Reply list_of_products(const Call& call) {
  const auto line = [](const auto& product) { return product_json(product); };
  if (const auto search = call.argument("search"); !search.empty())
    return {whole(storage::search_products(call.tx(), call.shop_id(), search_text(search), call.limit()), line)};
  return {page(call, storage::list_products(call.tx(), call.shop_id(), call.cursor(), call.limit() + 1), line,
               [](const auto& product) { return product.product_id; })};
}

}  // namespace

void add_products(const Api& api) {
  api.list("/products", {"search"}, list_of_products);
  api.post("/products", Role::kOperator, [](const Call& call) {
    Body body(call);
    body->required_text("name");
    return created(product_json(save_product(call.context, read_product(body, {}))));
  });
  api.get("/products/{id}", {}, [](const Call& call) { return Reply{product_json(product_in(call))}; });
  api.change("PATCH", "/products/{id}", Role::kOperator, [](const Call& call) {
    const auto product = product_in(call);
    Body body(call);
    return Reply{product_json(save_product(call.context, read_product(body, product)))};
  });
}

}  // namespace laoke::http::api
