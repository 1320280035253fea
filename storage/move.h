#pragma once
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/database.h"

// Carries everything from one database to another, whatever their engines, and proves that it arrived.
namespace laoke::storage {

struct TableMoved {
  std::string table;
  std::int64_t rows = 0;
  std::string checksum;  // 16 hex digits: the sum over its rows of a 64-bit hash of every value; the order does not matter
};

struct MoveProgress {
  std::string table;
  std::int64_t rows_done = 0, rows_total = 0;  // of all tables
  bool comparing = false;                      // the second walk, over what arrived
};

// The move cannot be, or what arrived is not what left. what() says what to do.
class MoveError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Copies all rows of `from` (one snapshot) into `to`, reads them back and compares counts and checksums of every table.
// Nothing may run on either meanwhile. `to` must be new, or hold what an interrupted move left: then it begins again.
// Until it is whole, half_moved() says so of `to`.
std::vector<TableMoved> move_database(Database& from, Database& to, const std::function<void(const MoveProgress&)>& progress);

// The same count and checksum of every table of one database.
std::vector<TableMoved> sum_database(Database& database);

// Whether a move into this database began and did not end: nothing may be sent from it.
bool half_moved(Transaction& tx);

}  // namespace laoke::storage
