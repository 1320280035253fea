#include "bot/commands/demo_shop.h"

#include <array>
#include <cstdio>

#include "handlers/calendar.h"
#include "handlers/imports/csv_reader.h"
#include "handlers/money.h"
#include "handlers/said.h"

namespace laoke::commands {
namespace {

constexpr int kCustomers = 40;

struct DemoProduct {
  Said name;
  const char* sku;
  Said family;
  int price, usage_days;  // price in whole units of the shop's currency
  Said care;
};
const std::array<DemoProduct, 8> kProducts = {{
    {{"玫瑰面霜", "Rose cream"}, "D-01", {"面霜", "Cream"}, 198, 45, {"早晚洁面后取黄豆大小，由内向外推开", "A pea of it after washing, morning and evening"}},
    {{"绿茶洁面", "Green tea cleanser"}, "D-02", {"洁面", "Cleanser"}, 88, 40, {"加水打出泡沫再上脸", "Lather it with water first"}},
    {{"烟酰胺精华", "Niacinamide serum"}, "D-03", {"精华", "Serum"}, 268, 35, {"先从隔天一次用起", "Begin with every other day"}},
    {{"补水面膜", "Hydrating mask"}, "D-04", {"面膜", "Mask"}, 99, 20, {"敷 15 分钟就好，不要过夜", "Fifteen minutes are enough"}},
    {{"防晒乳", "Sunscreen"}, "D-05", {"防晒", "Sunscreen"}, 128, 60, {"出门前 20 分钟涂", "Put it on twenty minutes before you go out"}},
    {{"氨基酸洗发水", "Amino shampoo"}, "D-06", {"洗护", "Hair"}, 79, 50, {"", ""}},
    {{"手工燕麦皂", "Oatmeal soap"}, "D-07", {"皂", "Soap"}, 39, 30, {"用后沥干", "Let it dry after use"}},
    {{"桂花护手霜", "Osmanthus hand cream"}, "D-08", {"护手", "Hands"}, 49, 60, {"", ""}},
}};

const std::array<Said, kCustomers> kNames = {{
    {"林小雨", "Olivia Hart"},    {"张三丰", "Liam Brooks"},   {"王美丽", "Emma Reyes"},    {"李建国", "Noah Fisher"},    {"陈思思", "Ava Lindgren"},
    {"周杰", "Mason Clarke"},     {"吴静怡", "Sophia Nowak"},  {"赵敏", "Lucas Weber"},     {"孙丽华", "Isabella Rossi"}, {"钱多多", "Ethan Cole"},
    {"冯晓明", "Mia Sandberg"},   {"褚红", "James Okafor"},    {"卫兰", "Charlotte Dunn"},  {"蒋欣", "Henry Stone"},      {"沈佳宜", "Amelia Frost"},
    {"韩梅梅", "Alexander Boyd"}, {"杨柳", "Harper Quinn"},    {"朱珠", "Daniel Ortiz"},    {"秦岚", "Evelyn Park"},      {"许晴", "Jack Moreau"},
    {"何炅炅", "Abigail Tran"},   {"吕小布", "Owen Gallagher"},{"施诗", "Emily Kaur"},      {"曹颖", "Leo Virtanen"},     {"严宽", "Ella Novak"},
    {"金莎", "Wyatt Hughes"},     {"魏晨", "Scarlett Diaz"},   {"陶虹", "Julian Marsh"},    {"姜文静", "Grace Abbott"},   {"戚薇", "Caleb Young"},
    {"谢娜娜", "Chloe Jensen"},   {"邹凯", "Isaac Romero"},    {"喻言", "Lily Adeyemi"},    {"柏芝兰", "Nathan Cross"},   {"水灵", "Zoe Fischer"},
    {"窦靖", "Aaron Blake"},      {"章小蕙", "Nora Keller"},   {"云朵", "Simon Vance"},     {"苏苏", "Ruby Lawson"},      {"潘多拉", "Adam Petrov"},
}};

struct DemoPlace {
  Said region, city, line;
};
const std::array<DemoPlace, 5> kPlaces = {{
    {{"浙江", "California"}, {"杭州", "San Diego"}, {"浙江省杭州市西湖区文三路%d号", "%d Harbor Drive, San Diego, CA"}},
    {{"上海", "New York"}, {"上海", "New York"}, {"上海市徐汇区衡山路%d号", "%d West 4th Street, New York, NY"}},
    {{"广东", "Texas"}, {"深圳", "Austin"}, {"广东省深圳市南山区科苑路%d号", "%d Congress Avenue, Austin, TX"}},
    {{"四川", "Illinois"}, {"成都", "Chicago"}, {"四川省成都市锦江区春熙路%d号", "%d Lake Street, Chicago, IL"}},
    {{"浙江", "Washington"}, {"宁波", "Seattle"}, {"浙江省宁波市鄞州区中山路%d号", "%d Pine Street, Seattle, WA"}},
}};

const std::array<Said, 4> kSkins = {{{"油性皮肤", "oily skin"}, {"干性皮肤", "dry skin"}, {"敏感肌", "sensitive skin"}, {"混合肌", "mixed skin"}}};

std::string whole(int number) { return std::to_string(number); }

std::string day(const storage::Shop& shop, std::int64_t now_ms, int days_ago) {
  return iso_date(to_local(now_ms - days_ago * kDayMs, shop.time_zone).date);
}

// A few have their birthday in the coming weeks.
std::string birthday_of(const storage::Shop& shop, std::int64_t now_ms, int i) {
  if (i % 4 == 3) return "";
  const auto next = to_local(now_ms + (i % 8 == 0 ? i / 2 + 2 : 20 + i * 8) * kDayMs, shop.time_zone).date;
  const int year = 1980 + i % 22;
  return iso_date({year, next.month, std::min(next.day, days_in_month(year, next.month))});
}

std::string tags_of(const storage::Shop& shop, int i) {
  const bool zh = shop.language == "zh-CN";
  std::string tags = (zh ? "肤质/" : "skin/") + kSkins[static_cast<std::size_t>(i) % kSkins.size()].in(shop.language);
  if (i % 5 == 0) tags += ";VIP";
  if (i % 6 == 1) tags += zh ? ";宝妈" : ";mother";
  return tags;
}

std::string address_of(const storage::Shop& shop, const DemoPlace& place, int i) {
  char line[160];
  std::snprintf(line, sizeof line, place.line.in(shop.language).c_str(), 10 + i * 3);
  return line;
}

std::string phone_of(const storage::Shop& shop, int i) {
  char number[32];
  std::snprintf(number, sizeof number, shop.language == "zh-CN" ? "+86138001380%02d" : "+12025550%03d", shop.language == "zh-CN" ? i : 100 + i);
  return number;
}

int orders_of(int i) { return i % 9 == 8 ? 0 : 1 + i % 4; }

// The younger the order, the less far it is.
const char* state_of(int days_ago, int i, int k) {
  if (i % 13 == 5 && k == 0) return days_ago > 20 ? "refunded" : "cancelled";
  if (days_ago > 14) return "completed";
  if (days_ago > 7) return "delivered";
  if (days_ago > 3) return "shipped";
  if (days_ago > 1) return "paid";
  return i % 2 == 0 ? "placed" : "enquiry";
}

std::string order_lines(const storage::Shop& shop, std::int64_t now_ms, int i) {
  std::string lines;
  const auto& product = kProducts[static_cast<std::size_t>(i) % kProducts.size()];
  for (int k = 0; k < orders_of(i); ++k) {
    const int days_ago = (i * 7) % 31 + k * (product.usage_days + i % 5 - 2);  // they come back about when it is used up
    if (days_ago > 120) break;
    const int quantity = 1 + (i + k) % 2;
    lines += csv_line({demo_customer_key(i) + "-" + whole(k + 1), demo_customer_key(i), day(shop, now_ms, days_ago), product.name.in(shop.language),
                       whole(quantity), whole(product.price), whole(product.price * quantity), shop.currency, state_of(days_ago, i, k)});
  }
  return lines;
}

std::string customer_line(const storage::Shop& shop, std::int64_t now_ms, int i) {
  const bool zh = shop.language == "zh-CN";
  const auto& place = kPlaces[static_cast<std::size_t>(i) % kPlaces.size()];
  const int orders = orders_of(i);
  return csv_line({demo_customer_key(i), demo_customer_name(shop, i), phone_of(shop, i), birthday_of(shop, now_ms, i), tags_of(shop, i),
                   orders == 0 ? (zh ? "潜在" : "lead") : orders == 1 ? (zh ? "新客" : "new") : (zh ? "老客" : "regular"),
                   i % 5 == 0 ? "A" : i % 3 == 0 ? "B" : "C", place.region.in(shop.language), place.city.in(shop.language),
                   address_of(shop, place, i), i % 7 == 2 ? (zh ? "喜欢先试用装" : "likes a sample first") : ""});
}

}  // namespace

DemoFiles demo_files(const storage::Shop& shop, std::int64_t now_ms) {
  DemoFiles files;
  files.products = csv_line({"name", "sku", "family", "price", "currency", "usage_days", "care", "care_after_days"});
  for (const auto& product : kProducts)
    files.products += csv_line({product.name.in(shop.language), product.sku, product.family.in(shop.language), whole(product.price), shop.currency,
                                whole(product.usage_days), product.care.in(shop.language), product.care.zh.empty() ? "" : "3"});
  files.customers = csv_line({"external_id", "name", "phone", "birthday", "tags", "stage", "grade", "region", "city", "address", "note"});
  files.orders = csv_line({"external_id", "customer_id", "date", "product", "quantity", "unit_price", "amount", "currency", "state"});
  for (int i = 0; i < kCustomers; ++i) {
    files.customers += customer_line(shop, now_ms, i);
    files.orders += order_lines(shop, now_ms, i);
  }
  return files;
}

std::vector<DemoSegment> demo_segments(const storage::Shop& shop) {
  if (shop.language == "zh-CN")
    return {{"油皮老客", "标签:油性皮肤 订单数>=2"}, {"沉睡客户", "末单>45d"}, {"杭州VIP", "城市:杭州 标签:VIP"}};
  return {{"oily-regulars", "tag:\"oily skin\" orders>=2"}, {"sleeping", "last_order>45d"}, {"VIP-San-Diego", "city:\"San Diego\" tag:VIP"}};
}

int demo_customers() { return kCustomers; }
std::string demo_customer_key(int index) { return kDemoMark + whole(index + 1); }
std::string demo_customer_name(const storage::Shop& shop, int index) { return kNames[static_cast<std::size_t>(index)].in(shop.language); }

}  // namespace laoke::commands
