#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channels/channel.h"

namespace laoke::test {

// A WeCom of one corporation on a loopback port: the API over real HTTP, refusing what WeCom refuses, the members who
// confirm tasks, and the customers. Every member may be called from any thread. `clock` is what WeCom reckons by.
class FakeWecom {
 public:
  struct Sent {
    std::string path;  // "message/send", "kf/send_msg", "kf/send_msg_on_event", "externalcontact/send_welcome_msg"
    std::string to;    // userid or external_userid
    std::string text;
    nlohmann::json body;
  };
  struct Task {
    std::string id, sender;
    std::vector<std::string> customers;
    std::string text;
    bool sent = false;
  };
  struct Moment {
    std::string job_id, moment_id, text;
    std::vector<std::string> tag_ids;
    std::vector<std::string> published_by;
    bool looked_at = false;
  };

  explicit FakeWecom(std::function<std::int64_t()> clock = {});
  ~FakeWecom();
  FakeWecom(const FakeWecom&) = delete;
  FakeWecom& operator=(const FakeWecom&) = delete;

  std::string base_url() const;
  nlohmann::json settings() const;  // for an account of kind "wecom" that talks to this server

  // --- people. A customer of a member; more members may have the same one.
  void add_member(const std::string& userid);
  void befriend(const std::string& userid, const std::string& customer, const std::string& name, const std::string& union_id = "");
  void part(const std::string& userid, const std::string& customer);
  void tag_by_hand(const std::string& userid, const std::string& customer, const std::string& tag_name);
  void untag_by_hand(const std::string& userid, const std::string& customer, const std::string& tag_name);
  std::string make_tag(const std::string& group, const std::string& name);  // its id
  void rename_tag(const std::string& id, const std::string& name);
  std::vector<std::string> tags_of(const std::string& userid, const std::string& customer) const;  // names
  std::vector<std::string> tag_names() const;
  std::string group_of_tag(const std::string& name) const;

  // --- what members do with tasks
  void confirm_task(const std::string& id);  // sends it
  std::vector<Task> tasks() const;
  void publish_moment(const std::string& userid);  // all that wait for this member
  std::vector<Moment> moments() const;
  void limit_reached(const std::string& customer);  // gets no further group message this month

  // --- 微信客服: a message that sync_msg tells of; their ids
  std::string service_message(const std::string& open_kfid, const std::string& customer, const std::string& text);
  std::string service_event(const std::string& open_kfid, nlohmann::json event);
  void service_pages_of(std::size_t messages);  // and an empty page with has_more before each
  void employee_took_session(const std::string& customer, bool gives_it_back);

  // --- callbacks, as requests to the account's hook: signed, encrypted, with `clock`'s time
  channels::RawRequest callback(const std::string& message_xml) const;
  channels::RawRequest event(const std::string& name, const std::vector<std::pair<std::string, std::string>>& fields) const;
  channels::RawRequest added(const std::string& userid, const std::string& customer, const std::string& state = "", bool welcome = true);
  channels::RawRequest customer_event(const std::string& change, const std::string& userid, const std::string& customer) const;
  channels::RawRequest member_says(const std::string& userid, const std::string& text);
  channels::RawRequest service_nudge(const std::string& open_kfid);
  std::string welcome_code_of(const std::string& customer) const;

  // --- what the app did
  std::vector<Sent> sent() const;
  std::vector<Sent> sent_to(const std::string& whom) const;
  int calls(const std::string& path) const;  // all, refused ones too
  int most_marks_at_once() const;

  // --- faults
  void refuse_next(const std::string& path, int errcode, const std::string& errmsg, int times = 1);
  void lose_next_answer(const std::string& path);  // it is done, and the connection closes without a word
  void answer_next(const std::string& path, int status, const std::string& body);
  void end_tokens();    // 42001 until a new one is fetched
  void revoke(int errcode = 40001);  // gettoken refuses from now on
  void mark_slowly(std::chrono::milliseconds each);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace laoke::test
