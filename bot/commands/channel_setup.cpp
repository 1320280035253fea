#include "bot/commands/channel_setup.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>

#include "bot/commands/chat_screen.h"
#include "handlers/crypto.h"
#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke::commands {
namespace {

using channels::Kind;
using channels::SettingSpec;

// What is typed is not shown while this lives. The terminal is as it was afterwards, also when something throws.
class NoEcho {
 public:
  explicit NoEcho(bool wanted) : hidden_(wanted && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!hidden_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    if (hidden_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  bool hidden() const { return hidden_; }

 private:
  termios before_{};
  const bool hidden_;
};

// "" when nothing was typed; none at the end of the input.
std::optional<std::string> typed_answer(Shell& shell, const SettingSpec& spec) {
  const NoEcho quiet(spec.secret);  // before the question: who types at once is not shown either
  shell.err << spec.name << " (" << spec.help << "): ";
  shell.err.flush();
  std::string line;
  const bool came = static_cast<bool>(std::getline(shell.in, line));
  if (quiet.hidden()) shell.err << "\n";
  if (!came) return std::nullopt;
  return std::string(trim(line));
}

std::string asked_for(Shell& shell, const Desk& desk, const SettingSpec& spec) {
  constexpr int kMostTries = 3;
  for (int i = 0; i < kMostTries; ++i) {
    const auto answer = typed_answer(shell, spec);
    if (!answer) break;
    if (!answer->empty()) return *answer;
  }
  refuse(desk.language(), {"没有给出 " + spec.name + "，什么也没有保存", spec.name + " was not given; nothing is saved"});
}

[[noreturn]] void refuse_missing(const Desk& desk, const Kind& kind, const std::vector<const SettingSpec*>& missing) {
  std::string list;
  for (const auto* spec : missing) list += "\n  --set " + spec->name + "=…  " + spec->help;
  refuse(desk.language(), {std::string(kind.name) + " 还需要：" + list, std::string(kind.name) + " also needs:" + list});
}

}  // namespace

const SettingSpec& spec_called(const Desk& desk, const Kind& kind, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& spec : kind.settings) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  std::string list;
  for (const auto& known : names) list += (list.empty() ? "" : ", ") + known;
  const Said near = did_you_mean(name, names);
  refuse(desk.language(), {std::string(kind.name) + " 没有设置 '" + name + "'" + (near.zh.empty() ? "；可以设：" + list : near.zh),
                           std::string(kind.name) + " has no setting '" + name + "'" + (near.en.empty() ? "; there are: " + list : near.en)});
}

ChannelSettings settings_for(Shell& shell, const Desk& desk, const Kind& kind, const std::vector<std::string>& typed) {
  ChannelSettings settings;
  for (const auto& text : typed) {
    const auto [name, value] = key_and_value(desk.language(), text);
    settings.values[spec_called(desk, kind, name).name] = value;
  }
  std::vector<const SettingSpec*> missing;
  for (const auto& spec : kind.settings) {
    if (settings.values.contains(spec.name)) continue;
    if (spec.generated) {
      settings.values[spec.name] = crypto::random_token();
      settings.generated.push_back(&spec);
    } else if (spec.required) {
      missing.push_back(&spec);
    }
  }
  if (missing.empty()) return settings;
  if (shell.json || !person_answers(shell)) refuse_missing(desk, kind, missing);
  shell.err << desk.words({std::string(kind.name) + " 需要下面几项（密钥输入时不显示）：", std::string(kind.name) + " needs the following (secrets are not shown while you type):"}) << "\n";
  for (const auto* spec : missing) settings.values[spec->name] = asked_for(shell, desk, *spec);
  return settings;
}

std::vector<channels::ProbeLine> probed(channels::Channel& channel) try {
  return channel.probe();
} catch (const std::exception& error) {
  return {{false, error.what()}};
}

bool all_good(const std::vector<channels::ProbeLine>& lines) {
  return std::all_of(lines.begin(), lines.end(), [](const auto& line) { return line.ok; });
}

void show_probe(std::ostream& out, const std::vector<channels::ProbeLine>& lines) {
  for (const auto& line : lines) out << (line.ok ? "✓ " : "✗ ") << harmless(line.text) << "\n";
}

nlohmann::ordered_json to_json(const std::vector<channels::ProbeLine>& lines) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& line : lines) list.push_back({{"ok", line.ok}, {"text", line.text}});
  return list;
}

std::string hook_path(const Desk& desk, const std::string& name) {
  return "/hooks/" + (desk.shop().slug == "default" ? "" : desk.shop().slug + ".") + name;
}

std::string hook_url(const Desk& desk, const std::string& name) {
  const auto& url = desk.config().public_url;
  return (url.empty() ? "https://…" : url) + hook_path(desk, name);
}

std::string setup_steps(const Desk& desk, std::string_view kind, const std::string& name) {
  const std::string key = "channel.steps." + std::string(kind);
  if (!has_words(key)) return "";
  return say(desk.language(), key, {{"url", hook_url(desk, name)}, {"name", name}});
}

const std::vector<KindGroup>& kind_groups() {
  static const std::vector<KindGroup> groups = {
      {channels::Purpose::kChat, "chat", {"聊天平台", "chat platforms"}},
      {channels::Purpose::kShopSystem, "shop_system", {"店铺系统", "shop systems"}},
      {channels::Purpose::kParcels, "parcels", {"物流跟踪", "parcel tracking"}},
  };
  return groups;
}

}  // namespace laoke::commands
