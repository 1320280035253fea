#include "handlers/compose.h"

#include <catch2/catch.hpp>

#include "handlers/template_library.h"
#include "storage/staff.h"
#include "templates/catalogue.h"
#include "tests/support/test_shop.h"

using namespace laoke;

namespace {

constexpr std::int64_t kDayLong = 86'400'000;

// A shop with one customer, one order of two lines sent yesterday by SF, and a task.
struct Sale {
  test::TestShop shop;
  std::int64_t customer = 0, friend_of = 0;
  MessageCause cause;

  Sale() {
    shop.write([&](storage::Transaction& tx) { fill(tx); });
  }

  void fill(storage::Transaction& tx) {
    const auto id = shop.id();
    storage::Staff owner;
    owner.name = "小李";
    owner.role = "owner";
    storage::CustomerFacts facts;
    facts.stage = "老客";
    facts.grade = "A";
    facts.owner_id = storage::insert_staff(tx, id, owner);
    storage::Customer anna, zhang;
    anna.name = "Anna {{order.number}}";
    anna.language = "en";
    friend_of = storage::insert_customer(tx, id, anna);
    zhang.name = "张三";
    zhang.birthday = "1990-03-15";
    zhang.referrer_id = friend_of;
    customer = storage::insert_customer(tx, id, zhang, facts);
    fill_order(tx, id);
    storage::Task task;
    task.task_id = cause.task_id = tx.next_id();
    task.text = "回电话";
    task.due_at_ms = test::kMonday10;
    storage::insert_task(tx, id, task);
    cause.friend_id = friend_of;
    storage::ShopCheckout cart;
    cart.checkout_no = cause.checkout_id = tx.next_id();
    cart.items = "面膜×2";
    cart.currency = "CNY";
    cart.total_minor = 19800;
    cart.url = "https://shop.example/recover?1";
    storage::put_shop_checkout(tx, id, cart);
  }

  void fill_order(storage::Transaction& tx, std::int64_t id) {
    storage::Product mask;
    mask.name = "面膜";
    mask.price_minor = 9900;
    mask.currency = "CNY";
    mask.usage_days = 30;
    mask.care = "每周两次";
    const auto product = storage::insert_product(tx, id, mask);
    storage::Order order;
    order.order_id = cause.order_id = tx.next_id();
    order.number = 1024;
    order.customer_id = customer;
    order.state = "shipped";
    order.currency = "CNY";
    order.total_minor = 29700;
    order.recipient = "张三";
    order.address = "杭州";
    order.created_at_ms = test::kMonday10 - 2 * kDayLong;
    storage::insert_order(tx, id, order, {{product, "面膜", 2, 9900}, {product, "精华", 1, std::nullopt}});
    storage::Shipment shipment;
    shipment.order_id = cause.order_id;
    shipment.shipment_id = tx.next_id();
    shipment.carrier = "sf";
    shipment.tracking_no = "SF1234567890123";
    shipment.state = "shipped";
    shipment.shipped_at_ms = test::kMonday10 - kDayLong;
    storage::insert_shipment(tx, id, shipment);
  }

  template <class F>
  auto with(F&& fn) {
    return shop.write([&](storage::Transaction& tx) {
      const auto row = *storage::get_shop(tx, shop.id());
      return fn(Context{tx, row, test::kMonday10});
    });
  }
  OrSaid<MessageContent> send(const MessageText& text, std::string_view language = "", MessageCause about = {},
                              std::int64_t to = 0) {
    return with([&](const Context& context) {
      return compose(context, text, to ? to : customer, language, "telegram", about);
    });
  }
  std::string text(const std::string& body, std::string_view language = "") {
    const auto content = send({.body = body}, language, cause);
    return content ? content->text : "!" + content.error().en;
  }
};

}  // namespace

