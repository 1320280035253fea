#include "handlers/customer_fields.h"

#include <algorithm>

#include "handlers/birthdays.h"
#include "handlers/names.h"
#include "handlers/segment/fields.h"
#include "handlers/stages.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/wording.h"
#include "storage/orders.h"

namespace laoke {
namespace {

using Check = std::string (*)(const Context&, std::string_view);

Refusal refused(std::string code, const Said& said) {
  return Refusal(std::move(code), said.zh, said.en);
}

std::string short_text(const Context&, std::string_view typed) {
  std::string text = repair_utf8(trim(typed));
  if (length_code_points(text) > kMaxShortFieldCodePoints)
    throw refusal({"customer.field_too_long", {{"allowed", kMaxShortFieldCodePoints}}});
  return text;
}

std::string name(const Context&, std::string_view typed) {
  if (length_code_points(trim(typed)) > kMaxNameCodePoints)
    throw refusal({"customer.name_too_long", {{"allowed", kMaxNameCodePoints}}});
  std::string text = cut_to_code_points(trim(typed), kMaxNameCodePoints);
  if (folded(text).empty()) throw refusal({"customer.name_empty"});
  return text;
}

std::string email(const Context& context, std::string_view typed) {
  std::string text = short_text(context, typed);
  if (text.empty()) return text;
  const auto at = text.find('@');
  const bool one_at = at != std::string::npos && at > 0 && text.find('@', at + 1) == std::string::npos;
  const auto dot = text.rfind('.');
  const bool domain = one_at && dot != std::string::npos && dot > at + 1 && dot + 1 < text.size();
  if (!domain || text.find_first_of(" \t\r\n<>,;\"") != std::string::npos)
    throw refusal({"customer.email", {{"typed", shorten(text, 40)}}});
  return text;
}

std::string language(const Context&, std::string_view typed) {
  const std::string text = word_key(typed.substr(0, 40));
  if (text.empty()) return "";
  for (const std::string_view zh : {"zh", "zh-cn", "zh-hans", "zh_cn", "中文", "汉语", "简体中文", "chinese"})
    if (text == zh) return "zh-CN";
  for (const std::string_view en : {"en", "en-us", "en-gb", "en_us", "英文", "英语", "english"})
    if (text == en) return "en";
  throw refusal({"customer.language", {{"typed", shorten(text, 30)}}});
}

std::string time_zone(const Context& context, std::string_view typed) {
  std::string text = short_text(context, typed);
  if (text.empty() || valid_time_zone(text)) return text;
  const std::string near = nearest_time_zone(text);
  if (near.empty()) throw refusal({"customer.time_zone", {{"typed", shorten(text, 40)}}});
  throw refusal({"customer.time_zone_near", {{"typed", shorten(text, 40)}, {"near", near}}});
}

// Our own stages are kept in our spelling, as segments look for them; a shop's own as it is.
std::string own_stage(const Context& context, std::string_view typed) {
  std::string text = short_text(context, typed);
  const auto* word = find_segment_word(segment_stages(), text);
  return word == nullptr || fold(text) == word->code ? text : std::string(word->zh);
}

std::string birthday(const Context& context, std::string_view typed) {
  if (trim(typed).empty()) return "";
  const auto read = birthday_from(typed, to_local(context.now_ms, context.shop.time_zone).date);
  if (!read) throw refused("birthday", read.error());
  return *read;
}

// A field, its names, how it is checked, and where it is kept (facts: beside the customer, not in it).
struct Field {
  CustomerField field;
  std::vector<std::string_view> names;  // the first is its id
  Check check;
  std::string storage::Customer::*kept = nullptr;
};
const std::vector<Field>& fields() {
  static const std::vector<Field> all = {
      {CustomerField::kName, {"name", "姓名", "名字", "名称", "备注名"}, name, &storage::Customer::name},
      {CustomerField::kEmail, {"email", "邮箱", "邮件", "电子邮箱", "e-mail"}, email, &storage::Customer::email},
      {CustomerField::kLanguage, {"language", "语言"}, language, &storage::Customer::language},
      {CustomerField::kTimeZone,
       {"time_zone", "时区", "timezone", "time zone"},
       time_zone,
       &storage::Customer::time_zone},
      {CustomerField::kBirthday, {"birthday", "生日", "出生日期"}, birthday, &storage::Customer::birthday},
      {CustomerField::kSource, {"source", "来源", "渠道"}, short_text, &storage::Customer::source},
      {CustomerField::kExternalId, {"external_id", "编号", "客户编号"}, short_text, &storage::Customer::external_id},
      {CustomerField::kStage, {"stage", "阶段"}, own_stage},
      {CustomerField::kGrade, {"grade", "等级", "级别"}, short_text},
  };
  return all;
}

const Field& field_of(CustomerField field) {
  return fields()[static_cast<std::size_t>(field)];
}

// An emptied stage is again what the orders say.
bool store_stage(const Context& context, const storage::CustomerFacts& facts, std::string value) {
  if (value.empty())
    value = stage_of_orders(storage::paid_orders_of(context.tx, context.shop_id(), facts.customer_id), context.shop.language);
  if (facts.stage == value) return false;
  storage::set_stage(context.tx, context.shop_id(), facts.customer_id, value);
  return true;
}

bool store_fact(const Context& context, std::int64_t customer_id, CustomerField field, const std::string& value) {
  const auto facts = storage::get_facts(context.tx, context.shop_id(), customer_id);
  if (!facts) return false;
  if (field == CustomerField::kStage) return store_stage(context, *facts, value);
  if (facts->grade == value) return false;
  storage::set_grade(context.tx, context.shop_id(), customer_id, value);
  return true;
}

}  // namespace

std::optional<CustomerField> customer_field_called(std::string_view typed) {
  const std::string wanted = word_key(typed.substr(0, 100));
  for (const auto& field : fields())
    if (std::find(field.names.begin(), field.names.end(), wanted) != field.names.end()) return field.field;
  return std::nullopt;
}

std::string_view id_of(CustomerField field) {
  return field_of(field).names.front();
}

std::string checked_value(const Context& context, CustomerField field, std::string_view typed) {
  return field_of(field).check(context, typed);
}

bool store_field(const Context& context, storage::Customer& customer, CustomerField field, const std::string& value) {
  const auto kept = field_of(field).kept;
  if (kept == nullptr) return store_fact(context, customer.customer_id, field, value);
  if (customer.*kept == value) return false;
  customer.*kept = value;
  if (field == CustomerField::kName) customer.search_key = search_key_of(value);
  customer.updated_at_ms = context.now_ms;
  storage::update_customer(context.tx, context.shop_id(), customer);
  return true;
}

}  // namespace laoke
