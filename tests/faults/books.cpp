#include "tests/faults/books.h"

#include <set>

namespace laoke::faults {
namespace {

bool taken_state(const std::string& state) { return state == "accepted" || state == "delivered" || state == "read"; }
bool refused_state(const std::string& state) { return state == "failed" || state == "dropped" || state == "cancelled"; }

class Auditor {
 public:
  explicit Auditor(Settled settled) : settled_(settled) {}

  void look_at(const Entry& entry) {
    ++audit_.recipients;
    if (entry.accepted > 0) ++audit_.accepted;
    const int most = entry.may_repeat && (entry.cut || entry.unheard) ? 2 : 1;
    if (entry.accepted > most) {
      ++audit_.doubled;
      return complain(entry, "the platform took it " + std::to_string(entry.accepted) + " times");
    }
    if (entry.state == "unknown") return unknown(entry);
    if (taken_state(entry.state)) return taken(entry);
    if (refused_state(entry.state)) return refused(entry);
    waiting(entry);
  }
  Audit result() { return std::move(audit_); }

 private:
  void unknown(const Entry& entry) {
    ++audit_.unknown;
    // At a kill an outcome may be half written: the other half is unknown, as announced.
    if (entry.keyed && !entry.cut) return complain(entry, "unknown, though the platform would have recognised the same call");
    if (!entry.cut && !entry.unheard) complain(entry, "unknown, though nothing happened to it");
  }
  void taken(const Entry& entry) {
    if (entry.accepted > 0) return;
    ++audit_.skipped;
    complain(entry, "the platform never took it");
  }
  void refused(const Entry& entry) {
    if (entry.reason.empty()) complain(entry, "no reason");
    // What a person or the platform stopped after an answer was lost may have arrived; an unknown may not be called failed.
    if (entry.accepted > 0) complain(entry, "yet the platform took it");
  }
  void waiting(const Entry& entry) {
    if (settled_ == Settled::kYes) {
      ++audit_.skipped;
      return complain(entry, "it is over and this still waits");
    }
    // Under a key what was taken may wait to be asked about again.
    const bool asked_again = entry.keyed && (entry.cut || entry.unheard);
    if (entry.state != "sending" && !asked_again && entry.accepted >= (entry.may_repeat ? 2 : 1)) complain(entry, "yet the platform took it");
  }
  void complain(const Entry& entry, const std::string& what) {
    if (audit_.complaints.size() < kMostComplaints)
      audit_.complaints.push_back(entry.name + " is '" + entry.state + "' (" + entry.reason + "): " + what);
  }

  const Settled settled_;
  Audit audit_;
};

}  // namespace

void Audit::add(const Audit& other) {
  recipients += other.recipients;
  accepted += other.accepted;
  unknown += other.unknown;
  skipped += other.skipped;
  doubled += other.doubled;
  for (const auto& complaint : other.complaints)
    if (complaints.size() < kMostComplaints) complaints.push_back(complaint);
}

Audit audit(std::span<const Entry> entries, Settled settled) {
  Auditor auditor(settled);
  for (const auto& entry : entries) auditor.look_at(entry);
  return auditor.result();
}

std::string compare_counts(const Counts& shown, const Counts& rows) {
  std::set<std::pair<std::string, std::string>> keys;
  for (const auto& [key, count] : shown) keys.insert(key);
  for (const auto& [key, count] : rows) keys.insert(key);
  std::string differences;
  const auto in = [](const Counts& counts, const auto& key) {
    const auto found = counts.find(key);
    return found == counts.end() ? 0 : found->second;
  };
  for (const auto& key : keys)
    if (in(shown, key) != in(rows, key))
      differences += (differences.empty() ? "" : "; ") + key.first + (key.second.empty() ? "" : "/" + key.second) + " is shown as " +
                     std::to_string(in(shown, key)) + ", the rows are " + std::to_string(in(rows, key));
  return differences;
}

}  // namespace laoke::faults
