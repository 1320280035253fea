#include "storage/group_commit.h"

#include <catch2/catch.hpp>
#include <atomic>
#include <deque>
#include <thread>

using namespace laoke::storage;
using namespace std::chrono_literals;

namespace {

class NoTransaction final : public Transaction {
 public:
  std::int64_t execute(const Sql&, std::span<const Param>) override { return 0; }
  void query(const Sql&, std::span<const Param>, const RowFn&) override {}
  void query_built(const std::string&, std::span<const Param>, const RowFn&) override {}
  std::int64_t execute_built(const std::string&, std::span<const Param>) override { return 0; }
  std::int64_t next_id() override { return 1; }
  std::int64_t shared_clock_ms() override { return 0; }
  bool writable() const override { return true; }
};

// An engine whose commits go wrong as the test says.
class MoodyEngine final : public WriterEngine {
 public:
  enum class Mood { kFine, kOnceMore, kNever, kForAll };

  Transaction& transaction() override { return tx; }
  void begin(std::span<const Scope> scopes, Deadline) override {
    ++begun;
    last_scopes.assign(scopes.begin(), scopes.end());
  }
  void commit(Deadline) override {
    mood = moods.empty() ? Mood::kFine : moods.front();
    if (!moods.empty()) moods.pop_front();
    if (mood == Mood::kForAll) throw FailsAll(StorageFault::kUnavailable, "away");
    if (mood != Mood::kFine) throw StorageError(StorageFault::kBusy, "not now");
    ++committed_times;
  }
  void roll_back() noexcept override { ++rolled_back; }
  bool worth_another_try() const override { return mood == Mood::kOnceMore; }
  void committed(unsigned raised) override { signals |= raised; }

  NoTransaction tx;
  std::deque<Mood> moods;
  Mood mood = Mood::kFine;
  std::vector<Scope> last_scopes;
  std::atomic<int> begun{0};
  int committed_times = 0, rolled_back = 0;
  unsigned signals = 0;
};

using Mood = MoodyEngine::Mood;

}  // namespace

TEST_CASE("a closure runs again while the moment was to blame", "[storage][commit]") {
  MoodyEngine engine;
  engine.moods = {Mood::kOnceMore, Mood::kOnceMore};
  int runs = 0;
  {
    GroupCommit commits(engine, kMaxBatch, 60s);
    commits.run([&](Transaction& tx) { ++runs; tx.raise(kSendWork); }, Lane::kInteractive, of_shop(7));
  }
  CHECK(runs == 3);
  CHECK(engine.rolled_back == 2);
  CHECK(engine.committed_times == 1);
  CHECK(engine.signals == kSendWork);
  CHECK(engine.last_scopes == std::vector<Scope>{of_shop(7)});
}

TEST_CASE("a closure whose patience is over gets one more try and then the error", "[storage][commit]") {
  MoodyEngine engine;
  engine.moods = {Mood::kOnceMore, Mood::kOnceMore, Mood::kOnceMore};
  GroupCommit commits(engine, kMaxBatch, 0s);
  int runs = 0;
  CHECK_THROWS_WITH(commits.run([&](Transaction&) { ++runs; }, Lane::kInteractive, of_shop(7)), "not now");
  CHECK(runs == 2);
}

TEST_CASE("what no other try can cure is thrown at once and raises no signal", "[storage][commit]") {
  const auto mood = GENERATE(Mood::kNever, Mood::kForAll);
  MoodyEngine engine;
  engine.moods = {mood};
  int runs = 0;
  GroupCommit commits(engine, kMaxBatch, 60s);
  CHECK_THROWS_AS(commits.run([&](Transaction& tx) { ++runs; tx.raise(kSendWork); }, Lane::kBulk, Scope::kEveryShop), StorageError);
  CHECK(runs == 1);
  commits.stop();
  CHECK(engine.signals == kNothing);
}

TEST_CASE("closures of one commit: one that throws undoes itself, an error for all reaches all", "[storage][commit][concurrent]") {
  const auto mood = GENERATE(Mood::kFine, Mood::kForAll);
  MoodyEngine engine;
  std::atomic<int> refused{0}, runs{0};
  std::atomic<bool> go{false};
  {
    GroupCommit commits(engine, kMaxBatch, 60s);
    // The first holds the writer until the others wait together behind it.
    std::thread first([&] { commits.run([&](Transaction&) { while (!go) std::this_thread::yield(); }, Lane::kInteractive, of_shop(1)); });
    while (engine.begun == 0) std::this_thread::yield();
    std::vector<std::thread> others;
    std::atomic<int> started{0};
    for (int i = 0; i < 6; ++i)
      others.emplace_back([&, i] {
        ++started;
        try {
          commits.run([&](Transaction&) {
            ++runs;
            if (i == 0 && mood == Mood::kFine) throw std::runtime_error("refused");
          }, Lane::kInteractive, of_shop(i % 2 + 1));
        } catch (const std::exception&) {
          ++refused;
        }
      });
    while (started < 6) std::this_thread::yield();
    if (mood == Mood::kForAll) engine.moods = {Mood::kFine, Mood::kForAll, Mood::kForAll, Mood::kForAll, Mood::kForAll, Mood::kForAll, Mood::kForAll};
    go = true;
    first.join();
    for (auto& other : others) other.join();
  }
  CHECK(refused == (mood == Mood::kFine ? 1 : 6));
  CHECK(runs >= 6);
}

TEST_CASE("while the database is away those who waited long enough are told and the others wait on", "[storage][commit][concurrent]") {
  // Away at the second look, which waits for the two closures behind the first.
  class AwayEngine final : public WriterEngine {
   public:
    Transaction& transaction() override { return tx; }
    void begin(std::span<const Scope>, Deadline deadline) override {
      if (++looks != 2) return;
      std::this_thread::sleep_until(deadline);
      throw StillAway(StorageFault::kUnavailable, "away");
    }
    void commit(Deadline) override {}
    void roll_back() noexcept override {}
    NoTransaction tx;
    std::atomic<int> looks{0};
  } engine;
  GroupCommit commits(engine, kMaxBatch, 200ms);
  std::atomic<int> told{0}, ran{0}, started{0};
  std::atomic<bool> go{false};
  const auto one = [&] {
    ++started;
    try {
      commits.run([&](Transaction&) { ++ran; }, Lane::kInteractive, of_shop(1));
    } catch (const StorageError&) {
      ++told;
    }
  };
  std::thread first([&] { commits.run([&](Transaction&) { while (!go) std::this_thread::yield(); }, Lane::kInteractive, of_shop(1)); });
  while (engine.looks == 0) std::this_thread::yield();
  std::thread second(one), third(one);
  while (started < 2) std::this_thread::yield();
  go = true;
  for (auto* thread : {&first, &second, &third}) thread->join();
  CHECK(told == 1);
  CHECK(ran == 1);
}

TEST_CASE("a stopped writer takes no more work", "[storage][commit]") {
  MoodyEngine engine;
  GroupCommit commits(engine, kMaxBatch, 60s);
  commits.stop();
  CHECK_THROWS_WITH(commits.run([](Transaction&) {}, Lane::kInteractive, of_shop(1)), Catch::Contains("stopping"));
}
