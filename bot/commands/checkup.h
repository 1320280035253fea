#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/config.h"
#include "handlers/said.h"
#include "storage/database.h"

// The parts of laoke doctor. Each looks, changes nothing, throws nothing, and says what to do.
namespace laoke::commands {

enum class Health { kOk, kWarning, kProblem };
std::string_view name_of(Health health);  // "ok", "warning", "problem"

struct Finding {
  Health health = Health::kOk;
  std::string about;  // "database", "disk", "channel.webchat"
  Said text;
};
using Findings = std::vector<Finding>;

// Opens the database when it is sound enough; null, and what is wrong in `findings`, when it is not.
std::unique_ptr<storage::Database> open_for_checkup(const Config& config, Findings& findings);
void check_log_size(const Config& config, Findings& findings);
void check_disk(const Config& config, Findings& findings);
void check_permissions(const Config& config, Findings& findings);
void check_clock(Findings& findings);
void check_port(const Config& config, Findings& findings);
// The servers that run on this database, what each does and when it was last heard.
void check_nodes(storage::Database& database, Findings& findings);
void check_shops(storage::Database& database, Findings& findings);
// Real calls to the platforms.
void check_channels(storage::Database& database, const Config& config, Findings& findings);

}  // namespace laoke::commands
