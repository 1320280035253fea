#include "handlers/order_chars.h"
#include "handlers/pasted_order.h"

// What is made of a pasted order once it is read.
namespace laoke {

std::string PastedOrder::address() const {
  const bool han = has_han(plain_characters(line + city + region));
  if (han) return region + (city == region ? "" : city) + line;
  std::string text = line;
  const std::string place = region.empty() ? postcode : region + (postcode.empty() ? "" : " " + postcode);
  for (const auto& part : {city, place, country})
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string PastedOrder::delivery_phone() const { if (extension.empty()) return phone;
  return phone + (phone.starts_with("+86") ? " 转 " : " ext. ") + extension; }

bool looks_like_order(const PastedOrder& pasted) {
  const bool to_somebody = !pasted.phone.empty() || !pasted.recipient.empty();
  const bool somewhere = !pasted.line.empty() || !pasted.city.empty();
  return to_somebody && (somewhere || (!pasted.phone.empty() && !pasted.items.empty())) && pasted.confidence >= 45;
}

Said missing_text(const PastedOrder& pasted) {
  static const Said kParts[] = {{"收货人", "recipient"}, {"电话", "phone"}, {"地址", "address"}, {"商品", "products"}, {"金额", "amount"}};
  Said text;
  for (const auto part : pasted.missing) {
    const auto& word = kParts[static_cast<int>(part)];
    text.zh += (text.zh.empty() ? "还缺：" : "、") + word.zh;
    text.en += (text.en.empty() ? "still missing: " : ", ") + word.en;
  }
  return text;
}

OrderDraft draft_from(const PastedOrder& pasted, std::int64_t customer_id) {
  OrderDraft draft;
  draft.customer_id = customer_id;
  draft.items = pasted.items;
  if (pasted.amount) {
    draft.total_minor = pasted.amount->amount_minor;
    draft.currency = pasted.amount->currency;
  }
  draft.recipient = pasted.recipient;
  draft.phone = pasted.delivery_phone();
  draft.address = pasted.address();
  draft.note = pasted.note;
  return draft;
}

}  // namespace laoke
