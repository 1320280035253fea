#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/said.h"

// A reminder rule as data. templates/rules/*.json are the stock ones; sellers edit them in the same form:
//   name          a short name of a-z, 0-9, _ and -
//   title         {"zh-CN": "…", "en": "…"}
//   trigger       {"event": "order.placed"} · {"date": "birthday"} · {"state": "lapsed", "days": 90} ·
//                 {"state": "running_out"} · {"state": "care_due"}
//   steps         [{"offset": "+2h", "template": "unpaid_1"}, …], each counted from the trigger. "+1d 10:00" is that many
//                 calendar days later at that local time of the customer; "-3d 10:00" before (not for events)
//   condition     a segment the customer must be in when a step falls due; "" none
//   cancelled_by  events that end the chain
//   restart       true: a newer trigger event of the customer starts the waiting over
//   class         "notice" (the customer waits for it) or "marketing" (opt-out, caps and quiet hours hold it back)
//   action        "message", or "task": the owner gets a task with the rule's title instead
//   expires       how long after its due time a step is still worth sending: "12h"
//   language      "customer", "shop", or a language such as "en"
//   quiet         "wait" for the morning, or "pass": a notice that may come at night
//   resend_unknown true: sent once more when it is unknown whether it arrived (notices only)
//   enabled       whether a new shop starts with it on
namespace laoke {

enum class TriggerKind { kEvent, kBirthday, kLapsed, kRunningOut, kCareDue };

// A way from the trigger's moment to the step's.
struct RuleOffset {
  std::int64_t shift_ms = 0;       // elapsed time; with a clock: whole days
  std::optional<int> clock_minute; // of the customer's local day
  bool operator==(const RuleOffset&) const = default;
};
OrSaid<RuleOffset> parse_offset(std::string_view text);
std::int64_t due_after(std::int64_t base_ms, const RuleOffset& offset, std::string_view zone);

struct RuleStep {
  RuleOffset offset;
  std::string template_name;
};

struct RuleDefinition {
  std::string name;
  Said title;
  TriggerKind trigger = TriggerKind::kEvent;
  std::string event;     // kEvent
  int lapsed_days = 0;   // kLapsed
  std::vector<RuleStep> steps;
  std::string condition;
  std::vector<std::string> cancelled_by;
  bool restart = false;
  std::string klass;
  bool makes_task = false;
  std::int64_t expires_ms = 0;
  std::string language = "customer";
  bool passes_quiet_hours = false, resend_unknown = false, enabled = false;
};

// The definition, or what is wrong and where ("steps[1].offset: …"), with what is allowed and the nearest name.
OrSaid<RuleDefinition> parse_rule(std::string_view json_text);
// The same for a stored definition, kept parsed: rules are read for every event. Thread-safe. A definition that does not
// parse was written by hand into the database: nullptr.
std::shared_ptr<const RuleDefinition> stored_rule(const std::string& definition);

// What storage keeps as trigger_on: the event, or "birthday", "lapsed", "running_out", "care_due".
std::string trigger_name(const RuleDefinition& rule);
// The events a rule may name.
const std::vector<std::string>& event_kinds();

}  // namespace laoke
