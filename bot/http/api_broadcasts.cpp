// One template to one segment.
#include "bot/http/api_call.h"
#include "handlers/batch_results.h"
#include "handlers/broadcasts.h"
#include "handlers/calendar.h"
#include "handlers/reasons.h"

namespace laoke::http::api {
namespace {

constexpr std::int64_t kLongestValidMs = 30 * kDayMs;

json broadcast_json(const storage::Broadcast& broadcast) {
  return {{"id", broadcast.broadcast_id},
          {"name", broadcast.name},
          {"segment", broadcast.segment},
          {"template", broadcast.template_name},
          {"template_version", broadcast.template_version},
          {"body", broadcast.body},
          {"class", broadcast.klass},
          {"state", broadcast.state},
          {"starts_at_ms", broadcast.starts_at_ms},
          {"expires_at_ms", broadcast.expires_at_ms},
          {"rrule", broadcast.rrule},
          {"parent_id", or_null(broadcast.parent_id)},
          {"audience_count", broadcast.audience_count},
          {"created_at_ms", broadcast.created_at_ms},
          {"started_at_ms", or_null(broadcast.started_at_ms)},
          {"finished_at_ms", or_null(broadcast.finished_at_ms)}};
}

json preview_json(const BroadcastPreview& preview, const Call& call) {
  json warnings = json::array(), held_back = json::array();
  for (const auto& warning : preview.warnings) warnings.push_back(warning.in(call.language));
  for (const auto& [reason, count] : preview.held_back)
    held_back.push_back({{"reason", reason}, {"words", reasons::words(reason, call.language)}, {"count", count}});
  return {{"audience", preview.audience},
          {"first_names", preview.first_names},
          {"rendered", preview.rendered},
          {"warnings", warnings},
          {"held_back", held_back},
          {"held_back_of", preview.held_back_of},
          {"starts_at_ms", preview.starts_at_ms},
          {"estimated_end_ms", preview.estimated_end_ms}};
}

storage::Broadcast broadcast_in(const Call& call) {
  const auto broadcast = storage::get_broadcast(call.tx(), call.shop_id(), call.id());
  if (!broadcast) absent(call);
  return *broadcast;
}

Reply create_broadcast(const Call& call, const ApiParts& parts) {
  Body body(call);
  BroadcastDraft draft;
  draft.name = body->text("name", 80);
  draft.segment = body->required_text("segment", 4'000);
  draft.template_name = body->text("template");
  draft.body = body->text("body", kLongText);
  draft.klass = body->choice("class", {"marketing", "notice"}, "marketing");
  draft.starts_at_ms = body->moment("starts_at_ms").value_or(0);
  draft.rrule = body->text("rrule");
  draft.valid_ms = body->integer("valid_ms", kMinuteMs, kLongestValidMs).value_or(0);
  body.check();
  const auto broadcast = create_broadcast(call.context, draft);
  json shown = broadcast_json(broadcast);
  shown["preview"] = preview_json(preview_broadcast(call.context, broadcast, parts.channels(), parts.rates()), call);
  return created(std::move(shown));
}

Reply status(const Call& call, const ApiParts& parts) {
  const auto broadcast = broadcast_in(call);
  const auto status = broadcast_status(call.context, broadcast.broadcast_id, parts.rates()).value();
  json shown = broadcast_json(status.broadcast), counts = json::array();
  for (const auto& count : status.counts)
    counts.push_back({{"state", count.state},
                      {"state_words", reasons::state_words(count.state, call.language)},
                      {"reason", count.reason},
                      {"reason_words", count.reason.empty() ? "" : reasons::words(count.reason, call.language)},
                      {"count", count.count}});
  shown.update({{"counts", counts},
                {"total", status.total},
                {"open", status.open},
                {"sent", status.sent},
                {"awaiting", status.awaiting},
                {"estimated_end_ms", status.estimated_end_ms}});
  if (const auto report = batch_totals(call.context, broadcast.broadcast_id))
    shown["platform_report"] = {{"calls", report->calls}, {"failed_calls", report->failed_calls}, {"addressed", report->addressed},
                                {"kept", report->kept},   {"sent", report->sent},                 {"errors", report->errors}};
  if (broadcast.state == "draft")
    shown["preview"] = preview_json(preview_broadcast(call.context, broadcast, parts.channels(), parts.rates()), call);
  return {std::move(shown)};
}

}  // namespace

void add_broadcasts(const Api& api) {
  api.list("/broadcasts", {}, [](const Call& call) {
    return Reply{page(
        call, storage::list_broadcasts(call.tx(), call.shop_id(), call.cursor(), call.limit() + 1),
        [](const auto& broadcast) { return broadcast_json(broadcast); },
        [](const auto& broadcast) { return broadcast.broadcast_id; })};
  });
  api.post("/broadcasts", Role::kOperator, [parts = api.parts](const Call& call) { return create_broadcast(call, parts); });
  api.get("/broadcasts/{id}", {}, [parts = api.parts](const Call& call) { return status(call, parts); });
  struct Step {
    const char* name;
    Role role;
    storage::Broadcast (*act)(const Context&, std::int64_t);
  };
  // Starting speaks to the whole audience; stopping what went wrong must not wait for the owner.
  constexpr Step kSteps[] = {{"start", Role::kOwner, start_broadcast},
                             {"pause", Role::kOperator, pause_broadcast},
                             {"resume", Role::kOwner, resume_broadcast},
                             {"cancel", Role::kOperator, cancel_broadcast}};
  for (const Step& step : kSteps)
    api.post(std::string("/broadcasts/{id}/") + step.name, step.role, [act = step.act](const Call& call) {
      Body(call).check();
      return Reply{broadcast_json(act(call.context, broadcast_in(call).broadcast_id))};
    });
}

}  // namespace laoke::http::api
