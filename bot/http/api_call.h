#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/http/api.h"
#include "bot/http/api_fields.h"
#include "bot/http/idempotency.h"
#include "bot/http/keys.h"
#include "handlers/context.h"

// How every route of the API is registered and answered.
namespace laoke::http::api {

inline constexpr int kPageRows = 50, kMostPageRows = 200;

// One request whose key and role are known, within its transaction.
struct Call {
  const Request& request;
  const Caller& caller;
  const Context& context;
  std::string_view language;  // of the answer: Accept-Language, else the shop's

  storage::Transaction& tx() const { return context.tx; }
  std::int64_t shop_id() const { return caller.shop_id; }
  // A path parameter that is an id; 404 when it is no number.
  std::int64_t id(const char* name = "id") const;
  std::string text(const char* name) const { return std::string(request.parameter(name)); }
  // A query argument, "" when absent.
  std::string argument(const char* name) const { return std::string(request.argument(name)); }
  // A query argument that is a number; 400 when it is none, or out of range.
  std::int64_t number(const char* name, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
  int limit() const { return static_cast<int>(number("limit", kPageRows, 1, kMostPageRows)); }
  // Where the page before ended, 0 at the start.
  std::int64_t cursor() const;
};

// The body of a request: read its fields, then check().
class Body {
 public:
  explicit Body(const Call& call)
      : json_(body_of(call.request, call.language)), faults_(call.language), fields_(json_, "", faults_) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  Fields* operator->() { return &fields_; }
  Fields& fields() { return fields_; }
  const json& all() const { return json_; }
  void check() { fields_.done(), faults_.check(); }

 private:
  json json_;
  Faults faults_;
  Fields fields_;
};

struct Reply {
  json body;
  int status = 200;
};
inline json or_null(const std::optional<std::int64_t>& value) {
  return value ? json(*value) : json(nullptr);
}
inline Reply created(json body) {
  return {std::move(body), 201};
}
inline Reply nothing() {
  return {nullptr, 204};
}
[[noreturn]] void absent(const Call& call);  // throws Problem 404

// {"items": […], "next_cursor": "…" or null} of `rows`, which were asked for with one more than the limit.
template <class Row, class ToJson, class CursorOf>
json page(const Call& call, std::vector<Row> rows, ToJson to_json, CursorOf cursor_of) {
  json items = json::array(), next = nullptr;
  const auto limit = static_cast<std::size_t>(call.limit());
  if (rows.size() > limit) {
    rows.resize(limit);
    if constexpr (std::is_convertible_v<decltype(cursor_of(rows.back())), std::string>)
      next = cursor_of(rows.back());
    else
      next = std::to_string(cursor_of(rows.back()));
  }
  for (const Row& row : rows) items.push_back(to_json(row));
  return {{"items", std::move(items)}, {"next_cursor", std::move(next)}};
}
// The same of a list that is short enough to be told whole.
template <class Row, class ToJson>
json whole(const std::vector<Row>& rows, ToJson to_json) {
  json items = json::array();
  for (const Row& row : rows) items.push_back(to_json(row));
  return {{"items", std::move(items)}, {"next_cursor", nullptr}};
}

// JSON kept in the database, as JSON; null when it is none.
inline json stored_json(const std::string& text) {
  const auto value = json::parse(text, nullptr, false);
  return value.is_discarded() ? json() : value;
}

class Api {
 public:
  using Work = std::function<Reply(const Call&)>;

  Api(Router& router, const ApiParts& parts)
      : parts(parts), router_(router), keys_(parts.database, parts.clock), idempotency_(parts.database, parts.clock) {}

  // `pattern` goes behind /api/v1. `arguments` are the query arguments it takes; any other is refused. One snapshot.
  void get(const std::string& pattern, const std::vector<std::string>& arguments, Work work) const;
  // The same with limit and cursor.
  void list(const std::string& pattern, std::vector<std::string> arguments, Work work) const;
  // One transaction under the Idempotency-Key.
  void post(const std::string& pattern, Role at_least, Work work) const;
  // PUT, PATCH, DELETE: may be repeated as they are. One transaction.
  void change(const std::string& method, const std::string& pattern, Role at_least, Work work) const;
  // Work of other shapes: `prepare` is asked in a snapshot, what it returns runs outside of it.
  void post_around(const std::string& pattern, Role at_least,
                   std::function<std::function<Reply()>(const Call&)> prepare) const;

  const ApiParts parts;

 private:
  Reply in(storage::Transaction& tx, const Request& request, const Caller& caller, const Work& work) const;
  Router& router_;
  const Keys keys_;
  const Idempotency idempotency_;
};

// One a resource; api_<resource>.cpp.
void add_shop(const Api& api);
void add_customers(const Api& api);
void add_customer_parts(const Api& api);
void add_customer_story(const Api& api);
void add_tags(const Api& api);
void add_segments(const Api& api);
void add_products(const Api& api);
void add_orders(const Api& api);
void add_tasks(const Api& api);
void add_templates(const Api& api);
void add_rules(const Api& api);
void add_broadcasts(const Api& api);
void add_deliveries(const Api& api);
void add_dead_letters(const Api& api);
void add_webhooks(const Api& api);

}  // namespace laoke::http::api
