#pragma once
#include <cstdint>
#include <memory>

#include "storage/database.h"
#include "storage/shops.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_database.h"

namespace laoke::test {

// 2026-03-02 10:00 in Shanghai, a Monday.
inline constexpr std::int64_t kMonday10 = 1'772'416'800'000;

// A fresh database on the engine under test with one shop "default" (Asia/Shanghai, zh-CN, CNY, CN).
class TestShop {
 public:
  TestShop();
  storage::Database& db() { return *database_; }
  std::int64_t id() const { return shop_id_; }
  const TempDir& dir() const { return dir_; }
  const std::string& url() const { return home_.url(); }
  template <class F>
  auto write(F&& fn) { return database_->write(fn); }
  template <class F>
  auto read(F&& fn) { return database_->read(fn); }

 private:
  TempDir dir_;
  TestDatabase home_;
  std::unique_ptr<storage::Database> database_;
  std::int64_t shop_id_ = 0;
};

}  // namespace laoke::test
