#include "tests/faults/calendar.h"

#include <chrono>
#include <thread>

namespace laoke::faults {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using nlohmann::json;

constexpr int kPeople = 40;
const std::string kZone = "Europe/Berlin";

std::int64_t utc_ms(year_month_day day, minutes of_day, seconds more = 0s) {
  return duration_cast<milliseconds>((sys_days(day) + of_day + more).time_since_epoch()).count();
}

// A walk through time: the wall clock of the only node is set, and life goes on from there for a while.
class Walk {
 public:
  explicit Walk(const RunPlan& plan, RunResult& result) : result_(result), stage_(options_of(plan)) {}

  void run() {
    stage_.start();
    stage_.node(0).control().clock_offset_ms = 0;
    must("PATCH", "/shop", {{"time_zone", kZone}}, 200);
    for (const auto customer : stage_.customers(kPeople))
      must("PATCH", "/customers/" + std::to_string(customer), {{"birthday", "1992-02-29"}}, 200);
    leap_days();
    spring();
    autumn();
    close();
  }

 private:
  static StageOptions options_of(const RunPlan& plan) {
    auto options = plan.stage;
    options.customers = kPeople;
    return options;
  }
  json must(const std::string& method, const std::string& path, const json& body, int status) {
    const auto answer = stage_.call(method, path, body);
    if (answer.status != status) stage_.complain(method + " " + path + " was answered " + std::to_string(answer.status) + " " + answer.body.dump());
    return answer.body;
  }
  void go_to(std::int64_t utc, milliseconds stay) {
    const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    stage_.node(0).control().clock_offset_ms = utc - now;
    ++result_.strikes;
    std::this_thread::sleep_for(stay);
    stage_.wait_until_nothing_waits();
  }
  void die() { stage_.kill_and_start(0); }

  // Wishes go out at 10:00, which is 09:00 UTC.
  void leap_days() {
    go_to(utc_ms(2028y / February / 28, 9h, 5s), 2s);
    go_to(utc_ms(2028y / February / 29, 8h + 59min, 58s), 4s);
    go_to(utc_ms(2028y / February / 29, 8h + 30min), 2s);
    die();
    go_to(utc_ms(2028y / February / 29, 9h + 5min), 2s);
    go_to(utc_ms(2028y / March / 1, 9h + 5min), 2s);
    for (const auto day : {28, 29}) {  // 2029 has no 29th: the sum is 1 March
      const auto date = day == 28 ? year_month_day(2029y / February / 28) : year_month_day(2029y / March / 1);
      go_to(utc_ms(date, 8h + 59min, 58s), 4s);
      go_to(utc_ms(date, 8h), 2s);
      die();
      go_to(utc_ms(date, 9h + 1min), 2s);
    }
    wishes_ = 2;
  }

  std::int64_t daily(const std::string& mark, std::int64_t first_ms) {
    const auto made = must("POST", "/broadcasts",
                           {{"name", mark}, {"segment", "all"}, {"body", "早安 " + marked(mark)}, {"class", "notice"}, {"starts_at_ms", first_ms},
                            {"rrule", "FREQ=DAILY"}, {"valid_ms", 3'600'000}},
                           201);
    const std::int64_t id = made.value("id", std::int64_t{0});
    must("POST", "/broadcasts/" + std::to_string(id) + "/start", json::object(), 200);
    return id;
  }

  // 25 March 2029: 02:00 is 03:00. The broadcast of 02:30 goes out once on each of five days.
  void spring() {
    go_to(utc_ms(2029y / March / 23, 0h), 1s);
    const auto id = daily("m1", utc_ms(2029y / March / 23, 1h + 30min));
    for (const unsigned day : {23u, 24u, 25u, 26u, 27u}) {
      const auto half_past_two = day < 25 ? 1h + 30min : day == 25 ? 1h + 30min : 0h + 30min;
      go_to(utc_ms(2029y / March / std::chrono::day(day), half_past_two, -2s), 5s);
      go_to(utc_ms(2029y / March / std::chrono::day(day), half_past_two, -60s), 1s);
      if (day == 25) die();
      go_to(utc_ms(2029y / March / std::chrono::day(day), half_past_two, 70s), 2s);
    }
    must("POST", "/broadcasts/" + std::to_string(id) + "/cancel", json::object(), 200);
    expected_["m1"] = 5;
  }

  // 28 October 2029: 02:30 comes twice, the broadcast once.
  void autumn() {
    go_to(utc_ms(2029y / October / 26, 0h), 1s);
    const auto id = daily("m2", utc_ms(2029y / October / 27, 0h + 30min));
    go_to(utc_ms(2029y / October / 27, 0h + 30min, -2s), 5s);
    go_to(utc_ms(2029y / October / 28, 0h + 30min, -2s), 5s);
    die();
    go_to(utc_ms(2029y / October / 28, 1h + 30min, -2s), 5s);
    go_to(utc_ms(2029y / October / 29, 1h + 30min, -2s), 5s);
    must("POST", "/broadcasts/" + std::to_string(id) + "/cancel", json::object(), 200);
    expected_["m2"] = 3;
  }

  void close() {
    result_.kills = stage_.kills();
    stage_.node(0).stop();
    const auto ledger = read_ledger(stage_.database_url());
    for (const auto& [mark, times] : expected_) {
      std::map<std::int64_t, int> accepted;  // by customer
      for (const auto& book : ledger.books)
        if (mark_in(book.broadcast.body) == mark)
          for (const auto& row : book.rows) accepted[row.key.customer_id] += row.state == "accepted" ? 1 : 0;
      for (const auto customer : stage_.customers(kPeople)) compare("daily " + mark, customer, times, accepted[customer], mark);
    }
    std::map<std::int64_t, int> wished;
    for (const auto& row : ledger.reminders) wished[row.key.customer_id] += row.state == "accepted" ? 1 : 0;
    for (const auto customer : stage_.customers(kPeople)) compare("birthday", customer, wishes_, wished[customer], "");
  }
  void compare(const std::string& what, std::int64_t customer, int wanted, int in_ledger, const std::string& mark) {
    auto& audit = result_.audit;
    const auto chat = stage_.chat_of(customer);
    const int taken = stage_.platform.taken(mark, chat);
    audit.recipients += wanted;
    audit.accepted += taken;
    if (taken == wanted && in_ledger == wanted) return;
    audit.skipped += std::max(0, wanted - taken);
    audit.doubled += std::max(0, taken - wanted);
    audit.complaints.push_back(what + " to chat " + std::to_string(chat) + ": wanted " + std::to_string(wanted) + " times, taken " +
                               std::to_string(taken) + ", accepted in the ledger " + std::to_string(in_ledger));
  }

  RunResult& result_;
  Stage stage_;
  std::map<std::string, int> expected_;
  int wishes_ = 0;
};

}  // namespace

RunResult run_calendar(const RunPlan& plan) {
  RunResult result;
  result.scenario = "calendar";
  result.seed = plan.stage.seed;
  const auto begun = steady_clock::now();
  try {
    Walk(plan, result).run();
  } catch (const std::exception& error) {
    result.audit.complaints.push_back(error.what());
  }
  if (result.audit.complaints.size() > kMostComplaints) result.audit.complaints.resize(kMostComplaints);
  result.seconds = duration<double>(steady_clock::now() - begun).count();
  return result;
}

}  // namespace laoke::faults
