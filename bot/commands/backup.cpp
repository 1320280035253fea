#include <sys/stat.h>

#include <CLI/App.hpp>
#include <chrono>
#include <filesystem>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "storage/database_file.h"

// laoke backup.
namespace laoke::commands {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

// What is wrong with the copy, "" when it is whole. Opens nothing of the original.
std::string fault_of(const std::string& file) {
  storage::DatabaseOptions options;
  options.url = "sqlite:" + file;
  options.readers = 1;
  options.migrate = false;
  const auto faults = storage::open_database(options)->check();
  return faults.empty() ? "" : faults.front();
}

void refuse_target(const std::string& language, const std::string& file) {
  std::error_code ignored;
  if (fs::exists(file, ignored)) refuse(language, {file + " 已经存在，不覆盖；请换个文件名", file + " exists and is not overwritten; choose another name"});
  const auto folder = fs::path(file).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored))
    refuse(language, {"没有文件夹 " + folder.string(), "there is no folder " + folder.string()});
}

int backup(Shell& shell, const std::string& file) {
  ::umask(077);  // the copy holds every customer and the channels' secrets
  Desk desk(shell);
  refuse_target(desk.language(), file);
  if (!storage::sqlite_file_of(desk.config().database)) {
    const std::string command = "pg_dump --format=custom --file='" + file + "' '" + desk.database().describe() + "'";
    refuse(desk.language(), {"PostgreSQL 用它自己的工具备份（服务运行时也可以）：" + command, "PostgreSQL is backed up with its own tool, also while the server runs: " + command});
  }
  const auto began = Steady::now();
  const std::string unfinished = file + ".unfinished";
  std::error_code ignored;
  fs::remove(unfinished, ignored);  // of a try that was killed
  {
    ProgressBar bar(shell.err, shown_on_terminal(shell.err));
    desk.database().backup(unfinished, [&](storage::BackupProgress progress) {
      bar.show(progress.pages_done, progress.pages_total, desk.words({"备份中", "copying"}));
    });
  }
  if (const auto fault = fault_of(unfinished); !fault.empty())
    refuse(desk.language(), {"备份没有通过检查：" + fault + "；请运行 laoke doctor", "the copy is not sound: " + fault + "; run laoke doctor"});
  fs::rename(unfinished, file);
  const auto bytes = static_cast<std::int64_t>(fs::file_size(file));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began).count();
  if (shell.json)
    print_json(shell, {{"file", file}, {"bytes", bytes}, {"schema_version", desk.database().schema_version()}, {"took_ms", took}, {"checked", true}});
  else
    shell.out << desk.words({"已备份并检查：", "copied and checked: "}) << file << " (" << shown_bytes(bytes) << ")\n"
              << desk.words({"里面有客户资料和密钥，请放在安全的地方。恢复：laoke restore ", "it holds customers and secrets: keep it safe. To bring it back: laoke restore "})
              << file << "\n";
  return 0;
}

}  // namespace

void add_backup(CLI::App& root, Shell& shell, int& exit_code) {
  auto file = std::make_shared<std::string>();
  auto* command = root.add_subcommand("backup", help({"备份整个数据库（服务运行时也可以）", "Copy the whole database, also while the server runs"}));
  command->add_option("file", *file, help({"新文件", "a new file"}))->required();
  does(command, shell, exit_code, [&shell, file] { return backup(shell, *file); });
}

}  // namespace laoke::commands
