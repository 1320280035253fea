#include "bot/http/keys.h"

#include <array>
#include <stdexcept>

#include "handlers/crypto.h"
#include "bot/http/problem.h"

namespace laoke::http {
namespace {

constexpr std::string_view kMark = "lk_";          // lets a secret scanner know a leaked key
constexpr std::size_t kPrefixBytes = 8;            // shown in lists: 5 of 43 letters say nothing useful to a thief
constexpr std::size_t kNameBytes = 100;
constexpr std::int64_t kTouchEveryMs = 3'600'000;  // "last used" to the hour: not a write for every read
constexpr std::array<std::string_view, 3> kRoles = {"viewer", "operator", "owner"};

std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((authorization[i] | 0x20) != kScheme[i]) return {};
  return authorization.substr(kScheme.size());
}

}  // namespace

std::string_view name_of(Role role) { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<Role> role_from(std::string_view name) {
  for (std::size_t i = 0; i < kRoles.size(); ++i)
    if (kRoles[i] == name) return static_cast<Role>(i);
  return std::nullopt;
}

NewKey create_key(storage::Transaction& tx, std::int64_t shop_id, std::string_view name, Role role, std::int64_t now_ms) {
  if (name.empty() || name.size() > kNameBytes) throw std::invalid_argument("a key's name has 1 to 100 bytes");
  NewKey made;
  made.key = std::string(kMark) + crypto::random_token();
  storage::ApiKey row;
  row.shop_id = shop_id;
  row.name = name;
  row.role = name_of(role);
  row.hash = crypto::sha256_hex(made.key);
  row.prefix = made.key.substr(0, kPrefixBytes);
  row.created_at_ms = now_ms;
  made.key_id = storage::insert_api_key(tx, row);
  return made;
}

std::optional<Caller> Keys::caller_of(const Request& request) const {
  const std::string hash = crypto::sha256_hex(bearer(request.header("authorization")));
  const auto found = database_.read([&](storage::Transaction& tx) { return storage::find_api_key(tx, hash); });
  if (!found || !crypto::equal_in_constant_time(found->hash, hash)) return std::nullopt;
  const auto role = role_from(found->role);
  if (!role) return std::nullopt;
  const std::int64_t now_ms = clock_.now_ms();
  if (found->last_used_ms.value_or(0) + kTouchEveryMs <= now_ms)
    database_.write([&](storage::Transaction& tx) { storage::touch_api_key(tx, found->shop_id, found->key_id, now_ms); }, storage::of_shop(found->shop_id));
  return Caller{found->shop_id, found->key_id, found->name, *role};
}

Caller Keys::require(const Request& request, Role at_least) const {
  const auto caller = caller_of(request);
  if (!caller) throw Problem(401, "send a valid key: Authorization: Bearer lk_… (made by `laoke key add`)");
  if (caller->role < at_least)
    throw Problem(403, "this key's role is " + std::string(name_of(caller->role)) + "; this call needs " + std::string(name_of(at_least)));
  return *caller;
}

}  // namespace laoke::http
