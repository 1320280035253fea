#include "templates/engine.h"

#include <catch2/catch.hpp>
#include <thread>

#include "templates/catalogue.h"
#include "templates/scan.h"

using namespace laoke::templates;

namespace {

Value example(const std::string& name) {
  if (name == "customer.name") return "张三";
  if (name == "order.number") return "1024";
  if (name == "order.items")
    return std::vector<Fields>{{{"name", "面膜"}, {"quantity", "2"}, {"price", ""}},
                               {{"name", "精华"}, {"quantity", "1"}, {"price", "¥98.00"}}};
  return "";
}

std::string rendered(std::string_view text, const Lookup& lookup = example) {
  auto made = Template::compile(text);
  REQUIRE(std::holds_alternative<Template>(made));
  return std::get<Template>(made).render(lookup);
}

Problem problem_of(std::string_view text) {
  auto made = Template::compile(text);
  if (auto* problem = std::get_if<Problem>(&made)) return *problem;
  const auto problem = check(std::get<Template>(made), kEverySource);
  REQUIRE(problem);
  return *problem;
}

}  // namespace

TEST_CASE("variables, fallbacks and sections become plain text", "[templates]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"你好", "你好"},
      {"{{customer.name}}，你好", "张三，你好"},
      {"{{ customer.name }}!", "张三!"},
      {"{{staff.name|亲}}，在吗", "亲，在吗"},
      {"{{customer.name|亲}}，在吗", "张三，在吗"},
      {"{{ staff.name | my dear friend }}.", "my dear friend."},
      {"{{staff.name}}.", "."},
      {"{{staff.name|}}.", "."},
      {"{{#staff.name}}负责人{{staff.name}}{{/staff.name}}{{^staff.name}}没有{{/staff.name}}", "没有"},
      {"{{#customer.name}}有{{customer.name}}{{/customer.name}}{{^customer.name}}没有{{/customer.name}}", "有张三"},
      {"{{#order.items}}{{name}}×{{quantity}}{{#price}} {{price}}{{/price}};{{/order.items}}", "面膜×2;精华×1 ¥98.00;"},
      {"{{#order.items}}{{price|赠}} {{customer.name}},{{/order.items}}", "赠 张三,¥98.00 张三,"},
      {"a{{! a remark }}b", "ab"},
      {"单个 { 和 } 不算", "单个 { 和 } 不算"},
      {"}} 也不算", "}} 也不算"},
      {"👍🏽{{customer.name}}שלום\u200b", "👍🏽张三שלום\u200b"},
      {"line\r\nnext\n", "line\r\nnext\n"},
  }));
  CAPTURE(text);
  CHECK(rendered(text) == expected);
}

TEST_CASE("lines that hold only a section's tags leave no empty line", "[templates]") {
  const std::string text = "订单：\n{{#order.items}}\n- {{name}}\n{{/order.items}}\n谢谢";
  CHECK(rendered(text) == "订单：\n- 面膜\n- 精华\n谢谢");
  CHECK(rendered("a\n{{#staff.name}}\nx {{staff.name}}\n{{/staff.name}}\nb") == "a\nb");
  CHECK(rendered("a\n  {{! a remark }}  \r\nb\n{{! last }}") == "a\nb\n");
  CHECK(rendered("{{#order.items}}{{name}}{{/order.items}}\nb") == "面膜精华\nb");
  CHECK(rendered("a\n{{^staff.name}}\nx\n{{/staff.name}}\nb") == "a\nx\nb");
}

TEST_CASE("nothing is escaped and nothing in a value is a template", "[templates]") {
  const auto value = GENERATE(as<std::string>{}, "<b>&amp;\"'", "{{order.number}}", "{{#x}}", "{{>x}}", "{{=a b=}}",
                              "}}", "$1 %s \\n", "'; DROP TABLE");
  CHECK(rendered("a{{customer.name}}b{{order.number}}", [&](const std::string& name) -> Value {
          return name == "customer.name" ? value : "7";
        }) == "a" + value + "b7");
}

