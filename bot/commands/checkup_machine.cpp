#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "bot/clock.h"
#include "bot/commands/checkup.h"
#include "bot/commands/printing.h"
#include "bot/http_client.h"
#include "handlers/calendar.h"
#include "storage/database_file.h"

// What laoke doctor asks of the machine: disk, rights, clock, port.
namespace laoke::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLittleSpaceBytes = 1LL << 30, kNoSpaceBytes = 64LL << 20;
constexpr std::int64_t kLongLogBytes = 256LL << 20;  // the log is written back every few MB; more means a reader that never ends
constexpr int kOldestYear = 2026, kLatestYear = 2100;  // no program of this kind ran before
constexpr std::chrono::milliseconds kClockWatch{200};
constexpr std::int64_t kClockSlackMs = 100;

bool others_may(const fs::path& path) {
  std::error_code ignored;
  const auto rights = fs::status(path, ignored).permissions();
  return rights != fs::perms::unknown && (rights & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none;
}

void check_rights_of(const fs::path& path, const char* mode, Findings& findings) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return;
  const std::string name = path.string();
  if (::access(path.c_str(), R_OK | W_OK) != 0)
    findings.push_back({Health::kProblem, "permissions", {name + " 本用户不能读写；请用 chown 改归属", name + " cannot be read and written by this user; chown it"}});
  else if (others_may(path))
    findings.push_back({Health::kWarning, "permissions", {name + " 别的用户也能打开，里面有客户资料和密钥：chmod " + mode + " " + name,
                                                          name + " is open to other users and holds customers and secrets: chmod " + mode + " " + name}});
  else
    findings.push_back({Health::kOk, "permissions", {name + " 只有本用户能打开", name + " is open to this user only"}});
}

// Whether the port could be taken, the errno when not.
int bind_error(const Config& config) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  if (::getaddrinfo(config.host.c_str(), std::to_string(config.port).c_str(), &hints, &found) != 0) return EADDRNOTAVAIL;
  const int socket = ::socket(found->ai_family, SOCK_STREAM, 0);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const int error = ::bind(socket, found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
  ::close(socket);
  ::freeaddrinfo(found);
  return error;
}

std::string own_url(const Config& config) {
  std::string host = config.host == "0.0.0.0" ? "127.0.0.1" : config.host == "::" ? "::1" : config.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(config.port);
}

}  // namespace

std::string_view name_of(Health health) {
  switch (health) {
    case Health::kOk: return "ok";
    case Health::kWarning: return "warning";
    case Health::kProblem: return "problem";
  }
  return "";
}

void check_log_size(const Config& config, Findings& findings) {
  const auto file = storage::sqlite_file_of(config.database);
  std::error_code missing;
  if (!file || !fs::exists(*file, missing)) return;
  const auto bytes = fs::exists(*file + "-wal", missing) ? static_cast<std::int64_t>(fs::file_size(*file + "-wal", missing)) : 0;
  const auto size = shown_bytes(bytes);
  if (bytes > kLongLogBytes)
    findings.push_back({Health::kWarning, "wal", {"写前日志有 " + size + "，太长了：重启服务会把它收回", "the write-ahead log has " + size + ", too long: restarting the server takes it back"}});
  else
    findings.push_back({Health::kOk, "wal", {"写前日志 " + size, "write-ahead log " + size}});
}

void check_disk(const Config& config, Findings& findings) {
  std::error_code problem;
  const auto folder = fs::exists(config.data_dir, problem) ? fs::path(config.data_dir) : fs::current_path();
  const auto space = fs::space(folder, problem);
  if (problem) return findings.push_back({Health::kWarning, "disk", {"看不到磁盘剩余空间：" + problem.message(), "cannot see the free space: " + problem.message()}});
  const auto free = static_cast<std::int64_t>(space.available);
  const auto health = free < kNoSpaceBytes ? Health::kProblem : free < kLittleSpaceBytes ? Health::kWarning : Health::kOk;
  const auto size = shown_bytes(free);
  const Said advice = health == Health::kOk ? Said{} : Said{"：请清理磁盘，写不下时消息会停", ": make room, messages stop when nothing can be written"};
  findings.push_back({health, "disk", {"磁盘剩余 " + size + advice.zh, size + " free on disk" + advice.en}});
}

void check_permissions(const Config& config, Findings& findings) {
  check_rights_of(config.data_dir, "700", findings);
  if (const auto file = storage::sqlite_file_of(config.database)) check_rights_of(*file, "600", findings);
  if (!config.file.empty()) check_rights_of(config.file, "600", findings);
}

void check_clock(Findings& findings) {
  const SystemClock clock;
  const auto steady_before = std::chrono::steady_clock::now();
  const auto before_ms = clock.now_ms();
  std::this_thread::sleep_for(kClockWatch);
  const auto steady_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - steady_before).count();
  const auto drift_ms = clock.now_ms() - before_ms - steady_ms;
  if (!valid_time_zone("Asia/Shanghai") || !valid_time_zone("America/New_York"))
    return findings.push_back({Health::kProblem, "clock", {"没有时区数据：请安装 tzdata", "there is no time zone database: install tzdata"}});
  const int year = to_local(before_ms, "UTC").date.year;
  const auto now = iso_date(to_local(before_ms, "UTC").date);
  if (year < kOldestYear || year > kLatestYear)
    findings.push_back({Health::kProblem, "clock", {"系统日期是 " + now + "，不可能：请校时（NTP）", "the system's date is " + now + ", which cannot be: set the clock (NTP)"}});
  else if (drift_ms > kClockSlackMs || drift_ms < -kClockSlackMs)
    findings.push_back({Health::kWarning, "clock", {"系统时钟刚跳了 " + std::to_string(drift_ms) + " 毫秒：请检查校时服务", "the clock just jumped by " + std::to_string(drift_ms) + " ms: look at the time service"}});
  else
    findings.push_back({Health::kOk, "clock", {"时钟 " + now + "（UTC），时区数据在", "clock says " + now + " (UTC), time zones are there"}});
}

void check_port(const Config& config, Findings& findings) {
  const auto where = config.host + ":" + std::to_string(config.port);
  const int error = config.port == 0 ? 0 : bind_error(config);
  if (error == 0) return findings.push_back({Health::kOk, "port", {where + " 空闲，服务没有运行", where + " is free, no server is running"}});
  if (error != EADDRINUSE)
    return findings.push_back({Health::kProblem, "port", {"不能监听 " + where + "：" + std::strerror(error) + "；请改 --listen", "cannot listen on " + where + ": " + std::strerror(error) + "; change --listen"}});
  HttpCall call;
  call.method = "GET";
  call.url = own_url(config) + "/readyz";
  call.connect_timeout = call.timeout = std::chrono::seconds(3);
  const auto answer = shared_http_client().call(call);
  if (answer.fault == HttpFault::kNone && answer.status == 200)
    findings.push_back({Health::kOk, "port", {"服务正在 " + where + " 运行", "a server is running on " + where}});
  else if (answer.fault == HttpFault::kNone && answer.status == 503)
    findings.push_back({Health::kProblem, "port", {where + " 上的服务说自己没准备好：请看日志", "the server on " + where + " says it is not ready: look at its log"}});
  else
    findings.push_back({Health::kProblem, "port", {where + " 被别的程序占用：请停掉它，或改 --listen", where + " is taken by another program: stop it or change --listen"}});
}

}  // namespace laoke::commands
