#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "tests/fakes/fake_wechat.h"
#include "tests/support/channel_story.h"

namespace laoke::test {

// FakeWechat as a story's platform; `more` goes over its settings.
class WechatStory final : public StoryPlatform {
 public:
  explicit WechatStory(const std::string& mode = "safe", nlohmann::json more = nlohmann::json::object())
      : fake({mode, {}, false}), more_(std::move(more)) {}
  std::string kind() const override { return "wechat"; }
  nlohmann::json settings() const override {
    auto all = fake.settings();
    all.update(more_);
    return all;
  }
  void follow_clock(std::function<std::int64_t()> now_ms) override { fake.follow_clock(std::move(now_ms)); }
  Callback says(const std::string& address, const std::string& text) override { return pushed(fake.writes(address, text)); }
  Callback presses(const std::string& address, const std::string& data) override {
    return pushed(fake.presses_menu(address, data, "按钮"));
  }
  void answered(int status, const std::string& body) override { if (status == 200) CHECK(fake.take_answer({status, body, "text/plain"})); }
  std::vector<Got> got(const std::string& address) const override {
    std::vector<Got> all;
    for (const auto& sent : fake.accepted_by(address)) {
      Got& one = all.emplace_back(Got{sent.text, sent.media_id, {}});
      for (const auto& [id, words] : sent.menu) one.presses.push_back(id);
      if (!sent.template_id.empty()) one.text = sent.data.dump();
    }
    return all;
  }
  Callback pushed(const std::string& xml) const {
    const auto request = fake.sign(xml);
    Callback callback{request.body, {}, ""};
    for (const auto& [name, value] : request.query) callback.query += (callback.query.empty() ? "" : "&") + name + "=" + value;
    return callback;
  }
  int ways(const std::string& address, const std::string& way) const {
    int count = 0;
    for (const auto& sent : fake.accepted_by(address)) count += sent.way == way ? 1 : 0;
    return count;
  }
  FakeWechat fake;

 private:
  const nlohmann::json more_;
};

}  // namespace laoke::test
