#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

// The audit: what the ledger says of a send against what the platform says it took.
namespace laoke::faults {

// One planned recipient.
struct Entry {
  std::string name;           // for complaints: "broadcast 1007, chat 500012"
  std::string state, reason;  // of the ledger row; state "" when there is no row
  int accepted = 0;           // times the platform took the message
  bool cut = false;           // was in flight when its node was killed, frozen or lost its power or database
  bool unheard = false;       // the platform kept an answer for it to itself, or answered with a failure of its own
  bool may_repeat = false;    // its rule says: send once more when it is unknown
  bool keyed = false;         // its platform recognises a repeat: it is asked again until it says what became of the first
};

struct Audit {
  std::int64_t recipients = 0, accepted = 0, unknown = 0, skipped = 0, doubled = 0;
  std::vector<std::string> complaints;  // what is wrong, at most kMostComplaints of them in words

  void add(const Audit& other);
  bool balanced() const { return complaints.empty() && skipped == 0 && doubled == 0; }
};
constexpr std::size_t kMostComplaints = 20;

// Settled: the broadcast is over, so a row that still waits was skipped. Otherwise rows may wait, but none of which the
// platform has taken the message already.
enum class Settled { kNo, kYes };
Audit audit(std::span<const Entry> entries, Settled settled);

// The counts the API shows, against the rows. "" or what differs.
using Counts = std::map<std::pair<std::string, std::string>, std::int64_t>;  // by state and reason
std::string compare_counts(const Counts& shown, const Counts& rows);

}  // namespace laoke::faults
