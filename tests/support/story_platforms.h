#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/fakes/fake_line.h"
#include "tests/fakes/fake_messenger.h"
#include "tests/fakes/fake_whatsapp.h"
#include "tests/support/channel_story.h"

// Fakes as the stories need them: seller and buyers all on one platform.
namespace laoke::test {

class LineStory final : public StoryPlatform {
 public:
  std::string kind() const override { return "line"; }
  nlohmann::json settings() const override { return fake.settings(); }
  void follow_clock(std::function<std::int64_t()> now_ms) override { fake.follow_clock(std::move(now_ms)); }
  Callback says(const std::string& address, const std::string& text) override { return fake.says(address, text); }
  Callback presses(const std::string& address, const std::string& data) override { return fake.presses(address, data); }
  std::vector<Got> got(const std::string& address) const override {
    std::vector<Got> all;
    for (const auto& sent : fake.shown_to(address)) all.push_back({sent.text(), sent.image(), sent.button_data()});
    return all;
  }
  FakeLine fake;
};

class MessengerStory final : public StoryPlatform {
 public:
  explicit MessengerStory(bool instagram = false) : fake(instagram), kind_(instagram ? "instagram" : "messenger") {}
  std::string kind() const override { return kind_; }
  nlohmann::json settings() const override { return fake.settings(); }
  void follow_clock(std::function<std::int64_t()> now_ms) override { fake.follow_clock(std::move(now_ms)); }
  Callback says(const std::string& address, const std::string& text) override { return fake.says(address, text); }
  Callback presses(const std::string& address, const std::string& data) override { return fake.presses(address, data); }
  std::vector<Got> got(const std::string& address) const override {
    std::vector<Got> all;
    for (const auto& sent : fake.accepted_by(address)) all.push_back({sent.text(), sent.image(), sent.button_data()});
    return all;
  }
  FakeMessenger fake;

 private:
  const std::string kind_;
};

// Addresses are user ids such as "CN.13800"; each has a phone made of its digits.
class WhatsappStory final : public StoryPlatform {
 public:
  std::string kind() const override { return "whatsapp"; }
  nlohmann::json settings() const override { return fake.settings(); }
  void follow_clock(std::function<std::int64_t()> now_ms) override { fake.follow_clock(std::move(now_ms)); }
  Callback says(const std::string& address, const std::string& text) override {
    return callback(fake.text_from(person(address), text));
  }
  Callback presses(const std::string& address, const std::string& data) override {
    const auto all = fake.accepted_by(address);
    return callback(fake.press_from(person(address), data, "按钮", all.empty() ? "" : all.back().id));
  }
  std::vector<Got> got(const std::string& address) const override {
    std::vector<Got> all;
    for (const auto& sent : fake.accepted_by(address)) all.push_back({sent.text, "", sent.button_ids()});
    return all;
  }
  static FakeWhatsapp::Person person(const std::string& address) {
    return {address, "86138000" + address.substr(3), "顾客"};
  }
  static Callback callback(const nlohmann::json& body) {
    const std::string bytes = FakeWhatsapp::bytes_of(body);
    return {bytes, {{"X-Hub-Signature-256", FakeWhatsapp::signature_of(bytes)}}, ""};
  }
  FakeWhatsapp fake;
};

}  // namespace laoke::test
