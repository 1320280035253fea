// Saved segments, and what a query would find.
#include "bot/http/api_call.h"
#include "handlers/segments.h"

namespace laoke::http::api {
namespace {

constexpr std::size_t kMostQuery = 4'000;
constexpr int kMostFirst = 50;

json segment_json(const storage::SavedSegment& segment) {
  return {{"id", segment.segment_id},
          {"name", segment.name},
          {"query", segment.query},
          {"created_at_ms", segment.created_at_ms},
          {"updated_at_ms", segment.updated_at_ms}};
}

storage::SavedSegment segment_in(const Call& call) {
  const auto segment = storage::get_segment(call.tx(), call.shop_id(), call.id());
  if (!segment) absent(call);
  return *segment;
}

Reply create_segment(const Call& call) {
  Body body(call);
  const auto name = body->required_text("name", 60);
  const auto query = body->required_text("query", kMostQuery);
  body.check();
  if (find_saved_segment(call.context, name))
    throw Problem(409, say(call.language, "api.name_taken", {{"name", name}}), {}, "name-taken");
  return created(segment_json(save_segment(call.context, name, query)));
}

Reply change_segment(const Call& call) {
  const auto segment = segment_in(call);
  Body body(call);
  const auto query = body->required_text("query", kMostQuery);
  body.check();
  return {segment_json(save_segment(call.context, segment.name, query))};
}

Reply preview(const Call& call) {
  Body body(call);
  const auto query = body->required_text("query", kMostQuery);
  const auto first = body->integer("first", 0, kMostFirst).value_or(5);
  body.check();
  const auto found = preview_segment(call.context, query, static_cast<int>(first));
  json customers = json::array(), warnings = json::array();
  for (const auto& customer : found.first) customers.push_back({{"id", customer.customer_id}, {"name", customer.name}});
  for (const auto& warning : found.warnings) warnings.push_back(warning.in(call.language));
  return {{{"count", found.count},
           {"first", customers},
           {"warnings", warnings},
           {"explanation", found.explanation.in(call.language)}}};
}

}  // namespace

void add_segments(const Api& api) {
  api.get("/segments", {}, [](const Call& call) {
    return Reply{
        whole(storage::list_segments(call.tx(), call.shop_id()), [](const auto& segment) { return segment_json(segment); })};
  });
  api.post("/segments", Role::kOperator, create_segment);
  api.post("/segments/preview", Role::kOperator, preview);
  api.get("/segments/{id}", {}, [](const Call& call) { return Reply{segment_json(segment_in(call))}; });
  api.change("PATCH", "/segments/{id}", Role::kOperator, change_segment);
  api.change("DELETE", "/segments/{id}", Role::kOperator, [](const Call& call) {
    remove_segment(call.context, segment_in(call).name);
    return nothing();
  });
}

}  // namespace laoke::http::api
