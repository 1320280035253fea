#include <algorithm>

#include "handlers/pasted_text.h"

namespace laoke::pasted {
namespace {

struct Label {
  Field field;
  View name;
};
// Longer names first where one holds another.
constexpr Label kLabels[] = {
    {Field::kRecipient, U"收货人姓名"}, {Field::kRecipient, U"收件人姓名"}, {Field::kRecipient, U"收货人"}, {Field::kRecipient, U"收件人"},
    {Field::kRecipient, U"联系人"}, {Field::kRecipient, U"联络人"}, {Field::kRecipient, U"订购人"}, {Field::kRecipient, U"取货人"}, {Field::kRecipient, U"客户姓名"}, {Field::kRecipient, U"姓名"}, {Field::kRecipient, U"名字"},
    {Field::kRecipient, U"recipient"}, {Field::kRecipient, U"ship to"}, {Field::kRecipient, U"deliver to"}, {Field::kRecipient, U"full name"},
    {Field::kRecipient, U"name"}, {Field::kPhone, U"收货人电话"}, {Field::kPhone, U"收件人电话"}, {Field::kPhone, U"收货人手机"},
    {Field::kPhone, U"手机号码"}, {Field::kPhone, U"联系电话"}, {Field::kPhone, U"联系方式"}, {Field::kPhone, U"联络电话"}, {Field::kPhone, U"连络电话"}, {Field::kPhone, U"联络方式"}, {Field::kPhone, U"行动电话"},
    {Field::kPhone, U"取货人电话"}, {Field::kPhone, U"电话号码"},
    {Field::kPhone, U"手机号"}, {Field::kPhone, U"电话"}, {Field::kPhone, U"手机"}, {Field::kPhone, U"号码"},
    {Field::kPhone, U"phone number"}, {Field::kPhone, U"phone"}, {Field::kPhone, U"mobile"}, {Field::kPhone, U"cell"}, {Field::kPhone, U"tel"},
    {Field::kRegion, U"所在地区"}, {Field::kRegion, U"所在区域"}, {Field::kRegion, U"省市区"}, {Field::kRegion, U"地区"},
    {Field::kAddress, U"详细地址"}, {Field::kAddress, U"收货地址"}, {Field::kAddress, U"收件地址"}, {Field::kAddress, U"收件人地址"},
    {Field::kAddress, U"邮寄地址"}, {Field::kAddress, U"寄送地址"}, {Field::kAddress, U"取货门市"}, {Field::kAddress, U"门市"}, {Field::kAddress, U"地址"}, {Field::kAddress, U"shipping address"},
    {Field::kAddress, U"delivery address"}, {Field::kAddress, U"street address"}, {Field::kAddress, U"address"},
    {Field::kItems, U"购买商品"}, {Field::kItems, U"商品名称"}, {Field::kItems, U"产品名称"}, {Field::kItems, U"商品"}, {Field::kItems, U"产品"},
    {Field::kItems, U"宝贝"}, {Field::kItems, U"货品"}, {Field::kItems, U"品名"}, {Field::kItems, U"品项"}, {Field::kItems, U"订购商品"}, {Field::kItems, U"订购品项"}, {Field::kItems, U"订购"}, {Field::kItems, U"购买"},
    {Field::kItems, U"款式"}, {Field::kItems, U"订单内容"}, {Field::kItems, U"items"}, {Field::kItems, U"item"}, {Field::kItems, U"products"},
    {Field::kItems, U"product"}, {Field::kQuantity, U"购买数量"}, {Field::kQuantity, U"数量"}, {Field::kQuantity, U"件数"},
    {Field::kQuantity, U"quantity"}, {Field::kQuantity, U"qty"}, {Field::kAmount, U"订单金额"}, {Field::kAmount, U"总金额"}, {Field::kAmount, U"实付金额"},
    {Field::kAmount, U"实付款"}, {Field::kAmount, U"付款金额"}, {Field::kAmount, U"应付"}, {Field::kAmount, U"代收货款"},
    {Field::kPostcode, U"邮政编码"}, {Field::kPostcode, U"邮编"}, {Field::kPostcode, U"zip code"}, {Field::kPostcode, U"zip"},
    {Field::kPostcode, U"postcode"}, {Field::kPostcode, U"postal code"}, {Field::kNote, U"订单备注"}, {Field::kNote, U"买家留言"},
    {Field::kNote, U"备注"}, {Field::kNote, U"留言"}, {Field::kNote, U"注"}, {Field::kNote, U"notes"}, {Field::kNote, U"note"},
    {Field::kNote, U"remark"}, {Field::kDetail, U"规格"}, {Field::kDetail, U"颜色"}, {Field::kDetail, U"尺码"}, {Field::kDetail, U"型号"},
    {Field::kDetail, U"color"}, {Field::kDetail, U"size"}, {Field::kIgnored, U"订单编号"}, {Field::kIgnored, U"订单号"},
    {Field::kIgnored, U"下单时间"}, {Field::kIgnored, U"付款时间"}, {Field::kIgnored, U"日期"}, {Field::kIgnored, U"时间"},
    {Field::kIgnored, U"支付方式"}, {Field::kIgnored, U"快递单号"}, {Field::kIgnored, U"运单号"}, {Field::kIgnored, U"微信号"},
    {Field::kIgnored, U"微信"}, {Field::kIgnored, U"旺旺"}, {Field::kIgnored, U"昵称"}, {Field::kIgnored, U"邮箱"}, {Field::kIgnored, U"身份证号"},
    {Field::kIgnored, U"寄件人"}, {Field::kIgnored, U"发件人"}, {Field::kIgnored, U"email"}, {Field::kIgnored, U"e-mail"},
    {Field::kIgnored, U"order number"}, {Field::kIgnored, U"order no"}, {Field::kIgnored, U"order id"}, {Field::kIgnored, U"date"},
};

constexpr View kPoliteness[] = {
    U"帮我下单", U"麻烦下单", U"我要下单", U"请帮我发", U"帮我发",   U"麻烦发",   U"我想要",     U"我要订", U"我要买", U"我要",  U"下单",
    U"再来",     U"给我来",   U"给我",     U"老板娘",   U"老板",     U"亲爱的",   U"你好",       U"您好",   U"麻烦",   U"谢谢",  U"请发",
    U"寄到",     U"发到",     U"寄给",     U"发给",     U"地址是",   U"电话是",   U"i want",     U"please send", U"please ship", U"please",
    U"thanks",   U"thank you", U"hello",   U"hi",       U"ship to",  U"send to",  U"order"};
constexpr View kNothing[] = {U"亲", U"收", U"收货", U"收件", U"一共", U"共", U"合计", U"总共", U"顺丰", U"包邮", U"已付款", U"已付", U"付款", U"转",
                             U"好的", U"嗯", U"ok", U"okay", U"和", U"and", U"total", U"paid", U"的", U"订单", U"新订单"};

bool begins_with(View text, View word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char32_t a, char32_t b) { return a == lower_latin(b); });
}

