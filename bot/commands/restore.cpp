#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <filesystem>

#include "bot/clock.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "bot/data_lock.h"
#include "handlers/after_restore.h"
#include "storage/database_file.h"

// laoke restore: a backup takes the place of the database. The old one stays beside it.
namespace laoke::commands {
namespace {

namespace fs = std::filesystem;

struct RestoreOptions {
  std::string file;
  bool yes = false;
};

void refuse_source(const Config& config, const std::string& file) {
  const auto version = storage::schema_version_of_file(file);
  if (!version) refuse(config.language, {"没有文件 " + file, "there is no file " + file});
  if (*version == 0) refuse(config.language, {file + " 不是老客的数据库", file + " is not a database of laoke"});
  const int newest = storage::newest_schema_version();
  if (*version <= newest) return;
  refuse(config.language, {file + " 的结构是第 " + std::to_string(*version) + " 版，本程序只认到第 " + std::to_string(newest) + " 版；请用更新的程序恢复",
                           file + " has schema version " + std::to_string(*version) + ", this program knows " + std::to_string(newest) + "; restore it with the newer program"});
}

void sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

// Makes the copy ready: newest schema, checked, nothing in it that would go out a second time.
HeldBack prepare(const Config& config, const fs::path& copy) {
  storage::DatabaseOptions options;
  options.url = "sqlite:" + copy.string();
  options.readers = 1;
  const auto database = storage::open_database(options);
  const auto faults = database->check();
  if (!faults.empty())
    refuse(config.language, {"这个备份坏了：" + faults.front() + "；什么都没改", "the backup is damaged: " + faults.front() + "; nothing was changed"});
  return hold_back_after_restore(*database, SystemClock().now_ms());
}

fs::path free_name(const fs::path& wanted) {
  fs::path name = wanted;
  for (int i = 2; fs::exists(name); ++i) name = wanted.string() + "-" + std::to_string(i);
  return name;
}

// The old database with its log, so that it can be opened under the new name as it was.
void put_aside(const fs::path& database, const fs::path& aside) {
  for (const char* part : {"", "-wal", "-shm"})
    if (fs::exists(database.string() + part)) fs::rename(database.string() + part, aside.string() + part);
}

int restore(Shell& shell, const RestoreOptions& options) {
  const auto config = shell.config();
  const auto url = storage::sqlite_file_of(config.database);
  if (!url)
    refuse(config.language, {"restore 只用于 sqlite；PostgreSQL 请用 pg_restore", "restore is for sqlite; use pg_restore with PostgreSQL"});
  const fs::path database(*url);
  const DataLock lock(config.data_dir);  // says that a server is running
  refuse_source(config, options.file);
  std::error_code same;
  if (fs::equivalent(options.file, database, same))
    refuse(config.language, {options.file + " 就是正在用的数据库", options.file + " is the database in use"});
  if (!options.yes && !person_answers(shell))
    refuse(config.language, {"没有终端可以确认，请加 --yes", "there is no terminal to ask on; add --yes"});
  const Said question{"用 " + options.file + " 替换 " + database.string() + "？现在的数据会留在旁边",
                      "replace " + database.string() + " by " + options.file + "? What is there now stays beside it"};
  if (!options.yes && !ask(shell, question.in(config.language))) return 0;

  ::umask(077);
  if (!database.parent_path().empty()) fs::create_directories(database.parent_path());
  const fs::path copy = database.string() + ".restoring";
  for (const char* part : {"", "-wal", "-shm"}) fs::remove(copy.string() + part);
  HeldBack held;
  try {
    fs::copy_file(options.file, copy);
    if (fs::exists(options.file + "-wal")) fs::copy_file(options.file + "-wal", copy.string() + "-wal");
    fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
    held = prepare(config, copy);
  } catch (...) {
    std::error_code ignored;
    for (const char* part : {"", "-wal", "-shm"}) fs::remove(copy.string() + part, ignored);
    throw;
  }
  sync(copy);
  const bool had_one = fs::exists(database);
  const fs::path aside = free_name(database.string() + ".before-restore");
  put_aside(database, aside);
  fs::rename(copy, database);
  sync(database.parent_path().empty() ? fs::path(".") : database.parent_path());

  const std::string kept = had_one ? aside.string() : "";
  if (shell.json) {
    print_json(shell, {{"database", database.string()}, {"from", options.file}, {"kept", kept}, {"paused_broadcasts", held.broadcasts}, {"held_messages", held.messages}});
    return 0;
  }
  shell.out << Said{"已恢复 " + options.file, "restored " + options.file}.in(config.language) << "\n";
  if (had_one) shell.out << Said{"原来的数据在 " + kept, "what was there before is in " + kept}.in(config.language) << "\n";
  if (held.broadcasts > 0)
    shell.out << Said{"备份时正在进行、或之后该开始的 " + std::to_string(held.broadcasts) + " 个群发已暂停：备份之后发出的记录不在里面，继续之前请先看 laoke broadcast list",
                      std::to_string(held.broadcasts) + " broadcasts that were under way, or should have begun since, are paused: what was sent after the backup is not known to it; look at laoke broadcast list before you resume them"}.in(config.language)
              << "\n";
  if (held.messages > 0)
    shell.out << Said{std::to_string(held.messages) + " 条消息在备份之后到期，可能已经发出，先不发：laoke undelivered list 列出，resend 再发，leave 不发",
                      std::to_string(held.messages) + " messages fell due after the backup and may have gone out: they wait for you; laoke undelivered list shows them, resend sends, leave does not"}.in(config.language)
              << "\n";
  return 0;
}

}  // namespace

void add_restore(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<RestoreOptions>();
  auto* command = root.add_subcommand("restore", help({"用备份替换数据库（先停下服务）", "Put a backup in the database's place (stop the server first)"}));
  command->add_option("file", options->file, help({"laoke backup 做的文件", "a file made by laoke backup"}))->required();
  command->add_flag("--yes", options->yes, help({"不询问", "do not ask"}));
  does(command, shell, exit_code, [&shell, options] { return restore(shell, *options); });
}

}  // namespace laoke::commands
