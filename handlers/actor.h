#pragma once
#include <optional>
#include <string>

#include "handlers/context.h"

namespace laoke {

// The word stored beside what somebody changed: 'customer', 'staff', 'import', 'api', 'platform'.
inline std::string source_of(const Actor& actor) {
  switch (actor.kind) {
    case Actor::Kind::kCustomer:
      return "customer";
    case Actor::Kind::kStaff:
      return "staff";
    case Actor::Kind::kApi:
      return "api";
    case Actor::Kind::kImport:
      return "import";
    case Actor::Kind::kSystem:
      break;
  }
  return "platform";
}

inline std::optional<std::int64_t> staff_of(const Actor& actor) {
  return actor.kind == Actor::Kind::kStaff ? std::optional(actor.staff_id) : std::nullopt;
}

}  // namespace laoke
