#pragma once
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "bot/commands/command.h"
#include "handlers/said.h"

// How commands show things: tables, progress, JSON, questions.
namespace laoke::commands {

// Columns as wide as what stands in them (Chinese counts two). What customers wrote cannot draw on the screen.
class Table {
 public:
  explicit Table(std::vector<std::string> headers) : rows_{std::move(headers)} {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.size() == 1; }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "▓▓▓▓░░░░ 48%  label", redrawn in place on a terminal, silent elsewhere. Ends its line when it goes.
class ProgressBar {
 public:
  // `err` is where it is drawn.
  ProgressBar(std::ostream& err, bool terminal) : err_(err), terminal_(terminal) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void show(std::int64_t done, std::int64_t total, const std::string& label);
  void count(std::int64_t done, const std::string& label);  // the total is not known

 private:
  void draw(const std::string& line);

  std::ostream& err_;
  const bool terminal_;
  std::string drawn_;
  std::int64_t last_drawn_ms_ = 0;
};

// One document and nothing else; text that is not UTF-8 is repaired.
void print_json(const Shell& shell, const nlohmann::ordered_json& document);
// Whether a person looks at `out` or `err` right now, and can answer on `in`.
bool shown_on_terminal(const std::ostream& stream);
bool person_answers(const Shell& shell);
// Asks on `err`; true for y, yes, 是, 好. False at the end of the input.
bool ask(const Shell& shell, const std::string& question);

// "12.3 MiB".
std::string shown_bytes(std::int64_t bytes);

}  // namespace laoke::commands
