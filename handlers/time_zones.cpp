#include <date/tz.h>

#include <algorithm>
#include <cctype>

#include "handlers/calendar.h"
#include "handlers/traditional.h"

// What people type where a time zone is asked for.
namespace laoke {
namespace {

struct City {
  std::string_view typed, zone;
};
// Cities sellers name that have no zone of their own name, and the Chinese names of those that have.
constexpr City kCities[] = {
    {"北京", "Asia/Shanghai"},      {"上海", "Asia/Shanghai"},        {"中国", "Asia/Shanghai"},
    {"beijing", "Asia/Shanghai"},   {"china", "Asia/Shanghai"},       {"广州", "Asia/Shanghai"},
    {"深圳", "Asia/Shanghai"},      {"乌鲁木齐", "Asia/Urumqi"},      {"香港", "Asia/Hong_Kong"},
    {"澳门", "Asia/Macau"},         {"台北", "Asia/Taipei"},          {"台湾", "Asia/Taipei"},
    {"东京", "Asia/Tokyo"},         {"日本", "Asia/Tokyo"},           {"首尔", "Asia/Seoul"},
    {"韩国", "Asia/Seoul"},         {"新加坡", "Asia/Singapore"},     {"吉隆坡", "Asia/Kuala_Lumpur"},
    {"曼谷", "Asia/Bangkok"},       {"雅加达", "Asia/Jakarta"},       {"马尼拉", "Asia/Manila"},
    {"胡志明市", "Asia/Ho_Chi_Minh"}, {"迪拜", "Asia/Dubai"},         {"莫斯科", "Europe/Moscow"},
    {"伦敦", "Europe/London"},      {"巴黎", "Europe/Paris"},         {"柏林", "Europe/Berlin"},
    {"纽约", "America/New_York"},   {"洛杉矶", "America/Los_Angeles"}, {"旧金山", "America/Los_Angeles"},
    {"san francisco", "America/Los_Angeles"}, {"温哥华", "America/Vancouver"}, {"多伦多", "America/Toronto"},
    {"悉尼", "Australia/Sydney"},   {"墨尔本", "Australia/Melbourne"}, {"奥克兰", "Pacific/Auckland"},
};

std::string folded_zone(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '_' || c == '-' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t swap = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, swap});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_time_zone(std::string_view typed) {
  if (typed.empty() || typed.size() > 64) return "";
  const std::string wanted = simplified(folded_zone(typed));
  for (const City& city : kCities)
    if (city.typed == wanted) return std::string(city.zone);
  std::string best;
  std::size_t best_edits = 1 + wanted.size() / 4;  // a quarter of the letters may be wrong, at least one
  for (const auto& zone : date::get_tzdb().zones) {
    const std::string name = folded_zone(zone.name());
    const std::string_view city = std::string_view(name).substr(name.rfind('/') + 1);
    const std::size_t distance = std::min(edits(wanted, name), edits(wanted, city));
    if (distance < best_edits || (distance == best_edits && best.empty())) {
      best = zone.name();
      best_edits = distance;
    }
  }
  return best;
}

}  // namespace laoke
