#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "tests/fakes/fake_whatsapp.h"

namespace httplib {
class Server;
}

namespace laoke::test {

struct WhatsappAnswer {
  int status = 200;
  std::string body;
  std::string header_name = {}, header_value = {};
};
WhatsappAnswer whatsapp_refusal(int http_status, int code, const std::string& message, const std::string& details = "");

struct WhatsappFault {
  enum class Kind { kNone, kFail, kOdd, kLose, kDrop } kind = Kind::kFail;
  int status = 0, code = 0;
  std::string text = {}, header = {};
};

// Everything behind FakeWhatsapp. `mutex` guards all but the server and its thread.
struct FakeWhatsapp::State {
  std::function<std::int64_t()> now_ms;
  mutable std::mutex mutex;
  std::string token = "EAAJfake0systemuser0token0000";
  bool revoked = false, subscribed = false;
  std::string callback_url, verify_token;
  std::vector<Sent> accepted;
  std::map<std::string, int> calls;
  std::map<std::string, Person> people;            // under both ids
  std::map<std::string, std::int64_t> last_in_ms;  // by address()
  std::set<std::string> stopped_marketing, gone;   // by address()
  std::vector<Template> templates;
  std::deque<WhatsappFault> faults;
  int pair_burst = 0;  // 0: any
  std::map<std::string, int> pair_count;
  int next_id = 1;

  int port = 0;
  std::unique_ptr<httplib::Server> server;
  std::thread thread;

  const Person* find(const std::string& address) const {
    const auto found = people.find(address);
    return found == people.end() ? nullptr : &found->second;
  }
  void listen();
  void stop_listening();
};

// POST /{number}/messages with `mutex` held: what WhatsApp refuses about the body alone, then about whom it is for.
std::optional<WhatsappAnswer> whatsapp_refuses_content(const FakeWhatsapp::State& state, const nlohmann::json& body);
std::optional<WhatsappAnswer> whatsapp_refuses_recipient(FakeWhatsapp::State& state, const nlohmann::json& body);
std::string whatsapp_text_of(const nlohmann::json& body);

}  // namespace laoke::test
