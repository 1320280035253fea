#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::channels {

// Reads an account's settings by their specs and says in one form what is wrong with one: std::invalid_argument with the
// kind, the setting, its value (secrets masked) and what is allowed. Numbers may be written as texts, as the command line
// gives them. White space around a value is dropped: most are pasted.
class SettingsReader {
 public:
  // Throws when a value is neither text nor number, or a required one is missing.
  SettingsReader(std::string kind, std::vector<SettingSpec> specs, const nlohmann::json& settings);

  const std::string& text(const std::string& name) const;  // the fallback when it was not set
  double number(const std::string& name, double least, double most) const;
  bool on(const std::string& name) const;                   // "on" or "off"
  std::string web_address(const std::string& name) const;   // http(s), without query and closing slash
  // Of `letters` alone and so long.
  const std::string& word(const std::string& name, std::string_view letters, std::size_t least, std::size_t most,
                          const char* allowed) const;
  [[noreturn]] void refuse(const std::string& name, const std::string& allowed) const;

 private:
  std::string shown(const std::string& name) const;

  const std::string kind_;
  const std::vector<SettingSpec> specs_;
  std::map<std::string, std::string> values_;
};

}  // namespace laoke::channels
