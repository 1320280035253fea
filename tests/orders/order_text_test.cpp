#include "handlers/order_text.h"

#include <catch2/catch.hpp>

using namespace laoke;

namespace {

std::string shown(std::string_view typed) {
  const auto order = read_order_text(typed, {"CNY", [](std::string_view name) { return name == "三只松鼠"; }});
  if (!order) return "? " + order.error().en;
  std::string text;
  for (const auto& item : order->items) {
    text += item.product + "*" + std::to_string(item.quantity);
    if (item.unit_price_minor) text += "@" + std::to_string(*item.unit_price_minor);
    text += " ";
  }
  if (order->amount) text += "=" + std::to_string(order->amount->amount_minor) + order->amount->currency;
  if (!order->note.empty()) text += "|" + order->note;
  return text;
}

}  // namespace

TEST_CASE("an order typed in one line becomes items, amount and note", "[orders][order_text]") {
  const auto [typed, expected] = GENERATE(table<const char*, const char*>({
      {"面膜x2 198", "面膜*2 =19800CNY"},
      {"面膜x2 精华 198", "面膜*2 精华*1 =19800CNY"},
      {"面膜×2,精华*1 ¥198 备注:送小样", "面膜*2 精华*1 =19800CNY|送小样"},
      {"面膜Ｘ２，精华＊１ ￥１９８", "面膜*2 精华*1 =19800CNY"},
      {"面膜 x2 198元", "面膜*2 =19800CNY"},
      {"面膜2盒 精华两瓶 共198", "面膜*2 精华*2 =19800CNY"},
      {"2盒面膜、一瓶精华 合计：198.50", "面膜*2 精华*1 =19850CNY"},
      {"2x面膜 99", "面膜*2 =9900CNY"},
      {"面膜x2@99", "面膜*2@9900 "},
      {"面膜 x2 @99 精华@198元", "面膜*2@9900 精华*1@19800 "},
      {"face mask x2 $40", "face mask*2 =4000USD"},
      {"face mask x2, eye serum 1,280", "face mask*2 eye serum*1 =128000CNY"},
      {"2 boxes of face mask total 40 note: gift wrap", "face mask*2 =4000CNY|gift wrap"},
      {"2 盒面膜 198", "面膜*2 =19800CNY"},
      {"面膜x0 198", "? the count of '面膜' is 0; counts begin at 1"},
      {"面膜 0 精华 198", "? the count of '面膜' is 0; counts begin at 1"},
      {"面膜 2 盒 总价 198", "面膜*2 =19800CNY"},
      {"面膜 3 198", "面膜*3 =19800CNY"},
      {"三只松鼠 x5 88", "三只松鼠*5 =8800CNY"},
      {"三只松鼠 88", "三只松鼠*1 =8800CNY"},
      {"四件套 299", "四件套*1 =29900CNY"},
      {"维生素B2 x3 60", "维生素B2*3 =6000CNY"},
      {"SK2神仙水x1 1280", "SK2神仙水*1 =128000CNY"},
      {"100ml精华x2 300", "100ml精华*2 =30000CNY"},
      {"面膜十二片 198", "面膜*12 =19800CNY"},
      {"198", "=19800CNY"},
      {"面膜", "面膜*1 "},
      {"", ""},
      {"备注：先不发", "|先不发"},
      {"面膜 2", "? is '2' a count or the amount? Write x2 or CNY 2"},
      {"面膜x2 198元 200元", "? there are two amounts, give one total"},
      {"x2 198", "? a count needs a product in front, for example: mask x2"},
      {"面膜x2@abc", "? '@abc' is no price each; write mask x2 @99"},
      {"要两瓶精华 560", "精华*2 =56000CNY"},
      {"再来3个面膜 精华x1 297", "面膜*3 精华*1 =29700CNY"},
      {"要约书 30", "要约书*1 =3000CNY"},
      {"2 masks 1 soap 48.50", "masks*2 soap*1 =4850CNY"},
      {"2 face masks, 1 eye serum $40", "face masks*2 eye serum*1 =4000USD"},
      {"2 面膜 198", "面膜*2 =19800CNY"},
      {"2, 面膜 198", "? '2' is unclear: write a count as mask x2, the amount last"},
      {"2 面膜x3 198", "? '面膜x3' is unclear: write a count as mask x2, the amount last"},
      {"0 masks 48", "? '0' is unclear: write a count as mask x2, the amount last"},
      {"面膜x2 -5", "? '-5' is below zero; counts and amounts cannot be"},
      {"面膜 -198.50", "? '-198.50' is below zero; counts and amounts cannot be"},
      {"面膜 ¥0.001", "? “¥0.001” has too many digits behind the point: CNY has 2. For thousands write 1,280 or 1280."},
      {"面膜 $12.345 x2", "? “$12.345” has too many digits behind the point: USD has 2. For thousands write 1,280 or 1280."},
      {"面膜 12.345元", "? “12.345元” has too many digits behind the point: CNY has 2. For thousands write 1,280 or 1280."},
      {"面膜x9999999 198", "? the count in '面膜x9999999' cannot be: counts go from 1 to 100000"},
      {"面膜x-1 198", "? the count in '面膜x-1' cannot be: counts go from 1 to 100000"},
      {"Matrix1234567 30元", "Matrix1234567*1 =3000CNY"},
      {"198 面膜", "? '198' is unclear: write a count as mask x2, the amount last"},
  }));
  CAPTURE(typed);
  CHECK(shown(typed) == expected);
}

TEST_CASE("an endless order is refused, not read", "[orders][order_text]") {
  CHECK(shown(std::string(100'000, 'x')).starts_with("? the order is too long"));
}

TEST_CASE("items read well in both languages", "[orders][order_text]") {
  const std::vector<storage::OrderItem> items{{1, "面膜", 2, std::nullopt}, {2, "精华", 1, std::nullopt}};
  CHECK(items_text(items, "zh-CN") == "面膜×2、精华");
  CHECK(items_text(items, "en") == "面膜 ×2, 精华");
  CHECK(items_text({}, "en").empty());
}
