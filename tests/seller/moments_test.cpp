#include <catch2/catch.hpp>
#include <set>

#include "handlers/broadcasts.h"
#include "handlers/happened.h"
#include "handlers/moments.h"
#include "handlers/segments.h"
#include "handlers/tags.h"
#include "storage/broadcasts.h"
#include "storage/errands.h"
#include "tests/seller/seller_shop.h"

using namespace laoke;
using namespace laoke::test;
using nlohmann::json;

namespace {

// A shop whose staff have customers on WeCom: 李雷 and 韩梅梅 with 油性皮肤 there, 安娜 with it on webchat only.
struct MomentShop : SellerShop {
  explicit MomentShop(const std::string& role = "owner", const std::string& language = "", const std::string& settings = "{}")
      : SellerShop(role, language) {
    wecom_id = shop.write([&](storage::Transaction& tx) {
      storage::ChannelRow channel;
      channel.shop_id = shop.id();
      channel.name = "企微";
      channel.kind = "wecom";
      channel.settings = settings;
      return storage::insert_channel(tx, channel);
    });
    const auto webchat_id = std::exchange(channel_id, wecom_id);
    lilei = add_contact("ext:wm1", "李雷");
    meimei = add_contact("ext:wm2", "韩梅梅");
    service = add_contact("kf:wk1:wm7", "客服顾客");
    channel_id = webchat_id;
    anna = add_contact("w-1", "安娜");
    for (const auto* contact : {&lilei, &meimei, &service, &anna}) tag(contact->customer_id, "油性皮肤");
  }
  void tag(std::int64_t customer_id, const std::string& name) {
    shop.write([&](storage::Transaction& tx) { tag_customer(context_in(tx), customer_id, name); });
  }
  storage::Broadcast moment() {
    return shop.read([&](storage::Transaction& tx) { return storage::list_broadcasts(tx, shop.id(), 0, 1).at(0); });
  }
  // "accepted awaits_person" -> 2
  std::map<std::string, std::int64_t> counts() {
    std::map<std::string, std::int64_t> all;
    const auto id = moment().broadcast_id;
    shop.read([&](storage::Transaction& tx) {
      for (const auto& count : storage::broadcast_counts(tx, shop.id(), id)) all[count.state + (count.reason.empty() ? "" : " " + count.reason)] = count.count;
    });
    return all;
  }
  std::vector<storage::ErrandRow> errands() {
    return shop.read([&](storage::Transaction& tx) { return storage::list_errands(tx, shop.id(), 100); });
  }
  bool result(const std::string& address, ReceiptKind kind, const std::string& reference) {
    InboundEvent event;
    event.kind = InboundKind::kReceipt;
    event.receipt = kind;
    event.external_id = address;
    event.reference = reference;
    return shop.write([&](storage::Transaction& tx) { return take_moment_result(context_in(tx), wecom_id, event); });
  }
  std::string reference() { return "moment:" + std::to_string(moment().broadcast_id); }

  std::int64_t wecom_id = 0;
  storage::Contact lilei, meimei, service, anna;
};

using Counts = std::map<std::string, std::int64_t>;

std::optional<std::vector<std::string>> tags_in(const std::string& segment) {
  SellerShop seller;
  return seller.shop.write([&](storage::Transaction& tx) { return tags_only(shop_segment(seller.context_in(tx), segment)); });
}

}  // namespace

