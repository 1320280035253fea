// What holds for every command of the seller's chat, under each of its names, whatever stands behind it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <set>

#include "handlers/rules.h"
#include "handlers/seller/command.h"
#include "handlers/template_library.h"
#include "storage/orders.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

// Half a screen of any phone: nobody reads more.
constexpr std::size_t kLongestAnswerBytes = 12'000;

struct FullShop : SellerShop {
  explicit FullShop(const std::string& role = "owner", const std::string& language = "") : SellerShop(role, language) {
    shop.write([&](storage::Transaction& tx) {
      load_stock_templates(context_in(tx));
      install_stock_rules(context_in(tx));
    });
    customer("张三");
    customer("Anna Smith");
  }
  // What a refused line must leave alone.
  std::string state() {
    return shop.read([&](storage::Transaction& tx) {
      std::string all;
      for (const auto& one : storage::list_customers(tx, shop.id(), 0, 100)) all += std::to_string(one.customer_id) + one.name + ";";
      for (const auto& one : storage::list_orders(tx, shop.id(), 0, 100)) all += std::to_string(one.order_id) + one.state + ";";
      return all;
    });
  }
};

// Texts with holes or keys in them are ours gone wrong: "{name}", "seller.tag.done".
bool has_a_hole(const std::string& answer, const std::string& typed) {
  for (std::size_t at = answer.find('{'); at != std::string::npos; at = answer.find('{', at + 1)) {
    if (at + 1 < answer.size() && answer[at + 1] == '{') { ++at; continue; }
    if (at > 0 && answer[at - 1] == '{') continue;
    const auto end = answer.find('}', at);
    const bool name = end != std::string::npos && end > at + 1 && std::all_of(answer.begin() + static_cast<std::ptrdiff_t>(at) + 1, answer.begin() + static_cast<std::ptrdiff_t>(end), [](unsigned char c) { return std::islower(c) != 0 || c == '_' || c == '|'; });
    if (name && typed.find(answer.substr(at, end - at)) == std::string::npos) return true;
  }
  return holds(answer, "seller.") || holds(answer, "reason.") || holds(answer, "broadcast.not");
}

std::vector<std::string> names_of(const seller::Command& command, const std::string& language) {
  std::vector<std::string> names;
  for (const auto& name : language == "en" ? command.en : command.zh) names.emplace_back(name);
  return names;
}

}  // namespace

