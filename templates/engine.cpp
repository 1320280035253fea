#include "templates/engine.h"

#include <kainjow/mustache.hpp>

#include "templates/scan.h"

namespace laoke::templates {
namespace {

namespace mustache = kainjow::mustache;

// Empty text is "no": so sections ask for it, and a plain tag shows nothing either way.
mustache::data text_data(std::string_view text) {
  return text.empty() ? mustache::data(false) : mustache::data(std::string(text));
}

mustache::data data_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text_data(*text);
  mustache::data rows(mustache::data::type::list);
  for (const auto& fields : std::get<std::vector<Fields>>(value)) {
    mustache::data row(mustache::data::type::object);
    for (const auto& [name, text] : fields) row.set(name, text_data(text));
    rows.push_back(row);
  }
  return rows;
}

// Where the library asks for names. Answers stay where they are for the whole rendering: the library keeps pointers.
class Answers : public mustache::basic_context<std::string> {
 public:
  explicit Answers(const Lookup& lookup) : lookup_(lookup) {}

  void push(const mustache::data* data) override { sections_.push_back(data); }
  void pop() override { sections_.pop_back(); }

  const mustache::data* get(const std::string& tag) const override {
    const auto [name, fallback] = split_fallback(tag);
    const mustache::data* found = plain(std::string(name));
    if (!found->is_false() || fallback.empty()) return found;
    return &fallbacks_.try_emplace(std::string(fallback), std::string(fallback)).first->second;
  }
  const mustache::data* get_partial(const std::string&) const override { return nullptr; }

 private:
  const mustache::data* plain(const std::string& name) const {
    for (auto section = sections_.rbegin(); section != sections_.rend(); ++section)
      if (const auto* field = (*section)->get(name)) return field;
    const auto known = answers_.find(name);
    if (known != answers_.end()) return &known->second;
    return &answers_.emplace(name, data_of(lookup_(name))).first->second;
  }

  const Lookup& lookup_;
  std::vector<const mustache::data*> sections_;
  mutable std::map<std::string, mustache::data> answers_, fallbacks_;
};

}  // namespace

struct Template::Compiled {
  explicit Compiled(std::string_view text) : engine(without_tag_lines(text)) {
    engine.set_custom_escape([](const std::string& value) { return value; });
  }
  mustache::mustache engine;
  std::vector<Tag> tags;
};

std::variant<Template, Problem> Template::compile(std::string_view text) {
  auto scanned = scan(text);
  if (auto* problem = std::get_if<Problem>(&scanned)) return std::move(*problem);
  auto compiled = std::make_shared<Compiled>(text);
  if (!compiled->engine.is_valid())
    throw std::logic_error("templates: scan() accepted what the library refuses: " + compiled->engine.error_message());
  compiled->tags = std::get<std::vector<Tag>>(std::move(scanned));
  return Template(std::move(compiled));
}

const std::vector<Tag>& Template::tags() const {
  return compiled_->tags;
}

bool Template::uses(std::string_view name) const {
  return std::ranges::any_of(compiled_->tags, [&](const Tag& tag) { return tag.name == name; });
}

std::string Template::render(const Lookup& lookup) const {
  Answers answers(lookup);
  return compiled_->engine.render(answers);
}

}  // namespace laoke::templates
