#include "handlers/pairing.h"

#include <catch2/catch.hpp>

#include "handlers/crypto.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;

namespace {

struct Newcomer {
  SellerShop seller;
  std::int64_t staff_id = seller.add_staff("小李", "operator");
  storage::Contact contact = seller.add_contact("li-1", "Li");

  std::string code() {
    return seller.shop.write([&](storage::Transaction& tx) { return issue_code(seller.context_in(tx), staff_id); });
  }
  // Whether it was an attempt, and the answer.
  std::pair<bool, std::string> sends(const std::string& text) {
    seller.now_ms += 1000;
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.text = text;
    const auto from = seller.sender(contact);
    const bool taken = seller.shop.write(
        [&](storage::Transaction& tx) { return try_pairing(seller.context_in(tx), from, event, seller.channel_id); });
    const auto all = seller.deliveries(contact.customer_id);
    return {taken, taken ? direct_payload_from(all.back().payload).content.text : ""};
  }
  std::int64_t paired_with() { return seller.sender(contact).staff_id; }
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

TEST_CASE("a code pairs a chat however it is sent", "[seller][pairing]") {
  Newcomer li;
  const auto code = li.code();
  REQUIRE(code.size() == 9);
  const auto form = GENERATE(as<std::string>(), "/pair ", "绑定 ", "pair ", "");
  const bool small = GENERATE(true, false);
  const auto [taken, answer] = li.sends(form + (small ? lower(code) : code));
  CHECK(taken);
  CHECK(li.paired_with() == li.staff_id);
  CHECK(holds(answer, "小李"));
  CHECK(holds(answer, "待办"));
  CHECK(li.seller.sender(li.contact).standing == storage::kStandingStaff);
}

TEST_CASE("only the hash of a code is stored, and a code is good once", "[seller][pairing]") {
  Newcomer li;
  const auto code = li.code();
  const auto stored = li.seller.shop.read([&](storage::Transaction& tx) { return *storage::get_staff(tx, li.seller.shop.id(), li.staff_id); });
  CHECK(stored.pairing_hash == crypto::sha256_hex(code.substr(0, 4) + code.substr(5)));
  CHECK(li.sends(code).first);
  const auto other = li.seller.add_contact("eve", "Eve");
  li.contact = other;
  CHECK(holds(li.sends(code).second, "配对码不对"));
  CHECK(li.paired_with() == 0);
}

TEST_CASE("a new code makes the one before worthless, and codes differ", "[seller][pairing]") {
  Newcomer li;
  for (int i = 0; i < 100; ++i) {
    const auto code = li.code();
    CAPTURE(code);
    CHECK(pairing_attempt_in(code).has_value());  // also those drawn without a digit at first
  }
  const auto first = li.code(), second = li.code();
  CHECK(first != second);
  li.sends(first);
  CHECK(li.paired_with() == 0);
  li.sends(second);
  CHECK(li.paired_with() == li.staff_id);
}

TEST_CASE("an old code is refused", "[seller][pairing]") {
  Newcomer li;
  const auto code = li.code();
  li.seller.now_ms += kPairingOpenMs;
  CHECK(holds(li.sends(code).second, "过期"));
  CHECK(li.paired_with() == 0);
}

TEST_CASE("after five wrong codes even the right one has to wait a quarter of an hour", "[seller][pairing]") {
  Newcomer li;
  const auto code = li.code();
  for (int i = 4; i > 0; --i) CHECK(holds(li.sends("/pair 2222-BBBB").second, "还可以试 " + std::to_string(i) + " 次"));
  CHECK(holds(li.sends("/pair 2222-BBBB").second, "以后再试"));
  CHECK(holds(li.sends(code).second, "太多次"));
  CHECK(li.paired_with() == 0);
  li.seller.now_ms += kPairingLockMs;
  li.sends(code);
  CHECK(li.paired_with() == li.staff_id);
}

TEST_CASE("what customers write is no attempt to pair", "[seller][pairing]") {
  Newcomer li;
  const auto text = GENERATE(as<std::string>(), "你好", "GOOD-LUCK", "12345678", "BCDF-GHJK", "2345-6789", "A2B3C4D5", "A0B3-C4D5", "", "pairs of shoes",
                             "我想绑定手机", std::string(100'000, 'B'));
  CAPTURE(text.substr(0, 40));
  CHECK_FALSE(li.sends(text).first);
}

TEST_CASE("a code for nobody is refused", "[seller][pairing]") {
  SellerShop seller;
  CHECK_THROWS_AS(seller.shop.write([&](storage::Transaction& tx) { return issue_code(seller.context_in(tx), 4711); }), Refusal);
}

TEST_CASE("who may only look is shown what they may look at", "[seller][pairing]") {
  for (const auto* language : {"zh-CN", "en"}) {
    const auto viewer = say(language, "pairing.done.viewer", {{"name", "Li"}, {"shop", "Mei"}, {"role", "viewer"}});
    CHECK(holds(viewer, std::string(language) == "en" ? "stats" : "统计"));
    CHECK_FALSE(holds(viewer, "x2 198"));
  }
  SellerShop seller;
  const auto eye = seller.add_staff("小眼", "viewer");
  const auto chat = seller.add_contact("eye", "Eye");
  const auto code = seller.shop.write([&](storage::Transaction& tx) { return issue_code(seller.context_in(tx), eye); });
  InboundEvent event;
  event.kind = InboundKind::kText;
  event.text = code;
  const auto from = seller.sender(chat);
  seller.shop.write([&](storage::Transaction& tx) { try_pairing(seller.context_in(tx), from, event, seller.channel_id); });
  const auto told = direct_payload_from(seller.deliveries(chat.customer_id).back().payload).content.text;
  CHECK(holds(told, "只读店员"));
  CHECK_FALSE(holds(told, "打标签"));
}
