#include "handlers/wording.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace laoke;

namespace {

// The keys in the order of the file, and those that stand twice: a parser keeps only the last of them.
struct Keys {
  std::vector<std::string> all, twice;
};

Keys keys_of(const std::filesystem::path& file) {
  Keys keys;
  std::ifstream in(file);
  const auto whole = nlohmann::json::parse(in, [&](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event != nlohmann::json::parse_event_t::key) return true;
    const auto key = parsed.get<std::string>();
    if (std::ranges::find(keys.all, key) != keys.all.end()) keys.twice.push_back(key);
    keys.all.push_back(key);
    return true;
  });
  REQUIRE(whole.is_object());
  return keys;
}

}  // namespace

TEST_CASE("both languages say the same things with the same values", "[text][wording]") {
  const auto chinese = words_of("zh-CN"), english = words_of("en");
  for (const auto& [key, values] : english) {
    INFO("only in en: " << key);
    REQUIRE(chinese.contains(key));
    CHECK(chinese.at(key) == values);
  }
  for (const auto& [key, values] : chinese) {
    INFO("only in zh-CN: " << key);
    CHECK(english.contains(key));
  }
}

TEST_CASE("the words stay sorted and no key stands twice", "[text][wording]") {
  const std::string language = GENERATE("zh-CN", "en");
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(LAOKE_SOURCE_DIR) + "/templates/" + language)) {
    if (!entry.path().filename().string().starts_with("words")) continue;
    const Keys keys = keys_of(entry.path());
    CAPTURE(entry.path().string());
    CHECK(keys.twice.empty());
    CHECK(std::ranges::is_sorted(keys.all));
  }
}

TEST_CASE("the program speaks the language asked for", "[text][wording]") {
  CHECK(say("zh-CN", "money.too_large", {{"text", "9"}, {"largest", "8"}}) == "“9”太大了，最多 8。");
  CHECK(say("en", "money.too_large", {{"text", "9"}, {"largest", 8}}) == "“9” is too large. The largest amount is 8.");
  CHECK(say("fr", Phrase{"money.negative", {{"text", "{text}"}}}) ==
        "“{text}” is below zero. An amount must be 0 or more.");
}

TEST_CASE("a customer's language finds the words it reads", "[text][wording]") {
  const auto [language, spoken] = GENERATE(table<std::string, std::string>(
      {{"zh-CN", "zh-CN"}, {"zh", "zh-CN"}, {"zh-Hant-TW", "zh-CN"}, {"en_GB", "en"}, {"ja", "en"}, {"", "en"}}));
  CHECK(spoken_language(language) == spoken);
}

TEST_CASE("a word nobody wrote is noticed at once", "[text][wording]") {
  CHECK_THROWS_WITH(say("en", "no.such.key"), Catch::Contains("no.such.key"));
  CHECK_THROWS_WITH(say("en", "money.negative"), Catch::Contains("{text}"));
  CHECK_THROWS_AS(say("en", "no.such.key"), std::logic_error);
  CHECK(has_words("money.negative"));
  CHECK_FALSE(has_words("no.such.key"));
}

TEST_CASE("a refusal speaks to both, the seller and the log", "[text][wording]") {
  const Phrase phrase{"money.negative", {{"text", "-5"}}};
  CHECK(refusal(phrase).text("zh-CN") == "“-5”是负数，金额不能小于 0。");
  CHECK(refusal(phrase).code() == "money.negative");
  CHECK(std::string(refusal(phrase).what()) == said(phrase).en);
}
