#include <sys/stat.h>

#include <CLI/App.hpp>
#include <filesystem>
#include <fstream>

#include "bot/commands/export_rows.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/imports/csv_reader.h"

// laoke export: CSV files that spreadsheets open and laoke import takes back.
namespace laoke::commands {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
  std::string file;
  bool force = false;
};

struct ExportKind {
  const char* name;
  Said what;
  std::vector<std::string> (*header)(const Context&);
  void (*rows)(const Context&, const ExportRow&);
};
const ExportKind kKinds[] = {
    {"customers", {"客户", "customers"}, customer_header, export_customers},
    {"orders", {"订单", "orders"}, order_header, export_orders},
    {"products", {"商品", "products"}, product_header, export_products},
    {"messages", {"聊天记录", "messages"}, message_header, export_messages},
};

// One snapshot, row by row: memory does not grow with the shop.
std::int64_t write_rows(Shell& shell, Desk& desk, const ExportKind& kind, std::ostream& out) {
  ProgressBar bar(shell.err, shown_on_terminal(shell.err));
  std::int64_t rows = 0;
  desk.read([&](const Context& context) {
    out << "\xEF\xBB\xBF" << csv_line(kind.header(context));  // with the BOM Excel knows it for UTF-8
    kind.rows(context, [&](const std::vector<std::string>& cells) {
      out << csv_line(cells);
      bar.count(++rows, desk.words(kind.what));
    });
  });
  return rows;
}

int export_to(Shell& shell, const ExportKind& kind, const ExportOptions& options) {
  ::umask(077);  // customers' names and phones
  Desk desk(shell);
  std::error_code problem;
  if (fs::exists(options.file, problem) && !options.force)
    refuse(desk.language(), {options.file + " 已经存在；换个文件名，或加 --force", options.file + " exists; choose another name or add --force"});
  const std::string unfinished = options.file + ".unfinished";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  if (!out) refuse(desk.language(), {"写不了 " + options.file + "：文件夹在吗，有权限吗？", "cannot write " + options.file + ": is its folder there, and yours to write?"});
  const auto rows = write_rows(shell, desk, kind, out);
  out.close();
  if (!out) {
    fs::remove(unfinished, problem);
    refuse(desk.language(), {"写 " + options.file + " 时出错，磁盘满了吗？", "writing " + options.file + " failed; is the disk full?"});
  }
  fs::rename(unfinished, options.file);
  if (shell.json)
    print_json(shell, {{"file", options.file}, {"rows", rows}});
  else
    shell.out << desk.words({"已导出 " + std::to_string(rows) + " 行" + kind.what.zh + "：", std::to_string(rows) + " " + kind.what.en + " written: "}) << options.file << "\n";
  return 0;
}

}  // namespace

void add_export(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<ExportOptions>();
  auto* group = add_group(root, "export", {"导出 CSV 文件", "Write CSV files"});
  for (const auto& kind : kKinds) {
    auto* command = group->add_subcommand(kind.name, help({"导出" + kind.what.zh, "Export " + kind.what.en}));
    command->add_option("file", options->file, help({"CSV 文件", "the CSV file"}))->required();
    command->add_flag("--force", options->force, help({"覆盖已有文件", "overwrite the file"}));
    does(command, shell, exit_code, [&shell, &kind, options] { return export_to(shell, kind, *options); });
  }
}

}  // namespace laoke::commands
