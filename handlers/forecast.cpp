#include "handlers/forecast.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>

#include "handlers/recurrence.h"
#include "handlers/reminder_judge.h"
#include "handlers/segments.h"
#include "storage/reminders.h"
#include "storage/rules.h"

namespace laoke {
namespace {

using storage::Delivery;
using storage::Reminder;

constexpr int kPage = 1000;
constexpr int kMostOccurrences = 400;  // of one repeating broadcast: hourly for over two weeks

// Something that happens at a moment of the simulated clock.
struct Happening {
  std::int64_t at_ms = 0;
  std::int64_t order = 0;  // of equal moments the one that was known first
  std::optional<Reminder> reminder;
  std::optional<Delivery> delivery;
  std::size_t broadcast = 0;  // index, when it is neither
};
struct Later {
  bool operator()(const Happening& a, const Happening& b) const { return std::tie(a.at_ms, a.order) > std::tie(b.at_ms, b.order); }
};

class Simulation {
 public:
  Simulation(const Context& context, int days, const ForecastPolicy& policy, std::span<const ForecastBroadcast> broadcasts)
      : context_(context), policy_(policy), broadcasts_(broadcasts) {
    const LocalDate today = to_local(context.now_ms, context.shop.time_zone).date;
    end_ms_ = at_minute(add_days(today, days), 0, context.shop.time_zone);
  }

  std::vector<ForecastDay> run() {
    for (std::size_t i = 0; i < broadcasts_.size(); ++i) start_times(i);
    for (auto next = take(); next; next = take()) {
      const Context at_its_time{context_.tx, context_.shop, std::max(next->at_ms, context_.now_ms), context_.actor};
      if (next->reminder)
        fire(at_its_time, *next->reminder);
      else if (next->delivery)
        send(at_its_time, std::move(*next->delivery));
      else
        broadcast(at_its_time, next->broadcast);
    }
    return answer();
  }

 private:
  // The earlier of the stored queue's front and what the simulation made.
  std::optional<Happening> take() {
    if (page_.empty() && !queue_read_) read_page();
    const bool stored = !page_.empty() && (made_.empty() || page_.front().due_at_ms <= made_.top().at_ms);
    Happening next;
    if (stored) {
      next.at_ms = page_.front().due_at_ms;
      next.reminder = std::move(page_.front());
      page_.pop_front();
    } else {
      if (made_.empty()) return std::nullopt;
      next = made_.top();
      made_.pop();
    }
    return next;
  }

