#include "storage/move.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <set>

#include "storage/statements.h"
#include "storage/table_shapes.h"

namespace laoke::storage {
namespace {

constexpr std::size_t kPageRows = 5000;        // read at a time, and written in one transaction
constexpr std::size_t kStatementParams = 8000; // of one INSERT: both engines take 32,766

// What belongs to running nodes, not to shops.
const std::set<std::string> kOfNodes{"nodes", "channel_leases", "work_leases"};
// Written last: new ids may only be given once all rows are there.
constexpr const char* kLast = "id_blocks";
// A row of id_blocks that stands while a move is under way.
constexpr const char* kMark = "move_under_way";

constexpr Sql kMoveFindMark{"move.find_mark", "SELECT 1 FROM id_blocks WHERE name = $1"};
constexpr Sql kMoveSetMark{"move.set_mark",
                           "INSERT INTO id_blocks (name, next_id) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING"};
constexpr Sql kMoveClearMark{"move.clear_mark", "DELETE FROM id_blocks WHERE name = $1"};

// One value with its memory: rows outlive the cursor that read them.
struct Value {
  enum class Kind : std::uint8_t { kNull, kInteger, kReal, kText } kind = Kind::kNull;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;

  Param param() const {
    switch (kind) {
      case Kind::kInteger: return integer;
      case Kind::kReal: return real;
      case Kind::kText: return std::string_view(text);
      case Kind::kNull: break;
    }
    return nullptr;
  }
};
using Values = std::vector<Value>;

Value value_of(const Row& row, int column, Column::Type type) {
  Value value;
  if (row.is_null(column)) return value;
  switch (type) {
    case Column::Type::kInteger: value.kind = Value::Kind::kInteger; value.integer = row.integer(column); break;
    case Column::Type::kReal: value.kind = Value::Kind::kReal; value.real = row.real(column); break;
    case Column::Type::kText: value.kind = Value::Kind::kText; value.text = row.string(column); break;
  }
  return value;
}

// FNV-1a with a last mixing (the finaliser of MurmurHash3), so that sums of hashes keep differing.
class Hash {
 public:
  void add(const Value& value) {
    byte(static_cast<unsigned char>(value.kind));
    if (value.kind == Value::Kind::kInteger) number(static_cast<std::uint64_t>(value.integer));
    if (value.kind == Value::Kind::kReal) number(std::bit_cast<std::uint64_t>(value.real));
    if (value.kind != Value::Kind::kText) return;
    number(value.text.size());
    for (const char c : value.text) byte(static_cast<unsigned char>(c));
  }
  std::uint64_t value() const {
    std::uint64_t h = state_;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdULL;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return h ^ (h >> 33);
  }

 private:
  void byte(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001b3ULL; }
  void number(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<unsigned char>(number >> shift));
  }
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

struct Sum {
  std::int64_t rows = 0;
  std::uint64_t hashes = 0;

  void add(const Values& row) {
    Hash hash;
    for (const auto& value : row) hash.add(value);
    hashes += hash.value();
    ++rows;
  }
  TableMoved of(const std::string& table) const {
    char hex[17];
    std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hashes));
    return {table, rows, hex};
  }
};

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string places(std::size_t first, std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "$" : ", $") + std::to_string(first + i);
  return text + ")";
}

std::vector<std::string> names_of(const TableShape& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  return names;
}

// A table in pages along its primary key.
class Walk {
 public:
  explicit Walk(const TableShape& table) : table_(table) {
    const std::string key = list(table.key);
    const std::string select = "SELECT " + list(names_of(table)) + " FROM " + table.name;
    const std::string order = " ORDER BY " + key + " LIMIT " + std::to_string(kPageRows);
    first_ = select + order;
    next_ = select + " WHERE (" + key + ") > " + places(1, table.key.size()) + order;
    for (const auto& name : table.key)
      key_at_.push_back(static_cast<std::size_t>(std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& column) { return column.name == name; }) -
                                                 table.columns.begin()));
  }

  // The next page, empty behind the last.
  std::vector<Values> page(Transaction& tx) {
    std::vector<Values> rows;
    std::vector<Param> behind;
    for (const auto& value : last_) behind.push_back(value.param());
    tx.query_built(last_.empty() ? first_ : next_, behind, [&](const Row& row) {
      Values values;
      values.reserve(table_.columns.size());
      for (std::size_t i = 0; i < table_.columns.size(); ++i) values.push_back(value_of(row, static_cast<int>(i), table_.columns[i].type));
      rows.push_back(std::move(values));
    });
    if (!rows.empty()) {
      last_.clear();
      for (const auto at : key_at_) last_.push_back(rows.back()[at]);
    }
    return rows;
  }

 private:
  const TableShape& table_;
  std::string first_, next_;
  std::vector<std::size_t> key_at_;
  Values last_;
};

void insert(Transaction& tx, const TableShape& table, const std::vector<Values>& rows) {
  const std::size_t width = table.columns.size();
  const std::size_t at_once = std::max<std::size_t>(1, kStatementParams / width);
  const std::string head = "INSERT INTO " + table.name + " (" + list(names_of(table)) + ") VALUES ";
  for (std::size_t from = 0; from < rows.size(); from += at_once) {
    const std::size_t count = std::min(at_once, rows.size() - from);
    std::string text = head;
    std::vector<Param> params;
    params.reserve(count * width);
    for (std::size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "" : ", ") + places(1 + i * width, width);
      for (const auto& value : rows[from + i]) params.push_back(value.param());
    }
    tx.execute_built(text, params);
  }
}

