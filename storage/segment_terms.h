#pragma once
#include <string>
#include <vector>

#include "storage/segment_sql.h"
#include "storage/segment_time.h"

namespace laoke::storage {

// Writes conditions of one statement and collects its parameters. Every condition is either true or false, never null,
// so that NOT of it is exactly everybody else.
class SegmentTerms {
 public:
  SegmentTerms(Transaction& tx, const Shop& shop, std::int64_t now_ms);

  // A condition over customer_facts f; `customer_id` names the column that identifies the customer.
  std::string condition(const SegmentTerm& term, const std::string& customer_id);
  // The condition of an attribute's value, over a row `alias` of attributes that has the right name.
  std::string attribute_value(const SegmentTerm& term, const std::string& alias);
  // A select of the products a kBought term means.
  std::string products(const SegmentTerm& term);
  std::string parameter(SegmentValue value);  // "$7"

  std::vector<SegmentValue> take_params() { return std::move(params_); }

 private:
  std::string fact_condition(const SegmentTerm& term);
  std::string has(const SegmentTerm& term, const std::string& customer_id);
  std::string birthday(const SegmentTerm& term, const std::string& customer_id);
  std::string during(const std::string& column, SegmentCompare compare, const SegmentTime& time);
  std::string whole_text(const std::string& column, const std::string& text);
  std::string text(const std::string& column, const SegmentTerm& term);
  // `EXISTS (SELECT 1 FROM table x WHERE <of this customer> AND rest)`.
  std::string exists(const std::string& table, const std::string& customer_id, const std::string& rest);

  Transaction& tx_;
  const Shop& shop_;
  SegmentCalendar calendar_;
  std::vector<SegmentValue> params_;
};

}  // namespace laoke::storage
