#pragma once
#include <span>
#include <string>
#include <string_view>

namespace laoke {

struct Region {
  std::string region, city;  // "浙江", "杭州"; "" unknown
  bool operator==(const Region&) const = default;
};

// Province and city of a Chinese address line ("浙江省杭州市西湖区…", "杭州西湖区…", "广西壮族自治区南宁…"), short
// names without 省 or 市. A city alone tells its province. Nothing is guessed from the middle of a street: what does
// not stand at the front must carry its 省 or 市.
Region region_of_address(std::string_view line);

struct Province {
  std::string_view name;    // "浙江"
  std::string_view cities;  // its cities, prefectures and leagues, by blanks; "" where the province is the city
};
std::span<const Province> provinces();

}  // namespace laoke