TEST_CASE("every variable has its value in the language of the message", "[templates][compose]") {
  Sale sale;
  const auto [body, zh, en] = GENERATE(table<std::string, std::string, std::string>({
      {"{{customer.name}}/{{customer.first_name}}", "张三/张三", "张三/张三"},
      {"{{customer.stage}} {{customer.grade}} {{staff.name}}", "老客 A 小李", "老客 A 小李"},
      {"{{customer.birthday}}", "3月15日", "15 Mar"},
      {"{{customer.order_count}}{{customer.last_order|从未}}", "0从未", "0从未"},
      {"{{customer.attr.肤质|未知}}", "未知", "未知"},
      {"{{referrer.name}}", "Anna {{order.number}}", "Anna {{order.number}}"},
      {"{{order.number}} {{order.total}} {{order.state}}", "1024 ¥297.00 已发货", "1024 CN¥297.00 shipped"},
      {"{{order.items_text}}", "面膜×2、精华", "面膜 ×2, 精华"},
      {"{{#order.items}}{{name}} {{price|-}} {{total|-}};{{/order.items}}", "面膜 ¥99.00 ¥198.00;精华 - -;",
       "面膜 CN¥99.00 CN¥198.00;精华 - -;"},
      {"{{order.recipient}} {{order.address}} {{order.date}}", "张三 杭州 2026年2月28日", "张三 杭州 28 Feb 2026"},
      {"{{shipment.carrier}} {{shipment.tracking_no}} {{shipment.date}}", "顺丰速运 SF1234567890123 2026年3月1日",
       "SF Express SF1234567890123 1 Mar 2026"},
      {"{{shipment.delivered|未签收}}", "未签收", "未签收"},
      {"{{product.name}} {{product.care}} {{product.price}} {{product.usage_days}}", "面膜 每周两次 ¥99.00 30",
       "面膜 每周两次 CN¥99.00 30"},
      {"{{date}} {{days}}", "2026年3月2日 2", "2 Mar 2026 2"},
      {"{{task.text}} {{task.due}}", "回电话 2026年3月2日", "回电话 2 Mar 2026"},
      {"{{friend.name}}", "Anna {{order.number}}", "Anna {{order.number}}"},
      {"{{shop.name}}!", "default!", "default!"},
  }));
  CAPTURE(body);
  const std::string shop_name = sale.with([](const Context& context) { return context.shop.name; });
  const auto fixed = [&](std::string text) { return text == "default!" ? shop_name + "!" : text; };
  CHECK(sale.text(body, "zh-CN") == fixed(zh));
  CHECK(sale.text(body, "en") == fixed(en));
}

TEST_CASE("a value stands behind every name of the catalogue", "[templates][compose]") {
  Sale sale;
  const std::set<std::string_view> may_be_empty{"customer.last_order", "shipment.delivered"};
  for (const auto& variable : templates::variables()) {
    if (variable.name.ends_with('*') || variable.type == templates::Type::kList || may_be_empty.contains(variable.name))
      continue;
    CAPTURE(variable.name);
    CHECK(sale.text("{{" + std::string(variable.name) + "|none}}") != "none");
  }
}

TEST_CASE("attributes are shown as people say them", "[templates][compose]") {
  Sale sale;
  const auto put = [&](std::string_view name, std::string_view kind, std::string_view text) {
    sale.shop.write([&](storage::Transaction& tx) {
      static constexpr storage::Sql kPut{"test.put_attribute",
                                         "INSERT INTO attributes (shop_id, name, customer_id, kind, text_value, "
                                         "number_value, updated_at_ms) VALUES ($1, $2, $3, $4, $5, NULL, 1)"};
      tx.execute(kPut, {sale.shop.id(), name, sale.customer, kind, text});
    });
  };
  put("肤质", "text", "油性");
  put("vip", "yesno", "1");
  put("纪念日", "date", "2020-05-20");
  CHECK(sale.text("{{customer.attr.肤质}} {{customer.attr.vip}} {{customer.attr.纪念日}}", "zh-CN") ==
        "油性 是 2020年5月20日");
  CHECK(sale.text("{{customer.attr.vip}} {{customer.attr.纪念日}}", "en") == "yes 20 May 2020");
}

TEST_CASE("a message goes out in the customer's language", "[templates][compose]") {
  Sale sale;
  sale.with([](const Context& context) { return load_stock_templates(context); });
  CHECK(sale.send({.template_name = "welcome"})->text.starts_with("张三您好"));
  CHECK(sale.send({.template_name = "welcome"}, "", {}, sale.friend_of)->text.starts_with("Hi Anna, welcome"));
  CHECK(sale.send({.template_name = "welcome"}, "en-GB")->text.starts_with("Hi 张三"));
  CHECK(sale.send({.template_name = "welcome"}, "ja")->text.starts_with("Hi 张三"));
}

TEST_CASE("the shipping notice has its carrier, number and link, and no empty lines without them",
          "[templates][compose]") {
  Sale sale;
  sale.with([](const Context& context) { return load_stock_templates(context); });
  const auto notice = sale.send({.template_name = "shipped"}, "zh-CN", sale.cause);
  CHECK(notice->text.starts_with("张三，您的订单 #1024 已发货！\n顺丰速运：SF1234567890123\n物流：https://"));
  sale.shop.write([&](storage::Transaction& tx) {
    for (const auto& shipment : storage::list_shipments(tx, sale.shop.id(), sale.cause.order_id))
      storage::delete_shipment(tx, sale.shop.id(), sale.cause.order_id, shipment.shipment_id);
  });
  CHECK(sale.send({.template_name = "shipped"}, "zh-CN", sale.cause)->text ==
        "张三，您的订单 #1024 已发货！\n到了记得查收哦～");
}

