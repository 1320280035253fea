#include "bot/config.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <toml++/toml.h>

#include "handlers/text.h"

namespace laoke {
namespace {

struct Given {
  std::string value;
  std::string where;  // "--listen", "LAOKE_LISTEN", "laoke.toml line 3", "" for the default
};

struct Words {
  bool chinese;
  std::string operator()(std::string_view en, std::string_view zh) const { return std::string(chinese ? zh : en); }
};

constexpr int kMaxPort = 65535;
constexpr int kMinThreads = 4, kMaxThreads = 1024;

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : config_settings())
    if (setting.name == name) return &setting;
  return nullptr;
}

std::string shown(const Setting& setting, const std::string& value) {
  return setting.secret ? "***" : without_password(value);
}

[[noreturn]] void refuse(const Words& say, const Setting& setting, const Given& given) {
  const std::string where = given.where.empty() ? "" : " (" + given.where + ")";
  throw ConfigError(say("setting '", "设置项 '") + std::string(setting.name) + "'" + where + say(" is '", " 的值是 '") +
                    shown(setting, given.value) + say("'; allowed: ", "'；可用：") +
                    say(setting.allowed_en, setting.allowed_zh));
}

std::optional<int> whole_number(std::string_view text, int from, int to) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < from || number > to) return std::nullopt;
  return number;
}

struct Address {
  std::string host;
  int port;
};

std::optional<Address> address_from(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']' && host.size() > 2)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  if (host.find_first_of(" /@") != std::string_view::npos) return std::nullopt;
  const auto port = whole_number(text.substr(colon + 1), 0, kMaxPort);
  if (!port) return std::nullopt;
  return Address{std::string(host), *port};
}

bool is_database(std::string_view url) {
  return (url.starts_with("sqlite:") && url.size() > 7) || (url.starts_with("postgresql://") && url.size() > 13) ||
         (url.starts_with("postgres://") && url.size() > 11);
}

bool is_public_url(std::string_view url) {
  if (url.empty()) return true;
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  return scheme != 0 && url.size() > scheme && url.find_first_of(" ?#@", scheme) == std::string_view::npos && url[scheme] != '/';
}

bool is_slug(std::string_view slug) {
  return !slug.empty() && slug.size() <= 63 &&
         slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// Reads laoke.toml into texts; flat keys only.
std::map<std::string, Given> read_file(const std::string& file, const Words& say) {
  std::map<std::string, Given> values;
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    throw ConfigError(file + say(" line ", " 第 ") + std::to_string(error.source().begin.line) + say("", " 行") + ": " +
                      std::string(error.description()));
  }
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string where = file + say(" line ", " 第 ") + std::to_string(node.source().begin.line) + say("", " 行");
    const Setting* setting = find_setting(name);
    if (setting == nullptr) {
      std::vector<std::string> known;
      for (const Setting& one : config_settings()) known.emplace_back(one.name);
      const auto close = nearest(name, known);
      std::string allowed;
      for (const std::string& one : known) allowed += (allowed.empty() ? "" : ", ") + one;
      throw ConfigError(where + say(": there is no setting '", "：没有设置项 '") + name + "'" +
                        (close.empty() ? say("; allowed: ", "；可用：") + allowed
                                       : say("; did you mean '", "；是不是 '") + close.front() + "'?"));
    }
    Given given{"", where};
    if (const auto text = node.value_exact<std::string>())
      given.value = *text;
    else if (const auto number = node.value_exact<std::int64_t>())
      given.value = std::to_string(*number);
    else
      refuse(say, *setting, {say("(neither text nor a whole number)", "（既不是文字也不是整数）"), where});
    values[name] = given;
  }
  return values;
}

// Where each setting's value comes from.
class Sources {
 public:
  Sources(const Flags& flags, const Environment& environment, std::map<std::string, Given> file, Words say)
      : flags_(flags), environment_(environment), file_(std::move(file)), say_(say) {}

  Given of(const Setting& setting) const {
    if (const auto flag = flags_.find(std::string(setting.name)); flag != flags_.end())
      return {flag->second, std::string(setting.flag)};
    if (const auto value = environment_(setting.env)) return {*value, std::string(setting.env)};
    if (const auto line = file_.find(std::string(setting.name)); line != file_.end()) return line->second;
    return {std::string(setting.fallback), ""};
  }
  // The value of a setting as `parse` (text -> optional) understands it.
  template <class Parse>
  auto read(std::string_view name, Parse parse) const {
    const Setting& setting = *find_setting(name);
    const Given given = of(setting);
    auto parsed = parse(given.value);
    if (!parsed) refuse(say_, setting, given);
    return *parsed;
  }
  std::string text(std::string_view name, bool (*valid)(std::string_view)) const {
    return read(name, [&](const std::string& value) { return valid(value) ? std::optional(value) : std::nullopt; });
  }

