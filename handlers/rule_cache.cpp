#include <mutex>
#include <unordered_map>

#include "handlers/rule_format.h"

namespace laoke {
namespace {

// Keyed by the text itself, so that it can never be out of date and serves all shops: most run the same stock rules.
constexpr std::size_t kMostKept = 4096;  // about 20 MB at the longest; dropped whole, which nobody notices
struct Kept {
  std::mutex mutex;
  std::unordered_map<std::string, std::shared_ptr<const RuleDefinition>> rules;  // guarded by mutex
};

Kept& kept() {
  static Kept instance;
  return instance;
}

}  // namespace

std::shared_ptr<const RuleDefinition> stored_rule(const std::string& definition) {
  Kept& all = kept();
  {
    const std::lock_guard lock(all.mutex);
    if (const auto it = all.rules.find(definition); it != all.rules.end()) return it->second;
  }
  const auto parsed = parse_rule(definition);
  // Shared by the threads that read rules at the same time; freed by the last one after the table was dropped.
  const auto rule = parsed ? std::make_shared<const RuleDefinition>(*parsed) : nullptr;
  const std::lock_guard lock(all.mutex);
  if (all.rules.size() >= kMostKept) all.rules.clear();
  all.rules.emplace(definition, rule);
  return rule;
}

}  // namespace laoke