TEST_CASE("a moment is shown first, made on a yes, and its result is counted", "[seller][moments]") {
  MomentShop seller;
  const auto preview = seller.say("朋友圈 tag:油性皮肤 上新：只给老客户看");
  INFO(preview);
  CHECK(holds(preview, "#油性皮肤"));
  CHECK(holds(preview, "可见：2 人"));
  CHECK(holds(preview, "上新：只给老客户看"));
  CHECK(seller.errands().empty());
  const auto started = seller.say("是");
  INFO(started);
  CHECK(holds(started, "点“发表”"));
  const auto errands = seller.errands();
  REQUIRE(errands.size() == 1);
  CHECK(errands[0].kind == "moment");
  CHECK(errands[0].channel_id == seller.wecom_id);
  const auto wish = json::parse(errands[0].data);
  CHECK(wish["tags"] == json{"油性皮肤"});
  CHECK(wish["text"] == "上新：只给老客户看");
  CHECK(wish["reference"] == seller.reference());
  CHECK(seller.moment().klass == "moment");
  CHECK(seller.moment().audience_count == 2);
  CHECK(seller.counts() == Counts{{"accepted awaits_person", 2}});

  CHECK(seller.result("ext:wm1", ReceiptKind::kSent, seller.reference()));
  CHECK(seller.counts() == Counts{{"accepted awaits_person", 1}, {"accepted", 1}});
  for (int i = 0; i < 2; ++i) seller.result("ext:wm1", ReceiptKind::kDelivered, seller.reference());
  seller.result("ext:wm1", ReceiptKind::kSent, seller.reference());    // overtaken
  seller.result("ext:wm1", ReceiptKind::kFailed, seller.reference());  // it was shown already
  seller.result("ext:wmStranger", ReceiptKind::kDelivered, seller.reference());
  CHECK(seller.counts() == Counts{{"accepted awaits_person", 1}, {"delivered", 1}});
  const auto number = std::to_string(seller.moment().broadcast_id);
  for (const std::string& line : {"群发 " + number, std::string("群发"), std::string("朋友圈")})
    CHECK(holds(seller.say(line), "可见 2 人 · 等员工发表 1 · 已发表 1 · 已展示 1"));
}

TEST_CASE("a moment in English", "[seller][moments]") {
  MomentShop seller("owner", "en");
  CHECK(holds(seller.say("moment tag:油性皮肤 New arrivals"), "May see it: 2"));
  CHECK(holds(seller.say("yes"), "2 customers"));
  CHECK(holds(seller.say("moment"), "waiting for the staff 2"));
  CHECK(holds(seller.say("moment city:杭州 hi"), "by tags only"));
}

TEST_CASE("a moment that WeCom refused is counted as failed", "[seller][moments]") {
  MomentShop seller;
  seller.say("朋友圈 tag:油性皮肤 上新");
  seller.say("是");
  seller.result("ext:wm1", ReceiptKind::kSent, seller.reference());
  CHECK(seller.result("ext:*", ReceiptKind::kFailed, seller.reference()));
  CHECK(seller.counts() == Counts{{"accepted", 1}, {"failed rejected", 1}});
  CHECK(holds(seller.say("朋友圈"), "没发成 1"));
}

