// laoke_faults: starts real nodes against a platform that keeps count, breaks what can break, and compares the books.
#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>

#include "tests/faults/report.h"
#include "tests/faults/scenarios.h"

namespace laoke::faults {
namespace {

struct Options {
  std::string scenario, json, program = LAOKE_PROGRAM, preload = LAOKE_FAULTS_PRELOAD;
  std::uint64_t seed = 0;
  double minutes = 5;
  int strikes = 6, calm_ms = 700;
  bool list = false;
  StageOptions stage;
};

void add_options(CLI::App& app, Options& options) {
  options.stage.customers = 600;
  options.stage.per_second = 300;
  app.add_option("--scenario", options.scenario, "one scenario alone, by name, or random; without it each once and then random ones");
  app.add_option("--seed", options.seed, "seed of the first run; 0: of the clock");
  app.add_option("--minutes", options.minutes, "no new run starts after so many minutes")->capture_default_str();
  app.add_option("--strikes", options.strikes, "faults in a run, at least")->capture_default_str();
  app.add_option("--calm", options.calm_ms, "milliseconds between two faults, at most")->capture_default_str();
  app.add_option("--customers", options.stage.customers, "recipients of a broadcast")->capture_default_str();
  app.add_option("--rate", options.stage.per_second, "messages a second of the channel")->capture_default_str();
  app.add_option("--engine", options.stage.engine, "sqlite or postgres")->check(CLI::IsMember({"sqlite", "postgres"}))->capture_default_str();
  app.add_option("--nodes", options.stage.nodes, "with --engine postgres: how many nodes")->capture_default_str();
  app.add_option("--program", options.program, "the laoke to break")->capture_default_str();
  app.add_option("--preload", options.preload, "libfaults.so")->capture_default_str();
  app.add_option("--folder", options.stage.folder, "with one scenario: its data stays there");
  app.add_option("--json", options.json, "writes the results to this file");
  app.add_flag("--list", options.list, "names the scenarios");
}

// The scenarios in their order, then random ones until the time is over. One alone is repeated with new seeds when minutes
// were asked for.
class Programme {
 public:
  Programme(const Options& options, bool repeat) : options_(options), repeat_(repeat), until_(std::chrono::steady_clock::now() + minutes(options)) {}

  std::vector<RunResult> play() {
    std::uint64_t seed = options_.seed;
    std::vector<Scenario> list;
    if (options_.scenario.empty()) list = scenarios();
    for (const auto& one : scenarios())
      if (one.name == options_.scenario) list.push_back(one);
    const bool random = options_.scenario.empty() || options_.scenario == "random";
    if (list.empty() && !random) throw std::invalid_argument("there is no scenario '" + options_.scenario + "' (--list names them)");
    for (const auto& one : list) {
      if (!results_.empty() && late()) break;
      once(one, seed++);
    }
    if (!random && !repeat_) return results_;
    while (!late() || results_.empty()) {
      once(random ? random_scenario(seed, options_.stage.engine) : list.front(), seed);
      ++seed;
      if (random && !options_.scenario.empty() && !repeat_) break;
    }
    return results_;
  }

 private:
  static std::chrono::milliseconds minutes(const Options& options) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(options.minutes * 60'000));
  }
  bool late() const { return std::chrono::steady_clock::now() > until_; }
  void once(const Scenario& scenario, std::uint64_t seed) {
    RunPlan plan{options_.stage, options_.calm_ms, options_.strikes};
    plan.stage.seed = seed;
    plan.stage.program = options_.program;
    plan.stage.preload = options_.preload;
    results_.push_back(run(scenario, plan));
    std::cout << row_of(results_.back()) << std::endl;
    for (const auto& complaint : results_.back().audit.complaints) std::cout << "    " << complaint << std::endl;
    if (!results_.back().good()) std::cout << "    again: " << command(scenario, seed) << std::endl;
  }
  std::string command(const Scenario& scenario, std::uint64_t seed) const {
    const auto& stage = options_.stage;
    std::string words = "laoke_faults --scenario " + scenario.name + " --seed " + std::to_string(seed) + " --strikes " +
                        std::to_string(options_.strikes) + " --calm " + std::to_string(options_.calm_ms) + " --customers " + std::to_string(stage.customers) + " --rate " +
                        std::to_string(static_cast<int>(stage.per_second));
    if (stage.engine != "sqlite") words += " --engine postgres --nodes " + std::to_string(stage.nodes);
    return words;
  }

  const Options& options_;
  const bool repeat_;
  const std::chrono::steady_clock::time_point until_;
  std::vector<RunResult> results_;
};

int main_of(int argc, char** argv) {
  CLI::App app("Breaks everything that can break and then compares the books");
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  if (options.list) {
    for (const auto& one : scenarios()) std::cout << one.name << ": " << one.words << "\n";
    return 0;
  }
  if (options.seed == 0) options.seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count() / 1'000'000'000);
  std::cout << heading() << std::endl;
  const auto results = Programme(options, app.count("--minutes") > 0).play();
  std::cout << row_of(sum_of(results)) << std::endl;
  if (!options.json.empty()) std::ofstream(options.json) << json_of(results).dump(1) << "\n";
  const bool good = std::all_of(results.begin(), results.end(), [](const auto& result) { return result.good(); });
  std::cout << (good ? "the books balance" : "THE BOOKS DO NOT BALANCE") << std::endl;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace laoke::faults

int main(int argc, char** argv) {
  try {
    return laoke::faults::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
