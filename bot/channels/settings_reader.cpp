#include "bot/channels/settings_reader.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "bot/http_client.h"
#include "handlers/text.h"

namespace laoke::channels {
namespace {

std::string plain_number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

SettingsReader::SettingsReader(std::string kind, std::vector<SettingSpec> specs, const nlohmann::json& settings)
    : kind_(std::move(kind)), specs_(std::move(specs)) {
  for (const SettingSpec& spec : specs_) {
    const auto found = settings.is_object() ? settings.find(spec.name) : settings.end();
    const bool given = settings.is_object() && found != settings.end() && !found->is_null();
    if (given && !found->is_string() && !found->is_number())
      throw std::invalid_argument(kind_ + ": " + spec.name + " is neither text nor number, but it must be one of them");
    std::string value;
    if (given) value = found->is_string() ? std::string(trim(found->get_ref<const std::string&>())) : found->dump();
    values_[spec.name] = value.empty() ? spec.fallback : value;
    if (spec.required && values_[spec.name].empty()) refuse(spec.name, "set: " + spec.help);
  }
}

const std::string& SettingsReader::text(const std::string& name) const { return values_.at(name); }

double SettingsReader::number(const std::string& name, double least, double most) const {
  const std::string& text = values_.at(name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
  if (!good) refuse(name, plain_number(least) + " to " + plain_number(most));
  return value;
}

bool SettingsReader::on(const std::string& name) const {
  const std::string& text = values_.at(name);
  if (text != "on" && text != "off") refuse(name, "on or off");
  return text == "on";
}

std::string SettingsReader::web_address(const std::string& name) const {
  std::string text = values_.at(name);
  if (!is_http_url(text) || text.find_first_of("?#") != std::string::npos)
    refuse(name, "an address such as https://api.example.com");
  while (text.ends_with('/')) text.pop_back();
  return text;
}

const std::string& SettingsReader::word(const std::string& name, std::string_view letters, std::size_t least,
                                        std::size_t most, const char* allowed) const {
  const std::string& text = values_.at(name);
  if (text.size() < least || text.size() > most || text.find_first_not_of(letters) != std::string::npos)
    refuse(name, allowed);
  return text;
}

std::string SettingsReader::shown(const std::string& name) const {
  const std::string& value = values_.at(name);
  if (value.empty()) return "missing";
  const auto spec = std::find_if(specs_.begin(), specs_.end(), [&](const auto& one) { return one.name == name; });
  if (spec == specs_.end() || !spec->secret) return "'" + value + "'";
  return "'" + value.substr(0, value.size() > 12 ? 4 : 0) + "***'";
}

void SettingsReader::refuse(const std::string& name, const std::string& allowed) const {
  throw std::invalid_argument(kind_ + ": " + name + " is " + shown(name) + ", but it must be " + allowed);
}

}  // namespace laoke::channels
