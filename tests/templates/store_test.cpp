#include <catch2/catch.hpp>

#include "storage/templates.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using storage::TemplateRow;

namespace {

TemplateRow row(std::string name, std::string language, std::string kind, std::string body) {
  return {std::move(name), std::move(language), std::move(kind), 0, std::move(body), "{}", false, false, 5};
}

std::string found(test::TestShop& shop, std::vector<std::string_view> languages, std::string_view kind,
                  std::int64_t version = 0) {
  return shop.read([&](storage::Transaction& tx) {
    const auto hit = storage::find_template(tx, shop.id(), "welcome", languages, kind, version);
    return hit ? hit->body : std::string("none");
  });
}

}  // namespace

TEST_CASE("the nearest variant of a template is taken", "[templates][storage]") {
  test::TestShop shop;
  shop.write([&](storage::Transaction& tx) {
    storage::insert_template(tx, shop.id(), row("welcome", "zh-CN", "", "zh any"));
    storage::insert_template(tx, shop.id(), row("welcome", "zh-CN", "line", "zh line"));
    storage::insert_template(tx, shop.id(), row("welcome", "en", "", "en any"));
    storage::insert_template(tx, shop.id(), row("welcome", "en", "whatsapp", "en whatsapp"));
  });
  CHECK(found(shop, {"zh-CN"}, "line") == "zh line");
  CHECK(found(shop, {"zh-CN"}, "telegram") == "zh any");
  CHECK(found(shop, {"en", "zh-CN"}, "line") == "en any");
  CHECK(found(shop, {"fr", "zh-CN"}, "line") == "zh line");
  CHECK(found(shop, {"", "en"}, "") == "en any");
  CHECK(found(shop, {"fr"}, "whatsapp") == "en whatsapp");
  CHECK(found(shop, {}, "telegram") != "none");
}

TEST_CASE("every version of a template is kept and can be asked for", "[templates][storage]") {
  test::TestShop shop;
  shop.write([&](storage::Transaction& tx) {
    CHECK(storage::insert_template(tx, shop.id(), row("welcome", "zh-CN", "", "one")) == 1);
    CHECK(storage::insert_template(tx, shop.id(), row("welcome", "zh-CN", "", "two")) == 2);
    CHECK(storage::insert_template(tx, shop.id(), row("birthday", "zh-CN", "", "other")) == 1);
    CHECK(storage::retire_template(tx, shop.id(), "welcome", "zh-CN", "", 9));
    CHECK_FALSE(storage::retire_template(tx, shop.id(), "welcome", "zh-CN", "", 9));
    CHECK_FALSE(storage::retire_template(tx, shop.id(), "welcome", "en", "", 9));
  });
  CHECK(found(shop, {"zh-CN"}, "") == "none");
  CHECK(found(shop, {"zh-CN"}, "", 1) == "one");
  CHECK(found(shop, {"zh-CN"}, "", 2) == "two");
  shop.read([&](storage::Transaction& tx) {
    const auto versions = storage::list_template_versions(tx, shop.id(), "welcome");
    REQUIRE(versions.size() == 3);
    CHECK(versions[0].retired);
    CHECK(versions[0].created_at_ms == 9);
    CHECK(versions[2].body == "one");
    CHECK(storage::newest_template_version(tx, shop.id(), "welcome") == 3);
    CHECK(storage::newest_template_version(tx, shop.id(), "nobody") == 0);
    const auto now = storage::list_templates(tx, shop.id());
    REQUIRE(now.size() == 1);
    CHECK(now[0].name == "birthday");
  });
}

TEST_CASE("one shop's templates are not another's", "[templates][storage]") {
  test::TestShop shop;
  shop.write([&](storage::Transaction& tx) {
    storage::insert_template(tx, shop.id() + 1, row("welcome", "zh-CN", "", "theirs"));
    CHECK_FALSE(storage::retire_template(tx, shop.id(), "welcome", "zh-CN", "", 1));
  });
  CHECK(found(shop, {"zh-CN"}, "") == "none");
}
