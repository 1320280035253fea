#include "tests/faults/stage.h"

// How a stage compares what the ledger says with what the platform took.
namespace laoke::faults {

std::int64_t Stage::chat_of(std::int64_t customer) const {
  const auto found = people_.chats.find(customer);
  return found == people_.chats.end() || found->second.empty() ? 0 : found->second.front();
}

std::vector<std::int64_t> Stage::customers(int count) const {
  std::vector<std::int64_t> all;
  for (int i = 0; i < count; ++i)
    if (const auto found = people_.customers.find(kFirstCustomer + i); found != people_.customers.end()) all.push_back(found->second.front());
  return all;
}

void Stage::complain(const std::string& what) {
  const std::lock_guard lock(complaints_mutex_);
  if (audit_.complaints.size() < kMostComplaints) audit_.complaints.push_back(what);
}

std::string Stage::mark_of(const storage::Broadcast& broadcast) const { return mark_in(broadcast.body); }

Entry Stage::entry_of(const std::string& name, const storage::Delivery& row, const std::string& mark, std::int64_t chat, bool may_repeat) const {
  const bool unheard = platform.unheard(mark, chat) || (row.reason == "no_answer" && platform.was_away(row.updated_at_ms, clock_moved));
  const bool keyed = options.batches && chat >= kFirstCustomer && chat < kFirstStranger;
  return {name, row.state, row.reason, platform.taken(mark, chat), cut_.contains(row.key), unheard, may_repeat && !keyed, keyed};
}

std::vector<Entry> Stage::broadcast_entries(const LedgerView::Book& book, Settled settled) const {
  const std::string mark = mark_of(book.broadcast);
  std::vector<Entry> entries;
  std::set<std::int64_t> planned;
  for (const auto& row : book.rows) {
    const auto chat = chat_of(row.key.customer_id);
    if (chat == 0 && settled == Settled::kNo) continue;  // became a customer meanwhile: looked at in the end
    planned.insert(chat);
    auto& entry = entries.emplace_back(entry_of("broadcast " + mark + ", chat " + std::to_string(chat), row, mark, chat, false));
    entry.keyed = entry.keyed && book.broadcast.state != "cancelled";  // nothing of it is asked again
  }
  // Those who should have been planned. A cancelled one may have stopped in the middle of planning.
  const bool whole = book.broadcast.state == "sending" || book.broadcast.state == "done";
  for (int i = 0; whole && i < options.customers; ++i)
    if (!planned.contains(kFirstCustomer + i))
      entries.push_back({"broadcast " + mark + ", chat " + std::to_string(kFirstCustomer + i), "", "not planned",
                         platform.taken(mark, kFirstCustomer + i), false, false, false});
  return entries;
}

void Stage::look_at_the_batches() {
  const auto batches = platform.batches();
  for (const auto& complaint : batches.complaints()) complain(complaint);
  if (options.batches && batches.batches() == 0) complain("nothing went by batches");
}

void Stage::look_at_the_books() {
  const auto view = options.engine == "sqlite" ? read_ledger_copy(nodes_[0]->database_file(), folder_ + "/scratch") : read_ledger(database_url());
  cut_.insert(view.in_flight.begin(), view.in_flight.end());
  if (options.engine != "sqlite") return;  // other nodes go on: ledger and platform cannot be read at one moment
  for (const auto& book : view.books) {
    const bool over = book.broadcast.state == "done" || book.broadcast.state == "cancelled";
    if (over) continue;
    auto now = audit(broadcast_entries(book, Settled::kNo), Settled::kNo);
    for (auto& complaint : now.complaints) complain("at a kill: " + complaint);
  }
}

void Stage::compare_with_api(const LedgerView& view) {
  for (const auto& book : view.books) {
    Counts rows, kept, shown;
    for (const auto& row : book.rows) ++rows[{row.state, row.reason}];
    for (const auto& count : book.counts) kept[{count.state, count.reason}] = count.count;
    const std::string name = "broadcast " + mark_of(book.broadcast);
    if (const auto differences = compare_counts(kept, rows); !differences.empty()) complain(name + ", kept counts: " + differences);
    const auto status = shown_counts_.find(book.broadcast.broadcast_id);
    if (status == shown_counts_.end()) continue;
    for (const auto& count : status->second.at("counts"))
      shown[{count.at("state").get<std::string>(), count.at("reason").get<std::string>()}] = count.at("count");
    if (const auto differences = compare_counts(shown, rows); !differences.empty()) complain(name + ", shown by the API: " + differences);
  }
}

Stage::Books Stage::close_the_books() {
  for (auto& node : nodes_) node->stop();
  people_ = read_people(database_url(), kFirstStranger);
  auto view = read_ledger(database_url());
  std::map<std::string, int> of_mark;
  for (const auto& book : view.books) {
    ++of_mark[mark_of(book.broadcast)];
    audit_.add(audit(broadcast_entries(book, Settled::kYes), Settled::kYes));
    if (static_cast<std::size_t>(book.broadcast.audience_count) != book.rows.size() && book.broadcast.state == "done")
      complain("broadcast " + mark_of(book.broadcast) + " counts " + std::to_string(book.broadcast.audience_count) + " people, its rows are " +
               std::to_string(book.rows.size()));
  }
  for (const auto& [mark, count] : of_mark)
    if (count != 1) complain("broadcast " + mark + " was made " + std::to_string(count) + " times");
  compare_with_api(view);
  look_at_the_batches();
  if (!view.in_flight.empty()) complain(std::to_string(view.in_flight.size()) + " rows are left in flight after a clean stop");
  for (const auto& row : view.direct)
    if (row.state == "sending") complain(storage::to_text(row.key) + " is left sending after a clean stop");
  if (people_.dead_letters != 0) complain(std::to_string(people_.dead_letters) + " dead letters");
  return {std::move(view), people_, audit_};
}

}  // namespace laoke::faults