TEST_CASE("what is wrong with a template is told with its column", "[templates]") {
  const auto [text, problem] = GENERATE(table<std::string, Problem>({
      {"你好{{customer.name", {Fault::kUnclosedTag, 3, "", ""}},
      {"{{", {Fault::kUnclosedTag, 1, "", ""}},
      {"{{customer.name\n}}", {Fault::kUnclosedTag, 1, "", ""}},
      {"{{! one\n{{#staff.name}}\n", {Fault::kUnclosedTag, 1, "", ""}},
      {"{{}}", {Fault::kEmptyTag, 1, "", ""}},
      {"ab{{ }}", {Fault::kEmptyTag, 3, "", ""}},
      {"{{|亲}}", {Fault::kEmptyTag, 1, "", ""}},
      {"{{#}}", {Fault::kEmptyTag, 1, "", ""}},
      {"👍🏽{{{customer.name}}}", {Fault::kUnsupportedTag, 3, "{{{", ""}},
      {"{{&customer.name}}", {Fault::kUnsupportedTag, 1, "&", ""}},
      {"{{>customer.name}}", {Fault::kUnsupportedTag, 1, ">", ""}},
      {"{{=<% %>=}}", {Fault::kUnsupportedTag, 1, "=", ""}},
      {"{{/staff.name}}", {Fault::kUnopenedSection, 1, "staff.name", ""}},
      {"店{{#staff.name}}", {Fault::kUnclosedSection, 2, "staff.name", ""}},
      {"{{#staff.name}}{{/shop.name}}", {Fault::kCrossedSection, 16, "shop.name", "staff.name"}},
      {"{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}", {Fault::kTooDeep, 49, "a", ""}},
      {"a\xff", {Fault::kNotText, 1, "", ""}},
      {"亲，{{custmer.name}}", {Fault::kUnknownVariable, 3, "custmer.name", ""}},
      {"{{#coupon}}{{/coupon}}", {Fault::kUnknownVariable, 1, "coupon", ""}},
      {"{{customer.attr.*}}", {Fault::kUnknownVariable, 1, "customer.attr.*", ""}},
      {"{{customer.attr.}}", {Fault::kUnknownVariable, 1, "customer.attr.", ""}},
      {"{{order.items}}", {Fault::kListAsText, 1, "order.items", ""}},
      {"{{quantity}}", {Fault::kFieldOutsideList, 1, "quantity", "order.items"}},
      {"{{^order.items}}{{quantity}}{{/order.items}}", {Fault::kFieldOutsideList, 17, "quantity", "order.items"}},
      {"{{#order.items}}{{/order.items}}{{quantity}}", {Fault::kFieldOutsideList, 33, "quantity", "order.items"}},
  }));
  CAPTURE(text);
  const Problem found = problem_of(text);
  CHECK(found == problem);
  CAPTURE(found.column, found.name, static_cast<int>(found.fault));
  CHECK(found.fault == problem.fault);
}

TEST_CASE("a template may have 8,000 characters and no more", "[templates]") {
  std::string text;
  for (std::size_t i = 0; i < kLongestTemplate; ++i) text += "客";
  CHECK(rendered(text) == text);
  CHECK(problem_of(text + "!").fault == Fault::kTooLong);
  CHECK(problem_of(std::string(100'000, 'x')).name == "100000");
}

TEST_CASE("a value of 100 kB goes through whole", "[templates]") {
  const std::string big(100'000, 'x');
  CHECK(rendered("a{{customer.name}}b", [&](const std::string&) -> Value { return big; }) == "a" + big + "b");
}

TEST_CASE("only what a template uses is asked for, and once", "[templates]") {
  std::map<std::string, int> asked;
  rendered("{{customer.name}}{{customer.name|x}}{{#order.items}}{{name}}{{/order.items}}",
           [&](const std::string& name) {
             ++asked[name];
             return example(name);
           });
  CHECK(asked == std::map<std::string, int>{{"customer.name", 1}, {"order.items", 1}});
}

TEST_CASE("what a lookup throws reaches the caller and the template stays usable", "[templates]") {
  const auto made = std::get<Template>(Template::compile("{{#order.items}}{{name}}{{/order.items}}{{customer.name}}"));
  CHECK_THROWS_AS(made.render([](const std::string& name) -> Value {
    if (name == "customer.name") throw std::runtime_error("gone");
    return example(name);
  }),
                  std::runtime_error);
  CHECK(made.render(example) == "面膜精华张三");
}

TEST_CASE("a trigger supplies only what it knows", "[templates]") {
  const auto [trigger, text, fits] = GENERATE(table<std::string, std::string, bool>({
      {"order.paid", "{{order.number}} {{product.name}}", true},
      {"order.paid", "{{shipment.carrier}}", false},
      {"order.shipped", "{{shipment.carrier}}", true},
      {"shipment.delivered", "{{order.number}} {{days}}", true},
      {"birthday", "{{customer.name}} {{shop.name}} {{date}} {{customer.attr.肤质}}", true},
      {"birthday", "{{order.number}}", false},
      {"broadcast", "{{product.name}}", false},
      {"running_out", "{{product.name}} {{days}}", true},
      {"customer.referred", "{{friend.name}}", true},
      {"task.due", "{{task.text}}", true},
  }));
  CAPTURE(trigger, text);
  const auto sources = sources_of(trigger);
  REQUIRE(sources);
  const auto problem = check(std::get<Template>(Template::compile(text)), *sources);
  CHECK_FALSE(problem.has_value() == fits);
  if (problem) CHECK(problem->fault == Fault::kNotSupplied);
  CHECK_FALSE(sources_of("full.moon"));
}

TEST_CASE("every variable of the catalogue is found by its name", "[templates]") {
  for (const auto& variable : variables()) {
    if (variable.name.ends_with('*')) continue;
    CHECK(find_variable(variable.name) == &variable);
    CHECK_FALSE(variable.zh.empty());
    CHECK_FALSE(variable.en.empty());
  }
  CHECK(attribute_name("customer.attr.肤质") == "肤质");
  CHECK_FALSE(attribute_name("customer.attr."));
  CHECK_FALSE(attribute_name("customer.name"));
}
