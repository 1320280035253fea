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

// WeChat for one Official Account on a loopback port: its interface over real HTTP, refusing what WeChat refuses with WeChat's
// errcodes, and the followers who write. It checks tokens, windows, message counts, media ids, rights and signatures. Every
// member may be called from any thread. Faults meet the calls after the token's, one each, in the order they were ordered.
class FakeWechat {
 public:
  struct Options {
    std::string mode = "safe";                   // or "mixed", "plain"
    std::function<std::int64_t()> now_ms = {};   // of windows, tokens and pushes; none: the real time
    bool trial = false;                          // 测试号: no menu messages
  };
  struct Sent {
    std::string way;  // "custom", "template", "notice", "mass", "passive"
    std::string openid, type, text, media_id, template_id, msg_id;
    nlohmann::json data;                                     // of a template or notice: data
    std::vector<std::pair<std::string, std::string>> menu;  // id and words
    std::int64_t at_ms = 0;
  };

  FakeWechat();
  explicit FakeWechat(Options options);
  ~FakeWechat();
  FakeWechat(const FakeWechat&) = delete;
  FakeWechat& operator=(const FakeWechat&) = delete;

  std::string base_url() const;
  void follow_clock(std::function<std::int64_t()> now_ms);
  // For an account of kind "wechat" that talks to this server; all the time there is for an answer, callbacks of any age.
  nlohmann::json settings() const;

  // --- what the account did
  std::vector<Sent> accepted() const;  // everything WeChat took, also what it never answered
  std::vector<Sent> accepted_by(const std::string& openid) const;
  int calls(const std::string& path) const;  // all requests, refused ones too
  std::vector<nlohmann::json> mass_bodies() const;
  std::vector<std::string> tags_of(const std::string& openid) const;
  int bad_answers() const;  // of the hook: what a follower would see as 该公众号暂时无法提供服务

  // --- the account
  void expire_token();                              // the one handed out is refused from now on; a new one is given
  void refuse_tokens(int count);                    // 42001 to so many calls whatever token they carry
  void change_secret();                             // 40125
  void block_address();                             // 40164
  void forbid(const std::string& path);             // 48001
  void allow(const std::string& path);
  void add_template(const std::string& id, const std::vector<std::string>& keys);  // of templates and notices
  void expire_media();                              // every media id is forgotten
  void add_tag(const std::string& name);            // made in the console
  void remove_tag(const std::string& name);
  std::string add_picture(const std::string& path, const std::string& bytes);      // served at the URL that is returned

  // --- faults
  void fail_next(int count, int errcode, const std::string& errmsg);   // nothing is taken
  void lose_next_answer(int count = 1);                                // takes it and closes the connection
  void drop_next(int count = 1);                                       // takes nothing and closes the connection
  void answer_with(int count, int status, const std::string& body);    // takes nothing, says something odd
  void stop();                                                         // nobody listens any more
  void start();                                                        // on the same port

  // --- followers. Each gives the push as clear XML and changes what WeChat knows (window, following); post() it or sign() it.
  std::string follows(const std::string& openid, const std::string& scene = "");
  std::string unfollows(const std::string& openid);
  std::string writes(const std::string& openid, const std::string& text);
  std::string presses_menu(const std::string& openid, const std::string& id, const std::string& words);
  std::string clicks(const std::string& openid, const std::string& key);
  std::string scans(const std::string& openid, const std::string& scene);
  std::string sends(const std::string& openid, const std::string& type, const std::string& fields);
  void blocks(const std::string& openid);                               // 48002; WeChat says nothing of it
  void close_window(const std::string& openid);                         // its messages are used up
  void agrees(const std::string& openid, const std::string& template_id, int times = 1);
  void set_union_id(const std::string& openid, const std::string& union_id);
  // TEMPLATESENDJOBFINISH, subscribe_msg_sent_event and MASSSENDJOBFINISH of everything sent since the last time.
  std::vector<std::string> results(const std::string& status = "success");

  // --- callbacks
  // A push as an account with this token and mode gets it, signed at `at_s`.
  static laoke::channels::RawRequest seal(const std::string& xml, const std::string& mode, std::int64_t at_s,
                                          const std::string& token = "laoke2026token");
  laoke::channels::RawRequest sign(const std::string& xml) const;  // as WeChat would send it in this mode, now
  laoke::channels::RawRequest handshake(const std::string& echo) const;
  // To a hook; what it answered. A passive reply is checked, decrypted and counts as accepted.
  int post(const std::string& hook_url, const std::string& xml);
  bool take_answer(const laoke::channels::HookAnswer& answer);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace laoke::test
