#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/seller/chat.h"

// What a seller can say. One table (handlers/seller/commands.cpp) names every command, who may use it and what does it.
namespace laoke::seller {

using Run = void (*)(Chat& chat, std::string_view rest);

// Its help stands in words_seller.json as "seller.help.<id>", its example as "seller.example.<id>".
struct Command {
  std::string_view id;
  std::vector<std::string_view> zh, en;  // the first of each is the one we teach; zh in simplified characters
  Role role;                             // the least that may use it
  Run run;
  bool walks_shop = false;               // only reads, and more the larger the shop is (handlers/seller/later.h)
};

std::span<const Command> commands();
// By any of its names in any case, width or script (群發), also with / in front; nullptr for anything else.
const Command* find_command(std::string_view word);
const Command* command_by_id(std::string_view id);
std::string_view name_of(const Command& command, std::string_view language);

// A line cut into its command and the rest. Chinese names may stand glued to what follows ("查张三", "付款1024").
struct Parsed {
  const Command* command = nullptr;  // nullptr: the line begins with no command
  std::string rest;
};
Parsed parse_line(std::string_view line);

// The commands whose names are nearest to the first word of a line, the best first.
std::vector<const Command*> nearest_commands(std::string_view line, std::size_t most = 2);

// Follows a command for which parse_line() found `rest`; says who may when this person may not.
void run_command(Chat& chat, const Command& command, std::string_view rest);

// Follows a line again or for the first time. False, and nothing done, when it is nothing we understand.
bool run_line(Chat& chat, std::string_view line);

}  // namespace laoke::seller
