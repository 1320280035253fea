#include "handlers/template_library.h"

#include <catch2/catch.hpp>

#include "handlers/refusal.h"
#include "templates/stock.h"
#include "tests/support/test_shop.h"

using namespace laoke;

namespace {

// Runs `fn(Context)` in one write transaction of the shop.
template <class F>
auto in_shop(test::TestShop& shop, F&& fn) {
  return shop.write([&](storage::Transaction& tx) {
    const auto row = *storage::get_shop(tx, shop.id());
    return fn(Context{tx, row, test::kMonday10});
  });
}

std::string refused(test::TestShop& shop, const TemplateDraft& draft) {
  try {
    in_shop(shop, [&](const Context& context) { return save_template(context, draft); });
  } catch (const Refusal& refusal) {
    CHECK_FALSE(refusal.text("zh-CN").empty());
    CHECK(refusal.text("zh-CN") != refusal.text("en"));
    return refusal.code();
  }
  return "saved";
}

std::string big_row_of_buttons(int count) {
  std::string row;
  for (int i = 0; i < count; ++i) row += (i ? "," : "") + std::string(R"({"label":"a","data":"b"})");
  return R"({"buttons":[[)" + row + "]]}";
}

}  // namespace

TEST_CASE("a template that would fail later is refused when it is saved", "[templates][library]") {
  test::TestShop shop;
  struct Row {
    const char* says;
    TemplateDraft draft;
    std::string code;
  };
  const auto row = GENERATE(values<Row>({
      {"a good one", {"上新", "zh-CN", "", "{{customer.name|亲}}，上新啦"}, "saved"},
      {"in the shop's language", {"new", "", "line", "hi"}, "saved"},
      {"no name", {"", "", "", "hi"}, "template.name"},
      {"a name of two lines", {"a\nb", "", "", "hi"}, "template.name"},
      {"a name too long", {std::string(65, 'a'), "", "", "hi"}, "template.name"},
      {"a language we do not speak", {"new", "fr", "", "hi"}, "template.language"},
      {"no such kind of channel", {"new", "", "Line!", "hi"}, "template.channel_kind"},
      {"nothing to say", {"new", "", "", " \n"}, "template.empty"},
      {"a misspelt variable", {"new", "", "", "{{custmer.name}}"}, "template.unknown_near"},
      {"a variable nobody knows", {"new", "", "", "{{zzzzzzzzzzzz}}"}, "template.unknown"},
      {"a birthday wish about an order",
       {"new", "", "", "{{order.number}}", "{}", "birthday"},
       "template.not_supplied"},
      {"a stock name keeps its event", {"birthday", "", "", "{{order.number}}"}, "template.not_supplied"},
      {"no such event", {"new", "", "", "hi", "{}", "full.moon"}, "template.trigger"},
      {"8,001 characters", {"new", "", "", std::string(8'001, 'x')}, "template.too_long"},
      {"bytes that are not text", {"new", "", "", "\xff"}, "template.not_text"},
      {"broken extras", {"new", "", "", "hi", "{"}, "template.extras_unreadable"},
      {"extras of another shape", {"new", "", "", "hi", R"({"buttons":[1]})"}, "template.extras_unreadable"},
      {"a button without label",
       {"new", "", "", "hi", R"({"buttons":[[{"label":" ","data":"x"}]]})"},
       "template.button_label"},
      {"a button that does nothing",
       {"new", "", "", "hi", R"({"buttons":[[{"label":"x"}]]})"},
       "template.button_either"},
      {"a button that does both",
       {"new", "", "", "hi", R"({"buttons":[[{"label":"x","data":"y","url":"https://z"}]]})"},
       "template.button_either"},
      {"a button that runs a script",
       {"new", "", "", "hi", R"({"buttons":[[{"label":"x","url":"javascript:1"}]]})"},
       "template.button_url"},
      {"button data of 65 bytes",
       {"new", "", "", "hi", R"({"buttons":[[{"label":"x","data":")" + std::string(65, 'y') + R"("}]]})"},
       "template.button_data_long"},
      {"a misspelt variable in a button",
       {"new", "", "", "hi", R"({"buttons":[[{"label":"{{ordr.number}}","data":"y"}]]})"},
       "template.unknown_near"},
      {"too many buttons", {"new", "", "", "hi", big_row_of_buttons(21)}, "template.buttons_many"},
      {"an image without encryption", {"new", "", "", "hi", R"({"image":"http://x/y.png"})"}, "template.image"},
      {"an image alone", {"new", "", "", "", R"({"image":"https://x/y.png"})"}, "saved"},
  }));
  DYNAMIC_SECTION(row.says) {
    CHECK(refused(shop, row.draft) == row.code);
  }
}

TEST_CASE("a misspelt variable is answered with its place and the name that exists", "[templates][library]") {
  const auto problem = template_problem("亲爱的{{custmer.name}}");
  REQUIRE(problem);
  CHECK(say("zh-CN", *problem) == "第 4 个字：没有变量“custmer.name”，是不是“customer.name”？");
  CHECK(say("en", *problem) == "Column 4: there is no variable “custmer.name”. Did you mean “customer.name”?");
}

TEST_CASE("saving the same text twice makes one version", "[templates][library]") {
  test::TestShop shop;
  const TemplateDraft draft{"上新", "", "", "上新啦", R"({"buttons": [[{"label":"看看","data":"look"}]]})"};
  const auto first = in_shop(shop, [&](const Context& context) { return save_template(context, draft); });
  const auto second = in_shop(shop, [&](const Context& context) { return save_template(context, draft); });
  CHECK(first.version == 1);
  CHECK(second == first);
  const auto third = in_shop(shop, [&](const Context& context) {
    return save_template(context, {"上新", "", "", "又上新啦"});
  });
  CHECK(third.version == 2);
}

TEST_CASE("a new shop gets every stock text once and keeps what it edited", "[templates][library]") {
  test::TestShop shop;
  const auto load = [&] { return in_shop(shop, [](const Context& context) { return load_stock_templates(context); }); };
  CHECK(load() == static_cast<int>(templates::stock_texts().size()));
  CHECK(load() == 0);
  in_shop(shop, [](const Context& context) {
    save_template(context, {"birthday", "zh-CN", "", "{{customer.name}}，生日快乐！"});
    retire_template(context, "winback", "en", "");
    // As an older program left it.
    storage::insert_template(context.tx, context.shop_id(), {"welcome", "en", "", 0, "Hello", "{}", true, false, 1});
    return 0;
  });
  CHECK(load() == 1);
  in_shop(shop, [](const Context& context) {
    const auto birthday = storage::template_variants(context.tx, context.shop_id(), "birthday");
    CHECK(birthday[1].body == "{{customer.name}}，生日快乐！");
    CHECK_FALSE(birthday[1].stock);
    CHECK(storage::template_variants(context.tx, context.shop_id(), "winback").size() == 1);
    for (const auto& row : storage::template_variants(context.tx, context.shop_id(), "welcome"))
      CHECK(row.body != "Hello");
    return 0;
  });
}

TEST_CASE("retiring what does not exist names what does", "[templates][library]") {
  test::TestShop shop;
  in_shop(shop, [](const Context& context) { return load_stock_templates(context); });
  const auto retire = [](const Context& context) {
    retire_template(context, "brithday", "en", "");
    return 0;
  };
  CHECK_THROWS_WITH(in_shop(shop, retire), Catch::Contains("birthday"));
}

TEST_CASE("a rule asks whether a template fits its event", "[templates][library]") {
  test::TestShop shop;
  in_shop(shop, [](const Context& context) {
    load_stock_templates(context);
    CHECK_FALSE(template_problem_for(context, "shipped", "order.shipped"));
    CHECK(template_problem_for(context, "shipped", "birthday")->key == "template.not_supplied");
    CHECK(template_problem_for(context, "shiped", "order.shipped")->key == "template.missing_near");
    CHECK(template_problem_for(context, "zzzzzz", "order.shipped")->key == "template.missing");
    return 0;
  });
}
