// Message texts.
#include "bot/http/api_call.h"
#include "handlers/compose.h"
#include "handlers/refusal.h"
#include "handlers/template_library.h"

namespace laoke::http::api {
namespace {

json template_json(const storage::TemplateRow& row) {
  return {{"name", row.name},       {"language", row.language}, {"channel_kind", row.channel_kind},
          {"version", row.version}, {"body", row.body},         {"extras", stored_json(row.extras)},
          {"stock", row.stock},     {"retired", row.retired},   {"created_at_ms", row.created_at_ms}};
}

std::string extras_of(Fields& body) {
  const json* extras = body.value("extras");
  if (extras == nullptr) return "{}";
  if (!extras->is_object()) body.faults().add(body.at("extras"), {"api.need_object"});
  return extras->dump();
}

Reply save(const Call& call) {
  Body body(call);
  TemplateDraft draft;
  draft.name = body->required_text("name", kLongestTemplateName);
  draft.language = body->text("language");
  draft.channel_kind = body->text("channel_kind");
  draft.body = body->required_text("body", kLongText);
  draft.extras = extras_of(body.fields());
  draft.trigger = body->text("trigger");
  body.check();
  return created(template_json(save_template(call.context, draft)));
}

Reply versions(const Call& call) {
  const auto rows = storage::list_template_versions(call.tx(), call.shop_id(), call.text("name"));
  if (rows.empty()) absent(call);
  return {whole(rows, [](const auto& row) { return template_json(row); })};
}

Reply retire(const Call& call) {
  if (storage::list_template_versions(call.tx(), call.shop_id(), call.text("name")).empty()) absent(call);
  Body body(call);
  const auto language = body->required_text("language");
  const auto channel_kind = body->text("channel_kind");
  body.check();
  retire_template(call.context, call.text("name"), language, channel_kind);
  return nothing();
}

// The text's length in the unit of the platform it is for; without one in that of the narrowest.
std::pair<TextLimit, const char*> limit_of(const std::string& channel_kind) {
  if (channel_kind == "wecom" || channel_kind == "wechat") return {{TextUnit::kBytes, 2'048}, "bytes"};
  return {{TextUnit::kUtf16, 4'096}, "utf16"};
}

Reply preview_text(const Call& call) {
  Body body(call);
  MessageText text;
  text.template_name = body->text("template");
  text.body = body->text("body", kLongText);
  text.extras = extras_of(body.fields());
  if (text.template_name.empty() == text.body.empty())
    body->faults().add(body->at("template"), {"api.choose_one", {{"allowed", "template, body"}}});
  const auto customer_id = body->required_integer("customer_id", 1);
  const auto channel_kind = body->text("channel_kind");
  const auto trigger = body->text("trigger");
  MessageCause cause;
  cause.order_id = body->integer("order_id", 1).value_or(0);
  body.check();
  const auto [limit, unit] = limit_of(channel_kind);
  const auto shown = preview(call.context, text, customer_id, channel_kind, limit, cause, trigger);
  if (!shown) throw Refusal("template.preview", shown.error());
  return {{{"content", json::parse(to_json_text(shown->content))},
           {"text", shown->content.text},
           {"length", shown->length},
           {"unit", unit},
           {"limit", limit.limit},
           {"parts", shown->parts}}};
}

}  // namespace

void add_templates(const Api& api) {
  api.get("/templates", {}, [](const Call& call) {
    return Reply{
        whole(storage::list_templates(call.tx(), call.shop_id()), [](const auto& row) { return template_json(row); })};
  });
  api.post("/templates", Role::kOperator, save);
  api.post("/templates/preview", Role::kOperator, preview_text);
  api.get("/templates/{name}", {}, versions);
  api.post("/templates/{name}/retire", Role::kOperator, retire);
}

}  // namespace laoke::http::api
