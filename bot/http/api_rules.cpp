// Reminder rules, and what they will send.
#include <algorithm>
#include <cstdio>

#include "bot/http/api_call.h"
#include "handlers/forecast.h"
#include "handlers/policy_question.h"
#include "handlers/reasons.h"
#include "handlers/rules.h"
#include "storage/broadcasts.h"

namespace laoke::http::api {
namespace {

constexpr int kMostForecastDays = 90, kForecastDays = 7, kBroadcastsForecast = 500;

json rule_json(const Rule& rule, const Call& call) {
  const auto& row = rule.row;
  return {{"id", row.rule_id},
          {"name", row.name},
          {"title", rule.definition ? rule.definition->title.in(call.language) : row.name},
          {"enabled", row.enabled},
          {"stock", row.stock},
          {"trigger", row.trigger_on},
          {"version", row.version},
          {"definition", stored_json(row.definition)},
          {"updated_at_ms", row.updated_at_ms}};
}

json rule_json(const RuleChange& change, const Call& call) {
  json shown = rule_json(change.rule, call);
  shown["job_id"] = change.job_id != 0 ? json(change.job_id) : json(nullptr);
  return shown;
}

Reply forecast_of(const Call& call, const ChannelMap& channels) {
  const auto settings = settings_of(call.context.shop);
  const ForecastPolicy policy = [&](const Context& context, const storage::Delivery& delivery,
                                    std::span<const std::int64_t> sent_ms) {
    auto question = policy_question(context, settings, delivery, channels);
    question.marketing_sent_ms.insert(question.marketing_sent_ms.end(), sent_ms.begin(), sent_ms.end());
    std::sort(question.marketing_sent_ms.begin(), question.marketing_sent_ms.end());
    const auto answer = decide(question, settings, channels);
    using Verdict = ForecastAnswer::Verdict;
    if (answer.verdict == PolicyAnswer::Verdict::kWait)
      return ForecastAnswer{Verdict::kWait, std::string(answer.reason), answer.until_ms};
    if (answer.verdict == PolicyAnswer::Verdict::kDrop)
      return ForecastAnswer{Verdict::kDrop, std::string(answer.reason), 0};
    return ForecastAnswer{};
  };
  std::vector<ForecastBroadcast> broadcasts;
  for (const auto& broadcast : storage::list_broadcasts(call.tx(), call.shop_id(), 0, kBroadcastsForecast))
    if (broadcast.state == "scheduled")
      broadcasts.push_back({broadcast.broadcast_id, broadcast.name, broadcast.segment, broadcast.klass,
                            broadcast.starts_at_ms, broadcast.expires_at_ms - broadcast.starts_at_ms, broadcast.rrule});
  json days = json::array();
  for (const auto& day :
       forecast(call.context, static_cast<int>(call.number("days", kForecastDays, 1, kMostForecastDays)), policy,
                broadcasts)) {
    json lines = json::array();
    for (const auto& line : day.lines)
      lines.push_back({{"source", line.source},
                       {"name", line.name},
                       {"title", line.title.in(call.language)},
                       {"due", line.due},
                       {"sent", line.sent},
                       {"held_back", line.held_back},
                       {"dropped", line.dropped}});
    char date[16];
    std::snprintf(date, sizeof date, "%04d-%02d-%02d", day.date.year % 10'000, day.date.month % 100,
                  day.date.day % 100);
    days.push_back({{"date", date}, {"lines", lines}});
  }
  return {{{"days", days}}};
}

RuleChange switched(const Call& call, bool on) {
  Body(call).check();
  return switch_rule(call.context, call.id(), on);
}

}  // namespace

void add_rules(const Api& api) {
  api.get("/rules", {}, [](const Call& call) {
    return Reply{whole(list_rules(call.context), [&](const auto& rule) { return rule_json(rule, call); })};
  });
  // The body is the rule itself; handlers/rule_format.h reads it and says where it is wrong.
  api.post("/rules", Role::kOwner, [](const Call& call) {
    return created(rule_json(create_rule(call.context, body_of(call.request, call.language).dump()), call));
  });
  api.get("/rules/{id}", {},
          [](const Call& call) { return Reply{rule_json(require_rule(call.context, call.id()), call)}; });
  api.change("PUT", "/rules/{id}", Role::kOwner, [](const Call& call) {
    return Reply{rule_json(edit_rule(call.context, call.id(), body_of(call.request, call.language).dump()), call)};
  });
  api.change("DELETE", "/rules/{id}", Role::kOwner, [](const Call& call) {
    remove_rule(call.context, require_rule(call.context, call.id()).row.rule_id);
    return nothing();
  });
  api.post("/rules/{id}/on", Role::kOwner, [](const Call& call) { return Reply{rule_json(switched(call, true), call)}; });
  api.post("/rules/{id}/off", Role::kOwner,
           [](const Call& call) { return Reply{rule_json(switched(call, false), call)}; });
  api.post("/rules/{id}/reset", Role::kOwner, [](const Call& call) {
    Body(call).check();
    return Reply{rule_json(reset_rule(call.context, call.id()), call)};
  });
  api.get("/forecast", {"days"},
          [channels = api.parts.channels](const Call& call) { return forecast_of(call, channels()); });
}

}  // namespace laoke::http::api
