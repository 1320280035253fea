#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bot/channels/channel.h"

// The same demands on every chat platform, as one table: docs/channels/conformance.md is written from what this suite
// sees, and tests/channels/conformance_test.cpp holds the two to be equal.
//
// How to add a platform:
//  1. tests/channels/conformance/<kind>.cpp: a class over Stage that starts the platform's fake and makes an account on
//  it
//     (conformance/telegram.cpp is the shortest), and `Row <kind>_row()` that fills every field of Row below.
//  2. Name <kind>_row() in tests/channels/conformance/rows.h and rows.cpp.
//  3. LAOKE_WRITE_DOCS=1 build/debug/tests/laoke_tests "[conformance]" writes the table; look at your column and commit
//  it.
// What the platform does not have is `None{"…"}` with the reason a seller would understand; no field may be left out.
// Each demand is checked on a Stage of its own, so a fault ordered by one is not met by another.
namespace laoke::test::conformance {

using channels::Channel;
using channels::Outgoing;
using channels::RawRequest;
using channels::SendStatus;

// "the platform has none: <why>"
struct None {
  std::string why;
};
template <class T>
using Or = std::variant<None, T>;

// A fake platform and an account on it.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual Channel& channel() = 0;
  // An address the platform would take a message for now (a customer who has just written), number 0, 1, 2 …
  virtual std::string address(int customer) = 0;
  // Texts the fake has taken for this customer, oldest first, each as one message.
  virtual std::vector<std::string> taken(int customer) = 0;
};

using Arrange = std::function<void(Stage&)>;

// A refusal of the platform, arranged so that the next send() to customer 0 meets it.
struct Refusal {
  std::string by;  // "403 bot was blocked by the user"
  Arrange arrange;
  std::function<void(Outgoing&)> change = {};  // of the message, where the refusal lies in it
};

struct Row {
  std::string kind;
  std::function<std::unique_ptr<Stage>()> stage;

  // --- callbacks. `body` is made by text_body(); signing is the platform's, at the moment of the test.
  std::function<std::string(int number)> text_body;  // customer 0 writes "text <number>"; every number another event
  std::function<RawRequest(const std::string& body)> genuine;
  std::function<RawRequest(const std::string& body)> forged;     // as genuine, made with another secret
  Or<std::function<RawRequest(RawRequest)>> tampered;            // one byte of what is signed is another
  Or<std::function<RawRequest(const std::string& body)>> stale;  // signed well, but long ago
  Or<std::function<RawRequest()>> unknown_kind;                  // genuine, of a kind this program does not know
  std::function<RawRequest(const std::string& body)> raw;        // genuine around a body that is no text of text_body()
  std::function<std::string(std::size_t bytes)> oversize_body;   // well-formed and that large
  std::function<std::string()> deep_body;                        // nested far deeper than any platform does

  // --- sending
  Or<Refusal> throttled, contact_busy, quota_used, retry_later, contact_gone, window_closed, contact_moved, rejected,
      bad_config;
  Or<Refusal> awaits_person;              // the message to customer 0 becomes a task that staff confirm
  Or<Arrange> lost_answer;                // the platform takes the next message and its answer is lost
  Arrange token_expires;                  // from now on
  std::size_t text_limit_of_message = 0;  // longest text in one message, in Traits::text_unit
};

// The demands, in the table's order; what each saw of a row, in words, or a failed test.
struct Demand {
  std::string name;  // "good signature"
  std::function<std::string(const Row&)> see;
};
const std::vector<Demand>& demands();

// docs/channels/conformance.md: a line per demand, a column per platform.
std::string table_of(const std::vector<Row>& rows);

}  // namespace laoke::test::conformance
