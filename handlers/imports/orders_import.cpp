#include "handlers/imports/orders_import.h"

#include <openssl/sha.h>

#include <algorithm>
#include <charconv>

#include "handlers/calendar.h"
#include "handlers/customers.h"
#include "handlers/money.h"
#include "handlers/names.h"
#include "handlers/order_chars.h"
#include "handlers/order_record.h"
#include "handlers/order_text.h"
#include "handlers/orders.h"
#include "handlers/phone_numbers.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/wording.h"
#include "storage/phones.h"

namespace laoke {
namespace {

constexpr int kFirstYear = 1990;  // an older date is a column of something else

const std::vector<ImportColumn>& columns_of_orders() {
  static const std::vector<ImportColumn> kColumns = {
      {"external_id", {"订单号", "订单编号", "单号", "order id", "order number", "order no"}, false, true},
      {"customer_id", {"客户编号", "会员号", "customer external id"}},
      {"phone", {"手机", "手机号", "手机号码", "电话", "联系电话", "收货人手机", "mobile", "phone number"}},
      {"customer", {"客户", "客户姓名", "姓名", "买家", "name", "customer name", "buyer"}},
      {"date", {"日期", "下单时间", "下单日期", "付款时间", "订单日期", "时间", "order date", "placed at"}, true},
      {"items", {"商品明细", "明细", "商品", "宝贝", "products"}},
      {"product", {"商品名称", "产品", "产品名称", "宝贝标题", "product name"}},
      {"quantity", {"数量", "件数", "qty"}},
      {"unit_price", {"单价", "price"}},
      {"amount", {"金额", "总额", "实付", "实付金额", "订单金额", "total"}},
      {"currency", {"币种", "货币"}},
      {"state", {"状态", "订单状态", "status"}},
      {"recipient", {"收货人", "收件人", "ship to"}},
      {"address", {"地址", "收货地址", "shipping address"}},
      {"note", {"备注", "留言", "notes", "remark"}},
  };
  return kColumns;
}

// What shop systems call the states, beside our own names.
struct StateAlias {
  std::string_view text;
  OrderState state;
};
constexpr StateAlias kStates[] = {
    {"等待买家付款", OrderState::kPlaced},   {"待付款", OrderState::kPlaced},      {"未付款", OrderState::kPlaced},
    {"pending", OrderState::kPlaced},        {"买家已付款", OrderState::kPaid},    {"待发货", OrderState::kPaid},
    {"processing", OrderState::kPaid},       {"卖家已发货", OrderState::kShipped}, {"待收货", OrderState::kShipped},
    {"fulfilled", OrderState::kShipped},     {"已收货", OrderState::kDelivered},   {"交易成功", OrderState::kCompleted},
    {"交易完成", OrderState::kCompleted},    {"done", OrderState::kCompleted},     {"交易关闭", OrderState::kCancelled},
    {"已关闭", OrderState::kCancelled},      {"退款成功", OrderState::kRefunded},  {"已退货", OrderState::kRefunded}};

OrderState state_in(const ImportRow& row) {
  if (!row.has("state")) return OrderState::kCompleted;
  const std::string typed = word_key(row.cell("state"));
  if (const auto state = find_order_state(typed)) return *state;
  for (const auto& alias : kStates)
    if (alias.text == typed) return alias.state;
  Said allowed;
  for (const auto state : kOrderStates) {
    allowed.zh += (allowed.zh.empty() ? "" : "、") + word_for(state).zh;
    allowed.en += (allowed.en.empty() ? "" : ", ") + word_for(state).en;
  }
  throw RowRejected("state", {"没有订单状态“" + shorten(typed, 20) + "”，可以写：" + allowed.zh,
                              "there is no order state '" + shorten(typed, 20) + "'; allowed: " + allowed.en});
}

std::int64_t date_in(const Context& context, const ImportRow& row) {
  const auto at_ms = table_date(row.cell("date"), context.shop.time_zone);
  const std::string shown = shorten(row.cell("date"), 30);
  if (!at_ms)
    throw RowRejected("date", {"“" + shown + "”不是日期，请写成 2026-03-02 或 2026-03-02 10:30", "'" + shown + "' is no date; write 2026-03-02 or 2026-03-02 10:30"});
  if (*at_ms > context.now_ms + kDayMs)
    throw RowRejected("date", {"日期“" + shown + "”在将来", "the date '" + shown + "' is in the future"});
  return *at_ms;
}

std::int64_t quantity_in(const ImportRow& row) {
  if (!row.has("quantity")) return 1;
  const std::string text = fold(row.cell("quantity"));
  std::int64_t quantity = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quantity);
  if (error != std::errc() || end != text.data() + text.size())
    throw RowRejected("quantity", {"“" + shorten(text, 20) + "”不是数量，请写整数", "'" + shorten(text, 20) + "' is no quantity; write a whole number"});
  return quantity;
}

std::optional<std::int64_t> money_in(const ImportRow& row, const char* column, std::string& currency) {
  if (!row.has(column)) return std::nullopt;
  const auto money = parse_money(row.cell(column), currency);
  if (const auto* wrong = std::get_if<Phrase>(&money)) throw RowRejected(column, said(*wrong));
  currency = std::get<Money>(money).currency;
  return std::get<Money>(money).amount_minor;
}

void take_items(const ImportRow& row, OrderDraft& draft) {
  if (row.has("product")) {
    draft.items.push_back({std::string(row.cell("product")), quantity_in(row), money_in(row, "unit_price", draft.currency)});
    return;
  }
  if (!row.has("items")) return;
  auto read = read_order_text(row.cell("items"), {draft.currency, {}});
  if (!read) throw RowRejected("items", read.error());
  draft.items = std::move(read->items);
  if (draft.items.size() == 1 && row.has("quantity")) draft.items[0].quantity = quantity_in(row);
  if (draft.note.empty()) draft.note = read->note;
  if (!draft.total_minor && read->amount && read->amount->currency == draft.currency) draft.total_minor = read->amount->amount_minor;
}

std::string phone_of(const Context& context, const ImportRow& row) {
  if (!row.has("phone")) return "";
  const auto phone = phone_from(row.cell("phone"), context.shop.country);
  if (!phone) throw RowRejected("phone", phone.error());
  return *phone;
}

std::int64_t make_buyer(const Context& context, const ImportRow& row) {
  NewCustomer wanted;
  wanted.name = row.has("customer") ? row.cell("customer") : row.has("recipient") ? row.cell("recipient") : row.cell("phone");
  wanted.phone = row.cell("phone");
  wanted.external_id = row.cell("customer_id");
  wanted.source = "import";
  return create_customer(context, wanted);
}

std::int64_t customer_in(const Context& context, const ImportRow& row, const std::string& phone) {
  if (row.has("customer_id")) {
    const auto known = storage::find_customer_by_external_id(context.tx, context.shop_id(), row.cell("customer_id"));
    if (known) return known->customer_id;
  } else if (!phone.empty()) {
    const auto known = storage::customers_with_phone(context.tx, context.shop_id(), phone);
    if (!known.empty()) return known.front();
  } else if (row.has("customer")) {
    const auto known = storage::customers_named(context.tx, context.shop_id(), folded(row.cell("customer")), 2);
    if (known.size() == 1) return known.front().customer_id;
    if (known.size() > 1)
      throw RowRejected("customer", {"有几位客户都叫“" + shorten(row.cell("customer"), 30) + "”，请写电话或客户编号",
                                     "several customers are called '" + shorten(row.cell("customer"), 30) + "'; give a phone or customer_id"});
  }
  if (phone.empty() && !row.has("customer"))
    throw RowRejected("customer_id", {"没有这个客户；请先导入客户，或写上姓名或电话", "there is no such customer; import customers first, or give a name or a phone"});
  return make_buyer(context, row);
}

// The whole row as its own key; twice the same row is one order.
std::string key_of(const ImportRow& row) {
  if (row.has("external_id")) return std::string(row.cell("external_id"));
  std::string all;
  for (const auto& column : columns_of_orders()) all += std::string(row.cell(column.id)) + '\x1f';
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest);
  std::string key = "row:";
  for (std::size_t i = 0; i < 16; ++i) {
    constexpr char kHex[] = "0123456789abcdef";
    key += kHex[digest[i] >> 4];
    key += kHex[digest[i] & 15];
  }
  return key;
}