std::int64_t count_of(Transaction& tx, const std::string& table) {
  std::int64_t count = 0;
  tx.query_built("SELECT count(*) FROM " + table, {}, [&](const Row& row) { count = row.integer(0); });
  return count;
}

std::vector<TableShape> tables_to_move(Database& database) {
  auto tables = table_shapes(database);
  std::erase_if(tables, [](const TableShape& table) { return kOfNodes.contains(table.name); });
  std::stable_partition(tables.begin(), tables.end(), [](const TableShape& table) { return table.name != kLast; });
  return tables;
}

void require_same_shape(const std::vector<TableShape>& from, const std::vector<TableShape>& to) {
  const auto same = [](const TableShape& a, const TableShape& b) { return a.name == b.name && names_of(a) == names_of(b) && a.key == b.key; };
  if (std::equal(from.begin(), from.end(), to.begin(), to.end(), same)) return;
  throw MoveError("the two databases do not have the same tables: bring both to this program's schema with 'laoke migrate'");
}

// A new database, or the rest of a move that broke off, which is removed; anything else is somebody's shop.
void make_room(Database& to, const std::vector<TableShape>& tables) {
  const bool left_over = to.read([](Transaction& tx) { return half_moved(tx); });
  if (!left_over) {
    const auto taken = to.read([&](Transaction& tx) {
      for (const auto& table : tables)
        if (table.name != kLast && count_of(tx, table.name) > 0) return table.name;
      return std::string();
    });
    if (!taken.empty()) throw MoveError("the target " + to.describe() + " is not empty: its table " + taken + " has rows; name a new database");
  }
  to.write([&](Transaction& tx) {
    tx.execute(kMoveSetMark, {kMark});
    for (const auto& table : tables)
      if (table.name != kLast) tx.execute_built("DELETE FROM " + table.name, {});
  });
}

using Told = std::function<void(const std::string& table, std::size_t rows)>;

Sum copy_table(Transaction& source, Database& to, const TableShape& table, const Told& told) {
  Sum sum;
  Walk walk(table);
  for (auto rows = walk.page(source); !rows.empty(); rows = walk.page(source)) {
    to.write([&](Transaction& tx) {
      if (table.name == kLast) tx.execute_built("DELETE FROM id_blocks WHERE name <> 'move_under_way'", {});
      insert(tx, table, rows);
    }, Lane::kBulk);
    for (const auto& row : rows) sum.add(row);
    told(table.name, rows.size());
  }
  return sum;
}

std::vector<TableMoved> sums_of(Transaction& tx, const std::vector<TableShape>& tables, const Told& told) {
  std::vector<TableMoved> sums;
  for (const auto& table : tables) {
    Sum sum;
    Walk walk(table);
    for (auto rows = walk.page(tx); !rows.empty(); rows = walk.page(tx)) {
      for (const auto& row : rows) sum.add(row);
      told(table.name, rows.size());
    }
    sums.push_back(sum.of(table.name));
  }
  return sums;
}

void compare(const std::vector<TableMoved>& left, const std::vector<TableMoved>& arrived) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].rows == arrived[i].rows && left[i].checksum == arrived[i].checksum) continue;
    throw MoveError("table " + left[i].table + " did not arrive whole: " + std::to_string(left[i].rows) + " rows with checksum " + left[i].checksum +
                    " left, " + std::to_string(arrived[i].rows) + " with " + arrived[i].checksum +
                    " arrived; was something running on either database? Nothing of the source was changed: run the move again");
  }
}

}  // namespace

std::vector<TableMoved> sum_database(Database& database) {
  const auto tables = tables_to_move(database);
  return database.read([&](Transaction& tx) { return sums_of(tx, tables, [](const std::string&, std::size_t) {}); });
}

std::vector<TableMoved> move_database(Database& from, Database& to, const std::function<void(const MoveProgress&)>& progress) {
  const auto tables = tables_to_move(from);
  require_same_shape(tables, tables_to_move(to));
  if (from.read([](Transaction& tx) { return half_moved(tx); }))
    throw MoveError("the source " + from.describe() + " is itself the target of a move that did not end: repeat that one first");
  make_room(to, tables);
  MoveProgress at;
  const Told told = [&](const std::string& table, std::size_t rows) {
    at.table = table;
    at.rows_done += static_cast<std::int64_t>(rows);
    if (progress) progress(at);
  };
  const auto left = from.read([&](Transaction& source) {
    for (const auto& table : tables) at.rows_total += count_of(source, table.name);
    std::vector<TableMoved> sums;
    for (const auto& table : tables) sums.push_back(copy_table(source, to, table, told).of(table.name));
    return sums;
  });
  at.rows_done = 0;
  at.comparing = true;
  // The mark is taken away only when all of it is there: in the transaction that sums, undone if they differ.
  to.write([&](Transaction& tx) {
    at.rows_done = 0;
    tx.execute(kMoveClearMark, {kMark});
    compare(left, sums_of(tx, tables, told));
  });
  return left;
}

bool half_moved(Transaction& tx) {
  bool found = false;
  tx.query(kMoveFindMark, {kMark}, [&](const Row&) { found = true; });
  return found;
}

std::span<const Sql* const> move_statements() {
  static constexpr const Sql* kMoveStatements[] = {&kMoveFindMark, &kMoveSetMark, &kMoveClearMark};
  return kMoveStatements;
}

}  // namespace laoke::storage
