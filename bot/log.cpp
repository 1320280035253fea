#include "bot/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

// The one file that knows spdlog: it takes care of the sinks, their locking and flushing.
namespace laoke::log {
namespace {

constexpr std::size_t kTextBytes = 200;
constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};

struct State {
  std::shared_ptr<spdlog::logger> logger;
  std::atomic<Level> level = Level::kWarning;
  std::atomic<Format> format = Format::kText;
};

std::shared_ptr<spdlog::logger> make_logger(const std::string& file) {
  spdlog::sink_ptr sink;
  if (file.empty())
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  else
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  auto logger = std::make_shared<spdlog::logger>("laoke", std::move(sink));
  logger->set_pattern("%v");  // line() writes all of it
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);  // a line lost in a crash is the one that was needed
  return logger;
}

State& state() {
  static State all{make_logger("")};
  return all;
}

std::string timestamp(std::int64_t at_ms) {
  const std::time_t seconds = static_cast<std::time_t>(at_ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  char tail[8];
  std::snprintf(tail, sizeof tail, ".%03dZ", static_cast<int>(at_ms % 1000));
  return std::string(text, size) + tail;
}

// Whole characters only, and nothing that could start a new line or move a terminal's cursor.
std::string safe(std::string_view text) {
  std::string out;
  std::size_t end = std::min(text.size(), kTextBytes);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  for (const char c : text.substr(0, end)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return end < text.size() ? out + "…" : out;
}

std::string quoted(std::string_view text) {
  const std::string clean = safe(text);
  if (!clean.empty() && clean.find_first_of(" \"=") == std::string::npos) return clean;
  std::string out = "\"";
  for (const char c : clean) (c == '"' || c == '\\') ? (out += '\\', out += c) : out += c;
  return out + "\"";
}

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value.get())) return quoted(*text);
  if (const auto* yes = std::get_if<bool>(&value.get())) return *yes ? "yes" : "no";
  if (const auto* number = std::get_if<double>(&value.get())) return nlohmann::json(*number).dump();
  return std::to_string(std::get<std::int64_t>(value.get()));
}

nlohmann::ordered_json json_of(const Value& value) {
  return std::visit(
      [](const auto& one) -> nlohmann::ordered_json {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::string_view>)
          return safe(one);
        else
          return one;
      },
      value.get());
}

void write(Level level, std::string_view event, Fields fields) {
  State& to = state();
  if (level < to.level) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto at_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  to.logger->log(spdlog::level::info, line(to.format, at_ms, level, event, fields));
}

}  // namespace

void start(const Options& options) {
  State& all = state();
  try {
    all.logger = make_logger(options.file);
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error("the log file '" + options.file + "' cannot be opened: " + error.what());
  }
  all.format = options.format;
  all.level = options.level;
}

Level level_from(std::string_view name) {
  for (std::size_t i = 0; i < kLevels.size(); ++i)
    if (kLevels[i] == name) return static_cast<Level>(i);
  throw std::invalid_argument("log level '" + std::string(name) + "': allowed are debug, info, warning, error");
}

std::string line(Format format, std::int64_t at_ms, Level level, std::string_view event, Fields fields) {
  const std::string_view name = kLevels[static_cast<std::size_t>(level)];
  if (format == Format::kJson) {
    nlohmann::ordered_json object = {{"time", timestamp(at_ms)}, {"level", name}, {"event", event}};
    for (const Field& field : fields) object[std::string(field.name)] = json_of(field.value);
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  std::string text = timestamp(at_ms) + " " + std::string(name) + " " + std::string(event);
  for (const Field& field : fields) text.append(" ").append(field.name).append("=").append(text_of(field.value));
  return text;
}

void debug(std::string_view event, Fields fields) { write(Level::kDebug, event, fields); }
void info(std::string_view event, Fields fields) { write(Level::kInfo, event, fields); }
void warning(std::string_view event, Fields fields) { write(Level::kWarning, event, fields); }
void error(std::string_view event, Fields fields) { write(Level::kError, event, fields); }

}  // namespace laoke::log
