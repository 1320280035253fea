// The seller's chat as it is typed in Taiwan and Hong Kong.
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/imports/customers.h"
#include "handlers/order_text.h"
#include "handlers/pairing.h"
#include "handlers/pasted_order.h"
#include "handlers/recurrence.h"
#include "handlers/rules.h"
#include "handlers/segment/fields.h"
#include "handlers/segment/parser.h"
#include "handlers/seller/broadcasts.h"
#include "handlers/seller/command.h"
#include "handlers/seller/grammar.h"
#include "handlers/template_library.h"
#include "handlers/traditional.h"
#include "handlers/when.h"
#include "tests/seller/seller_shop.h"
#include "tests/support/traditional_text.h"

using namespace laoke;
using test::in_traditional;
using test::kMonday10;
using test::SellerShop;

TEST_CASE("every command in traditional characters is the same command", "[seller][grammar][traditional]") {
  for (const auto& command : seller::commands())
    for (const auto name : command.zh) {
      const auto typed = in_traditional(std::string(name));
      CAPTURE(name, typed);
      CHECK(seller::find_command(typed) == &command);
      const auto parsed = seller::parse_line(typed + " 張三 #1024");
      CHECK(parsed.command == &command);
      CHECK(parsed.rest == "張三 #1024");
      const auto as_before = seller::parse_line(std::string(name) + "張三");
      const auto glued = seller::parse_line(typed + "張三");
      CHECK(glued.command == as_before.command);
      CHECK(glued.rest == as_before.rest);
    }
}

TEST_CASE("a command of Taiwan or Hong Kong has its own word", "[seller][grammar][traditional]") {
  const auto [typed, id] = GENERATE(table<std::string, std::string>({
      {"出貨 #1024", "ship"}, {"推播 全部 上新", "broadcast"}, {"範本", "template"}, {"受眾", "segment"}, {"搜尋 張三", "find"}, {"已取貨 #1024", "delivered"},
      {"查宅配 #1024", "parcel"}, {"取消訂閱 張三", "optout"}, {"取消 #1024", "cancel"}, {"復原", "undo"}, {"報表", "stats"}, {"為甚麼 張三", "why"},
      {"開啟 生日祝福", "on"}, {"停用 生日祝福", "off"}, {"使用說明", "help"},
  }));
  CAPTURE(typed);
  const auto parsed = seller::parse_line(typed);
  REQUIRE(parsed.command != nullptr);
  CHECK(parsed.command->id == id);
}

TEST_CASE("a slip in traditional characters gets the nearest command", "[seller][grammar][traditional]") {
  const auto near = seller::nearest_commands("統記");
  REQUIRE_FALSE(near.empty());
  CHECK(near[0]->id == "stats");
  CHECK(seller::parse_line("開心").command == nullptr);
  CHECK(seller::parse_line("關於發票").command == nullptr);
}

TEST_CASE("a yes is a yes in either script", "[seller][grammar][traditional]") {
  CHECK(seller::yes_or_no("確認") == true);
  CHECK(seller::yes_or_no("確定") == true);
  CHECK(seller::yes_or_no("不是") == false);
  CHECK_FALSE(seller::yes_or_no("確"));
}

