#include "handlers/attributes.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "handlers/calendar.h"
#include "handlers/happened.h"
#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

constexpr std::size_t kMostDigits = 15;  // a double holds every integer of so many digits

std::optional<double> number_in(const std::string& text) {
  const bool zero_led = text.size() > 1 && text[0] == '0' && text[1] != '.';  // codes such as 007
  if (text.empty() || zero_led || text.size() > kMostDigits ||
      text.find_first_not_of("-.0123456789") != std::string::npos)
    return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<LocalDate> date_in(std::string text) {
  for (const std::string_view mark : {"年", "月", "/", "."})
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.replace(at, mark.size(), "-");
  if (text.ends_with("日")) text.resize(text.size() - std::string_view("日").size());
  int parts[3] = {0, 0, 0};
  const char* at = text.data();
  const char* end = text.data() + text.size();
  for (int i = 0; i < 3; ++i) {
    const auto read = std::from_chars(at, end, parts[i]);
    if (read.ec != std::errc() || (i < 2 && (read.ptr == end || *read.ptr != '-'))) return std::nullopt;
    at = i < 2 ? read.ptr + 1 : read.ptr;
  }
  if (at != end || parts[0] < 1000 || !valid_date(parts[0], parts[1], parts[2])) return std::nullopt;
  return LocalDate{parts[0], parts[1], parts[2]};
}

std::optional<bool> yes_or_no(const std::string& text) {
  for (const std::string_view yes : {"是", "yes", "true"})
    if (text == yes) return true;
  for (const std::string_view no : {"否", "no", "false"})
    if (text == no) return false;
  return std::nullopt;
}

}  // namespace

OrSaid<storage::Attribute> attribute_from(std::string_view name, std::string_view typed) {
  storage::Attribute attribute;
  attribute.name = fold(name.substr(0, 1000));
  if (attribute.name.empty()) return said({"attribute.no_name"});
  if (length_code_points(attribute.name) > kMaxAttributeNameCodePoints)
    return said({"attribute.name_too_long", {{"name", shorten(name, 30)}, {"allowed", kMaxAttributeNameCodePoints}}});
  attribute.kind = "text";
  attribute.text_value = repair_utf8(trim(typed));
  if (length_code_points(attribute.text_value) > kMaxAttributeValueCodePoints)
    return said({"attribute.value_too_long", {{"name", attribute.name}, {"allowed", kMaxAttributeValueCodePoints}}});
  const std::string plain = fold(attribute.text_value);
  if (const auto number = number_in(plain)) {
    attribute.kind = "number";
    attribute.text_value = plain;
    attribute.number_value = *number;
  } else if (const auto date = date_in(plain)) {
    attribute.kind = "date";
    attribute.text_value = iso_date(*date);
    attribute.number_value = static_cast<double>(days_between({1970, 1, 1}, *date)) * static_cast<double>(kDayMs);
  } else if (const auto yes = yes_or_no(plain)) {
    attribute.kind = "yesno";
    attribute.text_value = *yes ? "1" : "0";
    attribute.number_value = *yes ? 1 : 0;
  }
  return attribute;
}

std::string shown_attribute(const storage::Attribute& attribute, std::string_view language) {
  if (attribute.kind != "yesno") return attribute.text_value;
  return say(language, attribute.text_value == "1" ? "attribute.yes" : "attribute.no");
}

bool set_customer_attribute(const Context& context, std::int64_t customer_id, std::string_view name,
                            std::string_view typed) {
  const auto attribute = attribute_from(name, typed);
  if (!attribute) throw Refusal("attribute", attribute.error().zh, attribute.error().en);
  const bool changed =
      attribute->text_value.empty()
          ? storage::remove_attribute(context.tx, context.shop_id(), customer_id, attribute->name)
          : storage::set_attribute(context.tx, context.shop_id(), customer_id, *attribute, context.now_ms);
  if (changed)
    happened(context, {"customer.updated",
                       customer_id,
                       {{"field", "attr." + attribute->name}, {"value", attribute->text_value}},
                       "",
                       0});
  return changed;
}

}  // namespace laoke
