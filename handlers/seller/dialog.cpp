#include "handlers/seller/dialog.h"

#include <nlohmann/json.hpp>

#include "handlers/seller/grammar.h"
#include "handlers/text.h"

namespace laoke::seller {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kKinds{"choice", "yes", "words"};

Question question_from(const json& in) {
  Question question;
  question.id = in.at("id");
  const auto kind = std::ranges::find(kKinds, in.at("kind").get<std::string>());
  if (kind == kKinds.end()) throw std::invalid_argument("dialog: unknown kind of question");
  question.kind = static_cast<Question::Kind>(kind - kKinds.begin());
  question.line = in.at("line");
  question.picks = in.at("picks").get<Picks>();
  question.slot = in.at("slot");
  question.values = in.at("values").get<std::vector<std::int64_t>>();
  question.asked_at_ms = in.at("asked_at_ms");
  return question;
}

std::optional<Resumed> chosen(const Question& question, std::string_view typed) {
  const auto number = number_of(typed);
  if (!number || *number > static_cast<std::int64_t>(question.values.size())) return std::nullopt;
  Resumed resumed{question.line, question.picks};
  resumed.picks[question.slot] = question.values[static_cast<std::size_t>(*number - 1)];
  return resumed;
}

std::optional<Resumed> said_yes(const Question& question, std::string_view typed) {
  const auto yes = yes_or_no(typed);
  if (!yes) return std::nullopt;
  return Resumed{question.line, question.picks, *yes, !*yes};
}

std::optional<Resumed> filled(const Question& question, std::string_view typed) {
  const auto text = trim(typed);
  const auto place = question.line.find("{}");
  if (text.empty() || place == std::string::npos) return std::nullopt;
  Resumed resumed{question.line, question.picks};
  resumed.line.replace(place, 2, text);
  return resumed;
}

}  // namespace

std::string to_json_text(const Question& question) {
  return json{{"id", question.id},     {"kind", kKinds.at(static_cast<std::size_t>(question.kind))},
              {"line", question.line}, {"picks", question.picks},
              {"slot", question.slot}, {"values", question.values},
              {"asked_at_ms", question.asked_at_ms}}
      .dump();
}

std::optional<Question> open_question(std::string_view dialog, std::int64_t now_ms) {
  if (dialog.empty()) return std::nullopt;
  try {
    auto question = question_from(json::parse(dialog));
    if (now_ms - question.asked_at_ms > kQuestionValidMs) return std::nullopt;
    return question;
  } catch (const std::exception&) {
    return std::nullopt;  // a question of an older program: asking again is all that is lost
  }
}

std::optional<Resumed> answer_to(const Question& question, std::string_view typed) {
  switch (question.kind) {
    case Question::Kind::kChoice: return chosen(question, typed);
    case Question::Kind::kYes: return said_yes(question, typed);
    case Question::Kind::kWords: return filled(question, typed);
  }
  return std::nullopt;
}

}  // namespace laoke::seller
