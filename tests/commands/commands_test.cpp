#include <catch2/catch.hpp>

#include "tests/support/program.h"

using laoke::test::Program;

namespace {

bool one_line(const std::string& text) { return !text.empty() && text.find('\n') == text.size() - 1; }

}  // namespace

TEST_CASE("every printing command answers --json with one document and nothing else", "[cli]") {
  const Program program;  // one for all: they are asked one after the other, as on a working day
  for (const std::string words :
       {"demo load", "channel list", "channel test webchat", "channel off webchat", "channel on webchat", "staff add Anna", "staff list",
        "key add phone", "key list", "shop list", "shop set quiet_from=22:00", "shop add second", "segment preview all",
        "broadcast list", "undelivered list", "undelivered resend --all", "undelivered leave --all", "forecast --days 3", "dead-letters list", "migrate", "export products p.csv",
        "import products p.csv --dry-run", "doctor --offline", "staff remove Anna", "key revoke phone"}) {
    const auto ran = program.run(words + " --json");
    CAPTURE(words, ran.out, ran.err);
    CHECK(ran.exit_code == 0);
    CHECK_NOTHROW(ran.json());
    CHECK(ran.err.empty());
  }
  const auto why = program.run({"why", "Olivia Hart", "--json"});
  CAPTURE(why.out, why.err);
  CHECK(why.json()["name"] == "Olivia Hart");
}

