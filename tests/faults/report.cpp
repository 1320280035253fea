#include "tests/faults/report.h"

#include <array>
#include <cstdio>

namespace laoke::faults {
namespace {

constexpr const char* kForm = "%-16s %11s %6s %6s %9s %10s %9s %8s %8s %8s %7s %7s %9s %9s %9s %8s %8s";

using Cells = std::array<std::string, 17>;

std::string line(const Cells& c) {
  char text[360];
  std::snprintf(text, sizeof text, kForm, c[0].c_str(), c[1].c_str(), c[2].c_str(), c[3].c_str(), c[4].c_str(), c[5].c_str(), c[6].c_str(),
                c[7].c_str(), c[8].c_str(), c[9].c_str(), c[10].c_str(), c[11].c_str(), c[12].c_str(), c[13].c_str(), c[14].c_str(), c[15].c_str(), c[16].c_str());
  return text;
}

std::string seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

}  // namespace

std::string heading() {
  return line({"scenario", "seed", "kills", "faults", "mishaps", "recipients", "accepted", "unknown", "skipped", "doubled", "batches", "repeats", "cb.sent", "cb.events",
               "cb.rows", "replies", "seconds"});
}

std::string row_of(const RunResult& r) {
  if (!r.skipped_because.empty()) return line({r.scenario, std::to_string(r.seed)}) + " left out: " + r.skipped_because;
  const auto n = [](auto value) { return std::to_string(value); };
  return line({r.scenario, r.seed == 0 ? "" : n(r.seed), n(r.kills), n(r.strikes), n(r.misfortunes), n(r.audit.recipients), n(r.audit.accepted),
               n(r.audit.unknown), n(r.audit.skipped), n(r.audit.doubled), n(r.batches), n(r.repeats), n(r.callbacks_sent), n(r.callbacks), n(r.callback_rows), n(r.replies),
               seconds(r.seconds)});
}

RunResult sum_of(const std::vector<RunResult>& results) {
  RunResult sum;
  sum.scenario = "all";
  for (const auto& r : results) {
    sum.kills += r.kills;
    sum.strikes += r.strikes;
    sum.misfortunes += r.misfortunes;
    sum.batches += r.batches;
    sum.repeats += r.repeats;
    sum.callbacks_sent += r.callbacks_sent;
    sum.callbacks += r.callbacks;
    sum.callback_rows += r.callback_rows;
    sum.replies += r.replies;
    sum.seconds += r.seconds;
    sum.audit.add(r.audit);
  }
  return sum;
}

nlohmann::ordered_json json_of(const std::vector<RunResult>& results) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& r : results)
    all.push_back({{"scenario", r.scenario}, {"seed", r.seed}, {"left_out", r.skipped_because}, {"kills", r.kills}, {"faults", r.strikes},
                   {"mishaps", r.misfortunes}, {"recipients", r.audit.recipients}, {"accepted", r.audit.accepted}, {"unknown", r.audit.unknown},
                   {"skipped", r.audit.skipped}, {"doubled", r.audit.doubled}, {"batches", r.batches}, {"repeats", r.repeats},
                   {"callbacks_sent", r.callbacks_sent}, {"callbacks", r.callbacks},
                   {"callback_rows", r.callback_rows}, {"replies", r.replies}, {"seconds", r.seconds}, {"complaints", r.audit.complaints}});
  return all;
}

}  // namespace laoke::faults
