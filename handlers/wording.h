#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/refusal.h"
#include "handlers/said.h"

// What the program itself says, in the languages it speaks. The texts are data: templates/zh-CN/words*.json and
// templates/en/words*.json, one key a line. In a text, {name} is replaced by the value of that name, and
// {count|customer|customers} picks the first word when the value is 1, else the second.
namespace laoke {

struct WordValue {
  WordValue(std::string_view value_name, std::string_view value) : name(value_name), text(value) {}
  WordValue(std::string_view value_name, const char* value) : name(value_name), text(value) {}
  WordValue(std::string_view value_name, std::int64_t value) : name(value_name), text(std::to_string(value)) {}
  WordValue(std::string_view value_name, int value) : name(value_name), text(std::to_string(value)) {}
  WordValue(std::string_view value_name, std::size_t value) : name(value_name), text(std::to_string(value)) {}
  std::string name, text;
  bool operator==(const WordValue&) const = default;
};

// Something to say, before it is known in which language. How a handler tells what is wrong or what it did.
struct Phrase {
  std::string key;
  std::vector<WordValue> values = {};
  bool operator==(const Phrase&) const = default;
};

// The text in that language; a language we do not speak is answered in en (zh in any form in zh-CN). A key that does
// not exist, or a value the text needs and did not get, is our own mistake: std::logic_error naming it.
std::string say(std::string_view language, std::string_view key, std::initializer_list<WordValue> values = {});
std::string say(std::string_view language, const Phrase& phrase);
bool has_words(std::string_view key);

// "zh-CN" or "en": the language of the words for a customer's, contact's or shop's language ("zh-Hans-SG", "en_GB",
// "").
std::string_view spoken_language(std::string_view language);

// The phrase as the types handlers refuse with.
Said said(const Phrase& phrase);
Refusal refusal(const Phrase& phrase);  // its code is the phrase's key

// For the test that holds the languages against each other: key -> names of the values its text needs.
std::map<std::string, std::set<std::string>> words_of(std::string_view language);

}  // namespace laoke
