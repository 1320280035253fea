#include <array>

#include "handlers/attributes.h"
#include "handlers/birthdays.h"
#include "handlers/consent.h"
#include "handlers/customers.h"
#include "handlers/seller/command.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/lists.h"
#include "handlers/seller/undo.h"
#include "handlers/seller/who.h"
#include "handlers/stages.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "storage/customers.h"
#include "storage/phones.h"
#include "storage/staff.h"

// What a seller writes on a customer's card: 备注 生日 手机 地址 属性 阶段 等级 归属 改名 退订.
namespace laoke::seller {
namespace {

WordValue shown_name(const storage::Customer& customer) { return {"name", shorten(customer.name, 40)}; }

// The customer and what is to be written; an empty value is answered with the command's example.
std::optional<WhoAndRest> who_and_value(Chat& chat, std::string_view rest, std::string_view command) {
  auto found = take_who(chat, rest);
  if (found && found->rest.empty()) {
    chat.tell({"seller.value.missing", {shown_name(found->customer), {"example", chat.words({"seller.example." + std::string(command)})}}});
    return std::nullopt;
  }
  return found;
}

// "-", "无", "clear" take a value away.
bool means_nothing(std::string_view value) {
  const std::string word = word_key(value);
  return word == "-" || word == "—" || word == "无" || word == "清除" || word == "none" || word == "clear";
}

std::string current(Chat& chat, const storage::Customer& customer, CustomerField field) {
  const auto facts = storage::get_facts(chat.tx(), chat.shop_id(), customer.customer_id);
  switch (field) {
    case CustomerField::kName: return customer.name;
    case CustomerField::kBirthday: return customer.birthday;
    case CustomerField::kStage: return facts ? facts->stage : "";
    case CustomerField::kGrade: return facts ? facts->grade : "";
    default: throw std::logic_error("seller: this field has no command");
  }
}

// Nothing was changed: the value stands there already, or there was none to take away.
void tell_same(Chat& chat, const storage::Customer& customer, const std::string& field, const std::string& value) {
  if (value.empty()) return chat.tell({"seller.field.empty", {shown_name(customer), {"field", field}}});
  chat.tell({"seller.field.same", {shown_name(customer), {"field", field}, {"value", value}}});
}

// A stage is never empty: what the orders say takes its place.
void hand_back_stage(Chat& chat, const storage::Customer& customer, const std::string& was, const std::string& field) {
  const bool changed = set_customer_field(chat.context(), customer.customer_id, CustomerField::kStage, "");
  const std::string now = stage_words(current(chat, customer, CustomerField::kStage), chat.language());
  if (!changed) return tell_same(chat, customer, field, now);
  done(chat, {{"do", "field"}, {"customer", customer.customer_id}, {"field", id_of(CustomerField::kStage)}, {"was", was}},
       {"seller.field.set", {shown_name(customer), {"field", field}, {"value", now}}});
}

std::string shown_value(const Chat& chat, CustomerField field, const std::string& value) {
  if (field == CustomerField::kBirthday) return shown_birthday(value, chat.language());
  return field == CustomerField::kStage ? stage_words(value, chat.language()) : value;
}

void set_field(Chat& chat, std::string_view rest, CustomerField field, std::string_view command) {
  const auto found = who_and_value(chat, rest, command);
  if (!found) return;
  const auto& customer = found->customer;
  const std::string was = current(chat, customer, field);
  const bool clears = field != CustomerField::kName && means_nothing(found->rest);
  const std::string value = clears ? "" : checked_value(chat.context(), field, found->rest);
  const std::string shown = shown_value(chat, field, value);
  const std::string field_name = chat.words({"seller.field." + std::string(command)});
  if (clears && field == CustomerField::kStage) return hand_back_stage(chat, customer, was, field_name);
  const Phrase told = clears ? Phrase{"seller.field.cleared", {shown_name(customer), {"field", field_name}}}
                             : Phrase{"seller.field.set", {shown_name(customer), {"field", field_name}, {"value", shown}}};
  if (!set_customer_field(chat.context(), customer.customer_id, field, value)) return tell_same(chat, customer, field_name, shown);
  done(chat, {{"do", "field"}, {"customer", customer.customer_id}, {"field", id_of(field)}, {"was", was}}, told);
}

// "肤质=油性", "肤质：油性", "肤质 油性".
struct NameAndValue {
  std::string name, value;
};
NameAndValue cut_attribute(std::string_view text) {
  std::size_t at = std::string_view::npos, bytes = 0;
  for (const std::string_view mark : {"=", "＝", ":", "："})
    if (const auto found = text.find(mark); found < at) {
      at = found;
      bytes = mark.size();
    }
  if (at == std::string_view::npos) {
    const std::string name = take_token(text);
    return {name, std::string(trim(text))};
  }
  return {std::string(trim(text.substr(0, at))), std::string(trim(text.substr(at + bytes)))};
}

void change_consent(Chat& chat, std::string_view rest, bool out) {
  const auto customer = find_who(chat, rest);
  if (!customer) return;
  const std::string evidence = chat.line();
  const auto facts = storage::get_facts(chat.tx(), chat.shop_id(), customer->customer_id);
  const bool was_out = facts && facts->opted_out, had_agreed = has_agreed(chat.context(), customer->customer_id);
  const bool changed = out ? opt_out(chat.context(), customer->customer_id, shorten(evidence, 200))
                           : opt_in(chat.context(), customer->customer_id, shorten(evidence, 200));
  const std::string key = std::string("seller.consent.") + (out ? "out" : "in");
  if (!changed) return chat.tell({key + ".same", {shown_name(*customer)}});
  done(chat, {{"do", "consent"}, {"customer", customer->customer_id}, {"out", out}, {"was_out", was_out}, {"had_agreed", had_agreed}}, {key, {shown_name(*customer)}});
}

}  // namespace

void run_note(Chat& chat, std::string_view rest) {
  const auto found = who_and_value(chat, rest, "note");
  if (!found) return;
  const auto note = add_customer_note(chat.context(), found->customer.customer_id, found->rest);
  done(chat, {{"do", "note"}, {"note", note}},
       {"seller.note.added", {shown_name(found->customer), {"text", shorten(found->rest, 60)}}});
}

void run_birthday(Chat& chat, std::string_view rest) { set_field(chat, rest, CustomerField::kBirthday, "birthday"); }
void run_stage(Chat& chat, std::string_view rest) { set_field(chat, rest, CustomerField::kStage, "stage"); }
void run_grade(Chat& chat, std::string_view rest) { set_field(chat, rest, CustomerField::kGrade, "grade"); }
void run_rename(Chat& chat, std::string_view rest) { set_field(chat, rest, CustomerField::kName, "rename"); }

void run_phone(Chat& chat, std::string_view rest) {
  const auto found = who_and_value(chat, rest, "phone");
  if (!found) return;
  const auto id = found->customer.customer_id;
  const auto before = storage::phones_of_customer(chat.tx(), chat.shop_id(), id);
  if (!add_customer_phone(chat.context(), id, found->rest))
    return chat.tell({"seller.phone.same", {shown_name(found->customer)}});
  for (const auto& phone : storage::phones_of_customer(chat.tx(), chat.shop_id(), id)) {
    if (std::ranges::find(before, phone.phone, &storage::Phone::phone) != before.end()) continue;
    done(chat, {{"do", "phone"}, {"customer", id}, {"phone", phone.phone}},
         {"seller.phone.added", {shown_name(found->customer), {"phone", phone.phone}}});
  }
}

void run_address(Chat& chat, std::string_view rest) {
  const auto found = who_and_value(chat, rest, "address");
  if (!found) return;
  AddressInput input;
  input.line = found->rest;
  const auto made = add_customer_address(chat.context(), found->customer.customer_id, input);
  if (!made.changed) return chat.tell({"seller.address.same", {shown_name(found->customer)}});
  done(chat, {{"do", "address"}, {"customer", found->customer.customer_id}, {"address", made.address_id}},
       {"seller.address.added", {shown_name(found->customer), {"address", shorten(found->rest, 80)}}});
}

void run_attribute(Chat& chat, std::string_view rest) {
  const auto found = who_and_value(chat, rest, "attribute");
  if (!found) return;
  const auto [name, typed] = cut_attribute(found->rest);
  if (name.empty() || typed.empty())
    return chat.tell({"seller.value.missing", {shown_name(found->customer), {"example", chat.words({"seller.example.attribute"})}}});
  const std::string value = means_nothing(typed) ? "" : typed;
  const auto id = found->customer.customer_id;
  const auto wanted = attribute_from(name, typed);
  if (!wanted) return chat.answer(wanted.error().in(chat.language()));
  const auto was = storage::get_attribute(chat.tx(), chat.shop_id(), id, wanted->name);
  if (!set_customer_attribute(chat.context(), id, name, value))
    return tell_same(chat, found->customer, shorten(name, 40), value.empty() ? "" : shorten(typed, 80));
  const Phrase told = value.empty() ? Phrase{"seller.field.cleared", {shown_name(found->customer), {"field", shorten(name, 40)}}}
                                    : Phrase{"seller.field.set",
                                             {shown_name(found->customer),
                                              {"field", shorten(name, 40)},
                                              {"value", shorten(shown_attribute(*wanted, chat.language()), 80)}}};
  done(chat, {{"do", "attribute"}, {"customer", id}, {"name", wanted->name}, {"was", was ? shown_attribute(*was, "zh-CN") : ""}}, told);
}

void run_owner(Chat& chat, std::string_view rest) {
  const auto found = who_and_value(chat, rest, "owner");
  if (!found) return;
  const bool nobody = means_nothing(found->rest);
  const auto staff = nobody ? std::nullopt : storage::find_staff(chat.tx(), chat.shop_id(), found->rest);
  if (!nobody && (!staff || !staff->active)) {
    std::vector<std::string> names;
    for (const auto& one : storage::list_staff(chat.tx(), chat.shop_id()))
      if (one.active) names.push_back(one.name);
    return chat.tell({"seller.owner.unknown", {{"staff", shorten(found->rest, 40)}, {"names", listed(names, chat.language())}}});
  }
  const auto facts = storage::get_facts(chat.tx(), chat.shop_id(), found->customer.customer_id);
  // Not an optional: at -O2 g++ 12 takes the copy for uninitialized.
  const bool had_one = facts && facts->owner_id;
  const std::int64_t was = had_one ? *facts->owner_id : 0;
  const auto now = staff ? std::optional(staff->staff_id) : std::nullopt;
  const std::string shown = staff ? staff->name : chat.words({"seller.nobody"});
  const std::string field = chat.words({"seller.field.owner"});
  if (!set_customer_owner(chat.context(), found->customer.customer_id, now))
    return chat.tell({"seller.field.same", {shown_name(found->customer), {"field", field}, {"value", shown}}});
  nlohmann::json action{{"do", "owner"}, {"customer", found->customer.customer_id}, {"was", nullptr}};
  if (had_one) action["was"] = was;
  done(chat, std::move(action), {"seller.field.set", {shown_name(found->customer), {"field", field}, {"value", shown}}});
}

void run_optout(Chat& chat, std::string_view rest) { change_consent(chat, rest, true); }
void run_optin(Chat& chat, std::string_view rest) { change_consent(chat, rest, false); }

}  // namespace laoke::seller
