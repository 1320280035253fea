#include "handlers/tags.h"

#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/lists.h"
#include "handlers/seller/undo.h"
#include "handlers/seller/who.h"
#include "handlers/text.h"

namespace laoke::seller {
namespace {

struct Done {
  std::vector<std::string> added, removed, unchanged;
};

// "id:12 油性皮肤 敏感": the customer first and everything else is a label. That is how buttons ask.
TagMarks marks_of(std::string_view rest, char sign) {
  std::string_view behind = rest;
  const std::string first = take_token(behind);
  if (!half_width(first).starts_with("id:")) return parse_tags(rest, sign);
  TagMarks marks;
  for (const auto& piece : tokens_of(behind)) {
    TagMarks one = parse_tags(piece, sign);
    for (auto& name : one.add) marks.add.push_back(std::move(name));
    for (auto& name : one.remove) marks.remove.push_back(std::move(name));
  }
  marks.rest = first;
  return marks;
}

// The names of every label are looked at before the first one is written.
bool labels_are_good(Chat& chat, const TagMarks& marks) {
  for (const auto* names : {&marks.add, &marks.remove})
    for (const auto& name : *names)
      if (const auto good = tag_name_from(name); !good) {
        chat.answer(good.error().in(chat.language()));
        return false;
      }
  return true;
}

Done change(Chat& chat, std::int64_t customer_id, const TagMarks& marks) {
  Done done;
  for (const auto& name : marks.add) {
    const auto made = tag_customer(chat.context(), customer_id, name);
    (made.changed ? done.added : done.unchanged).push_back(made.tag.name);
  }
  for (const auto& name : marks.remove) {
    const auto made = untag_customer(chat.context(), customer_id, name);
    (made.changed ? done.removed : done.unchanged).push_back(made.tag.name);
  }
  return done;
}

Phrase told(const Chat& chat, const storage::Customer& customer, const Done& done) {
  const WordValue name{"name", shorten(customer.name, 40)};
  if (done.removed.empty()) return {"seller.tag.added", {name, {"tags", listed(done.added, chat.language())}}};
  if (done.added.empty()) return {"seller.tag.removed", {name, {"tags", listed(done.removed, chat.language())}}};
  return {"seller.tag.both", {name, {"added", listed(done.added, chat.language())}, {"removed", listed(done.removed, chat.language())}}};
}

void run_marks(Chat& chat, std::string_view rest, char sign) {
  const TagMarks marks = marks_of(rest, sign);
  if (marks.add.empty() && marks.remove.empty())
    return chat.tell({"seller.tag.missing", {{"example", chat.words({"seller.example.tag"})}}});
  const auto customer = find_who(chat, marks.rest);
  if (!customer || !labels_are_good(chat, marks)) return;
  const Done made = change(chat, customer->customer_id, marks);
  if (made.added.empty() && made.removed.empty())
    return chat.tell({"seller.tag.unchanged", {{"name", shorten(customer->name, 40)}, {"tags", listed(made.unchanged, chat.language())}}});
  done(chat, {{"do", "tags"}, {"customer", customer->customer_id}, {"added", made.added}, {"removed", made.removed}},
       told(chat, *customer, made));
}

}  // namespace

void run_tag(Chat& chat, std::string_view rest) { run_marks(chat, rest, '+'); }
void run_untag(Chat& chat, std::string_view rest) { run_marks(chat, rest, '-'); }

}  // namespace laoke::seller
