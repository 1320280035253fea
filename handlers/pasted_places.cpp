#include <algorithm>
#include <array>

#include "handlers/pasted_text.h"

namespace laoke::pasted {
namespace {

// Provinces as people write them, without 省, 自治区, 特别行政区; cities that are provinces apart.
constexpr View kProvinces[] = {U"黑龙江", U"内蒙古", U"河北", U"山西", U"辽宁", U"吉林", U"江苏", U"浙江", U"安徽", U"福建", U"江西",
                               U"山东",   U"河南",   U"湖北", U"湖南", U"广东", U"海南", U"四川", U"贵州", U"云南", U"陕西", U"甘肃",
                               U"青海",   U"台湾",   U"广西", U"西藏", U"宁夏", U"新疆"};
constexpr View kProvinceEnds[] = {U"维吾尔自治区", U"壮族自治区", U"回族自治区", U"自治区", U"省"};
constexpr View kCityProvinces[] = {U"北京", U"上海", U"天津", U"重庆", U"香港", U"澳门"};
constexpr View kCityEnds[] = {U"自治州", U"地区", U"市", U"盟"};
constexpr std::size_t kLongestCity = 12;  // code points before its end word: 黔西南布依族苗族

// A mark counts once; what only an address has counts double.
struct Mark {
  View text;
  int weight;
};
constexpr Mark kMarks[] = {{U"自治区", 2}, {U"省", 1},   {U"市", 1},   {U"区", 1},   {U"县", 1},   {U"镇", 1},   {U"乡", 1},   {U"村", 1},
                           {U"街道", 2},   {U"大道", 2}, {U"路", 1},   {U"街", 1},   {U"巷", 1},   {U"弄", 1},   {U"胡同", 2}, {U"号", 1},
                           {U"栋", 1},     {U"幢", 1},   {U"单元", 2}, {U"室", 1},   {U"楼", 1},   {U"座", 1},   {U"小区", 1}, {U"花园", 1},
                           {U"大厦", 2},   {U"广场", 1}, {U"公寓", 2}, {U"新村", 1}, {U"苑", 1},   {U"社区", 1}, {U"学校", 1}, {U"大学", 1},
                           {U"医院", 1},   {U"公司", 1}, {U"驿站", 2}, {U"菜鸟", 1}, {U"丰巢", 1}, {U"园区", 2}, {U"工业园", 2}, {U"商场", 1},
                           {U"府", 1},     {U"组", 1},   {U"门卫", 1}, {U"代收点", 1}};
constexpr View kNumbered[] = {U"号", U"栋", U"幢", U"室", U"楼", U"单元", U"弄", U"层", U"座", U"区", U"期", U"组", U"村", U"路", U"街", U"巷", U"门", U"队", U"#"};

constexpr View kStreets[] = {U"st",     U"street", U"ave",   U"avenue", U"rd",   U"road",  U"blvd", U"boulevard", U"dr",    U"drive", U"ln",
                             U"lane",   U"way",    U"ct",    U"court",  U"pl",   U"place", U"hwy",  U"highway",   U"pkwy",  U"circle", U"cir",
                             U"terrace", U"square", U"sq",   U"close",  U"crescent", U"trail", U"loop", U"row", U"gardens"};
constexpr View kRooms[] = {U"apt", U"apartment", U"suite", U"ste", U"unit", U"floor", U"fl", U"room", U"rm", U"bldg", U"building", U"flat"};
constexpr View kDirections[] = {U"n", U"s", U"e", U"w", U"ne", U"nw", U"se", U"sw"};
constexpr View kCountries[] = {U"united states of america", U"united states", U"usa", U"u.s.a.", U"united kingdom", U"uk", U"england", U"canada",
                               U"australia", U"singapore", U"malaysia", U"new zealand", U"germany", U"france", U"spain", U"italy", U"japan", U"china",
                               U"hong kong", U"中国", U"美国", U"英国", U"加拿大", U"澳大利亚", U"新加坡", U"日本"};

constexpr View kSurnameCharacters =
    U"王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方"
    U"白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘"
    U"祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景"
    U"党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕";
constexpr View kDoubleSurnames[] = {U"欧阳", U"司马", U"上官", U"诸葛", U"皇甫", U"尉迟", U"令狐", U"慕容", U"司徒", U"东方", U"夏侯"};
constexpr View kTitles[] = {U"先生", U"女士", U"小姐", U"老师", U"太太", U"阿姨", U"经理", U"老板", U"医生", U"同学", U"总", U"姐", U"哥"};

bool is_upper(char32_t c) { return c >= U'A' && c <= U'Z'; }

std::vector<Text> latin_words(View piece) {
  std::vector<Text> words;
  Text word;
  for (const char32_t c : piece) {
    if (c == U' ' || c == U',' || c == U'\n') {
      if (!word.empty()) words.push_back(std::exchange(word, {}));
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

bool is_one_of(View word, std::span<const View> list) {
  if (!word.empty() && word.back() == U'.') word.remove_suffix(1);
  return std::any_of(list.begin(), list.end(), [&](View known) {
    return known.size() == word.size() && std::equal(known.begin(), known.end(), word.begin(), [](char32_t a, char32_t b) { return a == lower_latin(b); });
  });
}

// "IL 62704", "Springfield, IL 62704-1234"
bool is_state_and_zip(const std::vector<Text>& words, std::size_t at) {
  if (at + 1 >= words.size() || words[at].size() != 2 || !is_upper(words[at][0]) || !is_upper(words[at][1])) return false;
  const View zip = words[at + 1];
  return all_digits(zip.substr(0, 5)) && (zip.size() == 5 || (zip.size() == 10 && zip[5] == U'-' && all_digits(zip.substr(6))));
}

// "SW1A 1AA", "M5V 2T6": letters and digits mixed, in two groups.
bool is_outward_and_inward(const std::vector<Text>& words, std::size_t at) {
  if (at + 1 >= words.size() || words[at].size() < 2 || words[at].size() > 4 || words[at + 1].size() != 3) return false;
  const View out = words[at], in = words[at + 1];
  const bool mixed = is_upper(out[0]) && std::any_of(out.begin(), out.end(), is_digit);
  return mixed && std::all_of(out.begin(), out.end(), [](char32_t c) { return is_upper(c) || is_digit(c); }) && is_digit(in[0]) &&
         std::all_of(in.begin(), in.end(), [](char32_t c) { return is_upper(c) || is_digit(c); });
}

// "555", "12B"; "2x" is a count.
bool is_house_number(View word) {
  if (word.empty() || word.size() > 6 || !is_digit(word[0])) return false;
  return all_digits(word) || (is_digit(word[word.size() - 2]) && is_latin(word.back()) && lower_latin(word.back()) != U'x');
}

bool is_po_box(const std::vector<Text>& words, std::size_t at) {
  return at + 2 < words.size() && is_one_of(words[at], std::array{View(U"po"), View(U"p.o")}) &&
         is_one_of(words[at + 1], std::array{View(U"box")});
}

// "555 Elm Street": where the house number stands in front of the first kind of street, or "PO" of "PO Box 12"; npos.
std::size_t house_at(const std::vector<Text>& words) {
  constexpr std::size_t kLongestStreet = 5;
  for (std::size_t street = 0; street < words.size(); ++street) {
    if (is_po_box(words, street)) return street;
    if (street < 2 || !is_one_of(words[street], kStreets)) continue;
    for (std::size_t back = 2; back <= std::min(street, kLongestStreet); ++back)
      if (is_house_number(words[street - back])) return street - back;
  }
  return std::u32string::npos;
}

// Behind the house number: the word after the street, its direction and the room.
std::size_t street_end(const std::vector<Text>& words, std::size_t house) {
  if (is_po_box(words, house)) return house + 3;
  std::size_t end = house + 2;
  while (end < words.size() && !is_one_of(words[end], kStreets)) ++end;
  if (end >= words.size()) return 0;
  ++end;
  if (end < words.size() && is_one_of(words[end], kDirections)) ++end;
  while (end + 1 < words.size() && (is_one_of(words[end], kRooms) || words[end][0] == U'#')) end += words[end][0] == U'#' ? 1 : 2;
  return end;
}

Text joined_words(const std::vector<Text>& words, std::size_t from, std::size_t to) {
  Text text;
  for (std::size_t i = from; i < to; ++i) text += (i > from ? U" " : U"") + words[i];
  return text;
}

// Behind the last word of an address: its postcode and the country after it; 0 when it has no postcode.
std::size_t postcode_end(const std::vector<Text>& words, std::size_t from) {
  for (std::size_t at = from; at + 1 < words.size(); ++at) {
    if (!is_state_and_zip(words, at) && !is_outward_and_inward(words, at)) continue;
    for (std::size_t length = 4; length > 0; --length)
      if (at + 2 + length <= words.size() && is_one_of(joined_words(words, at + 2, at + 2 + length), kCountries)) return at + 2 + length;
    return at + 2;
  }
  return 0;
}

// The same without the country.
std::size_t zip_end(const std::vector<Text>& words) {
  for (std::size_t at = 0; at + 1 < words.size(); ++at)
    if (is_state_and_zip(words, at) || is_outward_and_inward(words, at)) return at + 2;
  return words.size();
}

int latin_score(View piece) {
  const auto words = latin_words(piece);
  if (words.empty()) return 0;
  if (is_one_of(trimmed(piece), kCountries)) return 2;
  int score = 0;
  const bool numbered = is_digit(words[0][0]) && words[0].size() <= 6;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_state_and_zip(words, i) || is_outward_and_inward(words, i)) score += 3;
    if (i > 0 && is_one_of(words[i], kStreets)) score += numbered ? 3 : 1;
    const bool number_follows = i + 1 < words.size() && is_digit(words[i + 1][words[i + 1].size() > 1 && words[i + 1][0] == U'#' ? 1 : 0]);
    if (is_one_of(words[i], kRooms) && (number_follows || numbered)) score += 2;
    if (words[i].size() > 1 && words[i][0] == U'#' && is_digit(words[i][1])) score += 1;
  }
  const bool box = words.size() >= 3 && is_one_of(words[0], std::array{View(U"po"), View(U"p.o")}) && is_one_of(words[1], std::array{View(U"box")});
  return score + (box ? 3 : 0);
}

int han_score(View piece) {
  int score = 0;
  for (const auto province : kProvinces)
    if (piece.starts_with(province)) score += 2;
  for (const auto city : kCityProvinces)
    if (piece.starts_with(city)) score += 2;
  for (const auto& mark : kMarks)
    if (const auto at = piece.find(mark.text); at != View::npos && at > 0) score += mark.weight;
  for (const auto mark : kNumbered) {
    const auto at = piece.find(mark);
    const bool number_in_front = at != View::npos && at > 0 && (is_digit(piece[at - 1]) || chinese_number(piece.substr(at - 1, 1)) > 0 ||
                                                                (is_latin(piece[at - 1]) && at == 1));
    if (number_in_front) score += 2;
  }
  return score;
}

bool all_name_characters(View piece) {
  return std::all_of(piece.begin(), piece.end(), [](char32_t c) { return is_han(c) || c == U'·'; });
}

View without_title(View piece) {
  for (const auto title : kTitles)
    if (piece.size() > title.size() && piece.ends_with(title)) return piece.substr(0, piece.size() - title.size());
  return piece;
}

bool latin_name(View piece) {
  const auto words = latin_words(piece);
  if (words.empty() || words.size() > 4 || piece.size() > 60) return false;
  const bool letters = std::all_of(piece.begin(), piece.end(), [](char32_t c) { return is_latin(c) || c == U' ' || c == U'.' || c == U'\'' || c == U'-' || c == U'’'; });
  return letters && std::all_of(words.begin(), words.end(), [](const Text& word) { return !is_one_of(word, kStreets) || word.size() <= 2; });
}

// Length of the first of `ends` that closes a place name of at most `longest` characters; 0 none.
std::size_t place_length(View text, std::span<const View> ends, std::size_t longest) {
  std::size_t best = 0;
  for (const auto end : ends) {
    const auto at = text.find(end);
    if (at == View::npos || at < 2 || at > longest) continue;
    if (best == 0 || at + end.size() < best) best = at + end.size();
  }
  return best;
}

View take(View& rest, std::size_t length) {
  const View taken = trimmed(rest.substr(0, length));
  rest = trimmed(rest.substr(length));
  while (!rest.empty() && (rest[0] == U',' || rest[0] == U'-')) rest = trimmed(rest.substr(1));
  return taken;
}

void split_han(View rest, PastedOrder& pasted) {
  for (const View country : {View(U"中国"), View(U"中华人民共和国")})
    if (rest.starts_with(country)) pasted.country = utf8_of(take(rest, country.size()));
  for (const auto province : kProvinces) {
    if (!rest.starts_with(province)) continue;
    std::size_t length = province.size();
    for (const auto end : kProvinceEnds)
      if (rest.substr(length).starts_with(end)) {
        length += end.size();
        break;
      }
    pasted.region = utf8_of(take(rest, length));
    break;
  }
  for (const auto city : kCityProvinces) {
    if (!pasted.region.empty() || !rest.starts_with(city)) continue;
    const bool named_city = rest.substr(city.size()).starts_with(U"市");
    pasted.region = utf8_of(take(rest, city.size() + (named_city ? 1 : 0)));
    pasted.city = pasted.region;
    if (rest.starts_with(city) && rest.substr(city.size()).starts_with(U"市")) take(rest, city.size() + 1);
    if (rest.starts_with(U"市辖区")) take(rest, 3);
  }
  if (pasted.city.empty())
    if (const auto length = place_length(rest, kCityEnds, kLongestCity); length > 0) pasted.city = utf8_of(take(rest, length));
  pasted.line = utf8_of(rest);
}

// "123 Main St, Springfield, IL 62704, USA"
void split_latin(View address, PastedOrder& pasted) {
  std::vector<Text> parts;
  Text part;
  for (const char32_t c : Text(address) + U",") {
    if (c != U',') {
      part += c;
      continue;
    }
    if (!trimmed(part).empty()) parts.emplace_back(trimmed(part));
    part.clear();
  }
  if (parts.size() > 1 && is_one_of(parts.back(), kCountries)) {
    pasted.country = utf8_of(parts.back());
    parts.pop_back();
  } else if (!parts.empty()) {
    const auto words = latin_words(parts.back());
    const auto zip = zip_end(words);
    if (zip < words.size() && postcode_end(words, 0) == words.size()) {
      pasted.country = utf8_of(joined_words(words, zip, words.size()));
      parts.back() = joined_words(words, 0, zip);
    }
  }
  if (!parts.empty()) {
    const auto words = latin_words(parts.back());
    const std::size_t at = words.size() >= 2 ? words.size() - 2 : 0;
    if (is_state_and_zip(words, at)) {
      pasted.region = utf8_of(words[at]);
      pasted.postcode = utf8_of(words[at + 1]);
      parts.pop_back();
      // "555 Elm Street Austin TX 78701": without a comma the city begins where the street ends.
      const auto house = house_at(words);
      const std::size_t street = house < at ? std::min(street_end(words, house), at) : 0;
      if (street > 0) parts.push_back(joined_words(words, 0, street));
      Text city = joined_words(words, street, at);
      if (city.empty() && street == 0 && parts.size() > 1) {
        city = parts.back();
        parts.pop_back();
      }
      pasted.city = utf8_of(city);
    } else if (is_outward_and_inward(words, at)) {
      pasted.postcode = utf8_of(words[at]) + " " + utf8_of(words[at + 1]);
      Text left;
      for (std::size_t i = 0; i < at; ++i) left += (i > 0 ? U" " : U"") + words[i];
      parts.pop_back();
      if (!left.empty()) parts.push_back(left);
      if (parts.size() > 1) {
        pasted.city = utf8_of(parts.back());
        parts.pop_back();
      }
    }
  }
  for (const auto& each : parts) pasted.line += (pasted.line.empty() ? "" : ", ") + utf8_of(each);
}

}  // namespace

int address_score(View piece) {
  piece = trimmed(piece);
  return has_han(piece) ? han_score(piece) : latin_score(piece);
}

std::vector<Text> around_address(View piece) {
  const auto words = latin_words(piece);
  const auto house = house_at(words);
  const bool housed = house != std::u32string::npos;
  const auto end = postcode_end(words, housed ? house : 0);
  if (!housed && end == 0) return {Text(piece)};
  std::vector<Text> pieces;
  const std::size_t begin = housed ? house : 0, behind = end > 0 ? end : words.size();
  for (const auto& [from, to] : {std::pair(std::size_t{0}, begin), std::pair(begin, behind), std::pair(behind, words.size())})
    if (from < to) pieces.push_back(joined_words(words, from, to));
  return pieces;
}

bool has_surname(View piece) {
  const View name = without_title(piece);
  if (name.size() != piece.size()) return true;
  if (name.size() >= 2 && (name[0] == U'小' || name[0] == U'阿' || name[0] == U'老') && name.size() <= 3) return true;
  if (name.find(U'·') != View::npos) return true;
  for (const auto surname : kDoubleSurnames)
    if (name.starts_with(surname) && name.size() <= 4) return true;
  return name.size() >= 2 && name.size() <= 3 && kSurnameCharacters.find(name[0]) != View::npos;
}

bool looks_like_name(View piece) {
  piece = trimmed(piece);
  if (piece.empty()) return false;
  if (!has_han(piece)) return latin_name(piece);
  const View name = without_title(piece);
  const std::size_t most = name.find(U'·') != View::npos ? 15 : 4;
  return name.size() >= 1 && piece.size() >= 2 && name.size() <= most && all_name_characters(piece);
}

std::size_t name_at_end(View address) {
  constexpr View kLast = U"号室楼栋幢单元店处内层座户站街路村口旁组院";
  for (const std::size_t length : {3u, 2u, 4u}) {
    if (address.size() < length + 6) continue;
    const View name = address.substr(address.size() - length);
    const char32_t before = address[address.size() - length - 1];
    const bool after_end = kLast.find(before) != View::npos || is_digit(before);
    if (after_end && all_name_characters(name) && has_surname(name) && han_score(name) == 0) return length;
  }
  return 0;
}

void split_place(View address, PastedOrder& pasted) {
  address = trimmed(address);
  if (has_han(address))
    split_han(address, pasted);
  else
    split_latin(address, pasted);
}

}  // namespace laoke::pasted