struct DateReader {
  std::u32string_view text;
  std::size_t at = 0;

  std::optional<int> number(std::size_t fewest, std::size_t most) {
    const std::size_t from = at;
    int value = 0;
    while (at < text.size() && at - from < most && is_digit(text[at])) value = value * 10 + static_cast<int>(text[at++] - U'0');
    return at - from < fewest ? std::nullopt : std::optional(value);
  }
  bool eat(std::u32string_view any) {
    if (at >= text.size() || any.find(text[at]) == std::u32string_view::npos) return false;
    ++at;
    return true;
  }
  bool done() const { return at == text.size(); }
};

}  // namespace

std::span<const ImportColumn> order_columns() { return columns_of_orders(); }

std::optional<std::int64_t> table_date(std::string_view text, std::string_view zone) {
  const std::u32string plain = plain_characters(trim(text));
  DateReader read{plain};
  const auto year = read.number(4, 4);
  const bool separated = read.eat(U"-/.年");
  const auto month = separated ? read.number(1, 2) : read.number(2, 2);
  if (separated && !read.eat(U"-/.月")) return std::nullopt;
  const auto day = separated ? read.number(1, 2) : read.number(2, 2);
  if (!year || !month || !day || *year < kFirstYear || !valid_date(*year, *month, *day)) return std::nullopt;
  LocalTime local{{*year, *month, *day}, 0, 0, 0};
  read.eat(U"日");
  if (read.eat(U" T")) {
    const auto hour = read.number(1, 2);
    if (!read.eat(U":")) return std::nullopt;
    const auto minute = read.number(2, 2);
    std::optional<int> second = 0;
    if (read.eat(U":")) second = read.number(2, 2);
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    local.hour = *hour;
    local.minute = *minute;
    local.second = *second;
  }
  return read.done() ? std::optional(to_utc(local, zone)) : std::nullopt;
}

