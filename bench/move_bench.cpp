// Moves a large shop from SQLite to PostgreSQL with `laoke migrate` and proves that nothing changed: every table is
// counted and summed again on both sides, and the next broadcasts are planned on both and must go to the same people.
//   move_bench --to postgresql://… [--customers 1000000] [--program build/bench/laoke] [--from FILE, kept and used again]
// The target must be empty. Ends with code 1 when anything differs.
#include <sys/wait.h>

#include <CLI/CLI.hpp>

#include "bench/figures.h"
#include "bench/large_shop.h"
#include "storage/move.h"

using namespace laoke;
using namespace laoke::bench;

namespace {

struct Child {
  int code = -1;
  double seconds = 0, cpu_seconds = 0, peak_mib = 0;
};

// Runs a program to its end; what it says goes nowhere but when it fails.
Child run(const std::vector<std::string>& words) {
  Child child;
  child.seconds = seconds_of([&] {
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    int status = 0;
    rusage usage{};
    ::wait4(pid, &status, 0, &usage);
    child.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    child.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    child.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  });
  return child;
}

std::unique_ptr<storage::Database> open(const std::string& url) {
  storage::DatabaseOptions options;
  options.url = url;
  return storage::open_database(options);
}

// Rows in all; -1 when a table differs.
std::int64_t compare_tables(storage::Database& from, storage::Database& to) {
  const auto left = storage::sum_database(from), right = storage::sum_database(to);
  std::int64_t rows = 0;
  bool same = left.size() == right.size();
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const bool equal = left[i].table == right[i].table && left[i].rows == right[i].rows && left[i].checksum == right[i].checksum;
    if (left[i].rows > 0 || !equal)
      std::printf("  %-24s %10lld rows  %s  %s\n", left[i].table.c_str(), static_cast<long long>(left[i].rows), left[i].checksum.c_str(),
                  equal ? "same" : ("DIFFERS: " + std::to_string(right[i].rows) + " rows, " + right[i].checksum).c_str());
    rows += left[i].rows;
    same = same && equal;
  }
  return same ? rows : -1;
}

bool compare_broadcasts(storage::Database& from, storage::Database& to) {
  bool same = true;
  for (const auto& segment : tried_segments()) {
    const auto before = plan_next_broadcast(from, segment).customers, after = plan_next_broadcast(to, segment).customers;
    const auto differs = difference(before, after);
    same = same && differs.empty() && !before.empty();
    std::printf("  %-36s %9zu people  %s  %s\n", segment.c_str(), before.size(), fingerprint(before).c_str(),
                !differs.empty() ? ("DIFFERS: " + differs).c_str() : before.empty() ? "NOBODY" : "the same people");
  }
  return same;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::int64_t customers = 1'000'000;
  std::string to, file, program = (std::filesystem::path(std::filesystem::read_symlink("/proc/self/exe")).parent_path().parent_path() / "laoke").string();
  CLI::App app("a large shop moved from SQLite to PostgreSQL");
  app.add_option("--to", to, "an empty database")->required();
  app.add_option("--customers", customers, "")->check(CLI::Range(100, 10'000'000));
  app.add_option("--program", program, "the laoke that moves it")->check(CLI::ExistingFile);
  app.add_option("--from", file, "the shop's file: made when it is not there, and kept");
  CLI11_PARSE(app, argc, argv);

  const Folder folder("move_bench");
  if (file.empty()) file = (folder.path / "shop" / "laoke.db").string();
  const std::string from = "sqlite:" + file;
  if (!std::filesystem::exists(file)) {
    std::filesystem::create_directories(std::filesystem::absolute(file).parent_path());
    const double seconds = seconds_of([&] { fill_large_shop(*open(from), customers); });
    std::printf("%lld customers made in %.0f s\n", static_cast<long long>(customers), seconds);
  }
  std::printf("the file is %.0f MB\n", static_cast<double>(std::filesystem::file_size(file)) / 1e6);
  const auto moved = run({program, "migrate", "--from", from, "--to", to, "--json"});
  if (moved.code != 0) {
    std::printf("laoke migrate ended with code %d\n", moved.code);
    return 1;
  }
  const auto source = open(from), target = open(to);
  std::printf("\nevery table, summed again on both sides\n");
  const auto rows = compare_tables(*source, *target);
  std::printf("\nthe next broadcasts, planned on both sides\n");
  const bool same_people = compare_broadcasts(*source, *target);
  std::printf("\nmoved and compared in %.0f s: %lld rows, %.0f rows a second, %.0f s of processor, at most %.0f MiB\n", moved.seconds, static_cast<long long>(rows),
              static_cast<double>(rows) / moved.seconds, moved.cpu_seconds, moved.peak_mib);
  std::printf("%s\n", rows >= 0 && same_people ? "nothing differs" : "THE TWO DIFFER");
  return rows >= 0 && same_people ? 0 : 1;
}
