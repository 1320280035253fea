#include "tests/faults/till.h"

#include <chrono>
#include <stdexcept>

namespace laoke::faults {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const std::string kName = "faults_reminder", kMark = "r1";

void must(const Stage::Answer& answer, int status, const std::string& what) {
  if (answer.status != status) throw std::runtime_error(what + " was answered " + std::to_string(answer.status) + " " + answer.body.dump());
}

}  // namespace

Till::Till(Stage& stage, int orders) : stage_(stage), orders_(orders) {}

Till::~Till() {
  stopping_ = true;
  if (seller_.joinable()) seller_.join();
}

std::string Till::definition() const {
  return json{{"name", kName},
              {"title", {{"zh-CN", "测试提醒"}, {"en", "Reminder"}}},
              {"trigger", {{"event", "order.paid"}}},
              {"steps", {{{"offset", "+" + std::to_string(delay_s_) + "s"}, {"template", kName}}}},
              {"class", "notice"},
              {"expires", "12h"},
              {"quiet", "pass"},
              {"resend_unknown", false},
              {"enabled", true}}
      .dump();
}

void Till::begin() {
  if (orders_ == 0) return;
  must(stage_.call("POST", "/templates", {{"name", kName}, {"language", "zh-CN"}, {"body", "记得用哦 " + marked(kMark)}, {"trigger", "order.paid"}}), 201,
       "the template");
  const auto made = stage_.call("POST", "/rules", json::parse(definition()), "make-rule");
  must(made, 201, "the rule");
  rule_id_ = made.body.at("id");
  seller_ = std::thread([this] {
    try {
      sell();
    } catch (const std::exception& error) {
      stage_.complain(error.what());
    }
  });
}

void Till::sell() {
  const auto customers = stage_.customers(orders_);
  for (const auto customer : customers) {
    if (stopping_) return;
    const auto answer = stage_.call("POST", "/orders", {{"customer_id", customer}, {"state", "paid"}, {"items", {{{"product", "面膜"}, {"quantity", 1}}}}},
                                    "sell-" + std::to_string(customer));
    if (answer.status != 201) refused_.push_back(answer.body.dump());
    sold_.push_back(customer);
    std::this_thread::sleep_for(20ms);
  }
}

void Till::edit_rule() {
  if (orders_ == 0) return;
  // Of what is due and not yet taken up one edit is survived, not two: sellers are not that quick.
  std::this_thread::sleep_until(edited_ + 3s);
  edited_ = std::chrono::steady_clock::now();
  ++delay_s_;
  const auto answer = stage_.call("PUT", "/rules/" + std::to_string(rule_id_), json::parse(definition()));
  if (answer.status != 200) stage_.complain("an edit of the rule was answered " + std::to_string(answer.status) + " " + answer.body.dump());
}

void Till::finish() {
  if (orders_ == 0) return;
  seller_.join();
  for (const auto& answer : refused_) stage_.complain("an order was refused: " + answer);
  std::this_thread::sleep_for(std::chrono::seconds(delay_s_ + 2));
}

Audit Till::check(const LedgerView& ledger) const {
  if (orders_ == 0) return {};
  std::map<std::pair<bool, std::int64_t>, std::vector<const storage::Delivery*>> rows;  // of our rule or a stock one, by customer
  for (const auto& row : ledger.reminders) rows[{row.key.source_id == rule_id_, row.key.customer_id}].push_back(&row);
  std::vector<Entry> entries;
  for (const auto customer : sold_)
    for (const bool ours : {false, true}) {
      const auto chat = stage_.chat_of(customer);
      const std::string mark = ours ? kMark : "", name = (ours ? "reminder of chat " : "thanks to chat ") + std::to_string(chat);
      const auto& made = rows[{ours, customer}];
      const int taken = stage_.platform.taken(mark, chat);
      if (made.empty()) entries.push_back({name, "", "no row", taken, false, false, false});
      for (const auto* row : made)
        // The stock rule of a payment sends its thanks once more when it is unknown.
        entries.push_back(stage_.entry_of(name, *row, mark, chat, !ours));
      if (made.size() > 1) entries.push_back({name, "planned", "planned twice", taken, false, false, false});
    }
  return audit(entries, Settled::kYes);
}

}  // namespace laoke::faults
