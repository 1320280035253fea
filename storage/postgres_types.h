#pragma once
#include <libpq-fe.h>

// The server's types that values here are of; their numbers never change (pg_type.dat).
namespace laoke::storage::oid {

inline constexpr Oid kBool = 16, kInt8 = 20, kInt4 = 23, kText = 25, kFloat8 = 701;

}  // namespace laoke::storage::oid
