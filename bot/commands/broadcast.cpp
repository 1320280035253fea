#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <thread>

#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/broadcasts.h"

// laoke broadcast: how group messages stand. A running server does the sending.
namespace laoke::commands {
namespace {

constexpr int kBroadcastsPage = 100;
constexpr std::chrono::seconds kLookEvery{1};

const Said& state_word(const std::string& state) {
  static const std::map<std::string, Said> words = {
      {"draft", {"草稿", "draft"}},       {"scheduled", {"已定时", "scheduled"}}, {"planning", {"准备中", "planning"}},
      {"sending", {"发送中", "sending"}}, {"paused", {"已暂停", "paused"}},       {"done", {"已完成", "done"}},
      {"cancelled", {"已取消", "cancelled"}}};
  static const Said unknown;
  const auto found = words.find(state);
  return found == words.end() ? unknown : found->second;
}

nlohmann::ordered_json as_json(const storage::Broadcast& broadcast) {
  return {{"broadcast_id", broadcast.broadcast_id}, {"name", broadcast.name}, {"segment", broadcast.segment},
          {"state", broadcast.state}, {"starts_at_ms", broadcast.starts_at_ms}, {"rrule", broadcast.rrule},
          {"audience", broadcast.audience_count}};
}

int broadcast_list(Shell& shell, int limit) {
  Desk desk(shell);
  auto document = nlohmann::ordered_json::array();
  Table table({desk.words({"编号", "id"}), desk.words({"名称", "name"}), desk.words({"对象", "to"}), desk.words({"状态", "state"}),
               desk.words({"开始", "starts"}), desk.words({"人数", "audience"})});
  for (const auto& one : desk.read([&](const Context& context) { return storage::list_broadcasts(context.tx, context.shop_id(), 0, limit); })) {
    document.push_back(as_json(one));
    table.add({std::to_string(one.broadcast_id), one.name, one.segment, desk.words(state_word(one.state)),
               desk.date_time(one.starts_at_ms) + (one.rrule.empty() ? "" : desk.words({"（重复）", " (repeats)"})), std::to_string(one.audience_count)});
  }
  if (shell.json)
    print_json(shell, document);
  else if (table.empty())
    shell.out << desk.words({"还没有群发", "no broadcasts yet"}) << "\n";
  else
    table.print(shell.out);
  return 0;
}

// How fast each channel sends, for the estimated end.
std::map<std::int64_t, double> rates(Desk& desk) {
  ChannelHost host(desk.database());
  host.refresh();
  std::map<std::int64_t, double> all;
  for (const auto& live : host.all())
    if (live->channel && live->row.state == "on" && is_chat(live->row.kind)) all[live->row.channel_id] = live->channel->traits().messages_per_second;
  return all;
}

BroadcastStatus status_of(Desk& desk, std::int64_t id, const std::map<std::int64_t, double>& speeds) {
  const std::int64_t now_ms = SystemClock().now_ms();
  const auto status = desk.database().read([&](storage::Transaction& tx) {
    return broadcast_status(Context{tx, desk.shop(), now_ms}, id, speeds);
  });
  if (!status)
    refuse(desk.language(), {"没有群发 " + std::to_string(id) + "（laoke broadcast list 列出全部）", "there is no broadcast " + std::to_string(id) + " (laoke broadcast list shows all)"});
  return *status;
}

bool settled(const BroadcastStatus& status) {
  const auto& state = status.broadcast.state;
  return state == "done" || (state == "cancelled" && status.open == 0);
}

std::string status_text(const Desk& desk, const BroadcastStatus& status) {
  return progress_text(status, desk.language(), SystemClock().now_ms()) + "\n";
}

nlohmann::ordered_json status_json(const BroadcastStatus& status) {
  auto document = as_json(status.broadcast);
  document["total"] = status.total;
  document["open"] = status.open;
  document["sent"] = status.sent;
  document["estimated_end_ms"] = status.estimated_end_ms;
  auto& counts = document["counts"] = nlohmann::ordered_json::array();
  for (const auto& count : status.counts) counts.push_back({{"state", count.state}, {"reason", count.reason}, {"count", count.count}});
  return document;
}

// Redrawn in place on a terminal, else printed whenever it changed.
BroadcastStatus watch(Shell& shell, Desk& desk, std::int64_t id, const std::map<std::int64_t, double>& speeds) {
  const bool in_place = shown_on_terminal(shell.out);
  std::string shown;
  for (;;) {
    const auto status = status_of(desk, id, speeds);
    const auto text = status_text(desk, status);
    if (!shell.json && text != shown) {
      if (in_place && !shown.empty()) shell.out << "\x1b[" << std::count(shown.begin(), shown.end(), '\n') << "A\x1b[J";
      shell.out << (shown = text);
      shell.out.flush();
    }
    if (settled(status)) return status;
    std::this_thread::sleep_for(kLookEvery);
  }
}

int broadcast_status_of(Shell& shell, std::int64_t id, bool watching) {
  Desk desk(shell);
  const auto speeds = rates(desk);
  const auto status = watching ? watch(shell, desk, id, speeds) : status_of(desk, id, speeds);
  if (shell.json)
    print_json(shell, status_json(status));
  else if (!watching)
    shell.out << status_text(desk, status);
  return 0;
}

using Change = storage::Broadcast (*)(const Context&, std::int64_t);

int change(Shell& shell, std::int64_t id, Change what) {
  Desk desk(shell);
  const auto changed = desk.write([&](const Context& context) { return what(context, id); });
  if (shell.json)
    print_json(shell, as_json(changed));
  else
    shell.out << "#" << id << " " << changed.name << " — " << desk.words(state_word(changed.state)) << "\n";
  return 0;
}

}  // namespace

void add_broadcast(CLI::App& root, Shell& shell, int& exit_code) {
  auto id = std::make_shared<std::int64_t>(0);
  auto limit = std::make_shared<int>(20);
  auto watching = std::make_shared<bool>(false);
  auto* group = add_group(root, "broadcast", {"群发", "Broadcasts"});
  const auto numbered = [&](const char* name, const Said& said) {
    auto* command = group->add_subcommand(name, help(said));
    command->add_option("id", *id, help({"编号", "its number"}))->required();
    return command;
  };
  auto* list = group->add_subcommand("list", help({"列出群发", "List the broadcasts"}));
  list->add_option("--limit", *limit, help({"最多几条", "at most so many"}))->check(CLI::Range(1, kBroadcastsPage))->capture_default_str();
  does(list, shell, exit_code, [&shell, limit] { return broadcast_list(shell, *limit); });
  auto* status = numbered("status", {"进度与结果", "Progress and outcome"});
  status->add_flag("--watch", *watching, help({"一直显示到发完", "go on until it is done"}));
  does(status, shell, exit_code, [&shell, id, watching] { return broadcast_status_of(shell, *id, *watching); });
  does(numbered("pause", {"暂停", "Pause"}), shell, exit_code, [&shell, id] { return change(shell, *id, pause_broadcast); });
  does(numbered("resume", {"继续", "Go on with the rest"}), shell, exit_code, [&shell, id] { return change(shell, *id, resume_broadcast); });
  does(numbered("cancel", {"取消", "Cancel what was not sent"}), shell, exit_code, [&shell, id] { return change(shell, *id, cancel_broadcast); });
}

}  // namespace laoke::commands
