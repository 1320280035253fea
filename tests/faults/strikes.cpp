#include <stdexcept>
#include <thread>

#include "tests/faults/power_loss.h"
#include "tests/faults/scenarios.h"

// The things that go wrong, one by one.
namespace laoke::faults {
namespace {

using namespace std::chrono_literals;

void kill_node(Run& run) {
  run.stage.kill_and_start(run.some_node(), [&] { run.wait_ms(0, 300); });
}

// The node dies while it carries out a command of the seller; the command is given again.
void kill_in_a_command(Run& run) {
  const char* const verb = run.pick(0, 1) == 0 ? "pause" : "resume";
  const auto broadcast = run.broadcast;
  std::thread command([&run, broadcast, verb] { run.stage.command(broadcast, verb); });
  std::this_thread::sleep_for(std::chrono::microseconds(run.pick(0, 20'000)));
  std::exception_ptr failed;
  try {
    run.stage.kill_and_start(run.some_node());
  } catch (...) {
    failed = std::current_exception();
  }
  command.join();
  if (failed) std::rethrow_exception(failed);
  run.stage.command(run.broadcast, "resume");
}

void pause_and_resume(Run& run) {
  run.stage.command(run.broadcast, "pause");
  run.wait_ms(0, 400);
  if (run.pick(0, 2) == 0) kill_node(run);
  run.stage.command(run.broadcast, "resume");
}

void cancel(Run& run) {
  if (run.pick(0, 1) == 0) run.stage.command(run.broadcast, "pause");
  run.stage.command(run.broadcast, "cancel");
  if (run.pick(0, 2) == 0) kill_node(run);
}

void platform_away(Run& run) {
  run.stage.platform.go_away();
  run.wait_ms(100, 1'500);
  run.stage.platform.come_back();
}

void freeze(Run& run) {
  Node& node = run.stage.node(run.some_node());
  node.freeze();
  ++run.stage.freezes;
  run.stage.look_at_the_books();  // what it holds in its hands may run out of time
  run.wait_ms(300, run.pick(0, 3) == 0 ? 7'000 : 1'000);
  node.thaw();
}

// Some of the writes fail for a while; what has failed is said to the caller and comes again.
void disk_trouble(Run& run, int error) {
  Node& node = run.stage.node(run.some_node());
  auto& control = node.control();
  control.error = error;
  const bool all = run.pick(0, 1) == 0;
  if (run.pick(0, 2) == 0)
    control.sync_fails_permille = all ? 1'000 : 300;
  else
    control.write_fails_permille = all ? 1'000 : 100;
  run.wait_ms(100, 1'200);
  if (run.pick(0, 3) == 0) {
    // It dies while its disk is broken, and the disk is well again when it comes back.
    node.kill();
    control.write_fails_permille = control.sync_fails_permille = 0;
    run.stage.count_kill();
    run.stage.look_at_the_books();
    node.start();
  }
  control.write_fails_permille = control.sync_fails_permille = 0;
}

// Not one block is left for a while: for the database, its log and everything else in the folder.
void fill_the_disk(Run& run) {
  Node& node = run.stage.node(0);
  run.stage.disk()->fill();
  run.wait_ms(200, 1'500);
  const bool dies = run.pick(0, 3) == 0;
  if (dies) node.kill();
  run.stage.disk()->free_up();
  if (!dies) return;
  run.stage.count_kill();
  run.stage.look_at_the_books();
  node.start();
}

void lose_the_power(Run& run) {
  const auto index = run.some_node();
  Node& node = run.stage.node(index);
  run.stage.kill_and_start(index, [&] { run.stage.losses += lose_power(node.database_file(), node.write_log(), run.stage.random); });
}

void jump_the_clock(Run& run) {
  static constexpr std::int64_t kMinute = 60'000;
  const std::int64_t jumps[] = {5 * kMinute, -5 * kMinute, 55 * kMinute, -55 * kMinute, 3'000, -3'000, 0};
  run.stage.clock_moved = true;
  auto& clock = run.stage.node(run.some_node()).control().clock_offset_ms;
  clock = jumps[static_cast<std::size_t>(run.pick(0, 6))];
  run.wait_ms(50, 800);
}

// What was in flight on either side of it may end as unknown: nobody knows which commit was the last.
void restart_postgres(Run& run) {
  run.stage.look_at_the_books();
  run.stage.postgres()->restart();
  run.stage.look_at_the_books();
}

void cut_postgres(Run& run) {
  run.stage.look_at_the_books();
  run.stage.postgres()->cut_connections();
  run.stage.look_at_the_books();
}

}  // namespace

bool runs_on(Strike::On on, const std::string& engine) {
  return on == Strike::On::kBoth || on == (engine == "sqlite" ? Strike::On::kSqlite : Strike::On::kPostgres);
}

const std::vector<Strike>& strikes() {
  static const std::vector<Strike> all = {
      {"kill", kill_node},
      {"kill-in-command", kill_in_a_command},
      {"pause-resume", pause_and_resume},
      {"cancel", cancel},
      {"platform-away", platform_away},
      {"freeze", freeze},
      {"write-errors", [](Run& run) { disk_trouble(run, EIO); }, Strike::On::kSqlite},
      {"disk-full", [](Run& run) { disk_trouble(run, ENOSPC); }, Strike::On::kSqlite},
      {"fill-disk", fill_the_disk, Strike::On::kSmallDisk},
      {"power-loss", lose_the_power, Strike::On::kSqlite},
      {"clock-jump", jump_the_clock},
      {"edit-rule", [](Run& run) { run.till.edit_rule(); }},
      {"postgres-restart", restart_postgres, Strike::On::kPostgres},
      {"postgres-cut", cut_postgres, Strike::On::kPostgres},
      {"nothing", [](Run&) {}},
  };
  return all;
}

const Strike& strike(const std::string& name) {
  for (const auto& one : strikes())
    if (one.name == name) return one;
  throw std::invalid_argument("there is no strike '" + name + "'");
}

int Run::pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(stage.random); }

void Run::wait_ms(int least, int most) { std::this_thread::sleep_for(std::chrono::milliseconds(pick(least, most))); }

std::size_t Run::some_node() { return stage.random() % stage.node_count(); }

}  // namespace laoke::faults
