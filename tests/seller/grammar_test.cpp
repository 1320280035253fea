#include "handlers/seller/grammar.h"

#include <catch2/catch.hpp>

#include "handlers/seller/broadcasts.h"
#include "handlers/seller/command.h"

using namespace laoke;
using namespace laoke::seller;

TEST_CASE("a line falls into pieces, and quotes keep blanks together", "[seller][grammar]") {
  const auto [typed, pieces] = GENERATE(table<std::string, std::vector<std::string>>({
      {"a b", {"a", "b"}},
      {"  张三　面膜x2\n198 ", {"张三", "面膜x2", "198"}},
      {"\"Anna Smith\" vip", {"Anna Smith", "vip"}},
      {"“老 朋友” 「大 客户」", {"老 朋友", "大 客户"}},
      {"\"unclosed quote", {"\"unclosed", "quote"}},
      {"\"\" a", {"\"\"", "a"}},
      {"", {}},
      {"\xff\xfe", {"\xff\xfe"}},
  }));
  CAPTURE(typed);
  CHECK(tokens_of(typed) == pieces);
}

TEST_CASE("labels may stand in any number, mixed, with commas and signs of any width", "[seller][grammar]") {
  struct Row {
    std::string typed;
    char sign;
    TagMarks marks;
  };
  const auto row = GENERATE(values<Row>({
      {"+油性皮肤 张三", '+', {{"油性皮肤"}, {}, "张三"}},
      {"油性皮肤 张三", '+', {{"油性皮肤"}, {}, "张三"}},
      {"+a +b,c Anna Smith", '+', {{"a", "b", "c"}, {}, "Anna Smith"}},
      {"＋肤质/油性，敏感 张三", '+', {{"肤质/油性", "敏感"}, {}, "张三"}},
      {"-过敏 张三", '-', {{}, {"过敏"}, "张三"}},
      {"+vip -过敏 张三", '+', {{"vip"}, {"过敏"}, "张三"}},
      {"—过敏 张三", '-', {{}, {"过敏"}, "张三"}},
      {"+a, b 张三", '+', {{"a", "b"}, {}, "张三"}},
      {"+\"old friend\" 张三", '+', {{"old friend"}, {}, "张三"}},
      {"+ vip 张三", '+', {{"vip"}, {}, "张三"}},
      {"+", '+', {{}, {}, ""}},
      {"+vip", '+', {{"vip"}, {}, ""}},
      {"", '+', {{}, {}, ""}},
  }));
  CAPTURE(row.typed);
  CHECK(parse_tags(row.typed, row.sign) == row.marks);
}

TEST_CASE("numbers of orders come with or without #, full-width too", "[seller][grammar]") {
  const auto [typed, number] = GENERATE(table<std::string, std::optional<std::int64_t>>({
      {"#1024", 1024}, {"1024", 1024}, {"＃１０２４", 1024}, {" １０２４ ", 1024}, {"0", std::nullopt}, {"#", std::nullopt},
      {"12a", std::nullopt}, {"-5", std::nullopt}, {"9999999999999999", std::nullopt}, {"", std::nullopt}}));
  CAPTURE(typed);
  CHECK(number_of(typed) == number);
}

TEST_CASE("only an explicit yes is a yes", "[seller][grammar]") {
  const auto [typed, answer] = GENERATE(table<std::string, std::optional<bool>>({
      {"是", true}, {"确认", true}, {" YES ", true}, {"ｙ", true}, {"否", false}, {"取消", false}, {"No", false},
      {"好", std::nullopt}, {"是不是", std::nullopt}, {"1", std::nullopt}, {"", std::nullopt}}));
  CAPTURE(typed);
  CHECK(yes_or_no(typed) == answer);
}

TEST_CASE("commands are found in both languages, short or glued", "[seller][grammar]") {
  const auto [typed, id, rest] = GENERATE(table<std::string, std::string, std::string>({
      {"查 张三", "find", "张三"},
      {"查张三", "find", "张三"},
      {"FIND Anna", "find", "Anna"},
      {"/find Anna", "find", "Anna"},
      {"/help@shop_bot", "help", ""},
      {"付款#1024", "paid", "#1024"},
      {"付款1024", "paid", "1024"},
      {"＋vip 张三", "tag", "＋vip 张三"},
      {"-过敏 张三", "untag", "-过敏 张三"},
      {"合并建议", "duplicates", ""},
      {"合并张三 李四", "merge", "张三 李四"},
      {"恢复订阅 张三", "optin", "张三"},
      {"恢复 群发 3", "resume", "群发 3"},
      {"/start", "help", ""},
      {"ＨＥＬＰ", "help", ""},
  }));
  CAPTURE(typed);
  const auto parsed = parse_line(typed);
  REQUIRE(parsed.command != nullptr);
  CHECK(parsed.command->id == id);
  CHECK(parsed.rest == rest);
}

TEST_CASE("ordinary words are no command", "[seller][grammar]") {
  const auto typed = GENERATE(as<std::string>(), "你好", "findings", "开心", "关于发票", "-", "", "记得", "张三", std::string(100'000, 'x'));
  CHECK(parse_line(typed).command == nullptr);
}

TEST_CASE("a slip gets the nearest command", "[seller][grammar]") {
  CHECK(nearest_commands("brodcast @new").at(0)->id == "broadcast");
  CHECK(nearest_commands("统记").at(0)->id == "stats");
  CHECK(nearest_commands(std::string(100'000, 'x')).empty());
}

TEST_CASE("every name means one command, and every command teaches by an example that is its own", "[seller][grammar]") {
  for (const auto& command : commands())
    for (const std::string language : {"zh-CN", "en"}) {
      CAPTURE(command.id, language);
      const auto example = say(language, "seller.example." + std::string(command.id));
      const auto parsed = parse_line(example);
      REQUIRE(parsed.command != nullptr);
      CHECK(parsed.command->id == command.id);
      CHECK_FALSE(say(language, "seller.help." + std::string(command.id)).empty());
      for (const auto* names : {&command.zh, &command.en})
        for (const auto name : *names) CHECK(find_command(name) == &command);
    }
}

TEST_CASE("a segment ends where the time or the text of a broadcast begins", "[seller][grammar]") {
  const auto [typed, segment, rest] = GENERATE(table<std::string, std::string, std::string>({
      {"@新客 明天10:00 春季上新", "@新客", "明天10:00 春季上新"},
      {"tag:油性皮肤 -tag:过敏 春季上新", "tag:油性皮肤 -tag:过敏", "春季上新"},
      {"(city:杭州 or city:宁波) spent>=500 10:30 你好", "(city:杭州 or city:宁波) spent>=500", "10:30 你好"},
      {"tag:\"old friend\" hi there", "tag:\"old friend\"", "hi there"},
      {"标签：油性皮肤 每周一9点 上新", "标签：油性皮肤", "每周一9点 上新"},
      {"全部 店休通知", "全部", "店休通知"},
      {"no:order 你好", "no:order", "你好"},
      {"春季上新", "", "春季上新"},
      {"注意:今天店休", "", "注意:今天店休"},
      {"", "", ""},
  }));
  CAPTURE(typed);
  CHECK(cut_segment(typed) == SegmentAndRest{segment, rest});
}
