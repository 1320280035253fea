#include "handlers/rule_format.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/calendar.h"
#include "handlers/text.h"
#include "handlers/when.h"

namespace laoke {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestRule_bytes = 20'000, kMostRuleSteps = 10, kLongestTitle = 100;
constexpr int kMostLapsedDays = 3650;

struct Wrong {
  Said said;
};

[[noreturn]] void wrong(const std::string& path, const std::string& zh, const std::string& en) {
  throw Wrong{{path + "：" + zh, path + ": " + en}};
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

[[noreturn]] void wrong_choice(const std::string& path, const std::string& given, const std::vector<std::string>& allowed) {
  const auto near = nearest(given, allowed);
  const std::string shown = shorten(given, 40);
  wrong(path, "不能是“" + shown + "”" + (near.empty() ? "" : "，是不是 " + near.front() + "？") + "可用：" + joined(allowed),
        "cannot be '" + shown + "'" + (near.empty() ? "" : ", did you mean " + near.front() + "?") + " Allowed: " + joined(allowed));
}

// One object of the rule: hands out its members by name and refuses those nobody knows.
class Object {
 public:
  Object(const json& value, std::string path, const std::vector<std::string>& members) : value_(value), path_(std::move(path)) {
    if (!value.is_object()) wrong(path_, "要写成 {…}", "must be an object {…}");
    for (const auto& [name, _] : value.items())
      if (std::find(members.begin(), members.end(), name) == members.end()) wrong_choice(at(name), name, members);
  }
  std::string at(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }
  bool has(const char* name) const { return value_.contains(name); }
  const json& need(const char* name) const {
    if (!has(name)) wrong(at(name), "缺少这一项", "is missing");
    return value_.at(name);
  }
  std::string text(const char* name, const char* fallback = nullptr) const {
    if (!has(name) && fallback != nullptr) return fallback;
    const json& member = need(name);
    if (!member.is_string()) wrong(at(name), "要写成文字 \"…\"", "must be a text \"…\"");
    return member.get<std::string>();
  }
  std::string choice(const char* name, const std::vector<std::string>& allowed, const char* fallback = nullptr) const {
    const std::string given = text(name, fallback);
    if (std::find(allowed.begin(), allowed.end(), given) == allowed.end()) wrong_choice(at(name), given, allowed);
    return given;
  }
  bool yes(const char* name, bool fallback) const {
    if (!has(name)) return fallback;
    if (!value_.at(name).is_boolean()) wrong(at(name), "要写 true 或 false", "must be true or false");
    return value_.at(name).get<bool>();
  }
  const json& list(const char* name) const {
    const json& member = need(name);
    if (!member.is_array()) wrong(at(name), "要写成 […]", "must be a list […]");
    return member;
  }

 private:
  const json& value_;
  std::string path_;
};

void read_trigger(const json& value, RuleDefinition& rule) {
  const Object trigger(value, "trigger", {"event", "date", "state", "days"});
  const int named = trigger.has("event") + trigger.has("date") + trigger.has("state");
  if (named != 1)
    wrong("trigger", "要写一种起因：{\"event\": …}、{\"date\": \"birthday\"} 或 {\"state\": …}",
          "give one cause: {\"event\": …}, {\"date\": \"birthday\"} or {\"state\": …}");
  if (trigger.has("event")) {
    rule.event = trigger.choice("event", event_kinds());
  } else if (trigger.has("date")) {
    trigger.choice("date", {"birthday"});
    rule.trigger = TriggerKind::kBirthday;
  } else {
    const std::string state = trigger.choice("state", {"lapsed", "running_out", "care_due"});
    rule.trigger = state == "lapsed" ? TriggerKind::kLapsed : state == "running_out" ? TriggerKind::kRunningOut : TriggerKind::kCareDue;
  }
  if (rule.trigger != TriggerKind::kLapsed) {
    if (trigger.has("days")) wrong("trigger.days", "只有 \"state\": \"lapsed\" 才写天数", "belongs to \"state\": \"lapsed\" only");
    return;
  }
  const json& days = trigger.need("days");
  if (!days.is_number_integer() || days.get<std::int64_t>() < 1 || days.get<std::int64_t>() > kMostLapsedDays)
    wrong("trigger.days", "要写 1 到 3650 的整数", "must be a whole number from 1 to 3650");
  rule.lapsed_days = days.get<int>();
}

void read_steps(const Object& root, RuleDefinition& rule) {
  const json& steps = root.list("steps");
  if (steps.empty() || steps.size() > kMostRuleSteps) wrong("steps", "要有 1 到 10 步", "must have 1 to 10 steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string path = "steps[" + std::to_string(i) + "]";
    const Object step(steps[i], path, {"offset", "template"});
    const auto offset = parse_offset(step.text("offset"));
    if (!offset) wrong(step.at("offset"), offset.error().zh, offset.error().en);
    if (rule.trigger == TriggerKind::kEvent && offset->shift_ms < 0)
      wrong(step.at("offset"), "事件之前不能提醒，要写 + 或 0", "cannot be before the event: write + or 0");
    const std::string name = step.text("template", rule.makes_task ? "" : nullptr);
    if (name.empty() && !rule.makes_task) wrong(step.at("template"), "要写模板的名字", "must name a template");
    rule.steps.push_back({*offset, name});
  }
  const auto order = [](const RuleStep& a, const RuleStep& b) { return a.offset.shift_ms < b.offset.shift_ms; };
  if (!std::is_sorted(rule.steps.begin(), rule.steps.end(), order))
    wrong("steps", "要按时间先后排列", "must stand in the order of their times");
}

void read_cancelled_by(const Object& root, RuleDefinition& rule) {
  if (!root.has("cancelled_by")) return;
  const json& kinds = root.list("cancelled_by");
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string path = "cancelled_by[" + std::to_string(i) + "]";
    if (!kinds[i].is_string()) wrong(path, "要写事件的名字", "must name an event");
    const auto kind = kinds[i].get<std::string>();
    if (std::find(event_kinds().begin(), event_kinds().end(), kind) == event_kinds().end()) wrong_choice(path, kind, event_kinds());
    rule.cancelled_by.push_back(kind);
  }
}

void read_name(const Object& root, RuleDefinition& rule) {
  rule.name = root.text("name");
  const bool plain = !rule.name.empty() && rule.name.size() <= 60 && std::all_of(rule.name.begin(), rule.name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!plain) wrong("name", "只能用 a-z、0-9、_ 和 -，最多 60 个字符", "may hold a-z, 0-9, _ and -, at most 60 characters");
  const Object title(root.need("title"), "title", {"zh-CN", "en"});
  rule.title = {title.text("zh-CN"), title.text("en")};
  if (length_code_points(rule.title.zh) > kLongestTitle || length_code_points(rule.title.en) > kLongestTitle)
    wrong("title", "最多 100 个字", "may have at most 100 characters");
}

void read_manners(const Object& root, RuleDefinition& rule) {
  rule.condition = root.text("condition", "");
  rule.restart = root.yes("restart", false);
  rule.klass = root.choice("class", {"notice", "marketing"});
  const auto expires = parse_duration(root.text("expires"));
  if (!expires) wrong("expires", expires.error().zh, expires.error().en);
  if (*expires < kMinuteMs) wrong("expires", "至少 1m", "must be at least 1m");
  rule.expires_ms = *expires;
  rule.language = root.choice("language", {"customer", "shop", "zh-CN", "en"}, "customer");
  rule.passes_quiet_hours = root.choice("quiet", {"wait", "pass"}, "wait") == "pass";
  rule.resend_unknown = root.yes("resend_unknown", false);
  rule.enabled = root.yes("enabled", false);
  if (rule.klass != "marketing") return;
  if (rule.passes_quiet_hours) wrong("quiet", "营销消息不能在免打扰时段发送，要写 wait", "marketing may not pass quiet hours: write wait");
  if (rule.resend_unknown) wrong("resend_unknown", "营销消息不能自动重发，要写 false", "marketing is never resent by itself: write false");
}

RuleDefinition read_rule(const json& value) {
  RuleDefinition rule;
  const Object root(value, "", {"name", "title", "trigger", "steps", "condition", "cancelled_by", "restart", "class", "action", "expires",
                                "language", "quiet", "resend_unknown", "enabled"});
  read_name(root, rule);
  read_trigger(root.need("trigger"), rule);
  rule.makes_task = root.choice("action", {"message", "task"}, "message") == "task";
  read_steps(root, rule);
  read_cancelled_by(root, rule);
  read_manners(root, rule);
  if (rule.restart && rule.trigger != TriggerKind::kEvent) wrong("restart", "只用于事件起因的规则", "belongs to rules with an event only");
  return rule;
}

}  // namespace

