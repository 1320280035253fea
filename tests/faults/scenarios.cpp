#include "tests/faults/scenarios.h"

#include <algorithm>
#include <chrono>

#include "tests/faults/calendar.h"

namespace laoke::faults {
namespace {

Weather only(double Weather::*what, double chance) {
  Weather weather;
  weather.*what = chance;
  return weather;
}

Weather bad_weather() {
  Weather weather;
  weather.throttled = 0.001;
  weather.failed = weather.taken_failed = weather.cut_before = weather.cut_after = 0.004;
  weather.silent = 0.001;
  weather.late = 0.02;
  return weather;
}

// Of calls that are few: each carries up to 500 messages.
Weather batch_weather() {
  Weather weather;
  weather.throttled = weather.failed = weather.taken_failed = weather.cut_before = weather.cut_after = 0.06;
  weather.silent = 0.02;
  weather.late = 0.4;
  return weather;
}
constexpr std::int64_t kSmallDiskBytes = 48 << 20;  // the database of a run, its log and room for both to grow
constexpr int kBatchedCustomers = 5;  // times as many: enough batches that faults meet some of them

std::vector<Scenario> make_scenarios() {
  std::vector<Scenario> all;
  const auto add = [&](const char* name, const char* words, std::vector<std::string> strikes) -> Scenario& {
    all.push_back({name, words, std::move(strikes)});
    return all.back();
  };
  add("kill", "kill -9 at any moment of a broadcast", {"kill"});
  add("kill-in-command", "kill -9 while a pause or a resume is carried out", {"kill-in-command"});
  add("pause-resume", "paused and resumed again and again, at times killed in between", {"pause-resume"});
  add("cancel", "cancelled in the middle, at times killed right after", {"cancel"});
  add("throttled", "429 with a wait, and kills", {"nothing", "kill"}).weather = only(&Weather::throttled, 0.003);
  add("errors", "500, with the message taken or not, and kills", {"nothing", "kill"}).weather = [] {
    Weather weather;
    weather.failed = weather.taken_failed = 0.02;
    return weather;
  }();
  add("silent", "takes messages and never answers, and kills", {"nothing", "kill"}).weather = only(&Weather::silent, 0.003);
  add("late", "answers late, and kills", {"nothing", "kill"}).weather = only(&Weather::late, 0.05);
  add("cut", "closes connections before and after taking the message, and kills", {"nothing", "kill"}).weather = [] {
    Weather weather;
    weather.cut_before = weather.cut_after = 0.02;
    return weather;
  }();
  add("platform-away", "the platform is not reachable for a while", {"platform-away"});
  auto& batches = add("batches", "a message to many in one call: kills, pauses, cancels, frozen nodes, and answers that are lost, late, 429 or 500",
                      {"kill", "kill", "pause-resume", "cancel", "freeze", "platform-away"});
  batches.batches = true, batches.weather = batch_weather(), batches.orders = 60;
  auto& callbacks = add("callbacks", "callbacks in five copies at once, repeated, out of order, through kills", {"kill", "nothing"});
  callbacks.people = 40;
  auto& presses = add("presses", "customers press buttons before the platform has answered, through kills", {"kill", "nothing"});
  presses.presses = true;
  auto& reminders = add("reminders", "reminders fall due while their rule is edited, through kills", {"edit-rule", "kill"});
  reminders.orders = 150;
  auto& freeze = add("freeze", "a node is frozen and goes on", {"freeze"});
  freeze.people = 10;
  auto& errors = add("write-errors", "writes and syncs of the database fail", {"write-errors"});
  errors.people = 30, errors.preload = true, errors.on = Strike::On::kSqlite;
  auto& full = add("disk-full", "the disk is full for a while", {"disk-full"});
  full.people = 30, full.preload = true, full.on = Strike::On::kSqlite;
  auto& small = add("small-disk", "a real filesystem of 48 MB is full to the last block for a while", {"fill-disk", "fill-disk", "kill"});
  small.people = 60, small.orders = 60, small.small_disk = true, small.on = Strike::On::kSqlite;
  auto& power = add("power-loss", "the power goes: unsynced writes reach the disk or not", {"power-loss"});
  power.people = 30, power.preload = true, power.on = Strike::On::kSqlite;
  auto& clock = add("clock-jump", "the clock jumps forward and back", {"clock-jump", "clock-jump", "kill"});
  clock.people = 10, clock.preload = true;
  auto& restart = add("postgres-restart", "the database server is restarted at once, and nodes are killed", {"postgres-restart", "kill"});
  restart.people = 30, restart.on = Strike::On::kPostgres;
  auto& cut = add("postgres-cut", "the connections to the database are cut", {"postgres-cut"});
  cut.people = 30, cut.on = Strike::On::kPostgres;
  auto& calendar = add("calendar", "29 February and the daylight-saving hours, walked through twice", {});
  calendar.preload = true, calendar.on = Strike::On::kSqlite;
  calendar.play = run_calendar;
  return all;
}

constexpr std::int64_t kPastAllJumps = 3'600'000;  // ms; strikes.cpp jumps less far

bool has(const Scenario& scenario, const char* strike) {
  return std::find(scenario.strikes.begin(), scenario.strikes.end(), strike) != scenario.strikes.end();
}

std::string mark_of(int number) { return "b" + std::to_string(number); }

// The broadcasts of a run: one after the other, with strikes while each goes out.
std::vector<std::int64_t> strike_at_broadcasts(const Scenario& scenario, const RunPlan& plan, Run& run, RunResult& result) {
  std::vector<std::int64_t> broadcasts;
  while (result.strikes < plan.strikes) {
    run.broadcast = run.stage.broadcast(mark_of(static_cast<int>(broadcasts.size()) + 1));
    broadcasts.push_back(run.broadcast);
    while (!run.stage.over(run.broadcast) && result.strikes < plan.strikes) {
      run.wait_ms(0, plan.calm_ms);
      const auto& name = scenario.strikes[static_cast<std::size_t>(run.pick(0, static_cast<int>(scenario.strikes.size()) - 1))];
      strike(name).act(run);
      ++result.strikes;
    }
  }
  return broadcasts;
}

void play(const Scenario& scenario, const RunPlan& plan, RunResult& result) {
  Stage stage(plan.stage);
  Crowd crowd(stage, scenario.people, plan.stage.seed);
  Till till(stage, scenario.orders);
  std::mt19937_64 dice(plan.stage.seed);
  std::mutex dice_mutex;
  if (scenario.presses)
    stage.platform.on_taken([&](const test::FakeTelegram::Sent& sent) {
      {
        const std::lock_guard lock(dice_mutex);
        if (sent.chat_id == kOwner || dice() % 20 != 0) return;
      }
      crowd.press(sent.chat_id, sent.message_id);
    });
  stage.platform.weather(scenario.weather);
  for (std::size_t i = 0; i < stage.node_count(); ++i) stage.node(i).control().power_loss = has(scenario, "power-loss") ? 1 : 0;
  stage.start();
  crowd.begin();
  till.begin();
  Run run{stage, crowd, till};
  const auto broadcasts = strike_at_broadcasts(scenario, plan, run, result);
  // What was put off while the clock was ahead is due by then.
  if (has(scenario, "clock-jump"))
    for (std::size_t i = 0; i < stage.node_count(); ++i) stage.node(i).control().clock_offset_ms = kPastAllJumps;
  stage.settle(broadcasts);
  stage.platform.weather({});
  till.finish();
  stage.platform.on_taken({});
  if (!crowd.finish()) stage.complain("callbacks were not taken within three minutes of peace");
  stage.wait_until_nothing_waits();
  result.kills = stage.kills();
  result.misfortunes = stage.platform.misfortunes();
  result.batches = stage.platform.batches().batches();
  result.repeats = stage.platform.batches().repeats();
  auto books = stage.close_the_books();
  result.audit = std::move(books.audit);
  result.audit.add(crowd.check(books.ledger, books.people));
  result.audit.add(till.check(books.ledger));
  result.callbacks = crowd.callbacks();
  result.callbacks_sent = crowd.callbacks_sent();
  result.callback_rows = static_cast<std::int64_t>(books.people.callbacks.size());
  result.replies = crowd.replies(books.ledger);
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = make_scenarios();
  return all;
}

Scenario random_scenario(std::uint64_t seed, const std::string& engine) {
  std::mt19937_64 random(seed);
  Scenario scenario{"random", "several faults at once, as the seed has it", {}};
  for (const auto& one : strikes())
    if (runs_on(one.on, engine) && one.name != "cancel" && random() % 2 == 0) scenario.strikes.push_back(one.name);
  scenario.strikes.push_back("kill");
  if (random() % 3 == 0) scenario.strikes.push_back("cancel");
  scenario.batches = random() % 3 == 0;
  if (random() % 2 == 0) scenario.weather = scenario.batches ? batch_weather() : bad_weather();
  scenario.people = static_cast<int>(random() % 60);
  scenario.presses = random() % 2 == 0;
  // A reminder planned while the clock was ahead waits for that hour: it would not come within the run.
  if (random() % 2 == 0 && !has(scenario, "clock-jump")) scenario.orders = 20 + static_cast<int>(random() % 100);
  scenario.preload = true;
  return scenario;
}

RunResult run(const Scenario& scenario, const RunPlan& plan) {
  RunResult result;
  result.scenario = scenario.name;
  result.seed = plan.stage.seed;
  if (!runs_on(scenario.on, plan.stage.engine)) {
    result.skipped_because = "not for this engine";
    return result;
  }
  if (scenario.small_disk) result.skipped_because = SmallDisk::why_not();
  if (!result.skipped_because.empty()) return result;
  if (scenario.play) return scenario.play(plan);
  const auto begun = std::chrono::steady_clock::now();
  try {
    auto mine = plan;
    if (!scenario.preload) mine.stage.preload.clear();
    mine.stage.batches = scenario.batches;
    if (scenario.small_disk) mine.stage.disk_bytes = kSmallDiskBytes;
    if (scenario.batches) mine.stage.customers *= kBatchedCustomers;
    play(scenario, mine, result);
  } catch (const std::exception& error) {
    result.audit.complaints.push_back(error.what());
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return result;
}

}  // namespace laoke::faults
