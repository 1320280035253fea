#include "bot/intake.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <future>

#include "bot/metrics.h"
#include "storage/callbacks.h"
#include "storage/staff.h"
#include "tests/support/story_shop.h"

using namespace laoke;
using namespace laoke::test;
using namespace std::chrono_literals;

namespace {

const Person kSeller{900'001, "美姐"};
const Person kLiLei{900'101, "李雷"};

// The shop's database with a door: writes wait while it is shut, and fail while it is broken.
class Door final : public storage::Database {
 public:
  explicit Door(storage::Database& inside) : inside_(inside) {}
  void shut(std::int64_t shop_id) { shut_ = shop_id; }
  void open() {
    const std::lock_guard lock(mutex_);
    shut_ = -1;
    opened_.notify_all();
  }
  std::atomic<bool> broken = false;
  std::atomic<int> writes = 0;

  void set_commit_listener(std::function<void(unsigned)> listener) override { inside_.set_commit_listener(listener); }
  void backup(const std::string&, const std::function<void(storage::BackupProgress)>&) override {}
  std::vector<std::string> check() override { return {}; }
  int schema_version() override { return inside_.schema_version(); }
  std::string describe() const override { return "door"; }

 protected:
  void run_read(const std::function<void(storage::Transaction&)>& body) override { inside_.read(body); }
  void run_write(const std::function<void(storage::Transaction&)>& body, storage::Lane lane, storage::Scope scope) override {
    ++writes;
    if (broken) throw storage::StorageError(storage::StorageFault::kDiskFull, "the disk is full");
    {
      std::unique_lock lock(mutex_);
      opened_.wait(lock, [&] { return shut_ != static_cast<std::int64_t>(scope); });
    }
    inside_.write(body, lane, scope);
  }

 private:
  storage::Database& inside_;
  std::mutex mutex_;
  std::condition_variable opened_;
  std::atomic<std::int64_t> shut_ = -1;
};

// Hands callbacks over and hears what becomes of them.
struct Post {
  StoryShop shop;
  Door door{*shop.database};
  Intake intake{door, shop.clock};

  std::future<std::string> hand_over(const nlohmann::json& update, LiveChannelPtr live = nullptr) {
    Arrived arrived{live ? live : shop.account(), {}, {}, {}};
    arrived.request.method = "POST";
    arrived.request.body = update.dump();
    arrived.events = arrived.live->channel->parse(arrived.request);
    const auto told = std::make_shared<std::promise<std::string>>();
    arrived.done = [told](const Arrived&, const std::exception_ptr& failure) {
      try {
        if (failure) std::rethrow_exception(failure);
        told->set_value("durable");
      } catch (const std::exception& error) {
        told->set_value(error.what());
      }
    };
    intake.take_later(std::move(arrived));
    return told->get_future();
  }
  std::future<std::string> says(const Person& person, const std::string& text) {
    return hand_over(shop.text_update(person, text));
  }
  std::vector<std::string> kept(const Person& person) {
    std::vector<std::string> texts;
    for (const auto& message : shop.said_by(person)) texts.push_back(message.text);
    return texts;
  }
  std::size_t dead_letters() {
    return shop.in([](const Context& c) { return storage::list_dead_letters(c.tx, c.shop_id(), "open", 0, 100).size(); });
  }
  void wait_for_writes(int count) {
    while (door.writes < count) std::this_thread::yield();
  }
};

}  // namespace

TEST_CASE("callbacks that wait together share one transaction and keep their order", "[intake][concurrent]") {
  Post post;
  post.door.shut(post.shop.account()->row.shop_id);
  auto first = post.says(kLiLei, "0");
  post.wait_for_writes(1);
  std::vector<std::future<std::string>> others;
  std::vector<std::string> expected{"0"};
  for (int i = 1; i <= 40; ++i) {
    others.push_back(post.says(kLiLei, std::to_string(i)));
    expected.push_back(std::to_string(i));
  }
  CHECK(first.wait_for(0s) == std::future_status::timeout);  // nothing is told before it is durable
  post.door.open();
  CHECK(first.get() == "durable");
  for (auto& one : others) CHECK(one.get() == "durable");
  CHECK(post.door.writes == 2);
  CHECK(post.kept(kLiLei) == expected);
}

TEST_CASE("one that fails among those that wait together is kept, the others stand in their order", "[intake][concurrent]") {
  Post post;
  post.shop.pair_owner(kSeller);
  // An undo entry nobody can read, as a damaged database would hold it.
  post.shop.in([](const Context& c) {
    const auto staff = storage::find_staff(c.tx, c.shop_id(), kSeller.name);
    return storage::insert_undo(c.tx, c.shop_id(), staff->staff_id, c.now_ms, "{not json");
  });
  const auto said_before = post.kept(kSeller).size();
  post.door.shut(post.shop.account()->row.shop_id);
  std::vector<std::future<std::string>> all;
  all.push_back(post.says(kLiLei, "在吗"));
  post.wait_for_writes(1);
  for (const char* text : {"一", "二"}) all.push_back(post.says(kLiLei, text));
  all.push_back(post.says(kSeller, "撤销"));         // fails
  all.push_back(post.says(kSeller, "标签 没有这人"));  // a refusal, which is an answer
  for (const char* text : {"三", "四"}) all.push_back(post.says(kLiLei, text));
  all.push_back(post.says(kSeller, "撤销"));  // and again, the last of all
  post.door.open();
  for (auto& one : all) CHECK(one.get() == "durable");
  CHECK(post.kept(kLiLei) == std::vector<std::string>{"在吗", "一", "二", "三", "四"});
  CHECK(post.kept(kSeller).size() == said_before + 1);
  CHECK(post.dead_letters() == 2);
}

TEST_CASE("the same callback handed over several times has one effect", "[intake][concurrent]") {
  Post post;
  const auto update = post.shop.text_update(kLiLei, "在吗");
  post.door.shut(post.shop.account()->row.shop_id);
  std::vector<std::future<std::string>> all;
  for (int i = 0; i < 5; ++i) all.push_back(post.hand_over(update));
  post.door.open();
  for (auto& one : all) CHECK(one.get() == "durable");
  CHECK(post.kept(kLiLei).size() == 1);
  CHECK(post.dead_letters() == 0);
}

TEST_CASE("a database that cannot take it is told to each, and the callback may come again", "[intake][concurrent]") {
  Post post;
  const auto update = post.shop.text_update(kLiLei, "在吗");
  post.door.broken = true;
  CHECK(post.hand_over(update).get() == "the disk is full");
  CHECK(post.dead_letters() == 0);
  post.door.broken = false;
  CHECK(post.hand_over(update).get() == "durable");
  CHECK(post.kept(kLiLei).size() == 1);
}

TEST_CASE("a shop whose writes take long does not hold up another", "[intake][concurrent]") {
  Post post;
  const auto other_shop = post.shop.in([](const Context& c) {
    storage::Shop shop = c.shop;
    shop.slug = shop.name = "other";
    return storage::insert_shop(c.tx, shop);
  });
  post.shop.in([&](const Context& c) {
    storage::ChannelRow row = post.shop.account()->row;
    row.shop_id = other_shop;
    storage::insert_channel(c.tx, row);
    storage::bump_config(c.tx, other_shop);
  });
  REQUIRE(post.shop.channels.refresh());
  const auto other = post.shop.channels.by_hook("other.telegram");
  REQUIRE(other);
  post.door.shut(post.shop.account()->row.shop_id);
  auto held = post.says(kLiLei, "在吗");
  post.wait_for_writes(1);
  CHECK(post.hand_over(post.shop.text_update(kLiLei, "你好"), other).get() == "durable");
  CHECK(held.wait_for(0s) == std::future_status::timeout);
  post.door.open();
  CHECK(held.get() == "durable");
}

TEST_CASE("an intake finishes what it was handed before it goes", "[intake][concurrent]") {
  StoryShop shop;
  std::atomic<int> durable = 0;
  {
    Intake intake(*shop.database, shop.clock);
    for (int i = 0; i < 20; ++i) {
      Arrived arrived{shop.account(), {}, {}, [&](const Arrived&, const std::exception_ptr& failure) { durable += failure ? 0 : 1; }};
      arrived.request.body = shop.text_update(kLiLei, std::to_string(i)).dump();
      arrived.events = arrived.live->channel->parse(arrived.request);
      intake.take_later(std::move(arrived));
    }
  }
  CHECK(durable == 20);
  CHECK(shop.said_by(kLiLei).size() == 20);
}