TEST_CASE("a moment is no marketing message", "[seller][moments]") {
  MomentShop seller;
  seller.say("退订 李雷");
  CHECK(holds(seller.say("朋友圈 tag:油性皮肤 上新"), "可见：2 人"));
  seller.say("是");
  seller.shop.read([&](storage::Transaction& tx) {
    CHECK(storage::marketing_sent_since(tx, seller.shop.id(), seller.meimei.customer_id, 0).empty());
    const auto due = storage::due_rows(tx, 0, storage::SendLane::kBulk, seller.now_ms + 1'000, 10);
    CHECK(due.empty());
  });
}

TEST_CASE("no to a moment makes none, and a draft is started once", "[seller][moments]") {
  MomentShop seller;
  seller.say("朋友圈 tag:油性皮肤 上新");
  seller.say("否");
  CHECK(seller.moment().state == "cancelled");
  CHECK(seller.errands().empty());
  seller.say("朋友圈 tag:油性皮肤 上新");
  const auto id = seller.moment().broadcast_id;
  // As the API starts broadcasts: still a moment, and nothing that the sender would take up.
  seller.shop.write([&](storage::Transaction& tx) { start_broadcast(seller.context_in(tx), id); });
  CHECK(seller.counts() == Counts{{"accepted awaits_person", 2}});
  CHECK(seller.errands().size() == 1);
  CHECK_THROWS_AS(seller.shop.write([&](storage::Transaction& tx) { start_moment(seller.context_in(tx), id); }), Refusal);
}

TEST_CASE("what cannot be a moment is told with what can", "[seller][moments]") {
  MomentShop seller;
  seller.say("+空标签 安娜");
  const auto [line, answer] = GENERATE(table<std::string, std::string>({
      {"朋友圈 city:杭州 上新", "只能按标签"},
      {"朋友圈 tag:油性皮肤 city:杭州 上新", "只能按标签"},
      {"朋友圈 -tag:油性皮肤 上新", "只能按标签"},
      {"朋友圈 all 上新", "只能按标签"},
      {"朋友圈 tag:没有的 上新", "没有标签“没有的”"},
      {"朋友圈 tag:空标签 上新", "现在没有人"},
      {"朋友圈 上新", "朋友圈 tag:油性皮肤 新品到了"},
      {"朋友圈 tag:油性皮肤", "朋友圈 tag:油性皮肤 新品到了"},
      {"朋友圈", "朋友圈 tag:油性皮肤 新品到了"},
  }));
  const auto said = seller.say(line);
  INFO(line << " => " << said);
  CHECK(holds(said, answer));
  CHECK(seller.errands().empty());
  std::string longer = "朋友圈 tag:油性皮肤 ";
  for (int i = 0; i < 2001; ++i) longer += "长";
  CHECK(holds(seller.say(longer), "2000 个字"));
}

TEST_CASE("a shop without WeCom is told what to do for moments", "[seller][moments]") {
  SellerShop seller;
  seller.customer("张三");
  seller.say("+油性皮肤 张三");
  CHECK(holds(seller.say("朋友圈 tag:油性皮肤 上新"), "企业微信渠道"));
  SellerShop viewer("viewer");
  CHECK(holds(viewer.say("朋友圈 tag:油性皮肤 上新"), "需要店员"));
}

TEST_CASE("tags, any of them, are all a moment knows", "[moments]") {
  CHECK(tags_in("tag:油性皮肤") == std::vector<std::string>{"油性皮肤"});
  CHECK(tags_in("tag:a or tag:b or tag:c") == std::vector<std::string>{"a", "b", "c"});
  CHECK(tags_in("tag=a") == std::vector<std::string>{"a"});
  for (const char* more : {"all", "tag:a tag:b", "-tag:a", "tag:a or city:b", "has:tag", "stage:new"}) CHECK_FALSE(tags_in(more));
}

TEST_CASE("a tag of a customer goes to the accounts that keep tags, and nowhere else", "[moments][tags]") {
  const auto setting = GENERATE(as<std::string>(), "{\"sync_tags\":\"yes\"}", "{\"sync_tags\":true}", "{\"sync_tags\":\"no\"}", "{}");
  const bool on = setting.find("yes") != std::string::npos || setting.find("true") != std::string::npos;
  MomentShop seller("owner", "", setting);
  seller.say("+肤质/敏感 李雷");
  seller.say("+肤质/敏感 安娜");  // no contact there
  std::set<std::string> asked;
  for (const auto& errand : seller.errands())
    if (const auto data = json::parse(errand.data); data["tag"] == "敏感") asked.insert(errand.kind + " " + data["external_id"].get<std::string>() + " " + data["group"].get<std::string>());
  CHECK(asked == (on ? std::set<std::string>{"tag ext:wm1 肤质"} : std::set<std::string>{}));
  if (!on) return;
  // The later wish takes the place of the one that waits.
  seller.say("-敏感 李雷");
  asked.clear();
  for (const auto& errand : seller.errands())
    if (json::parse(errand.data)["tag"] == "敏感") asked.insert(errand.kind);
  CHECK(asked == std::set<std::string>{"untag"});
}

TEST_CASE("a tag that came from a platform is not carried back", "[moments][tags]") {
  MomentShop seller("owner", "", "{\"sync_tags\":\"yes\"}");
  const auto before = seller.errands().size();
  seller.shop.write([&](storage::Transaction& tx) {
    happened(seller.context_in(tx), {"customer.tagged", seller.lilei.customer_id, {{"tag", "敏感"}, {"group", ""}, {"source", "platform"}}});
  });
  CHECK(seller.errands().size() == before);
}
