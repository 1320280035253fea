#include "templates/stock.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "storage/embedded.h"

namespace laoke::templates {
namespace {

struct Place {
  std::string language, name;
};

// "templates/en/welcome.json" -> en, welcome; nullopt for words and rules.
std::optional<Place> place_of(const std::string& path) {
  const std::size_t slash = path.find('/'), last = path.rfind('/');
  if (slash == last || last == std::string::npos) return std::nullopt;
  const std::string folder = path.substr(slash + 1, last - slash - 1);
  const std::string name = path.substr(last + 1, path.rfind('.') - last - 1);
  if ((folder != "zh-CN" && folder != "en") || name.starts_with("words")) return std::nullopt;
  return Place{folder, name};
}

StockText read(const Place& place, const embedded::File& file) {
  try {
    const auto json = nlohmann::json::parse(file.text);
    StockText text{place.name, place.language, json.at("trigger"), json.at("marketing"), "", "{}"};
    // Lines, so that a change of one shows as a change of one.
    for (const std::string line : json.at("text")) text.body += (text.body.empty() ? "" : "\n") + line;
    if (json.contains("extras")) text.extras = json.at("extras").dump();
    return text;
  } catch (const nlohmann::json::exception& error) {
    throw std::logic_error("stock text " + file.path + ": " + error.what());
  }
}

std::vector<StockText> read_all() {
  std::vector<StockText> texts;
  for (const auto& file : embedded::embedded_stock())
    if (const auto place = place_of(file.path)) texts.push_back(read(*place, file));
  return texts;
}

}  // namespace

const std::vector<StockText>& stock_texts() {
  static const std::vector<StockText> texts = read_all();
  return texts;
}

}  // namespace laoke::templates
