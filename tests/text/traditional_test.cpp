// Our own words in the characters of Taiwan and Hong Kong.
#include "handlers/traditional.h"

#include <catch2/catch.hpp>

#include "handlers/carriers.h"
#include "handlers/consent.h"
#include "handlers/imports/customers.h"
#include "handlers/imports/orders_import.h"
#include "handlers/imports/products_import.h"
#include "handlers/money.h"
#include "handlers/regions.h"
#include "handlers/segment/fields.h"
#include "handlers/seller/command.h"
#include "handlers/text.h"
#include "handlers/traditional_table.h"
#include "tests/support/traditional_text.h"

using namespace laoke;
using test::in_traditional;
using test::transliterated;

namespace {

// Proper names that are written so in every script.
constexpr std::string_view kOthersOwn[] = {"黑貓宅急便", "黑貓", "黑貓宅配", "日本郵便", "ヤマト運輸"};

bool is_han_word(std::string_view word) {
  const bool own = std::ranges::find(kOthersOwn, word) != std::end(kOthersOwn);
  return !own && std::ranges::any_of(word, [](char c) { return static_cast<unsigned char>(c) >= 0xE4; });
}

// Every word that is looked up in a table others can read.
std::vector<std::string> words_of_ours() {
  std::vector<std::string> words;
  const auto add = [&](std::string_view word) {
    if (is_han_word(word)) words.emplace_back(word);
  };
  for (const auto& command : seller::commands())
    for (const auto name : command.zh) add(name);
  for (const auto& field : segment_fields()) {
    add(field.zh);
    for (const auto name : field.other_names) add(name);
  }
  for (const auto list : {segment_order_states(), segment_channel_kinds(), segment_stages(), segment_things()})
    for (const auto& word : list) {
      add(word.zh);
      for (const auto name : word.other_names) add(name);
    }
  for (const auto& carrier : carriers()) {
    add(carrier.name.zh);
    for (const auto alias : carrier.aliases) add(alias);
  }
  for (const auto columns : {customer_columns(), order_columns(), product_columns()})
    for (const auto& column : columns)
      for (const auto name : column.names) add(name);
  for (const auto& province : provinces()) {
    add(province.name);
    add(province.cities);
  }
  return words;
}

std::string utf8(char32_t point) {
  return {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F)), static_cast<char>(0x80 | (point & 0x3F))};
}

}  // namespace

TEST_CASE("each of our words is found in traditional characters, and is itself in simplified ones", "[text][traditional]") {
  const auto words = words_of_ours();
  REQUIRE(words.size() > 300);
  for (const auto& word : words) {
    CAPTURE(word);
    CHECK(simplified(std::string_view(word)) == word);
    if (word == "为什么") continue;  // ICU writes 爲甚麼, which is another word of ours
    CHECK(word_key(in_traditional(word)) == word_key(word));
  }
}

TEST_CASE("the table of characters says what ICU says, in order and each once", "[text][traditional]") {
  // Forms ICU leaves alone (and 諮, for which it knows a rarer one): Hong Kong's, Taiwan's, and those of older texts.
  const std::u16string_view kBeyondIcu = u"暱卽囌垻峯嶽幷彔枱査榦淩滙濛矇硃脩衕衞諮谿鈅鈡鎭閤麪麫麴";
  const auto pairs = traditional_pairs();
  REQUIRE(pairs.size() > 900);
  REQUIRE(pairs.size() % 2 == 0);
  std::string typed, ours;
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const char16_t traditional = pairs[i], plain = pairs[i + 1];
    if (i > 0) CHECK(pairs[i - 2] < traditional);
    CHECK(utf8(simplified(char32_t{plain})) == utf8(plain));  // what is simplified already stays
    CHECK(utf8(simplified(char32_t{traditional})) == utf8(plain));
    if (kBeyondIcu.find(traditional) != kBeyondIcu.npos) continue;
    typed += utf8(traditional) + "\n";
    ours += utf8(plain) + "\n";
  }
  CHECK(transliterated("Hant-Hans", typed) == ours);
}

