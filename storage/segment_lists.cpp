#include "storage/segment_lists.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "storage/segment_names.h"
#include "storage/segment_time.h"

namespace laoke::storage {
namespace {

using Kind = SegmentNode::Kind;
using Ids = std::vector<std::int64_t>;

constexpr Sql kSegmentListsTagged{"segment_lists.tagged",
                      "SELECT customer_id FROM customer_tags WHERE shop_id = $1 AND tag_id = $2 ORDER BY customer_id"};
constexpr Sql kSegmentListsNotCustomers{"segment_lists.not_customers",
                            "SELECT customer_id FROM customer_facts WHERE shop_id = $1 AND standing <> 0"};
constexpr Sql kSegmentListsOrdered{"segment_lists.ordered",
                       "SELECT customer_id FROM customer_facts WHERE shop_id = $1 AND last_order_ms >= $2 AND last_order_ms < $3"};
constexpr Sql kSegmentListsNeverOrdered{"segment_lists.never_ordered",
                            "SELECT customer_id FROM customer_facts WHERE shop_id = $1 AND last_order_ms IS NULL"};
constexpr Sql kSegmentListsSomeOrdered{"segment_lists.some_ordered",
                           "SELECT count(*) FROM (SELECT 1 FROM customer_facts WHERE shop_id = $1 AND last_order_ms >= $2 "
                           "AND last_order_ms < $3 LIMIT $4) AS first_ones"};
constexpr Sql kSegmentListsSomeNeverOrdered{"segment_lists.some_never_ordered",
                                "SELECT count(*) FROM (SELECT 1 FROM customer_facts WHERE shop_id = $1 AND last_order_ms IS NULL "
                                "LIMIT $2) AS first_ones"};
constexpr const Sql* kSegmentListsStatements[] = {&kSegmentListsTagged, &kSegmentListsNotCustomers, &kSegmentListsOrdered, &kSegmentListsNeverOrdered, &kSegmentListsSomeOrdered, &kSegmentListsSomeNeverOrdered};

constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::max(), kEver = std::numeric_limits<std::int64_t>::min();
// A listed id costs some 0.1 us, one looked up 0.65 (measured at 1,000,000 customers). Times may have to be counted twice
// before it is known which list is short.
constexpr std::int64_t kTagsPerLookup = 4, kOrdersPerLookup = 1;
// Up to so many ids apart on average a list out of order becomes bits instead of being sorted: no more memory than the
// list itself.
constexpr std::uint64_t kBitsPerId = 64;

// One thing every answer must have, or must not.
struct Wanted {
  const SegmentTerm* term;
  bool yes;
};

// The terms of a conjunction; none when there is anything else among them.
std::optional<std::vector<Wanted>> terms_of(const SegmentNode& root) {
  std::vector<Wanted> terms;
  const auto take = [&](const SegmentNode& node) {
    const bool yes = node.kind != Kind::kNot;
    const SegmentNode& inner = yes ? node : node.children.front();
    const bool listed = inner.kind == Kind::kTerm &&
                        (inner.term.field == SegmentField::kTag || inner.term.field == SegmentField::kLastOrder);
    if (listed) terms.push_back({&inner.term, yes});
    return listed;
  };
  if (root.kind != Kind::kAnd) return take(root) ? std::optional(terms) : std::nullopt;
  if (!std::all_of(root.children.begin(), root.children.end(), take)) return std::nullopt;
  return terms;
}

// What a last_order term means: a newest order at from_ms <= t < until_ms.
TimeRange moments(const SegmentTerm& term, const SegmentCalendar& calendar) {
  const TimeRange range = calendar.range(*term.time);
  const bool age = term.time->kind == SegmentTime::Kind::kAge;
  switch (term.compare) {
    case SegmentCompare::kLess: return age ? TimeRange{range.from_ms + 1, kAlways} : TimeRange{kEver, range.from_ms};
    case SegmentCompare::kLessEqual: return age ? TimeRange{range.from_ms, kAlways} : TimeRange{kEver, range.until_ms};
    case SegmentCompare::kGreater: return age ? TimeRange{kEver, range.from_ms} : TimeRange{range.until_ms, kAlways};
    case SegmentCompare::kGreaterEqual: return age ? TimeRange{kEver, range.from_ms + 1} : TimeRange{range.from_ms, kAlways};
    default: return age ? TimeRange{range.from_ms + 1, kAlways} : range;
  }
}

class Lists {
 public:
  Lists(Transaction& tx, std::int64_t shop_id) : tx_(tx), shop_id_(shop_id) {}

