#pragma once
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "bot/channels/webchat_client.h"

namespace laoke::commands {

// What the person at the terminal sees. Thread-safe. On a terminal messages appear above the prompt, and an edit of the
// newest message redraws it in place; elsewhere every message and edit is printed one after the other.
class ChatScreen {
 public:
  ChatScreen(std::ostream& out, bool terminal, int columns, bool chinese);

  void said(const channels::WebchatSaid& said);
  void note(std::string_view text);  // of the program itself
  void prompt(const std::string& who);
  void entered(int rows);  // the person pressed return: the cursor is that many rows further
  // The button that the newest message with buttons shows under this number, from 1; none: no such button.
  struct Choice {
    Button button;
    std::string message_id;
  };
  std::optional<Choice> choice(std::size_t number) const;

 private:
  void print(const std::string& text);  // mutex_ held
  std::string drawn(const channels::WebchatSaid& said) const;
  int rows_of(std::string_view text) const;

  std::ostream& out_;
  const bool terminal_, chinese_;
  const int columns_;
  mutable std::mutex mutex_;  // guards all below
  std::string prompt_;
  std::string newest_id_;     // message drawn last, with nothing under it but the prompt; "" none
  int newest_rows_ = 0;
  std::string buttons_of_;
  std::vector<Button> buttons_;
};

// Columns a text takes on a terminal: 2 for East Asian wide letters and emoji, 0 for combining marks.
int columns_of(std::string_view text);
// Without what could move the cursor or change colours: a customer's text must not draw on the seller's screen.
std::string harmless(std::string_view text);

}  // namespace laoke::commands
