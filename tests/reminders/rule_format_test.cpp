#include "handlers/rule_format.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "handlers/calendar.h"
#include "storage/embedded.h"

using namespace laoke;
using nlohmann::json;

namespace {

json good() {
  return json::parse(R"({"name": "nudge", "title": {"zh-CN": "提醒", "en": "Nudge"}, "trigger": {"event": "order.placed"},
    "steps": [{"offset": "+2h", "template": "unpaid_1"}, {"offset": "+1d 10:00", "template": "unpaid_2"}],
    "cancelled_by": ["order.paid"], "class": "notice", "expires": "12h"})");
}

json with(const std::string& pointer, json value) {
  json rule = good();
  rule[json::json_pointer(pointer)] = std::move(value);
  return rule;
}

}  // namespace

TEST_CASE("a rule says what it says and leaves the rest to careful defaults", "[rules]") {
  const auto rule = parse_rule(good().dump());
  if (!rule) FAIL(rule.error().en);
  CHECK(rule->event == "order.placed");
  REQUIRE(rule->steps.size() == 2);
  CHECK(rule->steps[0].offset == RuleOffset{2 * kHourMs, std::nullopt});
  CHECK(rule->steps[1].offset == RuleOffset{kDayMs, 600});
  CHECK(rule->expires_ms == 12 * kHourMs);
  CHECK_FALSE(rule->enabled);
  CHECK_FALSE(rule->passes_quiet_hours);
  CHECK_FALSE(rule->resend_unknown);
  CHECK(rule->language == "customer");
}

TEST_CASE("a wrong rule is refused at its place with what is allowed", "[rules]") {
  using Row = std::tuple<const char*, json, const char*, const char*>;
  const auto [says, rule, place, allowed] = GENERATE(table<const char*, json, const char*, const char*>({
      Row{"a mistyped event", with("/trigger/event", "order.payd"), "trigger.event:", "did you mean order.paid?"},
      Row{"two causes", with("/trigger/date", "birthday"), "trigger:", "one cause"},
      Row{"no cause", with("/trigger", json::object()), "trigger:", "one cause"},
      Row{"an unknown state", with("/trigger", {{"state", "asleep"}}), "trigger.state:", "lapsed, running_out, care_due"},
      Row{"lapsed without days", with("/trigger", {{"state", "lapsed"}}), "trigger.days:", "missing"},
      Row{"days that are no number", with("/trigger", {{"state", "lapsed"}, {"days", "90"}}), "trigger.days:", "1 to 3650"},
      Row{"days with an event", with("/trigger/days", 3), "trigger.days:", "lapsed"},
      Row{"no steps", with("/steps", json::array()), "steps:", "1 to 10"},
      Row{"an offset nobody understands", with("/steps/0/offset", "2 hours"), "steps[0].offset:", "+2h"},
      Row{"a clock after hours", with("/steps/0/offset", "+2h 10:00"), "steps[0].offset:", "+1d 10:00"},
      Row{"before the event", with("/steps/0/offset", "-2h"), "steps[0].offset:", "before the event"},
      Row{"steps in the wrong order", with("/steps/0/offset", "+3d"), "steps:", "order of their times"},
      Row{"no template", with("/steps/0/template", ""), "steps[0].template:", "template"},
      Row{"a member nobody knows", with("/steps/0/text", "hi"), "steps[0].text:", "offset, template"},
      Row{"a mistyped member", with("/cancelled_bye", json::array()), "cancelled_bye:", "did you mean cancelled_by?"},
      Row{"a cancelling event that does not exist", with("/cancelled_by/0", "paid"), "cancelled_by[0]:", "order.paid"},
      Row{"a class nobody knows", with("/class", "spam"), "class:", "notice, marketing"},
      Row{"marketing at night", [] { json r = with("/class", "marketing"); r["quiet"] = "pass"; return r; }(), "quiet:", "wait"},
      Row{"marketing sent twice", [] { json r = with("/class", "marketing"); r["resend_unknown"] = true; return r; }(), "resend_unknown:", "never resent"},
      Row{"an expiry nobody understands", with("/expires", "soon"), "expires:", "90s, 30m"},
      Row{"no expiry to speak of", with("/expires", "5s"), "expires:", "at least 1m"},
      Row{"a name with blanks", with("/name", "my rule"), "name:", "a-z"},
      Row{"a title in one language", with("/title", {{"en", "Nudge"}}), "title.zh-CN:", "missing"},
      Row{"yes instead of true", with("/enabled", "yes"), "enabled:", "true or false"},
      Row{"a list is no rule", json::array(), "", "object"},
  }));
  INFO(says);
  const auto parsed = parse_rule(rule.dump());
  REQUIRE_FALSE(parsed);
  CHECK_THAT(parsed.error().en, Catch::StartsWith(place));
  CHECK_THAT(parsed.error().en, Catch::Contains(allowed));
  CHECK(parsed.error().zh != parsed.error().en);
}

TEST_CASE("what is no JSON, or far too long, is refused", "[rules]") {
  CHECK_FALSE(parse_rule(""));
  CHECK_FALSE(parse_rule("{"));
  CHECK_FALSE(parse_rule(std::string(30'000, ' ')));
  CHECK(stored_rule("{broken") == nullptr);
}

TEST_CASE("offsets count from the cause, by elapsed time or by the customer's calendar", "[rules]") {
  const std::int64_t evening = to_utc({{2026, 3, 7}, 22, 30, 0}, "America/New_York");
  const auto due = [&](const char* offset) { return to_local(due_after(evening, *parse_offset(offset), "America/New_York"), "America/New_York"); };
  CHECK(due("+2h") == LocalTime{{2026, 3, 8}, 0, 30, 0});
  CHECK(due("+1d 10:00") == LocalTime{{2026, 3, 8}, 10, 0, 0});
  CHECK(due("+24h") == LocalTime{{2026, 3, 8}, 23, 30, 0});  // the night clocks jumped
  CHECK(due("-3d 10:00") == LocalTime{{2026, 3, 4}, 10, 0, 0});
  CHECK(due("+0d 10:00") == LocalTime{{2026, 3, 7}, 10, 0, 0});
  for (const char* wrong : {"", "2h", "+", "+2", "+2h30", "+1d 25:00", "+1d  ", "+90m 10:00", "--2h"}) {
    INFO(wrong);
    CHECK_FALSE(parse_offset(wrong));
  }
}

TEST_CASE("every stock rule is right, and its manners are those of its class", "[rules]") {
  int rules = 0;
  for (const auto& file : embedded::embedded_stock()) {
    if (file.path.rfind("templates/rules/", 0) != 0) continue;
    INFO(file.path);
    ++rules;
    const auto rule = parse_rule(file.text);
    if (!rule) FAIL(rule.error().en);
    CHECK(file.path == "templates/rules/" + rule->name + ".json");
    if (rule->klass == "marketing") CHECK_FALSE(rule->passes_quiet_hours);
    for (const auto& step : rule->steps) CHECK(step.template_name.empty() == rule->makes_task);
  }
  CHECK(rules == 13);
}