const std::vector<std::string>& event_kinds() {
  static const std::vector<std::string> kKinds = {
      "customer.created",  "customer.wrote",   "customer.tagged",   "customer.untagged", "customer.merged",   "customer.opted_out",
      "customer.opted_in", "customer.blocked", "customer.returned", "customer.referred", "customer.enquired", "customer.updated",
      "order.enquiry",     "order.placed",     "order.paid",        "order.shipped",     "order.delivered",   "order.completed",
      "order.cancelled",   "order.refunded",   "order.partly_refunded", "checkout.abandoned", "checkout.recovered",
      "shipment.created",  "shipment.out_for_delivery",
      "shipment.ready_for_pickup", "shipment.delivered", "shipment.exception", "shipment.returned", "task.created", "task.done"};
  return kKinds;
}

OrSaid<RuleOffset> parse_offset(std::string_view text) {
  const Said refused{"时间差“" + std::string(text.substr(0, 40)) + "”看不懂，可用：+2h、+20h、-3d 10:00、+1d 10:00（单位 s m h d w）",
                     "the offset '" + std::string(text.substr(0, 40)) + "' is not understood; allowed: +2h, +20h, -3d 10:00, +1d 10:00 (units s m h d w)"};
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return refused;
  const std::int64_t sign = text.front() == '-' ? -1 : 1;
  const std::size_t blank = text.find(' ');
  const auto span = parse_duration(text.substr(1, blank == std::string_view::npos ? blank : blank - 1));
  if (!span) return refused;
  RuleOffset offset{sign * *span, std::nullopt};
  if (blank == std::string_view::npos) return offset;
  offset.clock_minute = parse_clock(text.substr(blank + 1));
  if (!offset.clock_minute || *span % kDayMs != 0) return refused;
  return offset;
}

std::int64_t due_after(std::int64_t base_ms, const RuleOffset& offset, std::string_view zone) {
  if (!offset.clock_minute) return base_ms + offset.shift_ms;
  return at_minute(add_days(to_local(base_ms, zone).date, static_cast<int>(offset.shift_ms / kDayMs)), *offset.clock_minute, zone);
}

OrSaid<RuleDefinition> parse_rule(std::string_view json_text) {
  if (json_text.size() > kLongestRule_bytes) return Said{"规则太长，最多 20000 字节", "the rule is too long: at most 20000 bytes"};
  const json value = json::parse(json_text, nullptr, false);
  if (value.is_discarded()) return Said{"规则不是正确的 JSON", "the rule is not valid JSON"};
  try {
    return read_rule(value);
  } catch (const Wrong& mistake) {
    return mistake.said;
  }
}

std::string trigger_name(const RuleDefinition& rule) {
  switch (rule.trigger) {
    case TriggerKind::kEvent: return rule.event;
    case TriggerKind::kBirthday: return "birthday";
    case TriggerKind::kLapsed: return "lapsed";
    case TriggerKind::kRunningOut: return "running_out";
    case TriggerKind::kCareDue: return "care_due";
  }
  return "";
}

}  // namespace laoke
