#include "handlers/imports/customers.h"

#include <algorithm>
#include <charconv>

#include "handlers/actor.h"
#include "handlers/attributes.h"
#include "handlers/consent.h"
#include "handlers/customers.h"
#include "handlers/names.h"
#include "handlers/phone_numbers.h"
#include "handlers/tags.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/notes.h"
#include "storage/phones.h"

namespace laoke {
namespace {

constexpr int kSameName = 20;  // namesakes looked through for one without phone and number
constexpr int kNotesCompared = 200;

const std::vector<ImportColumn>& columns_of_customers() {
  static const std::vector<ImportColumn> all = {
      {"name", {"姓名", "名字", "客户", "客户姓名", "客户名称", "昵称", "full name", "customer", "customer name"}},
      {"phone", {"手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "mobile", "telephone", "phone number"}},
      {"external_id", {"编号", "客户编号", "会员号", "id", "customer id"}},
      {"email", {"邮箱", "电子邮箱", "e-mail", "mail"}},
      {"birthday", {"生日", "出生日期", "birth date", "date of birth", "dob"}},
      {"tags", {"标签", "tag", "分组"}},
      {"address", {"地址", "收货地址", "详细地址"}},
      {"region", {"省", "省份", "province", "state"}},
      {"city", {"市", "城市"}},
      {"recipient", {"收货人", "收件人"}},
      {"postcode", {"邮编", "邮政编码", "zip", "postal code"}},
      {"note", {"备注", "说明", "notes", "remark"}},
      {"stage", {"阶段"}},
      {"grade", {"等级", "级别", "会员等级", "level"}},
      {"source", {"来源", "渠道"}},
      {"language", {"语言"}},
      {"time_zone", {"时区"}},
      {"opted_out", {"退订", "unsubscribed"}},
      {"attr.微信", {"微信", "微信号", "wechat"}},
  };
  return all;
}

constexpr std::pair<const char*, CustomerField> kFields[] = {
    {"name", CustomerField::kName},         {"external_id", CustomerField::kExternalId},
    {"email", CustomerField::kEmail},       {"birthday", CustomerField::kBirthday},
    {"stage", CustomerField::kStage},       {"grade", CustomerField::kGrade},
    {"source", CustomerField::kSource},     {"language", CustomerField::kLanguage},
    {"time_zone", CustomerField::kTimeZone}};

// A row with everything in it checked: applying it can be refused for nothing any more.
struct Checked {
  std::string phone;
  std::vector<std::string> tags;
  std::optional<bool> opted_out;
};

template <class F>
auto in_column(const char* column, F&& check) {
  try {
    return check();
  } catch (const Refusal& refused) {
    throw RowRejected(column, {refused.text("zh-CN"), refused.text("en")});
  }
}

std::optional<bool> checked_opted_out(const ImportRow& row) {
  if (!row.has("opted_out")) return std::nullopt;
  const auto value = attribute_from("opted_out", row.cell("opted_out"));
  const bool yes_or_no = value && (value->text_value == "1" || value->text_value == "0");
  if (!yes_or_no) throw RowRejected("opted_out", said({"import.yes_or_no"}));
  return value->text_value == "1";
}

void check_texts(const ImportRow& row) {
  constexpr std::pair<const char*, std::size_t> kLimits[] = {
      {"address", kMaxAddressCodePoints},      {"note", kMaxNoteCodePoints},
      {"region", kMaxShortFieldCodePoints},    {"city", kMaxShortFieldCodePoints},
      {"recipient", kMaxShortFieldCodePoints}, {"postcode", kMaxShortFieldCodePoints}};
  for (const auto& [column, limit] : kLimits)
    if (length_code_points(row.cell(column)) > limit)
      throw RowRejected(column, said({"customer.field_too_long", {{"allowed", limit}}}));
  for (const auto& [name, value] : row.attributes())
    if (const auto attribute = attribute_from(name, value); !attribute)
      throw RowRejected("attr." + std::string(name), attribute.error());
}

Checked checked(const Context& context, const ImportRow& row) {
  Checked result;
  for (const auto& [column, field] : kFields)
    if (row.has(column))
      in_column(column, [&, at = column, what = field] { return checked_value(context, what, row.cell(at)); });
  if (row.has("phone")) {
    const auto phone = phone_from(row.cell("phone"), context.shop.country);
    if (!phone) throw RowRejected("phone", phone.error());
    result.phone = *phone;
  }
  result.tags = tag_list_from(row.cell("tags"));
  for (const auto& tag : result.tags)
    if (const auto name = tag_name_from(tag); !name) throw RowRejected("tags", name.error());
  result.opted_out = checked_opted_out(row);
  check_texts(row);
  return result;
}

bool has_phone(const Context& context, std::int64_t customer_id) {
  return !storage::phones_of_customer(context.tx, context.shop_id(), customer_id).empty();
}

std::optional<std::int64_t> namesake(const Context& context, const ImportRow& row) {
  for (const auto& found :
       storage::customers_named(context.tx, context.shop_id(), folded(row.cell("name")), kSameName)) {
    const auto customer = storage::get_customer(context.tx, context.shop_id(), found.customer_id);
    if (customer && customer->external_id.empty() && !has_phone(context, found.customer_id)) return found.customer_id;
  }
  return std::nullopt;
}

// A customer who already has another number of an import is somebody else who shares the phone.
std::optional<std::int64_t> with_phone(const Context& context, const ImportRow& row, const std::string& phone) {
  for (const std::int64_t id : storage::customers_with_phone(context.tx, context.shop_id(), phone)) {
    const auto customer = storage::get_customer(context.tx, context.shop_id(), id);
    if (customer && (!row.has("external_id") || customer->external_id.empty())) return id;
  }
  return std::nullopt;
}

// "#1024" beside the customer's name: what an export says of one who has no number of an import.
std::optional<std::int64_t> exported_customer(const Context& context, const ImportRow& row) {
  const std::string_view cell = row.cell("external_id");
  if (!cell.starts_with('#')) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(cell.data() + 1, cell.data() + cell.size(), id);
  if (error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  const auto customer = storage::get_customer(context.tx, context.shop_id(), id);
  if (!customer || !customer->external_id.empty() || folded(customer->name) != folded(row.cell("name"))) return std::nullopt;
  return storage::living_customer(context.tx, context.shop_id(), id);
}

std::optional<std::int64_t> known_customer(const Context& context, const ImportRow& row, const Checked& values) {
  if (row.has("external_id")) {
    const auto customer = storage::find_customer_by_external_id(context.tx, context.shop_id(), row.cell("external_id"));
    if (customer) return storage::living_customer(context.tx, context.shop_id(), customer->customer_id);
    if (const auto exported = exported_customer(context, row)) return exported;
  }
  if (!values.phone.empty()) return with_phone(context, row, values.phone);
  return row.has("external_id") ? std::nullopt : namesake(context, row);
}

std::int64_t make_customer(const Context& context, const ImportRow& row) {
  NewCustomer wanted;
  wanted.name = row.has("name") ? row.cell("name") : row.has("phone") ? row.cell("phone") : row.cell("external_id");
  wanted.source = row.has("source") ? std::string(row.cell("source")) : "import";
  return create_customer(context, wanted);
}

bool set_fields(const Context& context, std::int64_t id, const ImportRow& row) {
  bool changed = false;
  const auto customer = storage::get_customer(context.tx, context.shop_id(), id);
  // One who was merged answers to two numbers and keeps the own one.
  const bool numbered = (customer && !customer->external_id.empty()) || exported_customer(context, row);
  for (const auto& [column, field] : kFields)
    if (row.has(column) && !(numbered && field == CustomerField::kExternalId))
      changed |= set_customer_field(context, id, field, row.cell(column));
  for (const auto& [name, value] : row.attributes()) changed |= set_customer_attribute(context, id, name, value);
  return changed;
}

bool add_address(const Context& context, std::int64_t id, const ImportRow& row) {
  if (!row.has("address")) return false;
  AddressInput input;
  input.line = row.cell("address");
  input.recipient = row.cell("recipient");
  input.region = row.cell("region");
  input.city = row.cell("city");
  input.postcode = row.cell("postcode");
  return add_customer_address(context, id, input).changed;
}

bool add_note(const Context& context, std::int64_t id, const ImportRow& row) {
  if (!row.has("note")) return false;
  const std::string text = repair_utf8(row.cell("note"));
  for (const auto& note : storage::notes_of_customer(context.tx, context.shop_id(), id, kNotesCompared))
    if (note.text == text) return false;
  add_customer_note(context, id, text);
  return true;
}

// A table may be older than what customers said since: its "no" takes back no more than an import's own "yes".
bool follow_opted_out(const Context& context, std::int64_t id, bool opted_out) {
  if (opted_out) return opt_out(context, id, "import");
  return left_by(context, id, source_of(context.actor)) && opt_in(context, id, "import");
}

bool apply(const Context& context, std::int64_t id, const ImportRow& row, const Checked& values) {
  bool changed = set_fields(context, id, row);
  if (!values.phone.empty()) changed |= add_customer_phone(context, id, values.phone);
  for (const auto& tag : values.tags) changed |= tag_customer(context, id, tag).changed;
  changed |= add_address(context, id, row);
  changed |= add_note(context, id, row);
  if (values.opted_out) changed |= follow_opted_out(context, id, *values.opted_out);
  return changed;
}

}  // namespace

std::span<const ImportColumn> customer_columns() {
  return columns_of_customers();
}

RowOutcome import_customer(const Context& context, const ImportRow& row) {
  if (!row.has("name") && !row.has("phone") && !row.has("external_id"))
    throw RowRejected("name", said({"import.nobody"}));
  const Checked values = checked(context, row);
  if (const auto known = known_customer(context, row, values))
    return apply(context, *known, row, values) ? RowOutcome::kUpdated : RowOutcome::kUnchanged;
  apply(context, make_customer(context, row), row, values);
  return RowOutcome::kCreated;
}

}  // namespace laoke