struct Found {
  std::size_t from, value;  // where the label stands, where its value begins
  Field field;
};

std::size_t behind_colon(View text, std::size_t at) {
  while (at < text.size() && text[at] == U' ') ++at;
  if (at < text.size() && (text[at] == U':' || text[at] == U'=')) return at + 1;
  return 0;
}

// A label counts with a colon behind it anywhere, and with a blank behind it where a line begins.
std::optional<Found> label_at(View text, std::size_t at) {
  const bool line_begins = at == 0 || text[at - 1] == U'\n';
  const bool in_word = at > 0 && is_latin(text[at - 1]) && is_latin(text[at]);
  if (in_word) return std::nullopt;
  for (const auto& label : kLabels) {
    if (!begins_with(text.substr(at), label.name)) continue;
    const std::size_t end = at + label.name.size();
    if (const auto value = behind_colon(text, end); value != 0) return Found{at, value, label.field};
    if (line_begins && is_han(label.name[0]) && end < text.size() && text[end] == U' ') return Found{at, end, label.field};
  }
  return std::nullopt;
}

std::vector<Found> labels_in(View text) {
  std::vector<Found> found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto label = label_at(text, at);
    if (!label) continue;
    found.push_back(*label);
    at = label->value - 1;
  }
  return found;
}

bool ends_value(Field field, View text, std::size_t at) {
  if (text[at] == U'\n') return true;
  const bool cut = text[at] == kCut || text[at] == kPhoneCut;
  if (field == Field::kNote || field == Field::kItems || field == Field::kIgnored) return false;
  const bool comma = text[at] == U',' || text[at] == U';';
  return cut || (comma && field != Field::kAddress && field != Field::kRegion);
}

