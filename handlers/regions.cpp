#include "handlers/regions.h"

#include <algorithm>
#include <functional>

#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

constexpr std::string_view kProvinceEnds[] = {"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区",
                                              "自治区",       "省",         "市"};
constexpr std::string_view kCityEnds[] = {"自治州", "地区", "市", "盟", "州"};
constexpr std::size_t kLongestLineBytes = 2000;

void drop_front(std::string_view& text, std::size_t bytes) {
  text = trim(text.substr(bytes));
}

bool drop_any(std::string_view& text, std::span<const std::string_view> ends) {
  for (const auto end : ends)
    if (text.starts_with(end)) {
      drop_front(text, end.size());
      return true;
    }
  return false;
}

// Calls `each` for every city of the province until it answers true.
bool any_city(const Province& province, const std::function<bool(std::string_view)>& each) {
  std::string_view rest = province.cities;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (each(rest.substr(0, end))) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool is_city_itself(const Province& province) {
  return province.cities.empty();
}

std::string city_at_front(const Province& province, std::string_view text) {
  std::string city;
  any_city(province, [&](std::string_view name) {
    if (text.starts_with(name)) city = name;
    return !city.empty();
  });
  return city;
}

// "朝阳" is a city of Liaoning and a district of Beijing; a city at the front that reads as a district or county is
// none.
bool reads_as_district(std::string_view text, std::string_view name) {
  const auto rest = text.substr(name.size());
  return rest.starts_with("区") || rest.starts_with("县") || rest.starts_with("路") || rest.starts_with("街");
}

// "吉林市" is a city of the province of the same name, 海南州 lies in Qinghai: the suffix decides.
Region at_front(std::string_view line) {
  for (const auto& province : provinces()) {
    if (!line.starts_with(province.name)) continue;
    std::string_view rest = line.substr(province.name.size());
    const std::string name(province.name);
    if (rest.starts_with("路") || rest.starts_with("街") || rest.starts_with("州")) continue;
    if (is_city_itself(province)) return {name, name};
    if (rest.starts_with("市")) {
      const auto city = city_at_front(province, line);
      if (!city.empty()) return {name, city};
    }
    drop_any(rest, kProvinceEnds);
    rest = trim(rest);
    return {name, city_at_front(province, rest)};
  }
  for (const auto& province : provinces()) {
    const auto city = city_at_front(province, line);
    if (!city.empty() && !reads_as_district(line, city)) return {std::string(province.name), city};
  }
  return {};
}

Region anywhere(std::string_view line) {
  for (const auto& province : provinces()) {
    const std::string name(province.name);
    for (const std::string_view end : {"省", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区"})
      if (const auto at = line.find(name + std::string(end)); at != std::string_view::npos)
        return at_front(line.substr(at));
    if (is_city_itself(province) && line.find(name + "市") != std::string_view::npos) return {name, name};
    Region found;
    const bool there = any_city(province, [&](std::string_view city) {
      const auto is = [&](std::string_view end) {
        return line.find(std::string(city) + std::string(end)) != std::string_view::npos;
      };
      if (std::any_of(std::begin(kCityEnds), std::end(kCityEnds), is)) found = {name, std::string(city)};
      return !found.city.empty();
    });
    if (there) return found;
  }
  return {};
}

// 桃園 where the address says 桃園, so that whoever types it that way finds it.
std::string in_typed(const std::string& name, std::string_view plain, std::string_view typed) {
  const auto at = plain.find(name);
  return at == std::string_view::npos ? name : std::string(typed.substr(at, name.size()));
}

}  // namespace

Region region_of_address(std::string_view line) {
  const std::string_view typed = trim(line.substr(0, kLongestLineBytes));
  const std::string plain = simplified(typed);
  std::string_view text = plain;
  for (const std::string_view country : {"中华人民共和国", "中国"})
    if (text.starts_with(country)) drop_front(text, country.size());
  Region found = at_front(text);
  if (found.region.empty()) found = anywhere(text);
  return {in_typed(found.region, plain, typed), in_typed(found.city, plain, typed)};
}

}  // namespace laoke
