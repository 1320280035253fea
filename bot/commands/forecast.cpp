#include "handlers/forecast.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "bot/channel_host.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"
#include "bot/commands/subcommands.h"
#include "handlers/policy.h"
#include "handlers/policy_question.h"
#include "handlers/reasons.h"
#include "storage/broadcasts.h"

// laoke forecast: what the coming days will send.
namespace laoke::commands {
namespace {

constexpr int kPage = 200;

ForecastAnswer answer_of(const PolicyAnswer& answer) {
  using From = PolicyAnswer::Verdict;
  using To = ForecastAnswer::Verdict;
  if (answer.verdict == From::kWait) return {To::kWait, std::string(answer.reason), answer.until_ms};
  if (answer.verdict == From::kDrop) return {To::kDrop, std::string(answer.reason), 0};
  return {};
}

// The policy the sender asks, with what the forecast itself sent counted in.
ForecastPolicy real_policy(const storage::Shop& shop, ChannelMap channels) {
  return [settings = settings_of(shop), channels = std::move(channels)](
             const Context& context, const storage::Delivery& delivery, std::span<const std::int64_t> sent_ms) {
    auto question = policy_question(context, settings, delivery, channels);
    question.marketing_sent_ms.insert(question.marketing_sent_ms.end(), sent_ms.begin(), sent_ms.end());
    std::sort(question.marketing_sent_ms.begin(), question.marketing_sent_ms.end());
    return answer_of(decide(question, settings, channels));
  };
}

std::vector<ForecastBroadcast> scheduled(const Context& context) {
  std::vector<ForecastBroadcast> all;
  for (std::int64_t before = 0;;) {
    const auto page = storage::list_broadcasts(context.tx, context.shop_id(), before, kPage);
    for (const auto& one : page)
      if (one.state == "scheduled")
        all.push_back({one.broadcast_id, one.name, one.segment, one.klass, one.starts_at_ms, one.expires_at_ms - one.starts_at_ms, one.rrule});
    if (page.size() < kPage) return all;
    before = page.back().broadcast_id;
  }
}

std::string counts_text(const std::map<std::string, std::int64_t>& counts, const std::string& language) {
  std::string text;
  for (const auto& [reason, count] : counts)
    text += (text.empty() ? "" : "; ") + std::to_string(count) + " " + reasons::words(reason, language);
  return text;
}

nlohmann::ordered_json as_json(const std::vector<ForecastDay>& days, const std::string& language) {
  auto document = nlohmann::ordered_json::array();
  for (const auto& day : days) {
    auto lines = nlohmann::ordered_json::array();
    for (const auto& line : day.lines)
      lines.push_back({{"source", line.source}, {"name", line.name}, {"title", line.title.in(language)}, {"due", line.due},
                       {"sent", line.sent}, {"held_back", line.held_back}, {"dropped", line.dropped}});
    document.push_back({{"date", iso_date(day.date)}, {"lines", lines}});
  }
  return document;
}

void print_days(Shell& shell, const Desk& desk, const std::vector<ForecastDay>& days, int asked) {
  if (days.empty()) {
    shell.out << desk.words({"今后 " + std::to_string(asked) + " 天没有要发的消息", "nothing will be sent in the next " + std::to_string(asked) + " days"}) << "\n";
    return;
  }
  Table table({desk.words({"日期", "day"}), desk.words({"内容", "what"}), desk.words({"到期", "due"}), desk.words({"发出", "sent"}),
               desk.words({"推迟或不发", "held back or dropped"})});
  std::int64_t due = 0, sent = 0;
  for (const auto& day : days)
    for (std::size_t i = 0; i < day.lines.size(); ++i) {
      const auto& line = day.lines[i];
      due += line.due;
      sent += line.sent;
      const auto held = counts_text(line.held_back, desk.language()), dropped = counts_text(line.dropped, desk.language());
      const auto title = desk.words(line.title);
      table.add({i == 0 ? iso_date(day.date) : "", title.empty() ? line.name : title, std::to_string(line.due), std::to_string(line.sent),
                 held + (held.empty() || dropped.empty() ? "" : "; ") + (dropped.empty() ? "" : desk.words({"不发：", "dropped: "}) + dropped)});
    }
  table.add({desk.words({"合计", "total"}), "", std::to_string(due), std::to_string(sent), ""});
  table.print(shell.out);
  shell.out << desk.words({"按现在知道的计划推算：不猜新订单和付款。", "from what is known now: it guesses no new orders and no payments."}) << "\n";
}

int run_forecast(Shell& shell, int days) {
  Desk desk(shell);
  ChannelHost channels(desk.database());
  channels.refresh();
  const auto policy = real_policy(desk.shop(), channels.health());
  const auto result = desk.read([&](const Context& context) {
    const auto broadcasts = scheduled(context);
    return forecast(context, days, policy, broadcasts);
  });
  if (shell.json)
    print_json(shell, as_json(result, desk.language()));
  else
    print_days(shell, desk, result, days);
  return 0;
}

}  // namespace

void add_forecast(CLI::App& root, Shell& shell, int& exit_code) {
  auto days = std::make_shared<int>(30);
  auto* command = root.add_subcommand("forecast", help({"今后几天会发什么", "What the coming days will send"}));
  command->add_option("--days", *days, help({"几天", "how many days"}))->check(CLI::Range(1, 366))->capture_default_str();
  does(command, shell, exit_code, [&shell, days] { return run_forecast(shell, *days); });
}

}  // namespace laoke::commands