TEST_CASE("buttons carry the order they are about", "[templates][compose]") {
  Sale sale;
  sale.with([](const Context& context) { return load_stock_templates(context); });
  const auto content = sale.send({.template_name = "delivered_checkin"}, "zh-CN", sale.cause);
  CHECK(content->buttons ==
        std::vector<std::vector<Button>>{{{"收到，很好", "rcv:1024:y", ""}, {"有问题", "rcv:1024:n", ""}}});
  const std::string extras =
      R"({"buttons":[[{"label":"{{shipment.delivered}}","data":"x"},{"label":"{{order.number}}","data":"{{shop.name}}"}],)"
      R"([{"label":"track","url":"{{shipment.tracking_url}}"}]],"image":"https://x/{{order.number}}.png"})";
  const auto mixed = sale.send({.body = "hi", .extras = extras}, "", sale.cause);
  CHECK(mixed->buttons.size() == 2);
  CHECK(mixed->buttons[0].size() == 1);
  CHECK(mixed->buttons[1][0].url.starts_with("https://"));
  CHECK(mixed->image == "https://x/1024.png");
}

TEST_CASE("a message with a hole in its middle is not sent", "[templates][compose]") {
  Sale sale;
  const auto [body, says] = GENERATE(table<std::string, std::string>({
      {"{{order.number}}", "order.number"},
      {"{{product.name}}", "product.name"},
      {"{{friend.name}}", "friend.name"},
      {"{{task.text}}", "task.text"},
      {"{{custmer.name", "Column 1"},
  }));
  const auto content = sale.send({.body = body});
  REQUIRE_FALSE(content);
  CHECK_THAT(content.error().en, Catch::Contains(says));
  CHECK_THAT(content.error().zh, Catch::Contains(says == "Column 1" ? "第 1 个字" : says));
}

TEST_CASE("no template, no customer, no message", "[templates][compose]") {
  Sale sale;
  CHECK_THAT(sale.send({.template_name = "nothing"}).error().en, Catch::Contains("nothing"));
  CHECK_THAT(sale.send({.body = "hi"}, "", {}, 99).error().zh, Catch::Contains("客户"));
  MessageCause gone;
  gone.order_id = 99;
  CHECK_FALSE(sale.send({.body = "{{order.number}}"}, "", gone));
}

TEST_CASE("an older version says what it said", "[templates][compose]") {
  Sale sale;
  sale.with([](const Context& context) {
    save_template(context, {"上新", "", "", "first"});
    return save_template(context, {"上新", "", "", "second"});
  });
  CHECK(sale.send({.template_name = "上新"})->text == "second");
  CHECK(sale.send({.template_name = "上新", .version = 1})->text == "first");
}

TEST_CASE("one compiled text serves many customers, also after it was edited", "[templates][compose]") {
  Sale sale;
  MessageCache cache;
  const auto text_for = [&](std::int64_t customer) {
    return sale.with([&](const Context& context) {
      return compose(context, {.template_name = "上新"}, customer, "", "telegram", {}, &cache)->text;
    });
  };
  sale.with([](const Context& context) { return save_template(context, {"上新", "", "", "Hi {{customer.name}}"}); });
  CHECK(text_for(sale.customer) == "Hi 张三");
  CHECK(text_for(sale.friend_of) == "Hi Anna {{order.number}}");
  sale.with([](const Context& context) { return save_template(context, {"上新", "", "", "Bye {{customer.name}}"}); });
  CHECK(text_for(sale.customer) == "Bye 张三");
  for (int i = 0; i < 1000; ++i) cache.get(std::to_string(i), "x", "{}");
  CHECK(text_for(sale.customer) == "Bye 张三");
}

TEST_CASE("a preview shows what arrives and how long it is", "[templates][compose]") {
  Sale sale;
  sale.with([&](const Context& context) {
    const auto whole = preview(context, {.body = "{{customer.name}}👍🏽"}, sale.customer, "telegram", {});
    CHECK(whole->content.text == "张三👍🏽");
    CHECK(whole->length == 6);
    CHECK(whole->parts.size() == 1);
    const auto cut =
        preview(context, {.body = "{{customer.name}}。你好呀。"}, sale.customer, "wechat", {TextUnit::kBytes, 12});
    CHECK(cut->length == 21);
    CHECK(cut->parts == std::vector<std::string>{"张三。", "你好呀。"});
    CHECK_FALSE(preview(context, {.body = "{{order.number}}"}, sale.customer, "telegram", {}, sale.cause, "broadcast"));
    CHECK_FALSE(preview(context, {.body = "{{custmer.name}}"}, sale.customer, "telegram", {}));
    return 0;
  });
}

TEST_CASE("emoji, right-to-left, zero-width and 100 kB pass through a message", "[templates][compose]") {
  Sale sale;
  const auto value =
      GENERATE(as<std::string>{}, "👨‍👩‍👧‍👦", "שלום", "a\u200bb", std::string(100'000, 'x'));
  sale.shop.write([&](storage::Transaction& tx) {
    auto customer = *storage::get_customer(tx, sale.shop.id(), sale.customer);
    customer.name = value;
    storage::update_customer(tx, sale.shop.id(), customer);
  });
  CHECK(sale.text("«{{customer.name}}»") == "«" + value + "»");
}
