// The shop's tags.
#include "bot/http/api_customer.h"
#include "handlers/tags.h"

namespace laoke::http::api {
namespace {

storage::Tag tag_in(const Call& call) {
  const auto tag = storage::get_tag(call.tx(), call.shop_id(), call.id());
  if (!tag) absent(call);
  return *tag;
}

TagName read_name(Body& body, const Call& call, const std::string& typed, const std::string& field) {
  const auto name = tag_name_from(typed);
  if (name) return *name;
  body->faults().add_text(body->at(field), name.error().in(call.language));
  return {};
}

Reply create_tag(const Call& call) {
  Body body(call);
  const auto typed = body->required_text("name", kMaxTagCodePoints * 2 + 1);
  const auto group = body->text("group", kMaxTagCodePoints);
  const auto name =
      typed.empty() ? TagName{} : read_name(body, call, group.empty() ? typed : group + "/" + typed, "name");
  body.check();
  if (const auto there = tag_called(call.context, name.name)) return {json_of(*there)};
  return created(
      json_of(storage::find_or_create_tag(call.tx(), call.shop_id(), name.name, name.group, call.context.now_ms)));
}

Reply change_tag(const Call& call) {
  const auto tag = tag_in(call);
  Body body(call);
  const auto typed = body->maybe_text("name", kMaxTagCodePoints);
  const auto group = body->maybe_text("group", kMaxTagCodePoints);
  const auto name =
      read_name(body, call,
                group.value_or(tag.group).empty() ? typed.value_or(tag.name)
                                                  : group.value_or(tag.group) + "/" + typed.value_or(tag.name),
                "name");
  body.check();
  const auto taken = tag_called(call.context, name.name);
  if ((taken && taken->tag_id != tag.tag_id) || !storage::rename_tag(call.tx(), call.shop_id(), tag.tag_id, name.name))
    throw Problem(409, say(call.language, "api.name_taken", {{"name", name.name}}), {}, "name-taken");
  storage::set_tag_group(call.tx(), call.shop_id(), tag.tag_id, name.group);
  return {json_of(tag_in(call))};
}

}  // namespace

void add_tags(const Api& api) {
  api.get("/tags", {}, [](const Call& call) {
    return Reply{whole(storage::list_tags(call.tx(), call.shop_id()), [](const auto& tag) { return json_of(tag); })};
  });
  api.post("/tags", Role::kOperator, create_tag);
  api.get("/tags/{id}", {}, [](const Call& call) { return Reply{json_of(tag_in(call))}; });
  api.change("PATCH", "/tags/{id}", Role::kOperator, change_tag);
  api.change("DELETE", "/tags/{id}", Role::kOperator, [](const Call& call) {
    storage::delete_tag(call.tx(), call.shop_id(), tag_in(call).tag_id);
    return nothing();
  });
}

}  // namespace laoke::http::api