TEST_CASE("a day's work in traditional characters has the same answers as in simplified ones", "[seller][commands][traditional]") {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"查 小美", "査 小美"},
      {"订单 小美 面膜x2 198", "訂單 小美 面膜x2 198"},
      {"付款 #1001", "付款 #1001"},
      {"发货 #1001 顺丰 SF1234567890123", "發貨 #1001 順豐 SF1234567890123"},
      {"签收 #1001", "簽收 #1001"},
      {"撤销", "撤銷"},
      {"完成 #1001", "完成 #1001"},
      {"标签 vip 小美", "標籤 vip 小美"},
      {"去标签 vip 小美", "去標籤 vip 小美"},
      {"备注 小美 abc", "備註 小美 abc"},
      {"生日 小美 3月8号", "生日 小美 3月8號"},
      {"手机 小美 13800138000", "手機 小美 13800138000"},
      {"属性 小美 skin=oily", "屬性 小美 skin=oily"},
      {"属性 小美 skin=无", "屬性 小美 skin=無"},
      {"阶段 小美 粉丝", "階段 小美 粉絲"},
      {"等级 小美 A", "等級 小美 A"},
      {"归属 小美 美姐", "歸屬 小美 美姐"},
      {"归属 小美 无", "歸屬 小美 無"},
      {"退订 小美", "退訂 小美"},
      {"恢复订阅 小美", "恢復訂閱 小美"},
      {"产品 面膜 98 用30天", "產品 面膜 98 用30天"},
      {"预览 标签:vip 或 阶段:粉丝 末单<30天", "預覽 標籤:vip 或 階段:粉絲 末單<30天"},
      {"分组 大户 = 消费>=100", "分組 大户 = 消費>=100"},
      {"分组 大户", "分組 大户"},
      {"群发 阶段:粉丝 后天上午9点半 hi", "群發 階段:粉絲 後天上午9點半 hi"},
      {"确认", "確認"},
      {"暂停", "暫停"},
      {"继续 群发", "繼續 群發"},
      {"取消 群发", "取消 群發"},
      {"群发 全部 每周一9点 hi", "群發 全部 每週一9點 hi"},
      {"取消", "取消"},
      {"任务 小美 两小时后 call", "任務 小美 兩小時後 call"},
      {"待办", "待辦"},
      {"统计", "統計"},
      {"为什么 小美", "為什麼 小美"},
      {"未送达", "未送達"},
      {"重发 全部", "重發 全部"},
      {"规则 关 生日祝福", "規則 關 生日祝福"},
      {"开 生日祝福", "開 生日祝福"},
      {"规则", "規則"},
      {"合并建议", "合併建議"},
      {"语言 英语", "語言 英語"},
      {"语言 中文", "語言 中文"},
      {"我是谁", "我是誰"},
      {"帮助 群发", "幫助 群發"},
      {"帮助", "幫助"},
      {"顺丰 SF1234567890123", "順豐 SF1234567890123"},
  };
  const auto shop = [] {
    auto made = std::make_unique<SellerShop>();
    made->shop.write([&](storage::Transaction& tx) {
      load_stock_templates(made->context_in(tx));
      install_stock_rules(made->context_in(tx));
    });
    made->customer("小美");
    return made;
  };
  const auto here = shop(), there = shop();
  for (const auto& [plain, traditional] : lines) {
    const auto expected = here->say(plain);
    CAPTURE(plain, traditional, expected);
    CHECK_FALSE(expected.empty());
    // A broadcast is shown with the segment as it was typed.
    CHECK(simplified(std::string_view(there->say(traditional))) == expected);
  }
}

TEST_CASE("what is written on a customer stays in its own characters, and a name of the other script is offered", "[seller][commands][traditional]") {
  SellerShop seller;
  seller.customer("张三");
  CHECK(test::holds(seller.say("查 張三"), "张三"));  // "did you mean", by its sound
  seller.say("標籤 敏感肌膚 张三");
  seller.say("備註 张三 對芒果過敏");
  const auto card = seller.say("查 张三");
  CHECK(test::holds(card, "#敏感肌膚"));
  CHECK(test::holds(card, "對芒果過敏"));
  CHECK(test::holds(seller.say("預覽 標籤:敏感肌膚"), "张三"));
}

TEST_CASE("an own stage is kept in one spelling, a shop's own as it is typed", "[seller][commands][traditional]") {
  SellerShop seller;
  const auto id = seller.customer("小美");
  const auto stage = [&] {
    return seller.shop.read([&](storage::Transaction& tx) { return storage::get_facts(tx, seller.shop.id(), id)->stage; });
  };
  const auto [typed, kept] = GENERATE(table<std::string, std::string>({{"粉絲", "粉丝"}, {"粉丝", "粉丝"}, {"fan", "fan"}, {"忠誠客", "忠诚客"}, {"團媽", "團媽"}}));
  seller.say("階段 小美 " + typed);
  CHECK(stage() == kept);
  CHECK(test::holds(seller.say("預覽 階段:" + typed), "小美"));
}

