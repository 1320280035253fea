#include "storage/segment_terms.h"

#include "storage/segment_names.h"

namespace laoke::storage {
namespace {

constexpr const char* kNobody = "1 = 0";
// The plus keeps the planner from its index: few orders are worth that way, and then segment_lists takes it.
constexpr const char* kLastOrder = "+f.last_order_ms";

const char* sign(SegmentCompare compare) {
  switch (compare) {
    case SegmentCompare::kLess: return " < ";
    case SegmentCompare::kLessEqual: return " <= ";
    case SegmentCompare::kGreater: return " > ";
    case SegmentCompare::kGreaterEqual: return " >= ";
    default: return " = ";
  }
}

bool is_equality(SegmentCompare compare) { return compare == SegmentCompare::kIs || compare == SegmentCompare::kEqual; }

std::string known(const std::string& column, const std::string& condition) {
  return "(" + column + " IS NOT NULL AND " + condition + ")";
}

}  // namespace

SegmentTerms::SegmentTerms(Transaction& tx, const Shop& shop, std::int64_t now_ms)
    : tx_(tx), shop_(shop), calendar_(shop.time_zone, now_ms), params_{SegmentValue(shop.shop_id)} {}

std::string SegmentTerms::parameter(SegmentValue value) {
  params_.push_back(std::move(value));
  return "$" + std::to_string(params_.size());
}

std::string SegmentTerms::exists(const std::string& table, const std::string& customer_id, const std::string& rest) {
  return "EXISTS (SELECT 1 FROM " + table + " x WHERE x.shop_id = $1 AND x.customer_id = " + customer_id +
         (rest.empty() ? "" : " AND " + rest) + ")";
}

std::string SegmentTerms::whole_text(const std::string& column, const std::string& text) {
  return "lower(" + column + ") = lower(" + parameter(text) + ")";
}

std::string SegmentTerms::text(const std::string& column, const SegmentTerm& term) {
  if (term.compare == SegmentCompare::kEqual) return whole_text(column, term.text);
  return "lower(" + column + ") LIKE lower(" + parameter(like_anywhere(term.text)) + ") ESCAPE '\\'";
}

// Against an age: more recent than, longer ago than. Against a day or a period: before, within, after.
std::string SegmentTerms::during(const std::string& column, SegmentCompare compare, const SegmentTime& time) {
  const TimeRange range = calendar_.range(time);
  if (time.kind == SegmentTime::Kind::kAge) {
    const char* than = compare == SegmentCompare::kGreater        ? " < "
                       : compare == SegmentCompare::kGreaterEqual ? " <= "
                       : compare == SegmentCompare::kLessEqual    ? " >= "
                                                                  : " > ";
    return column + than + parameter(range.from_ms);
  }
  switch (compare) {
    case SegmentCompare::kLess: return column + " < " + parameter(range.from_ms);
    case SegmentCompare::kLessEqual: return column + " < " + parameter(range.until_ms);
    case SegmentCompare::kGreater: return column + " >= " + parameter(range.until_ms);
    case SegmentCompare::kGreaterEqual: return column + " >= " + parameter(range.from_ms);
    default: break;
  }
  const std::string from = parameter(range.from_ms);
  return "(" + column + " >= " + from + " AND " + column + " < " + parameter(range.until_ms) + ")";
}

std::string SegmentTerms::birthday(const SegmentTerm& term, const std::string& customer_id) {
  if (term.time->kind == SegmentTime::Kind::kDay) return exists("customers", customer_id, "x.birthday = " + parameter(term.code));
  const bool beyond = term.compare == SegmentCompare::kGreater || term.compare == SegmentCompare::kGreaterEqual;
  const bool last_day_too = term.compare != SegmentCompare::kLess && term.compare != SegmentCompare::kGreaterEqual;
  const BirthdayRange range = calendar_.birthdays(*term.time, last_day_too);
  if (range.everything) return beyond ? kNobody : "f.birthday_md IS NOT NULL";
  const std::string first = parameter(range.first);
  const std::string within = "f.birthday_md >= " + first + (range.first <= range.last ? " AND " : " OR ") +
                             "f.birthday_md <= " + parameter(range.last);
  return known("f.birthday_md", (beyond ? "NOT (" : "(") + within + ")");
}

std::string SegmentTerms::products(const SegmentTerm& term) {
  const std::string head = "SELECT p.product_id FROM products p WHERE p.shop_id = $1 AND (";
  if (term.compare == SegmentCompare::kEqual || product_is_called(tx_, shop_.shop_id, term.text)) {
    const std::string name = parameter(term.text);
    return head + "lower(p.name) = lower(" + name + ") OR lower(p.sku) = lower(" + name + ") OR lower(p.family) = lower(" +
           name + "))";
  }
  const std::string part = parameter(like_anywhere(term.text));
  return head + "lower(p.name) LIKE lower(" + part + ") ESCAPE '\\' OR lower(p.family) LIKE lower(" + part + ") ESCAPE '\\')";
}

std::string SegmentTerms::attribute_value(const SegmentTerm& term, const std::string& alias) {
  std::vector<std::string> readings;
  const std::string value = alias + ".number_value";
  const auto reading = [&](const char* kind, const std::string& condition) {
    readings.push_back("(" + alias + ".kind = '" + kind + "' AND " + value + " IS NOT NULL AND " + condition + ")");
  };
  const bool equality = is_equality(term.compare);
  if (equality) readings.push_back("(" + alias + ".kind = 'text' AND " + whole_text(alias + ".text_value", term.text) + ")");
  if (term.number) reading("number", value + sign(term.compare) + parameter(*term.number));
  if (term.yes && equality) reading("yesno", value + " = " + parameter(*term.yes ? 1.0 : 0.0));
  if (term.time) {
    const TimeRange range = calendar_.date_range(*term.time);
    const double from = static_cast<double>(range.from_ms), until = static_cast<double>(range.until_ms);
    const bool age = term.time->kind == SegmentTime::Kind::kAge;
    const bool recent = age && (equality || term.compare == SegmentCompare::kLess || term.compare == SegmentCompare::kLessEqual);
    if (recent) {
      // What lies ahead has no age yet.
      const char* than = term.compare == SegmentCompare::kLess ? " > " : " >= ";
      reading("date", value + than + parameter(from) + " AND " + value + " < " + parameter(until));
    } else if (age) {
      reading("date", value + (term.compare == SegmentCompare::kGreater ? " < " : " <= ") + parameter(from));
    } else if (equality) {
      reading("date", value + " >= " + parameter(from) + " AND " + value + " < " + parameter(until));
    } else if (term.compare == SegmentCompare::kLess || term.compare == SegmentCompare::kGreaterEqual) {
      reading("date", value + sign(term.compare) + parameter(from));
    } else {
      reading("date", value + (term.compare == SegmentCompare::kLessEqual ? " < " : " >= ") + parameter(until));
    }
  }
  std::string any;
  for (const std::string& one : readings) any += (any.empty() ? "" : " OR ") + one;
  return any.empty() ? kNobody : "(" + any + ")";
}

std::string SegmentTerms::has(const SegmentTerm& term, const std::string& customer_id) {
  switch (term.thing) {
    case SegmentThing::kPhone: return exists("phones", customer_id, "");
    case SegmentThing::kBirthday: return "f.birthday_md IS NOT NULL";
    case SegmentThing::kOrder: return std::string(kLastOrder) + " IS NOT NULL";
    case SegmentThing::kAddress: return exists("addresses", customer_id, "");
    case SegmentThing::kTag: return exists("customer_tags", customer_id, "");
    case SegmentThing::kEmail: return exists("customers", customer_id, "x.email <> ''");
    case SegmentThing::kOwner: return "f.owner_id IS NOT NULL";
    case SegmentThing::kNote: return exists("notes", customer_id, "");
    case SegmentThing::kContact: return exists("contacts", customer_id, "");
    case SegmentThing::kReferrer: return exists("customers", customer_id, "x.referrer_id IS NOT NULL");
    case SegmentThing::kAttribute: return exists("attributes", customer_id, "x.name = " + parameter(term.attribute));
  }
  return kNobody;
}

std::string SegmentTerms::fact_condition(const SegmentTerm& term) {
  switch (term.field) {
    case SegmentField::kStage: {
      const std::string typed = whole_text("f.stage", term.text);
      return term.code.empty() ? typed : "(" + typed + " OR f.stage = " + parameter(term.code) + ")";
    }
    case SegmentField::kGrade: return whole_text("f.grade", term.text);
    case SegmentField::kOptedOut: return "f.opted_out = " + parameter(term.integer);
    case SegmentField::kOrders: return "f.order_count" + std::string(sign(term.compare)) + parameter(term.integer);
    case SegmentField::kSpent: return "f.spent_minor" + std::string(sign(term.compare)) + parameter(term.integer);
    case SegmentField::kLastOrder: return known(kLastOrder, during(kLastOrder, term.compare, *term.time));
    case SegmentField::kFirstOrder: return known("f.first_order_ms", during("f.first_order_ms", term.compare, *term.time));
    case SegmentField::kCreated: return during("f.created_at_ms", term.compare, *term.time);
    case SegmentField::kLastIn: return known("f.last_in_ms", during("f.last_in_ms", term.compare, *term.time));
    case SegmentField::kNoReply:
      return known("f.last_out_ms", "coalesce(f.last_in_ms, 0) < f.last_out_ms AND " +
                                        during("f.last_out_ms", term.compare, *term.time));
    case SegmentField::kOwner:
      return known("f.owner_id", "f.owner_id IN (SELECT s.staff_id FROM staff s WHERE s.shop_id = $1 AND " +
                                     whole_text("s.name", term.text) + ")");
    default: return kNobody;
  }
}

std::string SegmentTerms::condition(const SegmentTerm& term, const std::string& customer_id) {
  switch (term.field) {
    case SegmentField::kTag: {
      const auto tag = find_segment_tag(tx_, shop_.shop_id, term.text);
      return tag ? exists("customer_tags", customer_id, "x.tag_id = " + parameter(tag->tag_id)) : kNobody;
    }
    case SegmentField::kGroup:
      return exists("customer_tags", customer_id, "x.tag_id IN (SELECT t.tag_id FROM tags t WHERE t.shop_id = $1 AND " +
                                                      whole_text("t.tag_group", term.text) + ")");
    case SegmentField::kBought: return exists("purchases", customer_id, "x.product_id IN (" + products(term) + ")");
    case SegmentField::kCity: return exists("addresses", customer_id, text("x.city", term));
    case SegmentField::kRegion: return exists("addresses", customer_id, text("x.region", term));
    case SegmentField::kBirthday: return birthday(term, customer_id);
    case SegmentField::kName: return exists("customers", customer_id, text("x.name", term));
    case SegmentField::kEmail: return exists("customers", customer_id, text("x.email", term));
    case SegmentField::kSource: return exists("customers", customer_id, whole_text("x.source", term.text));
    case SegmentField::kPhone: {
      const std::string digits = "%" + term.text + (term.compare == SegmentCompare::kIs ? "%" : "");
      return exists("phones", customer_id, "x.phone LIKE " + parameter(digits));
    }
    case SegmentField::kLanguage: {
      const std::string spoken = "lower(CASE WHEN x.language = '' THEN " + parameter(shop_.language) + " ELSE x.language END)";
      const std::string wanted = parameter(term.text), regional = parameter(term.text + "-%");
      return exists("customers", customer_id,
                    "(" + spoken + " = lower(" + wanted + ") OR " + spoken + " LIKE lower(" + regional + "))");
    }
    case SegmentField::kReferrer:
      return exists("customers", customer_id, "x.referrer_id IN (SELECT r.customer_id FROM customers r "
                                              "WHERE r.shop_id = $1 AND " + whole_text("r.name", term.text) + ")");
    case SegmentField::kChannel:
      return exists("contacts", customer_id, "x.channel_id IN (SELECT h.channel_id FROM channels h WHERE h.shop_id = $1 AND ("
                                               "h.kind = " + parameter(term.code) + " OR " + whole_text("h.name", term.text) + "))");
    case SegmentField::kOrderState: return exists("orders", customer_id, "x.state = " + parameter(term.code));
    case SegmentField::kAttribute:
      return exists("attributes", customer_id, "x.name = " + parameter(term.attribute) + " AND " + attribute_value(term, "x"));
    case SegmentField::kHas: return has(term, customer_id);
    default: return fact_condition(term);
  }
}

}  // namespace laoke::storage
