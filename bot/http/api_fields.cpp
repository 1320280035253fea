#include "bot/http/api_fields.h"

#include <algorithm>

#include "handlers/text.h"

namespace laoke::http::api {
namespace {

constexpr std::int64_t kLatestMomentMs = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

// Deeper than any body the API takes; json::dump() and its like work recursively.
constexpr int kDeepest = 16;

bool deeper_than(const std::string& text, int most) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > most) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

const json kNothing = json::object();

}  // namespace

void Faults::check() const {
  if (!errors_.empty()) throw Problem(422, say(language_, "api.wrong_fields"), errors_, "wrong-fields");
}

Fields::Fields(const json& object, std::string pointer, Faults& faults)
    : object_(&object), pointer_(std::move(pointer)), faults_(&faults) {
  if (object.is_object()) return;
  faults.add(pointer_, {"api.need_object"});
  object_ = &kNothing;
}

const json* Fields::value(const char* name) {
  known_.emplace_back(name);
  const auto found = object_->find(name);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

std::string Fields::read_text(const char* name, const json& value, std::size_t most) {
  if (!value.is_string()) {
    faults_->add(at(name), {"api.need_text"});
    return "";
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) {
    faults_->add(at(name), {"api.zero_character"});
    return "";
  }
  if (length_code_points(text) > most) {
    faults_->add(at(name), {"api.too_long", {{"allowed", most}}});
    return "";
  }
  return text;
}

std::string Fields::text(const char* name, std::size_t most) {
  const json* found = value(name);
  return found == nullptr ? "" : read_text(name, *found, most);
}

std::string Fields::required_text(const char* name, std::size_t most) {
  const json* found = value(name);
  if (found == nullptr || (found->is_string() && trim(found->get_ref<const std::string&>()).empty())) {
    faults_->add(at(name), {"api.missing"});
    return "";
  }
  return read_text(name, *found, most);
}

std::optional<std::string> Fields::maybe_text(const char* name, std::size_t most) {
  if (!has(name)) return value(name), std::nullopt;
  return text(name, most);
}

std::optional<std::int64_t> Fields::integer(const char* name, std::int64_t least, std::int64_t most) {
  const json* found = value(name);
  if (found == nullptr) return std::nullopt;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool whole =
      found->is_number_integer() && (!found->is_number_unsigned() || found->get<std::uint64_t>() <= kMost);
  if (!whole) {
    faults_->add(at(name), {"api.need_integer"});
    return std::nullopt;
  }
  const auto number = found->get<std::int64_t>();
  if (number >= least && number <= most) return number;
  if (most == std::numeric_limits<std::int64_t>::max())
    faults_->add(at(name), {"api.too_small", {{"least", least}}});
  else
    faults_->add(at(name), {"api.out_of_range", {{"least", least}, {"most", most}}});
  return std::nullopt;
}

std::int64_t Fields::required_integer(const char* name, std::int64_t least, std::int64_t most) {
  const bool missing = object_->find(name) == object_->end() || (*object_)[name].is_null();
  if (missing) faults_->add(at(name), {"api.missing"});
  return integer(name, least, most).value_or(least);
}

std::optional<std::int64_t> Fields::moment(const char* name) { return integer(name, 0, kLatestMomentMs); }

std::optional<bool> Fields::flag(const char* name) {
  const json* found = value(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_boolean()) return found->get<bool>();
  faults_->add(at(name), {"api.need_flag"});
  return std::nullopt;
}

std::string Fields::choice(const char* name, const std::vector<std::string>& allowed, const std::string& otherwise) {
  const json* found = value(name);
  if (found == nullptr) return otherwise;
  const std::string word = read_text(name, *found, kShortText);
  if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return word;
  faults_->add(at(name), {"api.need_choice", {{"allowed", list_of(allowed)}}});
  return otherwise;
}

std::vector<std::string> Fields::texts(const char* name, std::size_t most, std::size_t most_code_points) {
  const json* found = value(name);
  if (found == nullptr) return {};
  if (!found->is_array() || found->size() > most) {
    faults_->add(at(name), {"api.need_list", {{"most", most}}});
    return {};
  }
  std::vector<std::string> all;
  for (std::size_t i = 0; i < found->size(); ++i)
    all.push_back(read_text((std::string(name) + "/" + std::to_string(i)).c_str(), (*found)[i], most_code_points));
  return all;
}

std::vector<Fields> Fields::objects(const char* name, std::size_t most, bool required) {
  const json* found = value(name);
  if (found == nullptr && !required) return {};
  if (found == nullptr || !found->is_array() || found->size() > most || (required && found->empty())) {
    faults_->add(at(name), {"api.need_list", {{"most", most}}});
    return {};
  }
  std::vector<Fields> all;
  for (std::size_t i = 0; i < found->size(); ++i)
    all.emplace_back((*found)[i], at(name) + "/" + std::to_string(i), *faults_);
  return all;
}

void Fields::done() {
  for (const auto& [name, value] : object_->items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const auto near = nearest(name, known_);
    if (near.empty())
      faults_->add(at(shorten(name, 60)), {"api.unknown_field", {{"allowed", list_of(known_)}}});
    else
      faults_->add(at(shorten(name, 60)), {"api.unknown_field_near", {{"near", near.front()}}});
  }
}

json body_of(const Request& request, std::string_view language) {
  if (trim(request.body).empty()) return json::object();
  const std::string_view type = request.header("content-type");
  if (!type.empty() && type.find("json") == std::string_view::npos)
    throw Problem(415, say(language, "api.content_type"));
  if (deeper_than(request.body, kDeepest)) throw Problem(400, say(language, "api.too_deep", {{"most", kDeepest}}));
  try {
    return json::parse(request.body);
  } catch (const json::parse_error& error) {
    throw Problem(400, say(language, "api.no_json", {{"byte", error.byte}}));
  }
}

}  // namespace laoke::http::api