TEST_CASE("every command says something readable to whatever stands behind it, and nothing unwanted happens", "[seller][commands]") {
  const std::string language = GENERATE("zh-CN", "en");
  const std::vector<std::string> tails = {
      "", " ", "???", " 不存在的人", " Nobody At All", " #0", " #-1", " #99999999999999999999", " id:0", " id:99999999999999999999", " id:x", " 张三", " Anna Smith",
      " \n\n\t", " = = =", " {{customer.nmae}}", " {{{{", " 张三 {{#if}}", " ((((", " tag:", " -", " 0", " -5", " 99999999999999999999999999", " 👍👍👍", " \u202e\u200b\u200d",
      " " + std::string(5'000, 'x'), " \"张三", " 张三 = ", " *", " %s%n%d", " '; DROP TABLE customers; --", " ../../etc/passwd", " <b>&amp;</b>", " 2026-02-30 25:61", " 明天", " 每周一"};
  for (const auto& command : seller::commands()) {
    FullShop shop("owner", language);
    shop.say(language == "en" ? "order Anna Smith mask x2 198" : "订单 张三 面膜x2 198");
    for (const auto& tail : tails) {
      const std::string typed = std::string(seller::name_of(command, language)) + tail;
      const auto answer = shop.say(typed);
      INFO(typed.substr(0, 200) << " => " << answer.substr(0, 400));
      CHECK_FALSE(answer.empty());
      CHECK(answer.size() <= kLongestAnswerBytes);
      CHECK_FALSE(has_a_hole(answer, typed));
    }
  }
}

TEST_CASE("a command in wide letters, in capitals and with blanks around it is the same command", "[seller][commands]") {
  FullShop shop;
  const auto [plain, odd] = GENERATE(table<std::string, std::string>({
      {"统计", "  统计\n"},
      {"查 张三", "查　张三"},
      {"find 张三", "FIND 张三"},
      {"help ship", "ＨＥＬＰ ship"},
      {"待办", "\t待办 "},
      {"我是谁", "我是谁\r\n"},
  }));
  CAPTURE(plain, odd);
  CHECK(shop.say(plain) == shop.say(odd));
}

TEST_CASE("no command goes below its role, under whatever name and in either language", "[seller][roles]") {
  const std::string role = GENERATE("viewer", "operator");
  const std::string language = GENERATE("zh-CN", "en");
  FullShop shop(role, language);
  const auto before = shop.state();
  for (const auto& command : seller::commands()) {
    const bool may = command.role == seller::Role::kViewer || (command.role == seller::Role::kOperator && role == "operator");
    if (may) continue;
    for (const auto& name : names_of(command, language)) {
      for (const std::string tail : {"", " 张三", " Anna Smith 1", " #1001"}) {
        const auto answer = shop.say(name + tail);
        INFO(name << tail << " => " << answer);
        CHECK(holds(answer, language == "en" ? "is for the" : "需要"));
      }
    }
  }
  CHECK(shop.state() == before);
}

TEST_CASE("every command is explained under each of its names, with an example that it understands", "[seller][commands]") {
  const std::string language = GENERATE("zh-CN", "en");
  FullShop shop("owner", language);
  std::set<std::string> taken;
  for (const auto& command : seller::commands())
    for (const auto& name : names_of(command, language)) {
      CHECK(taken.insert(name).second);  // one name, one command
      const auto help = shop.say((language == "en" ? "help " : "帮助 ") + name);
      INFO(name << " => " << help);
      CHECK_FALSE(holds(help, language == "en" ? "no command" : "没有命令"));
      CHECK_FALSE(has_a_hole(help, ""));
    }
}

TEST_CASE("money at its edges is taken or refused, and never bent", "[seller][commands]") {
  struct Row {
    const char* typed;
    const char* answer;
    std::int64_t total_minor;  // -1: no order
  };
  const auto row = GENERATE(values<Row>({
      {"订单 张三 面膜 0元", "#1001", 0},
      {"订单 张三 面膜 0.01", "¥0.01", 1},
      {"订单 张三 面膜 ¥0.001", "", -1},
      {"订单 张三 面膜 ¥10000000000", "¥10,000,000,000.00", 1'000'000'000'000},
      {"订单 张三 面膜 ¥10000000000.01", "", -1},
      {"订单 张三 面膜 ¥99999999999999999999", "", -1},
      {"订单 张三 面膜 １９８元", "¥198.00", 19'800},
      {"订单 张三 面膜 ¥1,980", "¥1,980.00", 198'000},
      {"订单 张三 面膜x1 ¥198.5", "¥198.50", 19'850},
      {"订单 张三 面膜 US$12", "US$12.00", 1'200},
      {"订单 张三 面膜x99999999999999999999 198", "", -1},
      {"订单 张三 面膜x0 198", "", -1},
      {"订单 张三 面膜x-1 198", "", -1},
  }));
  CAPTURE(row.typed);
  FullShop shop;
  const auto answer = shop.say(row.typed);
  INFO(answer);
  const auto orders = shop.shop.read([&](storage::Transaction& tx) { return storage::list_orders(tx, shop.shop.id(), 0, 9); });
  REQUIRE(orders.size() == (row.total_minor < 0 ? 0u : 1u));
  if (orders.empty()) return;
  CHECK(orders[0].total_minor == row.total_minor);
  CHECK(holds(answer, row.answer));
}

TEST_CASE("many lines times a large price are refused before they leave what money can hold", "[seller][commands]") {
  FullShop shop;
  shop.say("产品 金条 9999999999");
  const auto fits = shop.say("订单 张三 金条");
  CHECK(holds(fits, "¥9,999,999,999.00"));
  const auto answer = shop.say("订单 张三 金条x9999");
  INFO(answer);
  CHECK_FALSE(holds(answer, "#1002"));
}

TEST_CASE("an order that moved on cannot be moved by a line that came late", "[seller][commands]") {
  struct Row {
    const char* says;
    std::vector<const char*> before;
    const char* line;
    const char* state;
  };
  const auto row = GENERATE(values<Row>({
      {"shipped before it is paid", {}, "发货 #1001 SF1234567890123", "shipped"},
      {"paid twice", {"付款 #1001"}, "付款 #1001", "paid"},
      {"cancelled after it was shipped", {"付款 #1001", "发货 #1001 SF1234567890123"}, "取消 #1001", "shipped"},
      {"paid after it was cancelled", {"取消 #1001"}, "付款 #1001", "cancelled"},
      {"delivered before it was shipped", {"付款 #1001"}, "签收 #1001", "delivered"},
      {"refunded before it was paid", {}, "退款 #1001", "placed"},
      {"completed after a refund", {"付款 #1001", "退款 #1001"}, "完成 #1001", "refunded"},
      {"refunded twice", {"付款 #1001", "退款 #1001"}, "退款 #1001", "refunded"},
      {"cancelled twice", {"取消 #1001"}, "取消 #1001", "cancelled"},
  }));
  DYNAMIC_SECTION(row.says) {
    FullShop shop;
    shop.say("订单 张三 面膜x2 198");
    for (const char* line : row.before) shop.say(line);
    const auto answer = shop.say(row.line);
    INFO(answer);
    const auto state = [&] { return shop.shop.read([&](storage::Transaction& tx) { return storage::list_orders(tx, shop.shop.id(), 0, 9).at(0).state; }); };
    CHECK(state() == row.state);
    CHECK_FALSE(answer.empty());
  }
}
