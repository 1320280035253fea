#include "handlers/seller/command.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "storage/staff.h"

namespace laoke::seller {
namespace {

std::string help_words(const Chat& chat, std::string_view what, const Command& command) {
  return chat.words({"seller." + std::string(what) + "." + std::string(command.id)});
}

// One command: what it does, an example, its other names, who may.
std::string help_on(const Chat& chat, const Command& command) {
  std::string names;
  for (const auto* list : {&command.zh, &command.en})
    for (const auto name : *list) names += (names.empty() ? "" : " · ") + std::string(name);
  return chat.words({"seller.help.one",
                     {{"help", help_words(chat, "help", command)},
                      {"example", help_words(chat, "example", command)},
                      {"names", names},
                      {"who", role_words(command.role, chat.language())}}});
}

// What to try, in groups; only what this person may do.
struct Group {
  std::string_view title;
  std::vector<std::string_view> ids;
};
const std::vector<Group>& groups() {
  static const std::vector<Group> kGroups{
      {"seller.help.group.customers", {"tag", "untag", "find", "note"}},
      {"seller.help.group.orders", {"order", "paid", "ship"}},
      {"seller.help.group.sending", {"preview", "broadcast", "why"}},
      {"seller.help.group.day", {"todo", "stats", "undo"}},
  };
  return kGroups;
}

std::string help_overview(const Chat& chat) {
  std::string text = chat.words({"seller.help.intro"});
  for (const auto& group : groups()) {
    text += "\n\n" + chat.words({std::string(group.title)});
    for (const auto id : group.ids) {
      const auto& command = *command_by_id(id);
      if (chat.role() < command.role) continue;
      text += "\n" + help_words(chat, "example", command) + "\n    " + help_words(chat, "help", command);
    }
  }
  std::string more;
  for (const auto& command : commands())
    if (chat.role() >= command.role) more += (more.empty() ? "" : " ") + std::string(name_of(command, chat.language()));
  return text + "\n\n" + chat.words({"seller.help.more", {{"names", more}}});
}

}  // namespace

void run_help(Chat& chat, std::string_view rest) {
  const std::string word = take_token(rest);
  if (word.empty()) return chat.answer(help_overview(chat));
  if (const auto* command = parse_line(word).command) return chat.answer(help_on(chat, *command));
  const auto near = nearest_commands(word);
  if (near.empty()) return chat.tell({"seller.help.none", {{"word", shorten(word, 40)}}});
  chat.answer(help_on(chat, *near.front()));
}

void run_language(Chat& chat, std::string_view rest) {
  const std::string word = word_key(rest);
  const bool chinese = word == "zh" || word == "zh-cn" || word == "中文" || word == "chinese";
  if (!chinese && word != "en" && word != "english" && word != "英文" && word != "英语")
    return chat.tell({"seller.language.unknown", {{"language", shorten(rest, 20)}}});
  auto staff = storage::get_staff(chat.tx(), chat.shop_id(), chat.staff_id());
  if (!staff) return;
  staff->language = chinese ? "zh-CN" : "en";
  storage::update_staff(chat.tx(), chat.shop_id(), *staff);
  chat.answer(laoke::say(staff->language, "seller.language.done"));
}

void run_who_am_i(Chat& chat, std::string_view) {
  const auto staff = storage::get_staff(chat.tx(), chat.shop_id(), chat.staff_id());
  if (!staff) return;
  chat.tell({"seller.whoami",
               {{"name", staff->name},
                {"role", role_words(chat.role(), chat.language())},
                {"shop", chat.context().shop.name},
                {"time", chat.date_time(chat.now_ms())},
                {"zone", chat.zone()}}});
}

}  // namespace laoke::seller
