#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bot/log.h"

namespace laoke {

// One setting of the program. The one table of them (config_settings()) makes the flags, the LAOKE_* variables, the keys
// of laoke.toml, the help and the checks.
struct Setting {
  std::string_view name;      // "log_level": the key in laoke.toml
  std::string_view env;       // "LAOKE_LOG_LEVEL"
  std::string_view flag;      // "--log-level"
  std::string_view fallback;  // the default, as typed
  std::string_view allowed_en, allowed_zh;  // "debug, info, warning or error"
  std::string_view help_en, help_zh;
  bool secret = false;        // never shown
};
const std::vector<Setting>& config_settings();

// Everything decided before the program starts. Valid as a whole: load_config() lets nothing else out.
struct Config {
  std::string database;    // "sqlite:FILE" or "postgresql://…"; may hold a password: show database_shown
  std::string database_shown;
  std::string host;
  int port = 8080;
  std::string public_url;  // "https://shop.example" without a last slash, "" none: channels poll
  std::string shop;        // slug
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kText;
  std::string log_file;    // "" is standard error
  std::string data_dir;
  std::string language;    // of the program's own words: "zh-CN" or "en"
  std::string role = "all";  // of this node: "all", "hooks" or "worker" (docs/operating.md)
  std::size_t threads = 64;  // at most, for callbacks; half as many for pages and the API
  std::string file;        // the laoke.toml that was read, "" none
};

// A setting that cannot be. what() says which, where it stands, its value (secrets masked) and what is allowed.
class ConfigError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What was given on the command line: name of the setting -> text.
using Flags = std::map<std::string, std::string>;
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// Flags over LAOKE_* variables over laoke.toml over defaults. The file is --config or LAOKE_CONFIG (then it must be
// there), else ./laoke.toml when there is one. Throws ConfigError.
Config load_config(const Flags& flags);
Config load_config(const Flags& flags, const Environment& environment, const std::string& default_file);

// "postgresql://shop:secret@db/x" -> "postgresql://shop:***@db/x"; anything else as it is.
std::string without_password(std::string_view database_url);
// "zh-CN" when the words of this system are Chinese (LAOKE_LANGUAGE, LC_ALL, LC_MESSAGES, LANG), else "en".
std::string system_language(const Environment& environment);
std::optional<std::string> process_environment(std::string_view name);

}  // namespace laoke
