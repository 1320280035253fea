#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "handlers/compiled_message.h"
#include "handlers/template_library.h"
#include "handlers/text.h"
#include "templates/catalogue.h"
#include "templates/stock.h"

using namespace laoke;
using templates::stock_texts;

namespace {

std::map<std::string, std::map<std::string, templates::StockText>> by_name() {
  std::map<std::string, std::map<std::string, templates::StockText>> texts;
  for (const auto& text : stock_texts()) texts[text.name][text.language] = text;
  return texts;
}

}  // namespace

TEST_CASE("every stock text exists in both languages for the same event", "[templates][stock]") {
  const std::set<std::string> wanted{"enquiry_followup", "unpaid_1",          "unpaid_2",     "paid_thanks",
                                     "shipped",          "delivered_checkin", "care_tip",     "repurchase",
                                     "referral_thanks",  "winback",           "birthday",     "welcome",
                                     "opt_out_done",     "opt_in_done",       "followup_task", "out_for_delivery",
                                     "abandoned_checkout"};
  std::set<std::string> names;
  for (const auto& [name, languages] : by_name()) {
    CAPTURE(name);
    names.insert(name);
    REQUIRE(languages.size() == 2);
    CHECK(languages.at("en").trigger == languages.at("zh-CN").trigger);
    CHECK(languages.at("en").marketing == languages.at("zh-CN").marketing);
    CHECK(message_content_from(languages.at("en").extras).buttons.size() ==
          message_content_from(languages.at("zh-CN").extras).buttons.size());
  }
  CHECK(names == wanted);
}

TEST_CASE("a stock text uses only what its event brings along", "[templates][stock]") {
  for (const auto& text : stock_texts()) {
    CAPTURE(text.name, text.language);
    const auto problem = template_problem(text.body, text.extras, text.trigger);
    CHECK_FALSE(problem.has_value());
    if (problem) UNSCOPED_INFO(say("en", *problem));
  }
}

TEST_CASE("a stock text is short, and an offer says how to stop offers", "[templates][stock]") {
  for (const auto& text : stock_texts()) {
    CAPTURE(text.name, text.language);
    CHECK(length_code_points(text.body) < 300);
    const auto* hint = text.language == "en" ? "STOP" : "TD";
    if (text.marketing) CHECK(text.body.find(hint) != std::string::npos);
  }
}

TEST_CASE("a stock text reads well when nothing but the order is known", "[templates][stock]") {
  for (const auto& text : stock_texts()) {
    CAPTURE(text.name, text.language);
    const auto message = std::get<CompiledMessage>(CompiledMessage::compile(text.body, text.extras));
    const auto content = message.render([](const std::string& name) -> templates::Value {
      return name.starts_with("order.") || name.starts_with("product.n") || name == "shop.name" || name == "task.text"
                 ? "7"
                 : "";
    });
    CHECK(content.text.find("{{") == std::string::npos);
    CHECK(content.text.find("  ") == std::string::npos);
    CHECK(content.text.find(" ,") == std::string::npos);
    CHECK_FALSE(content.text.starts_with("，"));
    CHECK(content.text.find("\n\n") == std::string::npos);
  }
}
