// Lines a person mistypes, files a person mixes up: one line says what is wrong, in the person's language, and nothing is changed.
#include <catch2/catch.hpp>

#include "tests/support/program.h"

using laoke::test::Program;

namespace {

bool is_one_line(const std::string& text) { return !text.empty() && text.find('\n') == text.size() - 1; }

bool is_chinese(const std::string& text) {
  for (const unsigned char letter : text)
    if (letter >= 0xE4 && letter <= 0xE9) return true;
  return false;
}

}  // namespace

TEST_CASE("a wrong command line is answered in Chinese to who reads Chinese", "[cli]") {
  const auto [words, says] = GENERATE(table<std::string, std::string>({
      {"fourcast", "forecast"},
      {"channel add shop --kind telegran", "telegram"},
      {"channel add a/b --kind webchat", "渠道名"},
      {"channel add webchat --kind webchat", "已经有渠道"},
      {"channel test webchatt", "没有渠道"},
      {"channel remove webchat", "--yes"},
      {"staff add Anna --role ownr", "owner（店主）"},
      {"staff remove 没有的人", "没有店员"},
      {"key add x --role boss", "owner"},
      {"key revoke nothing", "nothing"},
      {"shop set time_zone=Asia/Shangai", "Asia/Shanghai"},
      {"shop set quiet_from=25:00", "00:00"},
      {"shop add default", "已经"},
      {"import customers missing.csv --yes", "没有文件"},
      {"export customers no/such/folder/x.csv", "写不了"},
      {"broadcast status 1", "没有群发"},
      {"why 没有的人", "没有"},
      {"dead-letters replay 5", "5"},
      {"undelivered resend", "--all"},
      {"segment preview tga:VIP", "tag"},
      {"backup no/such/b.db", "没有文件夹"},
  }));
  const Program program("zh-CN");
  const auto ran = program.run(words);
  CAPTURE(words, ran.out, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(is_one_line(ran.err));
  CHECK(is_chinese(ran.err));
  CHECK(ran.err.find(says) != std::string::npos);
  CHECK(ran.out.empty());
}

TEST_CASE("numbers that are none, or too large, are refused by every command that takes one", "[cli]") {
  const std::string command = GENERATE(as<std::string>{}, "broadcast status", "broadcast pause", "broadcast resume", "broadcast cancel", "undelivered resend",
                                       "undelivered leave", "dead-letters replay", "dead-letters dismiss", "forecast --days", "broadcast list --limit");
  const Program program;
  for (const std::string number : {"0", "-1", "1.5", "x", "99999999999999999999", "9223372036854775807"}) {
    const auto ran = program.run(command + " " + number);
    CAPTURE(command, number, ran.out, ran.err);
    CHECK(ran.exit_code == 1);
    CHECK(is_one_line(ran.err));
    CHECK(ran.out.empty());
  }
}

TEST_CASE("text of any kind given as a name is taken as a name or refused, and never run", "[cli]") {
  const Program program;
  const std::string text = GENERATE(as<std::string>{}, "", "  ", "'; DROP TABLE staff; --", "../../etc/passwd", "-rf", "%s%n", "老板👑\u202e", std::string(300, 'x'));
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{{"staff", "add", text}, {"key", "add", text}, {"shop", "add", text}, {"why", text}, {"channel", "add", text, "--kind", "webchat"}}) {
    const auto ran = program.run(line);
    CAPTURE(text, line[0], ran.out, ran.err);
    CHECK((ran.exit_code == 0 || ran.exit_code == 1));
    if (ran.exit_code == 1) CHECK(is_one_line(ran.err));
  }
  CHECK(program.run("staff list").exit_code == 0);
  CHECK(program.run("doctor --offline").exit_code == 0);
}

TEST_CASE("a file given for another is refused whole and changes nothing", "[cli]") {
  struct Case {
    const char *what, *text, *says;
  };
  const auto one = GENERATE(values<Case>({
      {"customers", "订单号,日期,金额\n1,2026-01-05,99\n", "name"},
      {"orders", "name,phone\nAnn,+12025550101\n", "date"},
      {"products", "phone\n+12025550101\n", "name"},
      {"customers", "name,name\nAnn,Bob\n", "name"},
      {"customers", "{\"name\": \"Ann\"}\n", ""},
      {"orders", "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", ""},
  }));
  const Program program;
  program.write_file("file.csv", one.text);
  const auto ran = program.run("import " + std::string(one.what) + " file.csv --yes");
  CAPTURE(one.what, one.text, ran.out, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(is_one_line(ran.err));
  CHECK(ran.err.find(one.says) != std::string::npos);
  CHECK(program.run("segment preview all --json").json()["count"] == 0);
}

TEST_CASE("settings that cannot be are refused before the shop is touched", "[cli]") {
  const auto [line, says] = GENERATE(table<std::string, std::string>({
      {"shop set marketing_per_day=-1", "marketing_per_day"},
      {"shop set marketing_per_day=many", "marketing_per_day"},
      {"shop set marketing_per_week=99999999999999999999", "marketing_per_week"},
      {"shop set ask_consent=perhaps", "ask_consent"},
      {"shop set quiet_to=noon", "quiet_to"},
      {"shop set name=", "name"},
      {"shop set", "setting"},
      {"shop set quiet_from", "="},
      {"shop set nonsense=1", "nonsense"},
      {"--listen 127.0.0.1:99999 shop list", "listen"},
      {"--listen nowhere shop list", "listen"},
  }));
  const Program program;
  const auto before = program.run("shop list --json").out;
  const auto ran = program.run(line);
  CAPTURE(line, ran.out, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(is_one_line(ran.err));
  CHECK(ran.err.find(says) != std::string::npos);
  CHECK(program.run("shop list --json").out == before);
}

TEST_CASE("every command explains itself in both languages", "[cli]") {
  const std::string language = GENERATE("en", "zh-CN");
  const Program program(language);
  const auto first = program.run("--help");
  CHECK(first.exit_code == 0);
  for (const std::string command : {"serve", "chat", "channel", "staff", "key", "shop", "import", "export", "backup", "restore", "migrate", "demo", "forecast", "why",
                                    "segment", "broadcast", "undelivered", "dead-letters", "doctor"}) {
    const auto help = program.run(command + " --help");
    CAPTURE(command, help.out, help.err);
    CHECK(help.exit_code == 0);
    CHECK(first.out.find(command) != std::string::npos);
    CHECK(is_chinese(help.out) == (language == "zh-CN"));
    CHECK(help.err.empty());
  }
}