TEST_CASE("a pairing code works behind the word in either script", "[customers][pairing][traditional]") {
  CHECK(pairing_attempt_in("綁定 ABC-123") == "ABC-123");
  CHECK(pairing_attempt_in("绑定 ABC-123") == "ABC-123");
  CHECK_FALSE(pairing_attempt_in("綁 ABC-123"));
}

TEST_CASE("a time in traditional characters is the same time", "[when][traditional]") {
  const auto [typed, plain] = GENERATE(table<std::string, std::string>({
      {"後天上午9點半", "后天上午9点半"}, {"大後天下午三點", "大后天下午三点"}, {"下週一10點", "下周一10点"}, {"下禮拜一10點", "下周一10点"}, {"這週五 18:00", "这周五 18:00"},
      {"星期天晚上7點鐘", "星期天晚上7点钟"}, {"明晚十點一刻", "明晚十点一刻"}, {"30分鐘後", "30分钟后"}, {"兩小時後", "两小时后"}, {"3個鐘頭後", "3个钟头后"},
      {"半個小時後", "半个小时后"}, {"兩天後10:00", "两天后10:00"}, {"馬上", "马上"}, {"現在", "现在"}, {"11月20號 9:00", "11月20号 9:00"}, {"明天淩晨12點30分", "明天凌晨12点30分"},
      {"今天晚間8點", "今天晚上8点"}, {"週末10點", "周末10点"},
  }));
  CAPTURE(typed, plain);
  const auto expected = parse_when(plain, kMonday10, "Asia/Taipei");
  const auto read = parse_when(typed, kMonday10, "Asia/Taipei");
  REQUIRE(expected);
  REQUIRE(read);
  CHECK(*read == *expected);
  const auto taken = take_when(typed + " 春季上新", kMonday10, "Asia/Taipei");
  REQUIRE(taken);
  CHECK(taken->bytes == typed.size() + 1);
  CHECK(take_when("後天有活動", kMonday10, "Asia/Taipei")->bytes == 0);
}

TEST_CASE("a repetition in traditional characters is the same rule", "[recurrence][traditional]") {
  const auto [typed, plain] = GENERATE(table<std::string, std::string>({
      {"每週一9點", "每周一9点"}, {"每個禮拜五 18:00", "每个星期五 18:00"}, {"每兩天10:00", "每两天10:00"}, {"每個月1號", "每个月1号"}, {"每月最後一天", "每月最后一天"},
      {"每個平日9點", "每个工作日9点"}, {"每個週末10點", "每个周末10点"}, {"每年5月1號", "每年5月1日"},
  }));
  CAPTURE(typed, plain);
  const auto expected = parse_recurrence(plain, kMonday10, "Asia/Taipei");
  const auto read = parse_recurrence(typed, kMonday10, "Asia/Taipei");
  REQUIRE(expected);
  REQUIRE(read);
  CHECK(read->rrule == expected->rrule);
  CHECK(read->start_ms == expected->start_ms);
}

namespace {

storage::Shop taiwan_shop() {
  storage::Shop shop;
  shop.shop_id = 1;
  shop.time_zone = "Asia/Taipei";
  shop.language = "zh-CN";
  shop.currency = "TWD";
  return shop;
}

// What is asked, without the words it was asked in.
storage::SegmentNode wordless(storage::SegmentNode node) {
  node.term.text.clear();
  for (auto& child : node.children) child = wordless(std::move(child));
  return node;
}

storage::SegmentNode asked_by(const std::string& text) { return wordless(parse_segment(text, taiwan_shop(), {}).root); }

storage::SegmentTerm term_of(const std::string& text) {
  const auto query = parse_segment(text, taiwan_shop(), {});
  REQUIRE(query.root.kind == storage::SegmentNode::Kind::kTerm);
  return query.root.term;
}

}  // namespace

