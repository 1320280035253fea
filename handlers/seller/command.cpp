#include "handlers/seller/command.h"

#include <unordered_map>

#include "handlers/seller/grammar.h"
#include "handlers/seller/later.h"
#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke::seller {
namespace {

// No command is longer; a 100 kB word is none and is not folded to find that out.
constexpr std::size_t kLongestWordBytes = 64;

const std::unordered_map<std::string, const Command*>& by_name() {
  static const auto names = [] {
    std::unordered_map<std::string, const Command*> all;
    for (const auto& command : commands())
      for (const auto* list : {&command.zh, &command.en})
        for (const auto name : *list) all.emplace(word_key(name), &command);
    return all;
  }();
  return names;
}

// "/help@my_shop_bot" is how group chats address one bot of several.
std::string plain_word(std::string_view word) {
  if (word.starts_with('/')) {
    word.remove_prefix(1);
    word = word.substr(0, word.find('@'));
  }
  return word.size() > kLongestWordBytes ? "" : word_key(word);
}

// The longest Chinese name the line begins with. One character alone is too little to be a command by accident, except
// for 查, which is typed most.
Parsed parse_glued(std::string_view line) {
  Parsed parsed;
  std::size_t longest = 0;
  const std::string plain = simplified(line.substr(0, kLongestWordBytes));
  for (const auto& command : commands())
    for (const auto name : command.zh) {
      const bool long_enough = length_code_points(name) > 1 || name == "查";
      if (!long_enough || name.size() <= longest || !plain.starts_with(name)) continue;
      longest = name.size();
      parsed = {&command, std::string(trim(line.substr(name.size())))};
    }
  return parsed;
}

bool begins_with_sign(std::string_view line, char& sign) {
  const std::string first = half_width(line.substr(0, 3));
  sign = first.empty() ? 0 : first.front();
  return sign == '+' || (sign == '-' && line.size() > 1);
}

std::string refused_role(const Chat& chat, const Command& command) {
  return chat.words({"seller.refused.role",
                     {{"command", name_of(command, chat.language())},
                      {"who", role_words(command.role, chat.language())},
                      {"role", role_words(chat.role(), chat.language())}}});
}

}  // namespace

const Command* find_command(std::string_view word) {
  const auto found = by_name().find(plain_word(word));
  return found == by_name().end() ? nullptr : found->second;
}

const Command* command_by_id(std::string_view id) {
  for (const auto& command : commands())
    if (command.id == id) return &command;
  return nullptr;
}

std::string_view name_of(const Command& command, std::string_view language) {
  return language == "en" ? command.en.front() : command.zh.front();
}

Parsed parse_line(std::string_view line) {
  line = trim(line);
  char sign = 0;
  // The sign stays: the rest says itself what is added and what is taken off.
  if (begins_with_sign(line, sign)) return {command_by_id(sign == '+' ? "tag" : "untag"), std::string(line)};
  std::string_view rest = line;
  const std::string word = take_token(rest);
  if (const auto* command = find_command(word)) return {command, std::string(trim(rest))};
  return parse_glued(line);
}

std::vector<const Command*> nearest_commands(std::string_view line, std::size_t most) {
  std::string_view rest = trim(line);
  const std::string word = plain_word(take_token(rest));
  std::vector<std::string> names;
  for (const auto& [name, command] : by_name()) names.push_back(name);
  std::ranges::sort(names);  // the same answer every time
  std::vector<const Command*> found;
  if (word.empty()) return found;
  for (const auto& name : nearest(word, names, most * 2)) {
    const auto* command = by_name().at(name);
    if (std::ranges::find(found, command) == found.end() && found.size() < most) found.push_back(command);
  }
  return found;
}

void run_command(Chat& chat, const Command& command, std::string_view rest) {
  if (chat.role() < command.role) {
    chat.answer(refused_role(chat, command));
    return;
  }
  if (command.walks_shop && answers_later(chat)) return;
  command.run(chat, rest);
}

bool run_line(Chat& chat, std::string_view line) {
  const Parsed parsed = parse_line(line);
  if (parsed.command == nullptr) return false;
  chat.set_line(line);
  run_command(chat, *parsed.command, parsed.rest);
  return true;
}

}  // namespace laoke::seller
