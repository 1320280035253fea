#pragma once
#include <string>
#include <vector>

#include "bot/channels/channel.h"
#include "bot/commands/printing.h"
#include "bot/commands/running.h"

// What `laoke channel add` asks, checks and says about the platform's own console.
namespace laoke::commands {

struct ChannelSettings {
  nlohmann::json values = nlohmann::json::object();
  std::vector<const channels::SettingSpec*> generated;
};

// Refuses a name the kind has not, with the nearest.
const channels::SettingSpec& spec_called(const Desk& desk, const channels::Kind& kind, const std::string& name);

// The settings typed, those the program makes itself, and what is missing: asked for where a person sits at a terminal
// (secrets are not shown), else refused with the list of what is missing.
ChannelSettings settings_for(Shell& shell, const Desk& desk, const channels::Kind& kind, const std::vector<std::string>& typed);

// Real calls, one line each; an adapter that throws is one bad line.
std::vector<channels::ProbeLine> probed(channels::Channel& channel);
bool all_good(const std::vector<channels::ProbeLine>& lines);
void show_probe(std::ostream& out, const std::vector<channels::ProbeLine>& lines);
nlohmann::ordered_json to_json(const std::vector<channels::ProbeLine>& lines);

// Where the platform's callbacks have to go; without a public_url a placeholder that shows what is missing.
std::string hook_path(const Desk& desk, const std::string& name);
std::string hook_url(const Desk& desk, const std::string& name);
// What is to be done in the platform's own console, a step a line; "" when this program has no words for that kind.
std::string setup_steps(const Desk& desk, std::string_view kind, const std::string& name);

// The kinds there are, in the order they are shown, by what they are for.
struct KindGroup {
  channels::Purpose purpose;
  std::string_view id;  // "chat"
  Said title;
};
const std::vector<KindGroup>& kind_groups();

}  // namespace laoke::commands