TEST_CASE("every field of a segment, and every word of its lists, is known in traditional characters", "[segment][traditional]") {
  for (const auto& field : segment_fields()) {
    CAPTURE(field.en);
    CHECK(find_segment_field(in_traditional(std::string(field.zh))) == &field);
    for (const auto name : field.other_names) CHECK(find_segment_field(in_traditional(std::string(name))) == &field);
    const auto plain = term_of(std::string(field.example_zh)), typed = term_of(in_traditional(std::string(field.example_zh)));
    CHECK(typed.field == plain.field);
    CHECK(typed.compare == plain.compare);
    CHECK(typed.code == plain.code);
    CHECK(typed.integer == plain.integer);
    CHECK(typed.time.has_value() == plain.time.has_value());
    CHECK(typed.thing == plain.thing);
  }
  for (const auto words : {segment_order_states(), segment_channel_kinds(), segment_stages(), segment_things()})
    for (const auto& word : words) {
      CAPTURE(word.code);
      CHECK(find_segment_word(words, in_traditional(std::string(word.zh))) == &word);
      for (const auto name : word.other_names) CHECK(find_segment_word(words, in_traditional(std::string(name))) == &word);
    }
}

TEST_CASE("a segment in traditional characters asks the same, and the names in it stay as typed", "[segment][traditional]") {
  const auto [typed, plain] = GENERATE(table<std::string, std::string>({
      {"末單<30天", "末单<30天"}, {"首單:這個月", "首单:这个月"}, {"建檔:上週", "建档:上周"}, {"未回覆>兩週", "未回复>两周"}, {"沒回覆>14天", "没回复>14天"}, {"退訂:對", "退订:对"},
      {"無:訂單", "无:订单"}, {"沒有:電話", "没有:电话"}, {"訂單:已出貨", "订单:已发货"}, {"消費>=500塊", "消费>=500块"}, {"階段:潛客", "阶段:潜客"}, {"生日:3月8號", "生日:3月8号"},
      {"渠道:網頁", "渠道:网页"}, {"屬性.x:1", "属性.x:1"}, {"有:屬性.x", "有:属性.x"}, {"非標籤:vip", "非标签:vip"},
  }));
  CAPTURE(typed, plain);
  CHECK(asked_by(typed) == asked_by(plain));
  CHECK(term_of("標籤:過敏").text == "過敏");
  CHECK(term_of("城市:桃園").text == "桃園");
  CHECK_THROWS_AS(parse_segment("標簽簽:過敏", taiwan_shop(), {}), SegmentError);
  CHECK(asked_by("標籤:a 並且 標籤:b") == asked_by("标签:a 并且 标签:b"));
}

TEST_CASE("a slip in a field's name is answered with the field", "[segment][traditional]") {
  CHECK(nearest_segment_field("標簽").zh == "标签");
  CHECK(nearest_segment_word(segment_order_states(), "待付欵").zh == "待付款");
}

TEST_CASE("a broadcast's segment ends where its time begins in either script", "[seller][grammar][traditional]") {
  using seller::SegmentAndRest;
  CHECK(seller::cut_segment("標籤:vip 非標籤:過敏 後天10:00 春季上新") == SegmentAndRest{"標籤:vip 非標籤:過敏", "後天10:00 春季上新"});
  CHECK(seller::cut_segment("所有人 店休") == SegmentAndRest{"所有人", "店休"});
  CHECK(seller::cut_segment("屬性.膚質:乾 hi") == SegmentAndRest{"屬性.膚質:乾", "hi"});
  CHECK(seller::cut_segment("注意:今天店休") == SegmentAndRest{"", "注意:今天店休"});
}

namespace {

std::string order_shown(std::string_view typed) {
  const auto order = read_order_text(typed, {"TWD", [](std::string_view name) { return name == "三隻松鼠"; }});
  if (!order) return "? " + order.error().en;
  std::string text;
  for (const auto& item : order->items) text += item.product + "*" + std::to_string(item.quantity) + " ";
  if (order->amount) text += "=" + std::to_string(order->amount->amount_minor) + order->amount->currency;
  return order->note.empty() ? text : text + "|" + order->note;
}

std::string pasted_shown(std::string_view message, const PasteHints& hints) {
  const auto p = read_pasted_order(message, hints);
  std::string text = p.recipient + "|" + p.phone + "|" + p.region + "|" + p.city + "|" + p.line + "|";
  for (const auto& item : p.items) text += item.product + "*" + std::to_string(item.quantity) + " ";
  text += "|";
  if (p.amount) text += decimal_text(p.amount->amount_minor, p.amount->currency) + p.amount->currency;
  return p.note.empty() ? text : text + "|" + p.note;
}

}  // namespace

