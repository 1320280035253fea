#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/seller/chat.h"

// The open question of one staff chat, kept as JSON with the contact. There is at most one; it lasts 15 minutes and any
// other command takes its place.
namespace laoke::seller {

inline constexpr std::int64_t kQuestionValidMs = 15 * 60 * 1000;

struct Question {
  enum class Kind { kChoice, kYes, kWords };
  std::int64_t id = 0;  // buttons carry it, so that those of an older question do nothing
  Kind kind = Kind::kChoice;
  std::string line;     // followed again once answered
  Picks picks;
  std::string slot;     // kChoice
  std::vector<std::int64_t> values;  // kChoice, in the order shown
  std::int64_t asked_at_ms = 0;
};

std::string to_json_text(const Question& question);
// None for "", for what is older than kQuestionValidMs, and for what is no question.
std::optional<Question> open_question(std::string_view dialog, std::int64_t now_ms);

// What following an answer means: this line with these picks.
struct Resumed {
  std::string line;
  Picks picks;
  bool confirmed = false;
  bool declined = false;  // the person said no: nothing is to be done
};
// None when `typed` is no answer to the question.
std::optional<Resumed> answer_to(const Question& question, std::string_view typed);

}  // namespace laoke::seller
