#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace laoke::test {

// 快递100, 17TRACK and AfterShip on one loopback port: they take what the real ones take, refuse the rest in their own
// words, and push with their own signatures. Every member may be called from any thread.
class FakeParcels {
 public:
  FakeParcels();
  ~FakeParcels();
  FakeParcels(const FakeParcels&) = delete;
  FakeParcels& operator=(const FakeParcels&) = delete;

  // Settings of an account of this kind ("kuaidi100", "17track", "aftership") with this server.
  nlohmann::json settings(const std::string& kind) const;

  // --- what was subscribed. One entry a request that was taken, in order.
  struct Followed {
    std::string kind, number;
    std::string carrier;       // as the service was told, "" to be guessed
    std::string phone, reference;
    std::string callback;      // 快递100: where to push to
    std::string salt;
  };
  std::vector<Followed> followed() const;
  int calls() const;  // requests to follow, refused ones too

  // --- questions (快递100 query.do, 17TRACK gettrackinfo), answered ones and refused ones
  struct Question {
    std::string kind, number, carrier, phone;
  };
  std::vector<Question> questions() const;
  // What is known of a number: 快递100's state with one row, 17TRACK's status. Without it there is no such parcel.
  void knows(const std::string& number, const std::string& state, const std::string& time, const std::string& words);

  // --- faults, one request to follow each, in the order they were ordered
  void answer_next(int status, const std::string& body, const std::string& retry_after = "");
  void lose_next_answer();                 // takes it and closes the connection without a word
  void use_up_quota(bool used = true);     // 快递100 601, 17TRACK -18019908
  void refuse_carriers(bool refuse = true);  // 702, -18019903, 4012

  // --- pushes. What the shop's server answered; `status` 0: nobody did.
  struct Answer {
    int status = 0;
    std::string body;
    bool taken = false;  // as the service sees it: 快递100 looks into the body, the others for 2xx
  };
  // To the address the number was subscribed with, with `sign` over param and salt.
  Answer push_kuaidi100(const std::string& number, const nlohmann::json& param) const;
  Answer push_17track(const std::string& hook_url, const std::string& body) const;
  Answer push_aftership(const std::string& hook_url, const std::string& body) const;
  static Answer post(const std::string& url, const std::string& body, const std::string& content_type,
                     const std::vector<std::pair<std::string, std::string>>& headers);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// What 快递100 pushes of a number: rows newest first as {"2026-03-02 10:00:00", "words"}.
nlohmann::json kuaidi100_param(const std::string& com, const std::string& number, const std::string& state,
                               const std::vector<std::pair<std::string, std::string>>& rows, const std::string& status = "polling");

}  // namespace laoke::test
