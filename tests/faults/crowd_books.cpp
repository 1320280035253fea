#include "tests/faults/crowd.h"

// What must have come of every callback.
namespace laoke::faults {
namespace {

struct Replies {
  std::map<std::string, std::vector<const storage::Delivery*>> to_owner;      // by mark
  std::map<std::int64_t, std::vector<const storage::Delivery*>> to_customer;  // without a mark, by customer: the welcome
};

Replies replies_in(const LedgerView& ledger) {
  Replies replies;
  for (const auto& row : ledger.direct) {
    const auto mark = mark_in(row.payload);
    if (!mark.empty())
      replies.to_owner[mark].push_back(&row);
    else if (row.klass == "reply")
      replies.to_customer[row.key.customer_id].push_back(&row);
  }
  return replies;
}

}  // namespace

std::int64_t Crowd::replies(const LedgerView& ledger) const {
  const auto all = replies_in(ledger);
  return static_cast<std::int64_t>(all.to_owner.size() + all.to_customer.size());
}

Audit Crowd::check(const LedgerView& ledger, const PeopleView& people) const {
  Audit audit;
  const auto complain = [&](const std::string& what) { audit.complaints.push_back(what); };
  const auto replies = replies_in(ledger);
  std::vector<Entry> entries;
  const auto one_reply = [&](const std::string& name, const std::vector<const storage::Delivery*>* rows, const std::string& mark, std::int64_t chat) {
    if (rows == nullptr || rows->size() != 1) complain(name + ": " + std::to_string(rows == nullptr ? 0 : rows->size()) + " replies in the ledger");
    if (rows == nullptr) return;
    for (const auto* row : *rows) entries.push_back(stage_.entry_of(name, *row, mark, chat, false));
  };
  const auto find = [](const auto& map, const auto& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
  };
  if (static_cast<std::int64_t>(people.callbacks.size()) != callbacks())
    complain(std::to_string(callbacks()) + " callbacks, but " + std::to_string(people.callbacks.size()) + " rows that mark them as taken");
  for (const auto& mark : marks_)
    one_reply("relay of " + mark, find(replies.to_owner, mark), mark, kOwner);
  for (const auto& [chat, texts] : said_) {
    const auto* customers = find(people.customers, chat);
    if (customers == nullptr || customers->size() != 1) {
      complain("chat " + std::to_string(chat) + " is " + std::to_string(customers == nullptr ? 0 : customers->size()) + " customers");
      continue;
    }
    one_reply("welcome to " + std::to_string(chat), find(replies.to_customer, customers->front()), "", chat);
    const auto* said = find(people.said, chat);
    std::size_t kept = 0;
    if (said != nullptr)
      for (const auto& [text, count] : *said) {
        kept += static_cast<std::size_t>(count);
        if (count != 1) complain("chat " + std::to_string(chat) + " said '" + text + "' " + std::to_string(count) + " times");
      }
    if (kept != texts.size()) complain("chat " + std::to_string(chat) + " said " + std::to_string(texts.size()) + " things, kept are " + std::to_string(kept));
  }
  audit.add(faults::audit(entries, Settled::kYes));
  return audit;
}

}  // namespace laoke::faults
