#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tests/faults/crowd.h"
#include "tests/faults/stage.h"
#include "tests/faults/till.h"

namespace laoke::faults {

// What a strike may touch.
struct Run {
  Stage& stage;
  Crowd& crowd;
  Till& till;
  std::int64_t broadcast = 0;  // the one that is being sent

  int pick(int least, int most);  // both included
  void wait_ms(int least, int most);
  std::size_t some_node();
};

// One thing that goes wrong, once. It leaves the nodes running and the platform reachable.
struct Strike {
  std::string name;
  std::function<void(Run&)> act;
  enum class On { kBoth, kSqlite, kPostgres, kSmallDisk } on = On::kBoth;  // kSmallDisk: in that scenario alone
};
bool runs_on(Strike::On on, const std::string& engine);
const std::vector<Strike>& strikes();
const Strike& strike(const std::string& name);

struct RunPlan {
  StageOptions stage;
  int calm_ms = 700;  // at most between two strikes
  int strikes = 8;    // at least; then the broadcast under way comes to its end in peace
};
struct RunResult {
  std::string scenario, skipped_because;
  std::uint64_t seed = 0;
  int kills = 0, strikes = 0;
  std::int64_t misfortunes = 0, batches = 0, repeats = 0, callbacks_sent = 0, callbacks = 0, callback_rows = 0, replies = 0;
  double seconds = 0;
  Audit audit;
  bool good() const { return audit.balanced(); }
};
// Strikes in random order while broadcasts go out.
struct Scenario {
  std::string name, words;
  std::vector<std::string> strikes;  // drawn at random, all as likely
  Weather weather = {};
  int people = 0;        // who write meanwhile
  int orders = 0;        // paid meanwhile, each with its reminders
  bool presses = false;  // customers press buttons before the platform has answered
  bool preload = false;  // needs libfaults.so
  bool small_disk = false;  // the database lies on a filesystem of kSmallDiskBytes
  bool batches = false;  // customers are on LINE and get broadcasts by batches
  Strike::On on = Strike::On::kBoth;
  std::function<RunResult(const RunPlan&)> play = {};  // a run of its own kind instead
};
const std::vector<Scenario>& scenarios();
// Everything at once, as the seed will have it.
Scenario random_scenario(std::uint64_t seed, const std::string& engine);

RunResult run(const Scenario& scenario, const RunPlan& plan);

}  // namespace laoke::faults