namespace {

constexpr std::int64_t kSameOrderMs = 2 * kHourMs;  // a table's local time may mean either pass of a repeated hour

// "#1024" with that order's own date: what an export says of one that has no number of another system.
bool is_exported_order(const Context& context, const ImportRow& row) {
  const std::string_view cell = row.cell("external_id");
  if (!cell.starts_with('#')) return false;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(cell.data() + 1, cell.data() + cell.size(), number);
  if (error != std::errc() || end != cell.data() + cell.size()) return false;
  const auto order = storage::find_order_by_number(context.tx, context.shop_id(), number);
  const auto at_ms = table_date(row.cell("date"), context.shop.time_zone);
  return order && at_ms && order->external_id.empty() && std::abs(*at_ms - order->placed_at_ms.value_or(order->created_at_ms)) <= kSameOrderMs;
}

// Columns that say something of the whole order: one line of it is enough.
constexpr std::string_view kOfTheOrder[] = {"customer_id", "phone", "customer", "date", "amount", "currency", "state", "recipient", "address"};

[[noreturn]] void refuse_contradiction(const ImportRow& row, const ImportRow& line, std::string_view column) {
  const ImportRow* first = &row;
  for (auto at = row.further.begin(); !first->has(column); ++at) first = &*at;
  const std::string there = shorten(first->cell(column), 30), here = shorten(line.cell(column), 30);
  const std::string at = std::to_string(first->line), now = std::to_string(line.line);
  throw RowRejected(std::string(column),
                    {"同一订单的第 " + at + " 行写的是“" + there + "”，第 " + now + " 行写的是“" + here + "”；请写成一样，或把后面的行留空",
                     "line " + at + " of the same order says '" + there + "', line " + now + " '" + here + "'; make them the same or leave the later one empty"},
                    line.line);
}

void add_note(ImportRow& whole, const ImportRow& line) {
  if (!line.has("note") || whole.cell("note") == line.cell("note")) return;
  whole.put("note", std::string(whole.cell("note")) + (whole.has("note") ? "; " : "") + std::string(line.cell("note")));
}

// What the lines say of the order together: an empty cell is what another line says, notes add up.
ImportRow whole_order(const ImportRow& row) {
  ImportRow whole = row;
  whole.further.clear();
  for (const auto& line : row.further) {
    for (const auto column : kOfTheOrder) {
      if (!line.has(column)) continue;
      if (!whole.has(column))
        whole.put(column, std::string(line.cell(column)));
      else if (fold(whole.cell(column)) != fold(line.cell(column)))
        refuse_contradiction(row, line, column);
    }
    add_note(whole, line);
  }
  return whole;
}

bool has_price(const OrderDraft& draft) {
  return draft.total_minor || std::ranges::any_of(draft.items, [](const OrderLine& line) { return line.unit_price_minor.has_value(); });
}

// The items of one line behind those of the lines before. The amount in its text ("面膜x2 198") is left in `text_total`.
void add_items(const ImportRow& line, OrderDraft& draft, std::optional<std::int64_t>& text_total) try {
  OrderDraft own;
  own.currency = draft.currency;
  own.note = draft.note;
  own.total_minor = draft.total_minor;
  take_items(line, own);
  if (has_price(draft) && own.currency != draft.currency)
    throw RowRejected("unit_price", {"单价是 " + own.currency + "，订单的金额是 " + draft.currency + "；一个订单只能用一种货币",
                                     "the unit price is in " + own.currency + ", the order in " + draft.currency + "; one order has one currency"});
  text_total = draft.total_minor ? std::nullopt : own.total_minor;
  draft.currency = own.currency;
  draft.note = own.note;
  draft.items.insert(draft.items.end(), own.items.begin(), own.items.end());
} catch (const RowRejected& rejected) {
  throw RowRejected(rejected.column_id(), rejected.reason(), line.line);
}

// The given total, else the sum of what the lines' texts say, else none: the sum of the items.
void take_all_items(const ImportRow& row, OrderDraft& draft) {
  std::optional<std::int64_t> sum;
  const auto take = [&](const ImportRow& line, bool first) {
    std::optional<std::int64_t> own;
    add_items(line, draft, own);
    if (!first && own.has_value() != sum.has_value())
      throw RowRejected("items", {"同一订单有的行写了金额，有的没有；请每行都写，或把总额写在“金额”一列",
                                  "some lines of the order have an amount in their text, some have none; write it in each, or the total in the column amount"},
                        line.line);
    if (own) sum = sum.value_or(0) + *own;
  };
  take(row, true);
  for (const auto& line : row.further) take(line, false);
  if (sum) draft.total_minor = sum;
}

// A state that only a paid order reaches pays it on the way, as an order recorded in that state is paid.
bool pays_on_the_way(const storage::Order& order, OrderState wanted) {
  if (order.paid_at_ms || wanted == OrderState::kEnquiry || wanted == OrderState::kPlaced || wanted == OrderState::kPaid || wanted == OrderState::kCancelled)
    return false;
  const auto* paid = find_move(state_of(order), OrderState::kPaid, false);
  return paid != nullptr && find_move(paid->result, wanted, true) != nullptr;
}

// The day of the row, or of the last step of the order if that came later: a file says only when an order was placed.
std::int64_t moved_at(const Context& context, const storage::Order& order, const ImportRow& whole) {
  std::int64_t at_ms = date_in(context, whole);
  for (const auto state : kOrderStates) at_ms = std::max(at_ms, stamp_of(order, state).value_or(0));
  return at_ms;
}

// Takes an order that is there to the state the file says, so dated that nothing falls due by it that would not fall due
// had it been imported in that state.
RowOutcome follow_state(const Context& context, const storage::Order& order, const ImportRow& whole) {
  if (!whole.has("state")) return RowOutcome::kUnchanged;
  const OrderState wanted = state_in(whole);
  if (wanted == state_of(order)) return RowOutcome::kUnchanged;
  const bool pays = pays_on_the_way(order, wanted), paid = order.paid_at_ms.has_value();
  if (!pays && find_move(state_of(order), wanted, paid) == nullptr)
    throw RowRejected("state", move_refused(order.number, state_of(order), wanted, paid));
  const MoveOptions when{moved_at(context, order, whole), "", nlohmann::json::object()};
  if (pays) move_order(context, order.order_id, OrderState::kPaid, when);
  move_order(context, order.order_id, wanted, when);
  return RowOutcome::kUpdated;
}

}  // namespace

RowOutcome import_order(const Context& context, const ImportRow& row) {
  const ImportRow whole = whole_order(row);
  OrderDraft draft;
  draft.external_id = key_of(row);
  if (const auto known = storage::find_order_by_external_id(context.tx, context.shop_id(), draft.external_id)) return follow_state(context, *known, whole);
  if (is_exported_order(context, whole)) return RowOutcome::kUnchanged;
  draft.source = "import";
  draft.state = state_in(whole);
  draft.at_ms = date_in(context, whole);
  draft.currency = whole.has("currency") ? std::string(whole.cell("currency")) : context.shop.currency;
  draft.total_minor = money_in(whole, "amount", draft.currency);
  draft.note = whole.cell("note");
  take_all_items(row, draft);
  draft.recipient = whole.cell("recipient");
  draft.address = whole.cell("address");
  draft.phone = phone_of(context, whole);
  check_draft(context, draft);
  draft.customer_id = customer_in(context, whole, draft.phone);
  record_order(context, draft);
  return RowOutcome::kCreated;
}

}  // namespace laoke
