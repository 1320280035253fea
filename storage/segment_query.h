#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// A parsed segment: plain data between the parser (handlers/segment) and the compiler (storage/segment_sql). It holds
// no clock: "30 days ago" becomes a moment when the query runs, so a parsed query may be kept and run again.
namespace laoke::storage {

enum class SegmentField {
  kTag, kGroup, kStage, kGrade, kLastOrder, kFirstOrder, kOrders, kSpent, kBought, kCity, kRegion, kBirthday, kCreated,
  kLastIn, kNoReply, kOptedOut, kOwner, kLanguage, kChannel, kSource, kName, kPhone, kEmail, kReferrer, kOrderState,
  kAttribute,
  kHas,  // has:THING; no:THING is its negation
};

// What has: and no: ask about.
enum class SegmentThing {
  kPhone, kBirthday, kOrder, kAddress, kTag, kEmail, kOwner, kNote, kContact, kReferrer, kAttribute,
};

// kIs is ':' and kEqual is '='. They differ for text only: ':' looks inside (city:杭州 finds 杭州市), '=' wants all of it.
// There is no "unequal": `field!=value` is stored as the negation of `field:value`.
enum class SegmentCompare { kIs, kEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

enum class SegmentUnit { kHours, kDays, kWeeks, kMonths, kYears };
enum class SegmentPeriod {
  kToday, kYesterday, kTomorrow, kThisWeek, kLastWeek, kNextWeek, kThisMonth, kLastMonth, kNextMonth, kThisYear, kLastYear,
};

struct SegmentTime {
  enum class Kind {
    kAge,       // amount + unit: so long ago
    kDay,       // year, month, day
    kMonthDay,  // month, day of any year: birthdays
    kMonth,     // month of any year: birthdays
    kPeriod,
  };
  Kind kind = Kind::kAge;
  std::int64_t amount = 0;
  SegmentUnit unit = SegmentUnit::kDays;
  int year = 0, month = 0, day = 0;
  SegmentPeriod period = SegmentPeriod::kToday;
  bool operator==(const SegmentTime&) const = default;
};

struct SegmentTerm {
  SegmentField field = SegmentField::kTag;
  SegmentCompare compare = SegmentCompare::kIs;
  SegmentThing thing = SegmentThing::kPhone;  // kHas only
  std::string attribute;                      // kAttribute, and kHas of one: its name
  std::string text;                           // the value as typed, of kPhone its digits
  // kOrderState the state, kChannel the kind, kBirthday with a year YYYY-MM-DD, kStage its name in the other language.
  std::string code;
  std::int64_t integer = 0;                   // kOrders a count, kSpent minor units, kOptedOut 0 or 1
  // kAttribute: every reading the value allows, since the type is known to the stored attribute only.
  std::optional<double> number;
  std::optional<bool> yes;
  std::optional<SegmentTime> time;            // also of every time field and kBirthday
  bool operator==(const SegmentTerm&) const = default;
};

struct SegmentNode {
  enum class Kind { kAll, kAnd, kOr, kNot, kTerm };
  Kind kind = Kind::kAll;
  std::vector<SegmentNode> children;  // kAnd, kOr: two or more; kNot: one
  SegmentTerm term;                   // kTerm only
  bool operator==(const SegmentNode&) const = default;
};

// Everyone, as long as nothing else was parsed.
struct SegmentQuery {
  SegmentNode root;
  bool operator==(const SegmentQuery&) const = default;
};

}  // namespace laoke::storage
