#include <catch2/catch.hpp>
#include <filesystem>

#include "bot/channels/channel.h"
#include "handlers/wording.h"
#include "tests/fakes/fake_shopify.h"
#include "tests/fakes/fake_youzan.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"
#include "tests/support/terminal.h"

using namespace laoke;
using namespace laoke::test;

namespace {

// The program at a terminal, its data in a folder of its own.
class Seat {
 public:
  Terminal run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), LAOKE_PROGRAM);
    return {arguments, {"LANG=C.UTF-8", "LAOKE_LANGUAGE=en", "LAOKE_LISTEN=127.0.0.1:0", "LAOKE_DATA_DIR=" + dir_.file("data"), "LAOKE_DATABASE=" + home_.url()}};
  }

 private:
  TempDir dir_;
  TestDatabase home_{dir_.file("laoke.db")};
};

std::vector<std::string> add_youzan(const FakeYouzan& youzan) {
  return {"channel", "add", "store", "--kind", "youzan", "--set", "kdt_id=10001", "--set", "api_base=" + youzan.url()};
}

}  // namespace

TEST_CASE("what is missing is asked for on a terminal, and a secret is not shown", "[cli][channel_setup]") {
  FakeYouzan youzan;
  Seat seat;
  auto terminal = seat.run(add_youzan(youzan));
  REQUIRE_FALSE(terminal.wait_for("client_id (").empty());
  terminal.type("laokeclient0001");
  REQUIRE_FALSE(terminal.wait_for("client_secret (").empty());
  terminal.type("");  // so it is asked once more
  REQUIRE_FALSE(terminal.wait_for("(its client_secret): \r\nclient_secret (its").empty());
  terminal.type("laokesecret0001");
  CHECK(terminal.wait_exit() == 0);
  const auto& screen = terminal.screen();
  INFO(screen);
  CHECK(screen.find("keys are valid for the shop 10001") != std::string::npos);
  CHECK(screen.find("channel store (youzan) is added") != std::string::npos);
  CHECK(screen.find("public_url is not set") != std::string::npos);
  CHECK(screen.find("1. At open.youzanyun.com") != std::string::npos);
  CHECK(screen.find("laokeclient0001") != std::string::npos);
  CHECK(screen.find("laokesecret0001") == std::string::npos);
}

TEST_CASE("what the platform refuses is saved only when the person says so", "[cli][channel_setup]") {
  FakeYouzan youzan;
  Seat seat;
  auto wrong = add_youzan(youzan);
  wrong.insert(wrong.end(), {"--set", "client_id=laokeclient0001", "--set", "client_secret=wrong-secret-0001"});
  for (const auto& [answer, exit_code] : std::vector<std::pair<std::string, int>>{{"n", 1}, {"y", 0}}) {
    auto terminal = seat.run(wrong);
    REQUIRE_FALSE(terminal.wait_for("save it all the same? [y/N]").empty());
    terminal.type(answer);
    CHECK(terminal.wait_exit() == exit_code);
    CHECK(terminal.screen().find("copy client_id and client_secret again") != std::string::npos);
    CHECK(terminal.screen().find("wrong-secret") == std::string::npos);
  }
}

TEST_CASE("without a terminal what is missing is listed, and nothing is saved", "[cli][channel_setup]") {
  const Program program;
  const auto ran = program.run("channel add store --kind youzan");
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.find("youzan also needs:") != std::string::npos);
  CHECK(ran.err.find("--set client_id=") != std::string::npos);
  CHECK(ran.err.find("--set client_secret=") != std::string::npos);
  CHECK(program.run("channel test store").exit_code == 1);
}

TEST_CASE("the platform is asked before anything is saved", "[cli][channel_setup]") {
  FakeShopify store;
  const Program program;
  const std::string add = "channel add store --kind shopify --set secret=laoke-shopify-client-secret --set shop=laoke.myshopify.com --set api_base=" + store.url();
  const auto refused = program.run(add + " --set token=shpat_wrong");
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("refused (401)") != std::string::npos);
  CHECK(refused.err.find("--no-check") != std::string::npos);
  CHECK(program.run("channel list --json").out.find("store") == std::string::npos);
  const auto unasked = program.run(add + " --set token=shpat_wrong --no-check");
  CHECK(unasked.exit_code == 0);
  CHECK(program.run("channel test store").exit_code == 1);
  CHECK(program.run("channel remove store --yes").exit_code == 0);
  const auto added = program.run(add + " --set token=" + store.token + " --json --public-url https://shop.example").json();
  CHECK(added["hook_url"] == "https://shop.example/hooks/store");
  CHECK(added["checked"][0]["ok"] == true);
  CHECK(added["steps"].get<std::string>().find("https://shop.example/hooks/store") != std::string::npos);
  const auto tested = program.run("channel test store --public-url https://shop.example");
  CHECK(tested.exit_code == 0);
  CHECK(tested.out.find("token is valid: 老客小店") != std::string::npos);
  CHECK(tested.out.find("https://shop.example/hooks/store") != std::string::npos);
  CHECK(program.run("channel test store --json").json()["ok"] == true);
}

TEST_CASE("the kinds are listed by what they are for", "[cli][channel_setup]") {
  const auto shown = Program("zh-CN").run("channel kinds").out;
  CHECK(shown.find("聊天平台") < shown.find("telegram"));
  CHECK(shown.find("telegram") < shown.find("店铺系统"));
  CHECK(shown.find("店铺系统") < shown.find("shopify"));
  const auto listed = Program().run("channel kinds --json").json();
  CHECK(listed.size() == channels::kinds().size());
}

TEST_CASE("every kind has its steps in both languages and its guide", "[channel_setup]") {
  for (const auto& kind : channels::kinds()) {
    CAPTURE(kind.name);
    const std::string key = "channel.steps." + std::string(kind.name);
    REQUIRE(has_words(key));
    for (const char* language : {"zh-CN", "en"}) {
      const auto steps = say(language, key, {{"url", "https://u"}, {"name", "n"}});
      CHECK(steps.starts_with("1. "));
      CHECK(steps.find('{') == std::string::npos);
    }
    for (const auto& spec : kind.settings) CHECK_FALSE(spec.help.empty());
    if (kind.purpose != channels::Purpose::kShopSystem) continue;
    for (const char* ending : {".md", ".zh-CN.md"}) CHECK(std::filesystem::exists(std::string(LAOKE_SOURCE_DIR "/docs/channels/") + std::string(kind.name) + ending));
  }
}