// Punctuation people leave behind a value.
View tidy(View value) {
  value = trimmed(value);
  const auto last = value.find_last_not_of(U" ,;、。\n\x01\x02");
  return last == View::npos ? View() : value.substr(0, last + 1);
}

// Length of "2026-03-02", "2026年3月2日", "3/2/2026", "10:00:00" at the front; 0 none.
std::size_t date_at(View text) {
  std::size_t at = 0, groups = 0;
  bool clock = false;
  while (at < text.size() && is_digit(text[at])) {
    std::size_t digits = 0;
    while (at < text.size() && is_digit(text[at])) ++at, ++digits;
    if (digits > 4 || digits == 3) return 0;
    ++groups;
    const char32_t next = at < text.size() ? text[at] : U' ';
    clock = clock || (next == U':' && groups == 1);
    const bool year_or_month = next == U'年' || next == U'月';
    const bool joins = at + 1 < text.size() && (year_or_month || View(U"-/.:").find(next) != View::npos) && is_digit(text[at + 1]);
    if (!joins) break;
    ++at;
  }
  if (at < text.size() && text[at] == U'日') ++at;
  return groups == 3 || (groups == 2 && clock) ? at : 0;
}

bool is_year(View text) { return text.size() > 4 && all_digits(text.substr(0, 4)) && (text.starts_with(U"20") || text.starts_with(U"19")); }

void cut_dates(Text& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || (at > 0 && (is_digit(text[at - 1]) || is_latin(text[at - 1])))) continue;
    const std::size_t length = date_at(View(text).substr(at));
    const View date = View(text).substr(at, length);
    if (length == 0 || (!is_year(date) && date.find(U':') == View::npos)) continue;
    text.replace(at, length, 1, kCut);
  }
}

// Virtual numbers repeat their extension behind the name: 王女士[1234].
void cut_name_codes(Text& text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] != U'[' || !is_han(text[at - 1])) continue;
    const auto end = text.find(U']', at);
    if (end != Text::npos && end - at <= 7 && all_digits(View(text).substr(at + 1, end - at - 1))) text.replace(at, end - at + 1, 1, U' ');
  }
}

}  // namespace

void cut_noise(Text& text) {
  const auto labels = labels_in(text);
  for (std::size_t i = labels.size(); i-- > 0;) {
    if (labels[i].field != Field::kIgnored) continue;
    const std::size_t next = i + 1 < labels.size() ? labels[i + 1].from : text.size();
    std::size_t end = labels[i].value;
    while (end < next && text[end] != U'\n') ++end;
    text.replace(labels[i].from, end - labels[i].from, 1, kCut);
  }
  cut_dates(text);
  cut_name_codes(text);
}

Fields cut_fields(Text& text) {
  const auto labels = labels_in(text);
  Fields fields;
  Text rest = text.substr(0, labels.empty() ? text.size() : labels[0].from);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& label = labels[i];
    const std::size_t next = i + 1 < labels.size() ? labels[i + 1].from : text.size();
    std::size_t end = label.value;
    while (end < next && (text[end] == U' ' || text[end] == U'\n')) ++end;  // the value may stand on the next line
    while (end < next && !ends_value(label.field, text, end)) ++end;
    auto& value = fields[static_cast<std::size_t>(label.field)];
    if (!value.empty()) value += label.field == Field::kItems ? U"\n" : U" ";
    value += tidy(View(text).substr(label.value, end - label.value));
    rest += kCut;
    rest += View(text).substr(end, next - end);
  }
  text = std::move(rest);
  return fields;
}

View without_politeness(View chunk) {
  chunk = trimmed(chunk);
  for (bool again = true; again;) {
    again = false;
    for (const auto word : kPoliteness) {
      const bool whole = !is_latin(word.back()) || chunk.size() == word.size() || (chunk.size() > word.size() && !is_latin(chunk[word.size()]));
      if (!begins_with(chunk, word) || !whole) continue;
      chunk.remove_prefix(word.size());
      const auto from = chunk.find_first_not_of(U" :!~.,");
      chunk = from == View::npos ? View() : chunk.substr(from);
      again = true;
    }
  }
  if (chunk.ends_with(U" to")) chunk = trimmed(chunk.substr(0, chunk.size() - 3));
  for (const auto word : kNothing)
    if (chunk.size() == word.size() && begins_with(chunk, word)) return {};
  for (const auto& label : kLabels)
    if (chunk.size() == label.name.size() && begins_with(chunk, label.name)) return {};
  return chunk;
}

}  // namespace laoke::pasted
