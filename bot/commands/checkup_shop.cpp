#include <filesystem>

#include "bot/channel_host.h"
#include "bot/commands/checkup.h"
#include "handlers/calendar.h"
#include "storage/callbacks.h"
#include "storage/database_file.h"
#include "storage/shops.h"
#include "storage/staff.h"

// What laoke doctor asks of the data: the database, the shops, their channels.
namespace laoke::commands {
namespace {

constexpr std::size_t kShownFaults = 3;

void say_problem(Findings& findings, const std::string& about, const Said& text) { findings.push_back({Health::kProblem, about, text}); }

void say_integrity(storage::Database& database, const Config& config, Findings& findings) {
  const auto faults = database.check();
  if (faults.empty())
    return findings.push_back({Health::kOk, "database", {config.database_shown + " 完好，结构第 " + std::to_string(database.schema_version()) + " 版，语句都能用",
                                                         config.database_shown + " is sound, schema version " + std::to_string(database.schema_version()) + ", every statement works"}});
  for (std::size_t i = 0; i < faults.size() && i < kShownFaults; ++i)
    say_problem(findings, "database", {"数据库损坏：" + faults[i] + "；请停下服务，用 laoke restore 恢复最近的备份", "the database is damaged: " + faults[i] + "; stop the server and laoke restore the newest backup"});
}

void say_channel(const LiveChannelPtr& live, Findings& findings) {
  const std::string about = "channel." + live->hook_name;
  if (live->row.state == "off") return findings.push_back({Health::kOk, about, {"已停用", "is off"}});
  if (!live->channel || live->row.state == "broken")
    say_problem(findings, about, {"不能用：" + live->row.state_reason + "；改好后 laoke channel on " + live->row.name, "does not work: " + live->row.state_reason + "; once that is right: laoke channel on " + live->row.name});
  if (!live->channel) return;
  for (const auto& line : live->channel->probe())
    findings.push_back({line.ok ? Health::kOk : Health::kProblem, about, {line.text, line.text}});
}

void say_reachable(const Config& config, bool other_platforms, Findings& findings) {
  const auto& url = config.public_url;
  if (!other_platforms) return;
  if (url.empty())
    findings.push_back({Health::kWarning, "public_url", {"没有设置 --public-url：只有能轮询的平台（如 Telegram）收得到消息", "--public-url is not set: only platforms that can be polled (Telegram) are heard"}});
  else if (!url.starts_with("https://"))
    findings.push_back({Health::kWarning, "public_url", {url + " 不是 https，多数平台不会回调它", url + " is not https, most platforms will not call it"}});
  else
    findings.push_back({Health::kOk, "public_url", {"平台回调 " + url + "/hooks/…；从外网打开 " + url + "/readyz 应看到 200", "platforms call " + url + "/hooks/…; from outside, " + url + "/readyz should answer 200"}});
}

}  // namespace

std::unique_ptr<storage::Database> open_for_checkup(const Config& config, Findings& findings) {
  const auto file = storage::sqlite_file_of(config.database);
  try {
    if (file && !std::filesystem::exists(*file)) {
      findings.push_back({Health::kWarning, "database", {*file + " 还没有：第一次 laoke serve 会建", *file + " is not there yet: the first laoke serve makes it"}});
      return nullptr;
    }
    if (file && std::filesystem::file_size(*file) > 0 && storage::schema_version_of_file(*file).value_or(0) == 0) {
      say_problem(findings, "database", {*file + " 不是老客的数据库，或已损坏；用 laoke restore 恢复最近的备份", *file + " is not a database of laoke, or is damaged; laoke restore the newest backup"});
      return nullptr;
    }
    storage::DatabaseOptions options;
    options.url = config.database;
    options.migrate = false;
    auto database = storage::open_database(options);
    say_integrity(*database, config, findings);
    return database;
  } catch (const std::exception& error) {
    const std::string why = error.what();
    say_problem(findings, "database", {"打不开：" + why + "；若已损坏，用 laoke restore 恢复最近的备份", "cannot be opened: " + why + "; if it is damaged, laoke restore the newest backup"});
    return nullptr;
  }
}

void check_shops(storage::Database& database, Findings& findings) {
  try {
    database.read([&](storage::Transaction& tx) {
      for (const auto& shop : storage::list_shops(tx)) {
        const std::string about = "shop." + shop.slug;
        if (!valid_time_zone(shop.time_zone))
          say_problem(findings, about, {"时区 '" + shop.time_zone + "' 不存在：laoke shop set time_zone=…", "time zone '" + shop.time_zone + "' does not exist: laoke shop set time_zone=…"});
        bool owner = false;
        for (const auto& person : storage::list_staff(tx, shop.shop_id))
          owner |= person.active && person.role == "owner" && !storage::staff_contacts(tx, shop.shop_id, person.staff_id).empty();
        if (!owner)
          findings.push_back({Health::kWarning, about, {"还没有配对的店主：laoke staff add 名字 --role owner", "no owner is paired yet: laoke staff add NAME --role owner"}});
        if (const auto dead = storage::count_dead_letters(tx, shop.shop_id, "open"); dead > 0)
          findings.push_back({Health::kWarning, about, {std::to_string(dead) + " 条回调没能处理：laoke dead-letters list", std::to_string(dead) + " callbacks could not be worked off: laoke dead-letters list"}});
      }
    });
  } catch (const std::exception& error) {
    say_problem(findings, "database", {std::string("读取时出错：") + error.what(), std::string("reading failed: ") + error.what()});
  }
}

void check_channels(storage::Database& database, const Config& config, Findings& findings) {
  try {
    ChannelHost host(database);
    host.refresh();
    bool other_platforms = false;
    for (const auto& live : host.all()) {
      other_platforms |= live->row.kind != "webchat" && live->row.state != "off";
      say_channel(live, findings);
    }
    say_reachable(config, other_platforms, findings);
  } catch (const std::exception& error) {
    say_problem(findings, "channels", {std::string("检查渠道时出错：") + error.what(), std::string("looking at the channels failed: ") + error.what()});
  }
}

}  // namespace laoke::commands
