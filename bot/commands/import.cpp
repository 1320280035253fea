#include <CLI/App.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/imports/customers.h"
#include "handlers/imports/orders_import.h"
#include "handlers/imports/products_import.h"

// laoke import: CSV files of customers, orders and products.
namespace laoke::commands {
namespace {

constexpr std::uintmax_t kLargestFileBytes = 512u << 20;  // read whole into memory
constexpr std::size_t kShownRejects = 5;
constexpr int kAllRejected = 2;

struct ImportKind {
  const char* name;
  Said what;
  std::span<const ImportColumn> (*columns)();
  RowOutcome (*row)(const Context&, const ImportRow&);
  bool attributes;
};
const ImportKind kKinds[] = {
    {"customers", {"客户", "customers"}, customer_columns, import_customer, true},
    {"orders", {"订单", "orders"}, order_columns, import_order, false},
    {"products", {"商品", "products"}, product_columns, import_product, false},
};

struct ImportOptionsTyped {
  std::string file;
  bool dry_run = false, yes = false;
};

std::string contents(const Desk& desk, const std::string& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem))
    refuse(desk.language(), {"没有文件 " + path, "there is no file " + path});
  const auto size = std::filesystem::file_size(path, problem);
  if (size > kLargestFileBytes)
    refuse(desk.language(),
           {path + " 有 " + shown_bytes(static_cast<std::int64_t>(size)) + "，一次最多 512 MiB；请拆成几个文件",
            path + " has " + shown_bytes(static_cast<std::int64_t>(size)) + ", at most 512 MiB at once; split it"});
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file || file.bad()) refuse(desk.language(), {"读不了文件 " + path, "cannot read " + path});
  return bytes.str();
}

// customers.csv -> customers.rejected.csv
std::string rejects_path(const std::string& file) {
  const std::filesystem::path path(file);
  auto name = path.stem();
  name += ".rejected.csv";
  return (path.parent_path() / name).string();
}

ImportResult run(Shell& shell, Desk& desk, const ImportKind& kind, const std::string& bytes, const std::string& path,
                 bool dry_run) {
  ImportFile file(bytes, kind.columns(), kind.attributes);
  ImportResult result;
  {
    ProgressBar bar(shell.err, shown_on_terminal(shell.err));
    const Said doing = dry_run ? Said{"检查中", "checking"} : Said{"导入中", "importing"};
    ImportOptions options;
    options.dry_run = dry_run;
    options.now_ms = desk.now_ms();
    options.progress = [&](const ImportResult& so_far, std::size_t read, std::size_t total) {
      bar.show(static_cast<std::int64_t>(read), static_cast<std::int64_t>(total),
               desk.words(doing) + " " + std::to_string(so_far.rows));
    };
    result = run_import(desk.database(), desk.shop(), file, options, kind.row);
  }
  std::error_code ignored;
  if (result.rejected == 0) {
    std::filesystem::remove(rejects_path(path), ignored);  // of an earlier try: it is outdated
    return result;
  }
  std::ofstream out(rejects_path(path), std::ios::binary | std::ios::trunc);
  out << rejected_csv(file, result, desk.language());
  out.close();
  if (!out) refuse(desk.language(), {"写不了 " + rejects_path(path), "cannot write " + rejects_path(path)});
  return result;
}

