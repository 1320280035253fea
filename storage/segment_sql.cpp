#include "storage/segment_sql.h"

#include <limits>
#include <optional>

#include "storage/segment_names.h"
#include "storage/segment_terms.h"

namespace laoke::storage {
namespace {

using Kind = SegmentNode::Kind;

// What the rows are taken from before anything else is asked of them.
struct Driver {
  const SegmentNode* node = nullptr;  // the term it already answers, null for the walk over all customers
  std::string from;                   // "FROM …" with its own conditions, ready for " AND …"
  std::string customer_id = "f.customer_id";
};

constexpr const char* kAllCustomers = "FROM customer_facts f WHERE f.shop_id = $1";
// CROSS JOIN keeps SQLite's planner from turning the order of the two tables round.
constexpr const char* kThenFacts = " d CROSS JOIN customer_facts f WHERE f.shop_id = $1 AND f.customer_id = d.customer_id";

class Compiler {
 public:
  Compiler(Transaction& tx, const Shop& shop, std::int64_t now_ms) : tx_(tx), shop_(shop), terms_(tx, shop, now_ms) {}

  CompiledSegment all_customers(const SegmentNode& root) {
    return finish(root, driver(root));
  }
  CompiledSegment one_customer(const SegmentNode& root, std::int64_t customer_id) {
    Driver driver;
    driver.from = kAllCustomers;
    driver.from += " AND f.customer_id = " + terms_.parameter(customer_id);
    return finish(root, driver);
  }

 private:
  CompiledSegment finish(const SegmentNode& root, const Driver& driver) {
    answered_ = driver.node;
    customer_id_ = driver.customer_id;
    CompiledSegment compiled;
    compiled.from_where = driver.from + " AND f.standing = 0 AND " + condition(root);
    compiled.customer_id = driver.customer_id;
    compiled.params = terms_.take_params();
    return compiled;
  }

  std::string condition(const SegmentNode& node) {
    if (&node == answered_) return "1 = 1";
    switch (node.kind) {
      case Kind::kAll: return "1 = 1";
      case Kind::kNot: return "NOT (" + condition(node.children.front()) + ")";
      case Kind::kTerm: return terms_.condition(node.term, customer_id_);
      default: break;
    }
    std::string joined;
    for (const SegmentNode& child : node.children)
      joined += (joined.empty() ? "(" : node.kind == Kind::kAnd ? " AND " : " OR ") + condition(child);
    return joined + ")";
  }

  // The rarest tag every answer must have; else what was bought, else an attribute; else all customers are walked.
  Driver driver(const SegmentNode& root) {
    const SegmentNode* rarest = nullptr;
    SegmentTag rarest_tag{0, std::numeric_limits<std::int64_t>::max()};
    const SegmentNode* bought = nullptr;
    const SegmentNode* attribute = nullptr;
    const auto consider = [&](const SegmentNode& node) {
      if (node.kind != Kind::kTerm) return;
      if (node.term.field == SegmentField::kBought && bought == nullptr) bought = &node;
      if (node.term.field == SegmentField::kAttribute && attribute == nullptr) attribute = &node;
      if (node.term.field != SegmentField::kTag) return;
      const auto tag = find_segment_tag(tx_, shop_.shop_id, node.term.text);
      if (!tag || tag->customer_count >= rarest_tag.customer_count) return;
      rarest = &node;
      rarest_tag = *tag;
    };
    consider(root);
    if (root.kind == Kind::kAnd)
      for (const SegmentNode& child : root.children) consider(child);
    if (rarest != nullptr) return tag_driver(*rarest, rarest_tag.tag_id);
    if (bought != nullptr) return bought_driver(*bought);
    if (attribute != nullptr) return attribute_driver(*attribute);
    Driver everyone;
    everyone.from = kAllCustomers;
    return everyone;
  }

  // The rows of `table`, which has one for each customer at most, each with its facts.
  static Driver from_table(const SegmentNode& node, const std::string& table) {
    Driver driver{&node, "FROM ", "d.customer_id"};
    driver.from += table;
    driver.from += kThenFacts;
    return driver;
  }
  Driver tag_driver(const SegmentNode& node, std::int64_t tag_id) {
    Driver driver = from_table(node, "customer_tags");
    driver.from += " AND d.shop_id = $1 AND d.tag_id = " + terms_.parameter(tag_id);
    return driver;
  }
  Driver bought_driver(const SegmentNode& node) {
    return from_table(node, "(SELECT DISTINCT b.customer_id FROM purchases b WHERE b.shop_id = $1 AND b.product_id IN (" +
                                terms_.products(node.term) + "))");
  }
  Driver attribute_driver(const SegmentNode& node) {
    Driver driver = from_table(node, "attributes");
    driver.from += " AND d.shop_id = $1 AND d.name = " + terms_.parameter(node.term.attribute);
    driver.from += " AND " + terms_.attribute_value(node.term, "d");
    return driver;
  }

  Transaction& tx_;
  const Shop& shop_;
  SegmentTerms terms_;
  const SegmentNode* answered_ = nullptr;
  std::string customer_id_;
};

void ask(Transaction& tx, const std::string& text, const std::vector<SegmentValue>& values, const RowFn& each) {
  std::vector<Param> params;
  params.reserve(values.size());
  for (const SegmentValue& value : values)
    std::visit([&](const auto& plain) { params.emplace_back(plain); }, value);
  tx.query_built(text, params, each);
}

}  // namespace

CompiledSegment compile_segment(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms) {
  return Compiler(tx, shop, now_ms).all_customers(query.root);
}

std::int64_t count_audience(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms) {
  const auto compiled = compile_segment(tx, shop, query, now_ms);
  std::int64_t count = 0;
  ask(tx, "SELECT count(*) " + compiled.from_where, compiled.params, [&](const Row& row) { count = row.integer(0); });
  return count;
}

std::vector<std::int64_t> audience_ids(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms) {
  const auto compiled = compile_segment(tx, shop, query, now_ms);
  std::vector<std::int64_t> ids;
  ask(tx, "SELECT " + compiled.customer_id + " " + compiled.from_where + " ORDER BY " + compiled.customer_id, compiled.params,
      [&](const Row& row) { ids.push_back(row.integer(0)); });
  return ids;
}

std::vector<SegmentCustomer> first_customers(Transaction& tx, const Shop& shop, const SegmentQuery& query,
                                             std::int64_t now_ms, int limit) {
  const auto compiled = compile_segment(tx, shop, query, now_ms);
  auto params = compiled.params;
  params.emplace_back(std::int64_t{limit});
  std::vector<SegmentCustomer> customers;
  ask(tx, "SELECT n.customer_id, n.name FROM (SELECT " + compiled.customer_id + " AS customer_id " + compiled.from_where +
              " ORDER BY " + compiled.customer_id + " LIMIT $" + std::to_string(params.size()) +
              ") first_ones JOIN customers n ON n.shop_id = $1 AND n.customer_id = first_ones.customer_id ORDER BY n.customer_id",
      params, [&](const Row& row) { customers.push_back({row.integer(0), row.string(1)}); });
  return customers;
}

bool matches_segment(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t customer_id,
                     std::int64_t now_ms) {
  const auto compiled = Compiler(tx, shop, now_ms).one_customer(query.root, customer_id);
  bool matches = false;
  ask(tx, "SELECT 1 " + compiled.from_where, compiled.params, [&](const Row&) { matches = true; });
  return matches;
}

}  // namespace laoke::storage