TEST_CASE("an order typed in traditional characters is counted, and keeps its names", "[orders][order_text][traditional]") {
  const auto [typed, expected] = GENERATE(table<const char*, const char*>({
      {"洗髮精兩瓶 共850元 備註:送小樣", "洗髮精*2 =85000TWD|送小樣"},
      {"保養組x1 NT$990", "保養組*1 =99000TWD"},
      {"面膜3個 1280塊", "面膜*3 =128000TWD"},
      {"三隻松鼠 88", "三隻松鼠*1 =8800TWD"},
      {"三隻松鼠x2 88", "三隻松鼠*2 =8800TWD"},
      {"2雙襪子 一條圍巾 合計：198", "襪子*2 圍巾*1 =19800TWD"},
      {"面膜x2 總計 198 備註:放管理室後面", "面膜*2 =19800TWD|放管理室後面"},
      {"面膜x0 198", "? the count of '面膜' is 0; counts begin at 1"},
  }));
  CAPTURE(typed);
  CHECK(order_shown(typed) == expected);
}

TEST_CASE("an order pasted in Taiwan or Hong Kong is understood, and keeps its characters", "[orders][pasted][traditional]") {
  const PasteHints taiwan{"TW", "TWD", {}}, hong_kong{"HK", "HKD", {}}, china{"CN", "CNY", {}};
  struct Row {
    const char* message;
    PasteHints hints;
    const char* expected;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"陳小姐 0912-345-678 台北市大安區忠孝東路四段1號5樓 面膜x2 NT$1,280", taiwan, "陳小姐|+886912345678||台北市|大安區忠孝東路四段1號5樓|面膜*2 |1280.00TWD"},
      {"收件人：林志明\n手機：0922333444\n地址：桃園市中壢區中大路300號\n品項：洗髮精2瓶\n總金額：850元\n備註：請放管理室", taiwan,
       "林志明|+886922333444||桃園市|中壢區中大路300號|洗髮精*2 |850.00TWD|請放管理室"},
      {"訂購人：黃美玲\n連絡電話：0933555666\n詳細地址：高雄市左營區博愛二路777號12樓\n訂購商品：保養組x1", taiwan,
       "黃美玲|+886933555666||高雄市|左營區博愛二路777號12樓|保養組*1 |"},
      {"陳大文 9123 4567 九龍旺角彌敦道600號12樓A室 面膜兩盒 共$380", hong_kong, "陳大文|+85291234567|||九龍旺角彌敦道600號12樓A室|面膜*2 |380.00HKD"},
      {"張三 13800138000 廣東省東莞市南城區鴻福路1號 面膜x2 198塊", china, "張三|+8613800138000|廣東省|東莞市|南城區鴻福路1號|面膜*2 |198.00CNY"},
  }));
  CAPTURE(row.message);
  CHECK(pasted_shown(row.message, row.hints) == row.expected);
}

TEST_CASE("a long order of pieces that are all alike asks for each product twice at most", "[orders][order_text][traditional]") {
  std::string typed;
  for (int i = 0; i < 1'000; ++i) typed += "號 ";
  int asked = 0;
  const auto order = read_order_text(typed, {"TWD", [&](std::string_view name) {
                                               ++asked;
                                               CHECK((name == "號" || name == "号"));
                                               return false;
                                             }});
  REQUIRE(order);
  CHECK(order->items.size() == 1'000);
  CHECK(order->items[999].product == "號");
  CHECK(asked <= 4'000);
}

TEST_CASE("the columns of a file are known in traditional characters", "[imports][traditional]") {
  const std::string file = "姓名,手機,標籤,備註,生日,電子郵箱\n陳小姐,13800138000,老客戶,對芒果過敏,3月8號,a@example.com\n";
  const ImportFile read(file, customer_columns(), true);
  CHECK(read.header_of("phone") == "手機");
  CHECK(read.header_of("tags") == "標籤");
  CHECK(read.header_of("note") == "備註");
  CHECK(read.header_of("email") == "電子郵箱");
}