void say_result(Shell& shell, const Desk& desk, const ImportKind& kind, const ImportResult& result,
                const std::string& path, bool dry_run) {
  const auto number = [](std::size_t count) { return std::to_string(count); };
  const Said mood = dry_run ? Said{"试运行（什么都没改）：", "dry run, nothing was changed: "} : Said{"已导入：", "imported: "};
  shell.out << desk.words(mood)
            << desk.words({kind.what.zh + " " + number(result.rows) + " 行，新增 " + number(result.created) + "，更新 " +
                               number(result.updated) + "，没变 " + number(result.unchanged) + "，拒绝 " + number(result.rejected),
                           number(result.rows) + " lines of " + kind.what.en + ", " + number(result.created) + " new, " +
                               number(result.updated) + " changed, " + number(result.unchanged) + " the same, " +
                               number(result.rejected) + " rejected"})
            << "\n";
  if (result.rejected == 0) return;
  for (std::size_t i = 0; i < result.rejects.size() && i < kShownRejects; ++i) {
    const auto& reject = result.rejects[i];
    const std::string column = reject.column.empty() ? "" : " [" + reject.column + "]";
    shell.out << desk.words({"  第 " + number(reject.line) + " 行", "  line " + number(reject.line)}) << column << ": "
              << desk.words(reject.reason) << "\n";
  }
  shell.out << desk.words({"被拒绝的行和原因：", "rejected lines and reasons: "}) << rejects_path(path) << "\n";
}

nlohmann::ordered_json as_json(const Desk& desk, const ImportResult& result, const std::string& path, bool dry_run) {
  nlohmann::ordered_json document = {{"dry_run", dry_run}, {"rows", result.rows}, {"created", result.created},
                                     {"updated", result.updated}, {"unchanged", result.unchanged},
                                     {"rejected", result.rejected},
                                     {"rejected_file", result.rejected > 0 ? rejects_path(path) : ""}};
  auto& rejects = document["first_rejected"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < result.rejects.size() && i < kShownRejects; ++i)
    rejects.push_back({{"line", result.rejects[i].line}, {"column", result.rejects[i].column},
                       {"reason", desk.words(result.rejects[i].reason)}});
  return document;
}

int exit_code_of(const ImportResult& result) { return result.rows > 0 && result.rejected == result.rows ? kAllRejected : 0; }

int import(Shell& shell, const ImportKind& kind, const ImportOptionsTyped& typed) {
  Desk desk(shell);
  const std::string bytes = contents(desk, typed.file);
  const bool asks = !typed.dry_run && !typed.yes;
  if (asks && !person_answers(shell))
    refuse(desk.language(), {"没有终端可以确认：先用 --dry-run 看结果，再加 --yes 导入",
                             "there is no terminal to ask on: look with --dry-run, then import with --yes"});
  if (typed.dry_run || asks) {
    const auto tried = run(shell, desk, kind, bytes, typed.file, true);
    if (typed.dry_run && shell.json) {
      print_json(shell, as_json(desk, tried, typed.file, true));
      return exit_code_of(tried);
    }
    if (!shell.json) say_result(shell, desk, kind, tried, typed.file, true);
    if (typed.dry_run || exit_code_of(tried) != 0) return exit_code_of(tried);
    if (!ask(shell, desk.words({"导入吗？", "import them?"}))) return 0;
  }
  const auto result = run(shell, desk, kind, bytes, typed.file, false);
  if (shell.json)
    print_json(shell, as_json(desk, result, typed.file, false));
  else
    say_result(shell, desk, kind, result, typed.file, false);
  return exit_code_of(result);
}

}  // namespace

void add_import(CLI::App& root, Shell& shell, int& exit_code) {
  auto options = std::make_shared<ImportOptionsTyped>();
  auto* group = add_group(root, "import", {"导入 CSV 文件（UTF-8 或 GB18030）", "Import CSV files (UTF-8 or GB18030)"});
  for (const auto& kind : kKinds) {
    auto* command = group->add_subcommand(kind.name, help({"导入" + kind.what.zh, "Import " + kind.what.en}));
    command->add_option("file", options->file, help({"CSV 文件", "the CSV file"}))->required();
    command->add_flag("--dry-run", options->dry_run, help({"只检查，不保存", "only check, keep nothing"}));
    command->add_flag("--yes", options->yes, help({"不询问", "do not ask"}));
    does(command, shell, exit_code, [&shell, &kind, options] { return import(shell, kind, *options); });
  }
}

}  // namespace laoke::commands