TEST_CASE("the forms of Taiwan, Hong Kong and older texts are one word", "[text][traditional]") {
  const auto [typed, word] = GENERATE(table<std::string, std::string>({
      {"群發", "群发"}, {"羣發", "群发"}, {"為什麼", "为什么"}, {"爲甚麽", "为甚么"}, {"取消訂閱", "取消订阅"}, {"取消訂閲", "取消订阅"}, {"待辦", "待办"},
      {"臺灣", "台湾"}, {"台灣", "台湾"}, {"客戶", "客户"}, {"啟用", "启用"}, {"啓用", "启用"}, {"後天", "后天"}, {"皇后", "皇后"},
      {"裡", "里"}, {"裏", "里"}, {"週一", "周一"}, {"標籤", "标签"}, {"備註", "备注"}, {"查詢", "查询"}, {"査詢", "查询"}, {"ＶＩＰ客戶", "vip客户"},
  }));
  CAPTURE(typed);
  CHECK(word_key(typed) == word_key(word));
}

TEST_CASE("simplifying keeps every place and leaves alone what is no character of ours", "[text][traditional]") {
  const std::string text = GENERATE(as<std::string>(), "", "a", "hello 123", "発送", "日本郵便", "👍🏽", "\xE8\xA8", "\xE8", "訂\xE8\xA8", "\xE8訂", "\xFF\xFE", "عربي",
                                    "한국어", std::string(100'000, 'x'), "訂單 #1024 付款");
  const auto plain = simplified(std::string_view(text));
  CHECK(plain.size() == text.size());
  CHECK(simplified(std::string_view(plain)) == plain);
  CHECK(is_valid_utf8(plain) == is_valid_utf8(text));
}

TEST_CASE("a piece of what was read comes back in the characters that were typed", "[text][traditional]") {
  struct Row {
    const char* says;
    std::u32string piece, typed, back;
  };
  const auto row = GENERATE(values<Row>({
      {"as it stands there", U"订单", U"我的訂單", U"訂單"},
      {"two pieces joined", U"台北市大安区", U"台北市，大安區", U"台北市大安區"},
      {"one character for two", U"皇后大道后街", U"皇后大道 後街", U"皇后大道後街"},
      {"what was never typed stays", U"x订", U"訂", U"x訂"},
      {"nothing", U"", U"訂", U""},
      {"out of nothing", U"订", U"", U"订"},
  }));
  DYNAMIC_SECTION(row.says) { CHECK((as_typed(row.piece, row.typed, simplified(std::u32string_view(row.typed))) == row.back)); }
}

TEST_CASE("every way to leave marketing is understood in traditional characters", "[customers][consent][traditional]") {
  const auto simplified_word = GENERATE(as<std::string>(), "退订", "退定", "我要退订", "请退订", "取消订阅", "我要取消订阅", "请取消订阅", "停止订阅", "解除订阅",
                                        "取消关注", "取消追踪", "取消推播", "停止推播", "关闭推播", "停止发送", "停止接收", "拒绝接收", "拒收", "停止", "别发了",
                                        "别再发了", "不要再发", "不要再发了", "不要再发消息", "不要再发消息了", "不要再发讯息", "不要再发讯息了", "别传了", "别再传了",
                                        "不要再传", "不要再传了", "不要再传讯息", "不要再传讯息了", "唔好再发", "唔好再传", "唔好再send");
  const auto typed = in_traditional(simplified_word);
  CAPTURE(simplified_word, typed);
  CHECK(consent_wish(simplified_word) == ConsentWish::kOptOut);
  CHECK(consent_wish(typed) == ConsentWish::kOptOut);
  CHECK(consent_wish("『" + typed + "』！") == ConsentWish::kOptOut);
  CHECK(consent_wish("怎麼" + typed) == ConsentWish::kNone);
}

TEST_CASE("a wish about marketing means the same in each spelling, and nothing else is one", "[customers][consent][traditional]") {
  const auto out = ConsentWish::kOptOut, in = ConsentWish::kOptIn, none = ConsentWish::kNone;
  const auto [typed, wish] = GENERATE_COPY(table<std::string, ConsentWish>({
      {"退訂", out}, {"取消訂閱", out}, {"取消訂閲", out}, {" 退 訂 。", out}, {"「取消追蹤」", out}, {"不要再傳訊息了！", out}, {"別再傳了", out}, {"請取消訂閱", out},
      {"停止接收", out}, {"拒絕接收", out}, {"唔好再SEND", out},
      {"訂閱", in}, {"訂閲", in}, {"恢復訂閱", in}, {"重新訂閱", in},
      {"怎麼取消訂閱", none}, {"我要訂購", none}, {"取消訂單", none}, {"不要傳真", none}, {"停止營業了嗎", none}, {"追蹤", none}, {"訂", none},
  }));
  CAPTURE(typed);
  CHECK(consent_wish(typed) == wish);
}

TEST_CASE("amounts are read as Taiwan and Hong Kong write them, in the shop's own money", "[money][traditional]") {
  struct Row {
    const char* typed;
    const char* shop;
    Money money;
  };
  const auto row = GENERATE(values<Row>({
      {"1280塊", "TWD", {128000, "TWD"}},    {"1280塊錢", "TWD", {128000, "TWD"}}, {"1280块", "TWD", {128000, "TWD"}}, {"1280元", "TWD", {128000, "TWD"}},
      {"1280圓", "TWD", {128000, "TWD"}},    {"NT$1,280", "TWD", {128000, "TWD"}}, {"NTD 1280", "CNY", {128000, "TWD"}}, {"新臺幣1280", "CNY", {128000, "TWD"}},
      {"台幣1280", "CNY", {128000, "TWD"}},  {"100蚊", "HKD", {10000, "HKD"}},     {"100港幣", "CNY", {10000, "HKD"}},  {"100港紙", "CNY", {10000, "HKD"}},
      {"198块", "CNY", {19800, "CNY"}},      {"198块", "USD", {19800, "CNY"}},     {"50歐元", "CNY", {5000, "EUR"}},    {"500日圓", "CNY", {500, "JPY"}},
  }));
  CAPTURE(row.typed, row.shop);
  const auto read = parse_money(row.typed, row.shop);
  REQUIRE(std::holds_alternative<Money>(read));
  CHECK(std::get<Money>(read) == row.money);
}

TEST_CASE("carriers are known by both scripts, and the two black cats are two", "[orders][carriers][traditional]") {
  const auto [typed, code] = GENERATE(table<std::string, std::string>({
      {"順豐", "sf"}, {"順豐速運", "sf"}, {"申通快遞", "sto"}, {"圓通", "yto"}, {"韻達", "yunda"}, {"極兔", "jt"}, {"中華郵政", "chunghwapost"}, {"香港郵政", "hkpost"},
      {"黑貓", "tcat"}, {"黑貓宅急便", "tcat"}, {"統一速達", "tcat"}, {"黑猫", "yamato"}, {"黑猫宅急便", "yamato"}, {"新竹物流", "hct"}, {"新竹貨運", "hct"},
      {"宅配通", "pelican"}, {"嘉里大榮", "kerrytj"}, {"交貨便", "711tw"}, {"店到店", "familytw"},
  }));
  CAPTURE(typed);
  const auto* carrier = find_carrier(typed);
  REQUIRE(carrier != nullptr);
  CHECK(carrier->code == code);
}

TEST_CASE("the city of an address keeps the characters it is written in", "[customers][traditional]") {
  CHECK(region_of_address("桃園市中壢區中大路300號").city == "桃園");
  CHECK(region_of_address("臺灣省台中市西屯區1號").region == "臺灣");
  CHECK(region_of_address("桃园市中坜区中大路300号").city == "桃园");
  CHECK(region_of_address("廣東省東莞市南城區1號").region == "廣東");
  CHECK(region_of_address("廣東省東莞市南城區1號").city == "東莞");
}
