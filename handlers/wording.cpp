#include "handlers/wording.h"

#include <nlohmann/json.hpp>
#include <span>
#include <unordered_map>

#include "storage/embedded.h"

namespace laoke {
namespace {

// A stretch of text, or the place of a value; `one`/`many` only for {name|one|many}.
struct Piece {
  std::string text, value, one, many;
};
using Pieces = std::vector<Piece>;

struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
};
using Catalogue = std::unordered_map<std::string, Pieces, KeyHash, std::equal_to<>>;

Piece placeholder(std::string_view inside, std::string_view key) {
  const std::size_t first = inside.find('|');
  if (first == std::string_view::npos) return {"", std::string(inside), "", ""};
  const std::size_t second = inside.find('|', first + 1);
  if (second == std::string_view::npos)
    throw std::logic_error("words: '" + std::string(key) + "' has {name|one} without the word for many");
  return {"", std::string(inside.substr(0, first)), std::string(inside.substr(first + 1, second - first - 1)),
          std::string(inside.substr(second + 1))};
}

Pieces pieces_of(std::string_view text, std::string_view key) {
  Pieces pieces;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    if (open != 0) pieces.push_back({std::string(text.substr(0, open)), "", "", ""});
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) throw std::logic_error("words: '" + std::string(key) + "' has { without }");
    pieces.push_back(placeholder(text.substr(open + 1, close - open - 1), key));
    text.remove_prefix(close + 1);
  }
  return pieces;
}

Catalogue load(std::string_view language) {
  Catalogue catalogue;
  const std::string prefix = "templates/" + std::string(language) + "/words";
  for (const auto& file : embedded::embedded_stock()) {
    if (!file.path.starts_with(prefix)) continue;
    const auto words = nlohmann::json::parse(file.text);
    for (const auto& [key, text] : words.items())
      if (!catalogue.emplace(key, pieces_of(text.get<std::string>(), key)).second)
        throw std::logic_error("words: '" + key + "' stands in two files, the second is " + file.path);
  }
  return catalogue;
}

const Catalogue& catalogue_of(std::string_view language) {
  static const Catalogue chinese = load("zh-CN"), english = load("en");
  return spoken_language(language) == "en" ? english : chinese;
}

const std::string& value_of(std::span<const WordValue> values, const Piece& piece, std::string_view key) {
  for (const auto& value : values)
    if (value.name == piece.value) return value.text;
  throw std::logic_error("words: '" + std::string(key) + "' needs a value for {" + piece.value + "}");
}

std::string fill(std::string_view language, std::string_view key, std::span<const WordValue> values) {
  const Catalogue& catalogue = catalogue_of(language);
  const auto found = catalogue.find(key);
  if (found == catalogue.end())
    throw std::logic_error("words: no '" + std::string(key) + "' in " + std::string(spoken_language(language)));
  std::string out;
  for (const auto& piece : found->second) {
    out += piece.text;
    if (piece.value.empty()) continue;
    const std::string& value = value_of(values, piece, key);
    if (piece.many.empty() && piece.one.empty())
      out += value;
    else
      out += value == "1" ? piece.one : piece.many;
  }
  return out;
}

}  // namespace

std::string_view spoken_language(std::string_view language) {
  return language.starts_with("zh") ? "zh-CN" : "en";
}

std::string say(std::string_view language, std::string_view key, std::initializer_list<WordValue> values) {
  return fill(language, key, {values.begin(), values.size()});
}

std::string say(std::string_view language, const Phrase& phrase) {
  return fill(language, phrase.key, phrase.values);
}

Said said(const Phrase& phrase) { return {say("zh-CN", phrase), say("en", phrase)}; }

Refusal refusal(const Phrase& phrase) { return Refusal(phrase.key, say("zh-CN", phrase), say("en", phrase)); }

bool has_words(std::string_view key) {
  return catalogue_of("en").contains(key);
}

std::map<std::string, std::set<std::string>> words_of(std::string_view language) {
  std::map<std::string, std::set<std::string>> words;
  for (const auto& [key, pieces] : catalogue_of(language)) {
    auto& names = words[key];
    for (const auto& piece : pieces)
      if (!piece.value.empty()) names.insert(piece.value);
  }
  return words;
}

}  // namespace laoke
