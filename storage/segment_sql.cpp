#include "storage/segment_sql.h"

#include <algorithm>
#include <optional>

#include "storage/segment_lists.h"
#include "storage/segment_names.h"
#include "storage/segment_terms.h"

namespace laoke::storage {
namespace {

using Kind = SegmentNode::Kind;

// What the rows are taken from before anything else is asked of them.
struct Driver {
  std::vector<const SegmentNode*> answered;  // the terms it already answers, none for the walk over all customers
  std::string from;                   // "FROM …" with its own conditions, ready for " AND …"
  std::string customer_id = "f.customer_id";
};

constexpr const char* kAllCustomers = "FROM customer_facts f WHERE f.shop_id = $1";
// CROSS JOIN keeps SQLite's planner from turning the order of the two tables round.
constexpr const char* kThenFacts = " d CROSS JOIN customer_facts f WHERE f.shop_id = $1 AND f.customer_id = d.customer_id";

// Tags up to so many times as common as the rarest are merged with it row by row; more common ones are looked up. A
// merged row costs about a third of a lookup.
constexpr std::int64_t kMergeWithin = 4;

enum class Use { kOrdered, kCount };  // a count needs no order and may merge tags

class Compiler {
 public:
  Compiler(Transaction& tx, const Shop& shop, std::int64_t now_ms, Use use)
      : tx_(tx), shop_(shop), terms_(tx, shop, now_ms), use_(use) {}

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
    answered_ = driver.answered;
    customer_id_ = driver.customer_id;
    CompiledSegment compiled;
    compiled.from_where = driver.from + " AND f.standing = 0 AND " + condition(root);
    compiled.customer_id = driver.customer_id;
    compiled.params = terms_.take_params();
    return compiled;
  }

  std::string condition(const SegmentNode& node) {
    if (std::find(answered_.begin(), answered_.end(), &node) != answered_.end()) return "1 = 1";
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

  struct TagTerm {
    const SegmentNode* node;  // the tag, or its negation
    SegmentTag tag;
  };

  // The tags every answer must have (`wanted`) or must not have, as far as the shop has them; the rarest first.
  std::vector<TagTerm> top_tags(const std::vector<const SegmentNode*>& top, bool wanted) {
    std::vector<TagTerm> tags;
    for (const SegmentNode* node : top) {
      if ((node->kind == Kind::kNot) == wanted) continue;
      const SegmentNode& inner = wanted ? *node : node->children.front();
      if (inner.kind != Kind::kTerm || inner.term.field != SegmentField::kTag) continue;
      if (const auto tag = find_segment_tag(tx_, shop_.shop_id, inner.term.text)) tags.push_back({node, *tag});
    }
    std::stable_sort(tags.begin(), tags.end(),
                     [](const TagTerm& a, const TagTerm& b) { return a.tag.customer_count < b.tag.customer_count; });
    return tags;
  }

  // The rarest tag every answer must have; else what was bought, else an attribute; else all customers are walked.
  Driver driver(const SegmentNode& root) {
    std::vector<const SegmentNode*> top = {&root};
    if (root.kind == Kind::kAnd) {
      top.clear();
      for (const SegmentNode& child : root.children) top.push_back(&child);
    }
    const auto tags = top_tags(top, true);
    if (!tags.empty()) return use_ == Use::kCount ? merged_tags(top, tags) : tag_driver(tags.front());
    for (const SegmentField field : {SegmentField::kBought, SegmentField::kAttribute})
      for (const SegmentNode* node : top)
        if (node->kind == Kind::kTerm && node->term.field == field)
          return field == SegmentField::kBought ? bought_driver(*node) : attribute_driver(*node);
    Driver everyone;
    everyone.from = kAllCustomers;
    return everyone;
  }

  std::string customers_of(const TagTerm& tag) {
    return "SELECT t.customer_id FROM customer_tags t WHERE t.shop_id = $1 AND t.tag_id = " + terms_.parameter(tag.tag.tag_id);
  }

  // Each tag's customers are stored in order, so that what all share and what none may have is found by walking the lists
  // side by side: a third off the count of two tags. INTERSECT stands first because PostgreSQL binds it closer; the limit
  // above any audience keeps SQLite from dropping the order, without which it would fill a table of its own.
  Driver merged_tags(const std::vector<const SegmentNode*>& top, const std::vector<TagTerm>& wanted) {
    const std::int64_t most = wanted.front().tag.customer_count * kMergeWithin;
    std::vector<const SegmentNode*> answered = {wanted.front().node};
    std::string lists;
    const auto merge = [&](const TagTerm& tag, const char* with) {
      if (tag.node == wanted.front().node || tag.tag.customer_count > most) return;
      lists += with + customers_of(tag);
      answered.push_back(tag.node);
    };
    for (const TagTerm& tag : wanted) merge(tag, " INTERSECT ");
    for (const TagTerm& tag : top_tags(top, false)) merge(tag, " EXCEPT ");
    if (lists.empty()) return tag_driver(wanted.front());
    Driver driver = from_table(*wanted.front().node,
                               "(" + customers_of(wanted.front()) + lists + " ORDER BY 1 LIMIT 9007199254740991)");
    driver.answered = std::move(answered);
    return driver;
  }

  // The rows of `table`, which has one for each customer at most, each with its facts.
  static Driver from_table(const SegmentNode& node, const std::string& table) {
    Driver driver{{&node}, "FROM ", "d.customer_id"};
    driver.from += table;
    driver.from += kThenFacts;
    return driver;
  }
  Driver tag_driver(const TagTerm& tag) {
    Driver driver = from_table(*tag.node, "customer_tags");
    driver.from += " AND d.shop_id = $1 AND d.tag_id = " + terms_.parameter(tag.tag.tag_id);
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
  Use use_;
  std::vector<const SegmentNode*> answered_;
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
  return Compiler(tx, shop, now_ms, Use::kOrdered).all_customers(query.root);
}

std::int64_t count_audience(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms) {
  if (const auto listed = count_by_lists(tx, shop, query, now_ms)) return *listed;
  const auto compiled = Compiler(tx, shop, now_ms, Use::kCount).all_customers(query.root);
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
  const auto compiled = Compiler(tx, shop, now_ms, Use::kOrdered).one_customer(query.root, customer_id);
  bool matches = false;
  ask(tx, "SELECT 1 " + compiled.from_where, compiled.params, [&](const Row&) { matches = true; });
  return matches;
}

}  // namespace laoke::storage