  void read_page() {
    auto rows = storage::list_reminders(context_.tx, context_.shop_id(), cursor_, end_ms_ - 1, kPage);
    queue_read_ = rows.size() < static_cast<std::size_t>(kPage);
    if (!rows.empty()) cursor_ = rows.back();
    page_.assign(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }

  void put(Happening happening) {
    if (happening.at_ms >= end_ms_) return;
    happening.order = ++made_count_;
    made_.push(std::move(happening));
  }

  void fire(const Context& context, const Reminder& reminder) {
    const auto& rule = rule_of_id(reminder.rule_id);
    Judgement judgement = judge(context, reminder, rule);
    if (judgement.next && judgement.next->due_at_ms > reminder.due_at_ms)
      put({judgement.next->due_at_ms, 0, judgement.next, std::nullopt, 0});
    if (judgement.verdict != Judgement::Verdict::kSend) return;
    const auto& key = judgement.delivery->key;
    if (!seen_.insert(key).second || storage::get_delivery(context_.tx, context_.shop_id(), key)) return;
    ++line(context.now_ms, "rule", rule->row.name, rule->definition->title).due;
    send(context, std::move(*judgement.delivery));
  }

  void broadcast(const Context& context, std::size_t index) {
    const ForecastBroadcast& b = broadcasts_[index];
    const auto audience = storage::audience_ids(context_.tx, context_.shop, shop_segment(context_, b.segment), context.now_ms);
    line(context.now_ms, "broadcast", b.name, {b.name, b.name}).due += static_cast<std::int64_t>(audience.size());
    for (const auto customer_id : audience) {
      Delivery delivery;
      delivery.key = {"b", b.broadcast_id, customer_id, ""};
      delivery.klass = b.klass;
      delivery.due_at_ms = context.now_ms;
      delivery.expires_at_ms = context.now_ms + b.valid_ms;
      names_[b.broadcast_id] = b.name;
      send(context, std::move(delivery));
    }
  }

  void send(const Context& context, Delivery delivery) {
    auto& sent = marketing_[delivery.key.customer_id];
    const ForecastAnswer answer = policy_(context, delivery, sent);
    ForecastLine& today = line_of(context.now_ms, delivery);
    switch (answer.verdict) {
      case ForecastAnswer::Verdict::kGo:
        ++today.sent;
        if (delivery.klass == "marketing") sent.push_back(context.now_ms);
        return;
      case ForecastAnswer::Verdict::kDrop: ++today.dropped[answer.reason]; return;
      case ForecastAnswer::Verdict::kWait: break;
    }
    ++today.held_back[answer.reason];
    const std::int64_t until_ms = std::max(answer.until_ms, context.now_ms + kMinuteMs);  // time must move on
    put({until_ms, 0, std::nullopt, std::move(delivery), 0});
  }

  void start_times(std::size_t index) {
    const ForecastBroadcast& b = broadcasts_[index];
    std::int64_t at_ms = std::max(b.starts_at_ms, context_.now_ms);
    for (int i = 0; i < kMostOccurrences && at_ms < end_ms_; ++i) {
      put({at_ms, 0, std::nullopt, std::nullopt, index});
      if (b.rrule.empty()) return;
      const auto next = next_occurrence({b.rrule, b.starts_at_ms, context_.shop.time_zone}, at_ms);
      if (!next) return;
      at_ms = *next;
    }
  }

  const std::optional<Rule>& rule_of_id(std::int64_t rule_id) {
    const auto [it, is_new] = rules_.try_emplace(rule_id);
    if (!is_new) return it->second;
    auto row = storage::get_rule(context_.tx, context_.shop_id(), rule_id);
    if (row) it->second = rule_of(std::move(*row));
    return it->second;
  }

  ForecastLine& line_of(std::int64_t at_ms, const Delivery& delivery) {
    if (delivery.key.source == "b") {
      const std::string& name = names_[delivery.key.source_id];
      return line(at_ms, "broadcast", name, {name, name});
    }
    const auto& rule = rule_of_id(delivery.key.source_id);
    return line(at_ms, "rule", rule->row.name, rule->definition->title);
  }

  ForecastLine& line(std::int64_t at_ms, const std::string& source, const std::string& name, const Said& title) {
    ForecastLine& found = lines_[{to_local(at_ms, context_.shop.time_zone).date, source, name}];
    if (found.name.empty()) {
      found.source = source;
      found.name = name;
      found.title = title;
    }
    return found;
  }

  std::vector<ForecastDay> answer() {
    std::vector<ForecastDay> days;
    for (auto& [key, value] : lines_) {
      const LocalDate& date = std::get<0>(key);
      if (days.empty() || days.back().date != date) days.push_back({date, {}});
      days.back().lines.push_back(std::move(value));
    }
    return days;
  }

  const Context& context_;
  const ForecastPolicy& policy_;
  std::span<const ForecastBroadcast> broadcasts_;
  std::int64_t end_ms_ = 0, made_count_ = 0;
  std::deque<Reminder> page_;
  Reminder cursor_{std::numeric_limits<std::int64_t>::min(), 0, 0, 0, "", 0, 0};
  bool queue_read_ = false;
  std::priority_queue<Happening, std::vector<Happening>, Later> made_;
  std::set<storage::DeliveryKey> seen_;
  std::unordered_map<std::int64_t, std::optional<Rule>> rules_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> marketing_;  // by customer
  std::unordered_map<std::int64_t, std::string> names_;                    // of broadcasts
  std::map<std::tuple<LocalDate, std::string, std::string>, ForecastLine> lines_;
};

}  // namespace

std::vector<ForecastDay> forecast(const Context& context, int days, const ForecastPolicy& policy,
                                  std::span<const ForecastBroadcast> broadcasts) {
  return Simulation(context, days, policy, broadcasts).run();
}

}  // namespace laoke
