#include "bot/commands/printing.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "bot/commands/chat_screen.h"
#include "handlers/text.h"

namespace laoke::commands {
namespace {

constexpr int kBarCells = 24;
constexpr std::int64_t kRedrawMs = 100;
constexpr std::size_t kWidestCell = 80;  // code points: one long text must not push the others off the screen

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// One line, nothing that moves the cursor.
std::string shown(const std::string& cell) {
  std::string line = harmless(shorten(repair_utf8(cell), kWidestCell));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

void Table::print(std::ostream& out) const {
  std::vector<int> widths(rows_.front().size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(shown(row[i])));
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      const std::string cell = shown(row[i]);
      line += cell + std::string(static_cast<std::size_t>(widths[i] - columns_of(cell)) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

ProgressBar::~ProgressBar() {
  if (drawn_.empty()) return;
  err_ << "\r" << drawn_ << "\n";
  err_.flush();
}

void ProgressBar::show(std::int64_t done, std::int64_t total, const std::string& label) {
  const std::int64_t whole = std::max<std::int64_t>(total, 1), part = std::clamp<std::int64_t>(done, 0, whole);
  const int cells = static_cast<int>(part * kBarCells / whole);
  std::string bar;
  for (int i = 0; i < kBarCells; ++i) bar += i < cells ? "▓" : "░";
  draw(bar + " " + std::to_string(part * 100 / whole) + "%  " + label);
}

void ProgressBar::count(std::int64_t done, const std::string& label) { draw(std::to_string(done) + " " + label); }

void ProgressBar::draw(const std::string& line) {
  if (!terminal_) return;
  const int wider = drawn_.empty() ? 0 : columns_of(drawn_) - columns_of(line);
  drawn_ = line + std::string(static_cast<std::size_t>(std::max(wider, 0)), ' ');
  if (steady_ms() - last_drawn_ms_ < kRedrawMs) return;
  last_drawn_ms_ = steady_ms();
  err_ << "\r" << drawn_;
  err_.flush();
}

void print_json(const Shell& shell, const nlohmann::ordered_json& document) {
  shell.out << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

bool shown_on_terminal(const std::ostream& stream) {
  if (&stream == &std::cout) return ::isatty(STDOUT_FILENO) == 1;
  return &stream == &std::cerr && ::isatty(STDERR_FILENO) == 1;
}

bool person_answers(const Shell& shell) {
  return &shell.in == &std::cin && ::isatty(STDIN_FILENO) == 1 && shown_on_terminal(shell.err);
}

bool ask(const Shell& shell, const std::string& question) {
  shell.err << question << " [y/N] ";
  shell.err.flush();
  std::string answer;
  if (!std::getline(shell.in, answer)) return false;
  const std::string said = fold(answer);
  return said == "y" || said == "yes" || said == "是" || said == "好";
}

std::string shown_bytes(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", amount, kUnits[unit]);
  return text;
}

}  // namespace laoke::commands
