#include <CLI/App.hpp>
#include <filesystem>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "bot/data_lock.h"
#include "storage/database_file.h"
#include "storage/move.h"

// laoke migrate: to the newest schema, or with --from and --to a whole shop into another database.
namespace laoke::commands {
namespace {

namespace fs = std::filesystem;

struct MoveOptions {
  std::string from, to;
};

int upgrade(Shell& shell) {
  const auto config = shell.config();
  const auto file = storage::sqlite_file_of(config.database);
  const int from = file ? storage::schema_version_of_file(*file).value_or(0) : 0;
  storage::DatabaseOptions options;
  options.url = config.database;
  const int to = storage::open_database(options)->schema_version();
  const int shown_from = file ? from : to;
  if (shell.json) {
    print_json(shell, {{"from", shown_from}, {"to", to}, {"changed", shown_from != to}});
    return 0;
  }
  const Said same{"数据库结构已是最新：第 " + std::to_string(to) + " 版", "the database is up to date: schema version " + std::to_string(to)};
  const Said changed{"数据库结构已从第 " + std::to_string(from) + " 版升到第 " + std::to_string(to) + " 版",
                     "the database went from schema version " + std::to_string(from) + " to " + std::to_string(to)};
  shell.out << (shown_from == to ? same : changed).in(config.language) << "\n";
  return 0;
}

// A server on the source would write behind the copy's back.
std::unique_ptr<DataLock> lock_source(const std::string& language, const std::string& url) {
  const auto file = storage::sqlite_file_of(url);
  if (!file) return nullptr;
  if (!fs::exists(*file)) refuse(language, {"没有文件 " + *file, "there is no file " + *file});
  const auto folder = fs::path(*file).parent_path();
  return std::make_unique<DataLock>(folder.empty() ? "." : folder.string());
}

std::unique_ptr<storage::Database> open(const std::string& url) {
  storage::DatabaseOptions options;
  options.url = url;
  return storage::open_database(options);
}

void show(Shell& shell, const std::string& language, const std::vector<storage::TableMoved>& moved, const std::string& target) {
  if (shell.json) {
    nlohmann::ordered_json tables = nlohmann::ordered_json::array();
    for (const auto& one : moved) tables.push_back({{"table", one.table}, {"rows", one.rows}, {"checksum", one.checksum}});
    print_json(shell, {{"to", without_password(target)}, {"compared", true}, {"tables", tables}});
    return;
  }
  Table table({Said{"表", "table"}.in(language), Said{"行数", "rows"}.in(language), Said{"校验和", "checksum"}.in(language)});
  for (const auto& one : moved)
    if (one.rows > 0) table.add({one.table, std::to_string(one.rows), one.checksum});
  table.print(shell.out);
  shell.out << Said{"全部搬到并逐表核对：", "everything arrived and was compared table by table: "}.in(language) << without_password(target) << "\n"
            << Said{"以后用 --database 指定新库启动；旧库保留作备份，不要再启动它，否则消息会发两遍。",
                    "From now on start with --database naming the new one. Keep the old one as a backup and do not serve it again: messages would go out twice."}
                   .in(language)
            << "\n";
}

int move(Shell& shell, const MoveOptions& options) {
  const std::string language = shell.config().language;
  if (options.from.empty() || options.to.empty())
    refuse(language, {"--from 和 --to 要一起给，例如 --from sqlite:var/laoke.db --to postgresql://laoke@localhost/laoke",
                      "--from and --to go together, for example --from sqlite:var/laoke.db --to postgresql://laoke@localhost/laoke"});
  if (options.from == options.to) refuse(language, {"--from 和 --to 是同一个数据库", "--from and --to name the same database"});
  const auto lock = lock_source(language, options.from);
  const auto from = open(options.from), to = open(options.to);
  try {
    std::vector<storage::TableMoved> moved;
    {
      ProgressBar bar(shell.err, shown_on_terminal(shell.err));
      moved = storage::move_database(*from, *to, [&](const storage::MoveProgress& at) {
        const Said what = at.comparing ? Said{"核对 ", "comparing "} : Said{"搬运 ", "copying "};
        bar.show(at.rows_done, at.rows_total, what.in(language) + at.table);
      });
    }
    show(shell, language, moved, options.to);
  } catch (const storage::MoveError& error) {
    throw CommandError(error.what());
  }
  return 0;
}

}  // namespace

void add_migrate(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<MoveOptions>();
  auto* command = root.add_subcommand("migrate", help({"把数据库结构升到本程序的版本；或用 --from/--to 整库搬到另一个数据库",
                                                       "Bring the database to this program's schema, or with --from/--to move it all into another database"}));
  command->add_option("--from", options->from, help({"从哪个数据库，例如 sqlite:var/laoke.db", "move from, for example sqlite:var/laoke.db"}));
  command->add_option("--to", options->to, help({"到哪个（新的）数据库，例如 postgresql://…", "move to a new one, for example postgresql://…"}));
  does(command, shell, exit_code,
       [&shell, options] { return options->from.empty() && options->to.empty() ? upgrade(shell) : move(shell, *options); });
}

}  // namespace laoke::commands
