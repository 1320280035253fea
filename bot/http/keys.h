#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bot/clock.h"
#include "bot/http/request.h"
#include "storage/api_keys.h"
#include "storage/database.h"

// API keys: "lk_" and 43 random letters, shown once and stored as their SHA-256.
namespace laoke::http {

// A later role may all that an earlier one may: read; do the daily work; settings, keys and staff.
enum class Role { kViewer, kOperator, kOwner };
std::string_view name_of(Role role);  // "viewer", "operator", "owner"
std::optional<Role> role_from(std::string_view name);

struct NewKey {
  std::int64_t key_id = 0;
  std::string key;  // the only time it is known
};
// Throws std::invalid_argument when the name is empty or longer than 100 bytes.
NewKey create_key(storage::Transaction& tx, std::int64_t shop_id, std::string_view name, Role role, std::int64_t now_ms);

// Whose request it is.
struct Caller {
  std::int64_t shop_id = 0, key_id = 0;
  std::string name;
  Role role = Role::kViewer;
};

// Thread-safe. Both outlive it.
class Keys {
 public:
  Keys(storage::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Who holds the request's bearer key; nobody when it has none, or one that is unknown or revoked. Does the same work
  // for any text, and looks up a digest, so that its time tells nothing of the keys there are.
  std::optional<Caller> caller_of(const Request& request) const;
  // The same; throws Problem 401 for nobody and 403 for a lesser role.
  Caller require(const Request& request, Role at_least) const;

 private:
  storage::Database& database_;
  const Clock& clock_;
};

}  // namespace laoke::http