TEST_CASE("a backup answers --json with one document", "[cli][sqlite]") {
  const auto ran = Program().run("backup b.db --json");
  CAPTURE(ran.out, ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(ran.json()["checked"] == true);
}

TEST_CASE("backup and restore name PostgreSQL's own tools in the seller's language", "[.postgres]") {
  const auto [language, words, says] = GENERATE(table<std::string, std::string, std::string>({
      {"en", "backup shop.dump", "its own tool"},
      {"en", "backup shop.dump", "pg_dump --format=custom --file='shop.dump' 'postgresql://"},
      {"zh-CN", "backup shop.dump", "自己的工具"},
      {"en", "restore shop.dump --yes", "pg_restore"},
  }));
  const auto ran = Program(language).run(words);
  CAPTURE(ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(one_line(ran.err));
  CHECK(ran.err.find(says) != std::string::npos);
}

TEST_CASE("a wrong command line is answered in one line that says what is right", "[cli]") {
  const auto [words, says] = GENERATE(table<std::string, std::string>({
      {"fourcast", "did you mean 'forecast'"},
      {"forecast --dayz 3", "did you mean '--days'"},
      {"channel lst", "did you mean 'list'"},
      {"channel", "say what to do: add, set, list"},
      {"broadcast status abc", "'abc' is no number"},
      {"why", "customer is required (see laoke why --help)"},
      {"channel add shop --kind telegran", "did you mean 'telegram'"},
      {"channel add shop --kind webchat --set tokn=x", "did you mean 'token'"},
      {"channel add shop --kind webchat --set token", "name=value"},
      {"channel add a/b --kind webchat", "a-z, A-Z, 0-9"},
      {"channel add webchat --kind webchat", "already"},
      {"channel test webchatt", "did you mean 'webchat'"},
      {"channel remove webchat", "--yes"},
      {"channel set webchat tokn=x", "did you mean 'token'"},
      {"channel set webchatt token=x", "did you mean 'webchat'"},
      {"staff add Anna --role ownr", "did you mean 'owner'"},
      {"staff remove Nobody", "there is no staff member 'Nobody'"},
      {"staff code Nobody", "there is no staff member"},
      {"key add x --role boss", "owner, operator, viewer"},
      {"key revoke nothing", "there is no good key"},
      {"shop set time_zone=Asia/Shangai", "Asia/Shanghai"},
      {"shop set currency=USX", "did you mean '"},
      {"shop set country=ZZ", "two letters"},
      {"shop set language=zh-CM", "did you mean 'zh-CN'"},
      {"shop set quiet_form=22:00", "did you mean 'quiet_from'"},
      {"shop set quiet_from=25:00", "00:00 - 23:59"},
      {"shop add Bad_Name", "a-z, 0-9 and -"},
      {"shop add default", "already"},
      {"chat --data-dir nowhere", "run `laoke serve` first"},
      {"shop list --config none.toml", "none.toml"},
      {"shop list --shop none", "there is no shop 'none'"},
      {"import customers missing.csv --yes", "there is no file"},
      {"import customers .", "there is no file"},
      {"export customers no/such/folder/x.csv", "cannot write"},
      {"segment preview tga:VIP", "tag"},
      {"broadcast status 1", "there is no broadcast 1"},
      {"broadcast pause 1", "1"},
      {"broadcast status one", "one"},
      {"forecast --days 0", "days"},
      {"why Nobody", "there is no customer 'Nobody'"},
      {"dead-letters replay 5", "there is no dead letter 5"},
      {"undelivered resend", "give numbers, or --all"},
      {"undelivered leave 5 --all", "give numbers, or --all"},
      {"undelivered resend 5", "5"},
      {"restore nothing.db --yes", laoke::test::on_postgres() ? "pg_restore" : "there is no file"},
      {"backup no/such/b.db", "there is no folder"},
  }));
  const Program program;
  const auto ran = program.run(words);
  CAPTURE(words, ran.out, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(one_line(ran.err));
  CHECK(ran.err.find(says) != std::string::npos);
  CHECK(ran.out.empty());
}

TEST_CASE("the program speaks Chinese to a Chinese shop", "[cli]") {
  const auto [words, says] = GENERATE(table<std::string, std::string>({
      {"staff add 小美 --role owner", "绑定 "},
      {"shop list", "Asia/Shanghai"},
      {"demo load", "示例店新增：客户 40"},
      {"broadcast list", "还没有群发"},
      {"undelivered list", "没有不知下落的消息"},
      {"forecast", "没有要发的消息"},
      {"migrate", "已是最新"},
      {"doctor --offline", "完好"},
      {"--help", "运行店铺"},
      {"--help", "数据放在哪里"},
      {"chat --help", "扮演店主或顾客"},
  }));
  const Program program("zh-CN");
  program.run("shop list");
  const auto ran = program.run(words);
  CAPTURE(words, ran.out, ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(ran.out.find(says) != std::string::npos);
}

TEST_CASE("a pairing code is shown once, and a person who left may come back", "[cli]") {
  const Program program;
  const auto added = program.run("staff add Anna --role owner --json").json();
  CHECK(added["pairing_code"].get<std::string>().size() == 9);
  CHECK(program.run("staff list").out.find(added["pairing_code"]) == std::string::npos);
  CHECK(program.run("staff add Anna").exit_code == 1);
  CHECK(program.run("staff code Anna --json").json()["pairing_code"] != added["pairing_code"]);
  CHECK(program.run("staff remove Anna").exit_code == 0);
  CHECK(program.run("staff list --json").json().empty());
  CHECK(program.run("staff add Anna --role viewer --json").json()["role"] == "viewer");
}

TEST_CASE("an API key is shown once and can be revoked by its name", "[cli]") {
  const Program program;
  const auto key = program.run("key add console --role viewer --json").json()["key"].get<std::string>();
  const auto listed = program.run("key list");
  CHECK(key.starts_with("lk_"));
  CHECK(listed.out.find(key) == std::string::npos);
  CHECK(program.run("key revoke console").exit_code == 0);
  CHECK(program.run("key revoke console").exit_code == 1);
  CHECK(program.run("key list --json").json()[0]["revoked"] == true);
}

TEST_CASE("secrets given to a channel are never printed", "[cli]") {
  const Program program;
  program.write_file("secret.txt", "s3cr3t-token-of-the-shop\n");
  const auto added = program.run("channel add front --kind webchat --set token=@secret.txt");
  CAPTURE(added.out, added.err);
  CHECK(added.exit_code == 0);
  CHECK(added.out.find("/hooks/front") != std::string::npos);
  CHECK((added.out + program.run("channel list").out + program.run("channel list --json").out).find("s3cr3t") == std::string::npos);
  CHECK(program.run("channel add side --kind webchat --json --public-url https://shop.example").json()["hook_url"] == "https://shop.example/hooks/side");
  CHECK(program.run("channel set side token=n3wtok3nn3wtok3n").exit_code == 0);
  CHECK(program.run("channel set side token=@secret.txt --json").json()["changed"] == 1);
  CHECK(program.run("channel off side --json").json()["state"] == "off");
  CHECK(program.run("channel on side --json").json()["state"] == "on");
  CHECK(program.run("channel remove side --yes").exit_code == 0);
  CHECK(program.run("channel test side").exit_code == 1);
}

TEST_CASE("a setting of the shop stays set", "[cli]") {
  const Program program;
  CHECK(program.run("shop set broadcast_valid_hours=12").out.find("broadcast_valid_hours  12") != std::string::npos);
  CHECK(program.run({"shop", "set", "name=Tea & Co", "time_zone=Europe/Paris", "currency=eur", "marketing_per_week=3"}).exit_code == 0);
  const auto shop = program.run("shop list --json").json()[0];
  CHECK(shop["name"] == "Tea & Co");
  CHECK(shop["time_zone"] == "Europe/Paris");
  CHECK(shop["currency"] == "EUR");
  CHECK(shop["settings"]["marketing_per_week"] == 3);
  CHECK(program.run("shop set name=Other country=ZZ").exit_code == 1);
  CHECK(program.run("shop list --json").json()[0]["name"] == "Tea & Co");
}

TEST_CASE("the sample shop gives something to look at, once", "[cli]") {
  const std::string language = GENERATE("en", "zh-CN");
  const Program program(language);
  const auto added = program.run("demo load --json").json();
  CHECK(added["customers"] == 40);
  CHECK(added["orders"].get<int>() > 60);
  for (const auto& count : program.run("demo load --json").json()) CHECK(count == 0);
  CHECK(program.run("segment preview all --json").json()["count"] == 40);
  CHECK(program.run("segment preview last_order>45d --json").json()["count"].get<int>() > 0);
  std::int64_t sent = 0;
  for (const auto& day : program.run("forecast --days 30 --json").json())
    for (const auto& line : day["lines"]) sent += line["sent"].get<std::int64_t>();
  CHECK(sent > 0);
}

TEST_CASE("the sample shop does not mix with real customers unless it is told to", "[cli]") {
  const Program program;
  program.write_file("real.csv", "name,phone\nReal Person,+12025550999\n");
  REQUIRE(program.run("import customers real.csv --yes").exit_code == 0);
  CHECK(program.run("demo load").exit_code == 1);
  CHECK(program.run("segment preview all --json").json()["count"] == 1);
  CHECK(program.run("demo load --force").exit_code == 0);
  CHECK(program.run("segment preview all --json").json()["count"] == 41);
}
