#include "storage/postgres_errors.h"

#include <algorithm>
#include <array>

namespace laoke::storage {
namespace {

struct Known {
  std::string_view sqlstate;  // or the beginning of it: the class
  StorageFault fault;
  const char* advice;
};

constexpr const char* kAway =
    "the database server does not answer: check that PostgreSQL runs and can be reached; what was accepted is not lost";
constexpr const char* kDenied = "the server refused this user: check user, password and database in the URL, and pg_hba.conf";
constexpr const char* kHeld = "another program holds the database: stop it or wait for it to finish";
constexpr const char* kDamaged = "the database is damaged: run 'laoke doctor', then restore a backup";

// PostgreSQL 15 documentation, appendix A "PostgreSQL Error Codes". Longer entries before their class.
constexpr std::array<Known, 22> kKnown = {{
    {"23", StorageFault::kConstraint, ""},
    {"53100", StorageFault::kDiskFull, "the server's disk is full: free some space there, nothing accepted is lost"},
    {"53300", StorageFault::kUnavailable, "the server has no connection left: raise max_connections or stop other programs"},
    {"53", StorageFault::kUnavailable, "the server is short of memory or connections"},
    {"58030", StorageFault::kDiskFull, "the server cannot read or write its disk"},
    {"58", StorageFault::kUnavailable, kAway},
    {"25006", StorageFault::kReadOnly, "the server only reads (a standby?): connect to the primary"},
    {"42501", StorageFault::kReadOnly, "this user may not do that: it must own the database's tables"},
    {"28", StorageFault::kUnavailable, kDenied},
    {"3D000", StorageFault::kUnavailable, "there is no such database: create it with createdb, or correct the URL"},
    {"40", StorageFault::kBusy, kHeld},
    {"55P03", StorageFault::kBusy, kHeld},
    {"55006", StorageFault::kBusy, kHeld},
    {"57014", StorageFault::kBusy, "the server cancelled the statement: look for a statement_timeout"},
    {"25P03", StorageFault::kUnavailable, kAway},
    {"25P04", StorageFault::kUnavailable, kAway},
    {"57P", StorageFault::kUnavailable, kAway},
    {"08", StorageFault::kUnavailable, kAway},
    {"XX001", StorageFault::kCorrupt, kDamaged},
    {"XX002", StorageFault::kCorrupt, kDamaged},
    {"22021", StorageFault::kOther, "the text is no valid UTF-8"},
    {"42P01", StorageFault::kOther, "a table is missing: run 'laoke doctor'"},
}};

const Known* known(std::string_view sqlstate) {
  if (sqlstate.empty()) sqlstate = "08006";  // the connection died without a word
  const auto* found = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& one) { return sqlstate.starts_with(one.sqlstate); });
  return found == kKnown.end() ? nullptr : found;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char letter : text) {
    if (letter != '\n')
      line += letter;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace

StorageFault postgres_fault(std::string_view sqlstate) {
  const Known* entry = known(sqlstate);
  return entry != nullptr ? entry->fault : StorageFault::kOther;
}

bool cured_by_another_try(std::string_view sqlstate) {
  // 26000: the server forgot a prepared statement; 0A000 of a plan whose columns a migration changed. A new
  // connection prepares again.
  constexpr std::array<std::string_view, 9> kCured = {"40001", "40P01", "55P03", "25P03", "25P04", "57P0", "08", "26000", "0A000"};
  return sqlstate.empty() ||
         std::any_of(kCured.begin(), kCured.end(), [&](std::string_view one) { return sqlstate.starts_with(one); });
}

StorageError postgres_error(std::string_view sqlstate, std::string_view message, std::string_view while_doing) {
  const Known* entry = known(sqlstate);
  const std::string hint = entry != nullptr ? entry->advice : "";
  return StorageError(postgres_fault(sqlstate), "database, " + std::string(while_doing) + ": " + one_line(message) +
                                                    (sqlstate.empty() ? "" : " (" + std::string(sqlstate) + ")") +
                                                    (hint.empty() ? "" : "; " + hint));
}

std::string message_of(const PGconn* connection) { return one_line(PQerrorMessage(connection)); }

std::string message_of(const PGresult* result) {
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return one_line(message != nullptr ? message : PQresultErrorMessage(result));
}

std::string sqlstate_of(const PGresult* result) {
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return sqlstate != nullptr ? sqlstate : "";
}

}  // namespace laoke::storage