 private:
  const Flags& flags_;
  const Environment& environment_;
  const std::map<std::string, Given> file_;
  const Words say_;
};

std::optional<log::Level> level(const std::string& name) {
  try {
    return log::level_from(name);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::optional<log::Format> format(const std::string& name) {
  if (name == "text") return log::Format::kText;
  if (name == "json") return log::Format::kJson;
  return std::nullopt;
}

std::optional<std::string> language(const std::string& name) {
  if (name == "zh" || name == "zh-CN" || name == "zh_CN") return "zh-CN";
  if (name == "en") return "en";
  return std::nullopt;
}

std::optional<std::string> role(const std::string& name) {
  return name == "all" || name == "hooks" || name == "worker" ? std::optional(name) : std::nullopt;
}

bool not_empty(std::string_view text) { return !text.empty(); }
bool anything(std::string_view) { return true; }

std::string file_to_read(const Flags& flags, const Environment& environment, const std::string& default_file, const Words& say) {
  std::string named;
  if (const auto flag = flags.find("config"); flag != flags.end())
    named = flag->second;
  else
    named = environment("LAOKE_CONFIG").value_or("");
  if (!named.empty() && !std::filesystem::is_regular_file(named))
    throw ConfigError(say("the settings file '", "找不到设置文件 '") + named + say("' is not there", "'"));
  if (!named.empty()) return named;
  return std::filesystem::is_regular_file(default_file) ? default_file : "";
}

}  // namespace

Config load_config(const Flags& flags, const Environment& environment, const std::string& default_file) {
  const auto flag = flags.find("language");
  const std::string wanted = flag != flags.end() ? flag->second : "";
  const std::string words = language(wanted).value_or(system_language(environment));
  const Words say{words == "zh-CN"};

  Config config;
  config.file = file_to_read(flags, environment, default_file, say);
  auto from_file = config.file.empty() ? std::map<std::string, Given>{} : read_file(config.file, say);
  const Sources sources(flags, environment, std::move(from_file), say);

  config.data_dir = sources.text("data_dir", not_empty);
  config.database = sources.read("database", [&](const std::string& url) {
    if (url.empty()) return std::optional("sqlite:" + (std::filesystem::path(config.data_dir) / "laoke.db").string());
    return is_database(url) ? std::optional(url) : std::nullopt;
  });
  config.database_shown = without_password(config.database);
  const Address address = sources.read("listen", address_from);
  config.host = address.host;
  config.port = address.port;
  config.public_url = sources.text("public_url", is_public_url);
  while (config.public_url.ends_with('/')) config.public_url.pop_back();
  config.shop = sources.text("shop", is_slug);
  config.log_level = sources.read("log_level", level);
  config.log_format = sources.read("log_format", format);
  config.log_file = sources.text("log_file", anything);
  config.language = sources.read("language", [&](const std::string& name) {
    return name.empty() ? std::optional(words) : language(name);
  });
  config.role = sources.read("role", role);
  config.threads = static_cast<std::size_t>(
      sources.read("threads", [](const std::string& text) { return whole_number(text, kMinThreads, kMaxThreads); }));
  return config;
}

Config load_config(const Flags& flags) { return load_config(flags, process_environment, "laoke.toml"); }

std::string without_password(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t end = std::min(url.find('/', scheme + 3), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  std::string shown(url);
  if (at != std::string_view::npos) {
    const std::size_t colon = url.find(':', scheme + 3);
    if (colon < at) shown = std::string(url.substr(0, colon + 1)) + "***" + std::string(url.substr(at));
  }
  // libpq takes a password among the arguments as well.
  if (const std::size_t key = shown.find("password="); key != std::string::npos) {
    const std::size_t from = key + 9;
    shown.replace(from, std::min(shown.find('&', from), shown.size()) - from, "***");
  }
  return shown;
}

std::string system_language(const Environment& environment) {
  for (const std::string_view name : {"LAOKE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"})
    if (const auto value = environment(name); value && !value->empty()) return value->starts_with("zh") ? "zh-CN" : "en";
  return "en";
}

std::optional<std::string> process_environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace laoke
