#include <algorithm>
#include <charconv>

#include "handlers/customers.h"
#include "handlers/names.h"
#include "handlers/phone_numbers.h"
#include "handlers/pinyin.h"
#include "handlers/text.h"
#include "storage/phones.h"

namespace laoke {
namespace {

constexpr std::size_t kFewestPhoneDigits = 7;
constexpr int kNearCandidates = 300;  // looked at for each way a name may begin

std::optional<storage::FoundCustomer> by_id(const Context& context, std::string_view typed) {
  if (!typed.starts_with('#')) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(typed.data() + 1, typed.data() + typed.size(), id);
  if (error != std::errc() || end != typed.data() + typed.size()) return std::nullopt;
  const auto customer = storage::get_customer(context.tx, context.shop_id(), id);
  if (!customer || customer->merged_into) return std::nullopt;
  return storage::FoundCustomer{id, customer->name};
}

std::vector<storage::FoundCustomer> by_phone(const Context& context, std::string_view typed) {
  const auto digits = std::count_if(typed.begin(), typed.end(), [](char c) { return c >= '0' && c <= '9'; });
  std::vector<storage::FoundCustomer> found;
  if (static_cast<std::size_t>(digits) < kFewestPhoneDigits) return found;
  const auto phone = phone_in(typed, context.shop.country);
  if (!phone) return found;
  for (const std::int64_t id : storage::customers_with_phone(context.tx, context.shop_id(), *phone))
    if (const auto customer = storage::get_customer(context.tx, context.shop_id(), id))
      found.push_back({id, customer->name});
  return found;
}

void add_candidates(std::vector<storage::FoundCustomer>& candidates, std::vector<storage::FoundCustomer> more) {
  for (auto& one : more) {
    const auto same = [&](const auto& known) { return known.customer_id == one.customer_id; };
    if (std::none_of(candidates.begin(), candidates.end(), same)) candidates.push_back(std::move(one));
  }
}

}  // namespace

std::vector<storage::FoundCustomer> search_customers(const Context& context, std::string_view typed, int limit) {
  const std::string text = fold(typed.substr(0, 1000));
  if (auto one = by_id(context, text)) return {*one};
  auto found = by_phone(context, text);
  if (found.empty()) found = storage::find_customers(context.tx, context.shop_id(), search_text(text), limit);
  if (found.size() > static_cast<std::size_t>(std::max(limit, 0)))
    found.resize(static_cast<std::size_t>(std::max(limit, 0)));
  return found;
}

std::vector<storage::FoundCustomer> nearest_customers(const Context& context, std::string_view typed,
                                                      std::size_t limit) {
  const std::string text = folded(cut_to_code_points(typed, kMaxNameCodePoints));
  if (text.empty()) return {};
  std::vector<storage::FoundCustomer> candidates;
  const std::string first = cut_to_code_points(text, 1);
  add_candidates(candidates, storage::names_beginning(context.tx, context.shop_id(), first, kNearCandidates));
  const Pinyin sound = pinyin_of(text);
  for (const std::string& part : {sound.initials, sound.full.substr(0, 3)})
    if (!part.empty())
      add_candidates(candidates, storage::find_customers(context.tx, context.shop_id(), part, kNearCandidates));
  std::vector<std::string> names;
  for (const auto& one : candidates) names.push_back(one.name);
  std::vector<storage::FoundCustomer> nearest;
  for (const auto& name : nearest_names(typed, names, limit))
    for (const auto& one : candidates) {
      const auto same = [&](const auto& known) { return known.customer_id == one.customer_id; };
      if (one.name == name && nearest.size() < limit && std::none_of(nearest.begin(), nearest.end(), same))
        nearest.push_back(one);
    }
  return nearest;
}

}  // namespace laoke