  std::optional<std::int64_t> count(const std::vector<Wanted>& terms, const SegmentCalendar& calendar) {
    if (!take_tags(terms)) return std::nullopt;
    for (const Wanted& one : terms)
      if (one.term->field == SegmentField::kLastOrder && !plan_orders(moments(*one.term, calendar), one.yes)) return std::nullopt;
    Ids answer = tagged(with_.front().tag_id);
    for (std::size_t i = 1; i < with_.size(); ++i) sift(answer, tagged(with_[i].tag_id), true);
    for (const SegmentTag& tag : without_) sift(answer, tagged(tag.tag_id), false);
    for (const TimeRange& range : ordered_) sift(answer, ids(kSegmentListsOrdered, {shop_id_, range.from_ms, range.until_ms}), true);
    for (const TimeRange& range : not_ordered_) sift(answer, ids(kSegmentListsOrdered, {shop_id_, range.from_ms, range.until_ms}), false);
    if (not_never_) sift(answer, ids(kSegmentListsNeverOrdered, {shop_id_}), false);
    sift(answer, ids(kSegmentListsNotCustomers, {shop_id_}), false);
    return static_cast<std::int64_t>(answer.size());
  }

 private:
  // False when no tag must be there, or one must that the shop does not have.
  bool take_tags(const std::vector<Wanted>& terms) {
    for (const Wanted& one : terms) {
      if (one.term->field != SegmentField::kTag) continue;
      const auto tag = find_segment_tag(tx_, shop_id_, one.term->text);
      if (!tag && one.yes) return false;
      if (tag) (one.yes ? with_ : without_).push_back(*tag);
    }
    std::sort(with_.begin(), with_.end(), [](const auto& a, const auto& b) { return a.customer_count < b.customer_count; });
    if (with_.empty()) return false;
    const std::int64_t rarest = with_.front().customer_count;
    most_ = rarest * kOrdersPerLookup;
    const auto affordable = [&](const SegmentTag& tag) { return tag.customer_count <= rarest * kTagsPerLookup; };
    return std::all_of(with_.begin(), with_.end(), affordable) && std::all_of(without_.begin(), without_.end(), affordable);
  }

  // Lists whoever ordered within the range, or else everybody outside it, whichever are few.
  bool plan_orders(const TimeRange& range, bool yes) {
    auto& within = yes ? ordered_ : not_ordered_;
    const TimeRange before{kEver, range.from_ms}, after{range.until_ms, kAlways};
    if (some(kSegmentListsSomeOrdered, {shop_id_, range.from_ms, range.until_ms, most_ + 1}) <= most_) {
      within.push_back(range);
      return true;
    }
    if (!yes) return false;  // outside it are those before, those after and those who never ordered: no single list
    std::int64_t outside = some(kSegmentListsSomeNeverOrdered, {shop_id_, most_ + 1});
    for (const TimeRange& part : {before, after})
      if (outside <= most_) outside += some(kSegmentListsSomeOrdered, {shop_id_, part.from_ms, part.until_ms, most_ + 1});
    if (outside > most_) return false;
    not_ordered_.push_back(before);
    not_ordered_.push_back(after);
    not_never_ = true;
    return true;
  }

  std::int64_t some(const Sql& sql, std::initializer_list<Param> params) {
    std::int64_t count = 0;
    tx_.query(sql, params, [&](const Row& row) { count = row.integer(0); });
    return count;
  }
  Ids ids(const Sql& sql, std::initializer_list<Param> params) {
    Ids ids;
    tx_.query(sql, params, [&](const Row& row) { ids.push_back(row.integer(0)); });
    return ids;
  }
  Ids tagged(std::int64_t tag_id) { return ids(kSegmentListsTagged, {shop_id_, tag_id}); }

  // Keeps of the ascending `answer` the ids that are listed, or those that are not.
  static void sift(Ids& answer, Ids listed, bool keep) {
    if (answer.empty()) return;
    const auto first = static_cast<std::uint64_t>(answer.front()), span = static_cast<std::uint64_t>(answer.back()) - first + 1;
    if (!std::is_sorted(listed.begin(), listed.end()) && span / kBitsPerId <= answer.size() + listed.size())
      return sift_by_bits(answer, listed, keep, first, span);
    std::sort(listed.begin(), listed.end());
    auto at = listed.begin();
    std::erase_if(answer, [&](std::int64_t id) {
      while (at != listed.end() && *at < id) ++at;
      return (at != listed.end() && *at == id) != keep;
    });
  }
  static void sift_by_bits(Ids& answer, const Ids& listed, bool keep, std::uint64_t first, std::uint64_t span) {
    std::vector<bool> bits(span);
    for (const std::int64_t id : listed)
      if (const auto at = static_cast<std::uint64_t>(id) - first; at < span) bits[at] = true;
    std::erase_if(answer, [&](std::int64_t id) { return bits[static_cast<std::uint64_t>(id) - first] != keep; });
  }

  Transaction& tx_;
  const std::int64_t shop_id_;
  std::int64_t most_ = 0;
  std::vector<SegmentTag> with_, without_;
  std::vector<TimeRange> ordered_, not_ordered_;
  bool not_never_ = false;
};

}  // namespace

std::optional<std::int64_t> count_by_lists(Transaction& tx, const Shop& shop, const SegmentQuery& query, std::int64_t now_ms) {
  const auto terms = terms_of(query.root);
  if (!terms) return std::nullopt;
  return Lists(tx, shop.shop_id).count(*terms, SegmentCalendar(shop.time_zone, now_ms));
}

std::span<const Sql* const> segment_list_statements() { return kSegmentListsStatements; }

}  // namespace laoke::storage
