#include "bot/config.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "tests/support/temp_dir.h"

using namespace laoke;

namespace {

Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(std::string(name));
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

struct Toml {
  explicit Toml(const std::string& text) : file(dir.file("laoke.toml")) { std::ofstream(file) << text; }
  test::TempDir dir;
  std::string file;
};

std::string refusal(const Flags& flags, std::map<std::string, std::string> env = {}, const std::string& file = "none") {
  try {
    load_config(flags, environment(std::move(env)), file);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("without any setting the shop starts on its own folder and port", "[http]") {
  const Config config = load_config({}, environment({}), "none");
  CHECK(config.database == "sqlite:var/laoke.db");
  CHECK(config.host == "127.0.0.1");
  CHECK(config.port == 8080);
  CHECK(config.shop == "default");
  CHECK(config.language == "en");
  CHECK(config.threads == 64);
  CHECK(config.role == "all");
  CHECK(config.file.empty());
}

TEST_CASE("flags win over variables, variables over the file, the file over defaults", "[http]") {
  const Toml toml("listen = \"127.0.0.1:1\"\nshop = \"file\"\nthreads = 8\ndata_dir = \"data\"\n");
  const Config config = load_config({{"listen", "[::1]:3"}}, environment({{"LAOKE_LISTEN", "127.0.0.1:2"}, {"LAOKE_SHOP", "env"}}), toml.file);
  CHECK(config.host == "::1");
  CHECK(config.port == 3);
  CHECK(config.shop == "env");
  CHECK(config.threads == 8);
  CHECK(config.database == "sqlite:data/laoke.db");
  CHECK(config.file == toml.file);
}

TEST_CASE("a wrong setting is named with its place, value and what is allowed", "[http]") {
  const auto [flag, value, allowed] = GENERATE(table<std::string, std::string, std::string>({
      {"database", "mysql://x", "sqlite:FILE"},
      {"database", "sqlite:", "sqlite:FILE"},
      {"listen", "8080", "ADDRESS:PORT"},
      {"listen", "127.0.0.1:70000", "ADDRESS:PORT"},
      {"listen", "127.0.0.1:x", "ADDRESS:PORT"},
      {"listen", "::1:80", "ADDRESS:PORT"},
      {"listen", ":80", "ADDRESS:PORT"},
      {"public_url", "shop.example", "https://"},
      {"public_url", "https://", "https://"},
      {"public_url", "https://a b", "https://"},
      {"shop", "My Shop", "short name"},
      {"log_level", "loud", "debug, info"},
      {"log_format", "xml", "text or json"},
      {"data_dir", "", "a folder"},
      {"language", "fr", "zh-CN or en"},
      {"threads", "3", "from 4 to 1024"},
      {"role", "boss", "all, hooks or worker"},
      {"threads", "many", "from 4 to 1024"},
      {"threads", "99999999999999", "from 4 to 1024"},
  }));
  DYNAMIC_SECTION(flag << " = " << value) {
    const std::string said = refusal({{flag, value}});
    CHECK_THAT(said, Catch::StartsWith("setting '" + flag + "'") && Catch::Contains("'" + value + "'") && Catch::Contains(allowed));
  }
}

TEST_CASE("a wrong setting says where it stands, in the person's language", "[http]") {
  CHECK_THAT(refusal({{"log_level", "x"}}), Catch::Contains("(--log-level)"));
  CHECK_THAT(refusal({}, {{"LAOKE_LOG_LEVEL", "x"}}), Catch::Contains("(LAOKE_LOG_LEVEL)"));
  const Toml toml("\nlog_level = \"x\"\n");
  CHECK_THAT(refusal({}, {}, toml.file), Catch::Contains("laoke.toml line 2"));
  CHECK_THAT(refusal({{"log_level", "x"}}, {{"LANG", "zh_CN.UTF-8"}}), Catch::Contains("设置项 'log_level'") && Catch::Contains("可用："));
}

TEST_CASE("a password is never repeated", "[http]") {
  CHECK(without_password("postgresql://shop:se:cr@t@db:5432/x") == "postgresql://shop:***@db:5432/x");
  CHECK(without_password("postgresql://db/x?user=a&password=secret&sslmode=require") == "postgresql://db/x?user=a&password=***&sslmode=require");
  CHECK(without_password("postgresql://shop@db/x") == "postgresql://shop@db/x");
  CHECK(without_password("sqlite:a.db") == "sqlite:a.db");
  const Config config = load_config({{"database", "postgresql://shop:secret@db/x"}}, environment({}), "none");
  CHECK(config.database_shown.find("secret") == std::string::npos);
  CHECK(refusal({{"database", "pg://shop:secret@db/x"}}).find("secret") == std::string::npos);
}

TEST_CASE("laoke.toml is refused with the line when it cannot be understood", "[http]") {
  const auto [text, said] = GENERATE(table<std::string, std::string>({
      {"a = 1\nlog_levl = \"info\"", "there is no setting 'a'"},
      {"log_levl = \"info\"", "did you mean 'log_level'?"},
      {"zzzzzzzzzzzzzz = 1", "allowed: database, listen"},
      {"shop = \"a\"\nlisten = ", "line 2"},
      {"listen = [1]", "neither text nor a whole number"},
      {"threads = 1.5", "from 4 to 1024"},
      {"[listen]\nhost = \"x\"", "setting 'listen'"},
  }));
  DYNAMIC_SECTION(text) {
    const Toml toml(text);
    CHECK_THAT(refusal({}, {}, toml.file), Catch::Contains(said));
  }
  CHECK_THAT(refusal({{"config", "/no/such.toml"}}), Catch::Contains("/no/such.toml"));
  CHECK_THAT(refusal({}, {{"LAOKE_CONFIG", "/no/such.toml"}}), Catch::Contains("/no/such.toml"));
}

TEST_CASE("every setting has one name in each place and says what is allowed in both languages", "[http]") {
  std::set<std::string_view> seen;
  for (const Setting& setting : config_settings()) {
    INFO(setting.name);
    CHECK(seen.insert(setting.name).second);
    CHECK(seen.insert(setting.env).second);
    CHECK(seen.insert(setting.flag).second);
    CHECK(setting.env.starts_with("LAOKE_"));
    for (const auto words : {setting.allowed_en, setting.allowed_zh, setting.help_en, setting.help_zh}) CHECK_FALSE(words.empty());
  }
}
