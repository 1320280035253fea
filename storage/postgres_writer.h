#pragma once
#include "storage/group_commit.h"
#include "storage/postgres_transaction.h"

namespace laoke::storage {

// Ids in blocks, reserved on a connection of their own: a rollback gives none back, and no two nodes get the same.
class PostgresIds {
 public:
  explicit PostgresIds(const PostgresTarget& target) : target_(target) {}
  std::int64_t next();

 private:
  void reserve();

  const PostgresTarget target_;
  PostgresHandle handle_;
  std::int64_t next_ = 0, left_ = 0;
};

// The one connection of a node that writes. Used by the writer thread alone.
//
// A transaction takes the locks of its shops before it sees anything, so that writes of one shop follow each other on
// all nodes as they do on one; what is sent without being waited for goes with the next question or the commit.
class PostgresWriter final : public PostgresTransaction, public WriterEngine {
 public:
  PostgresWriter(const PostgresTarget& target, PostgresStatements& statements, PostgresHandle handle,
                 std::function<void(unsigned)> committed);

  void submit(const Sql& sql, std::span<const Param> params) override;
  std::int64_t execute_each(const Sql& sql, std::span<const std::vector<Param>> rows) override;
  void query_each(const Sql& sql, std::span<const std::vector<Param>> rows,
                  const std::function<void(std::size_t, const Row&)>& each) override;
  std::int64_t next_id() override { return ids_.next(); }
  bool writable() const override { return true; }

  Transaction& transaction() override { return *this; }
  void begin(std::span<const Scope> scopes, Deadline deadline) override;
  void commit(Deadline deadline) override;
  void roll_back() noexcept override;
  bool worth_another_try() const override;
  void committed(unsigned signals) override { committed_(signals); }

 protected:
  std::int64_t ask(const Send& send, const RowFn& each) override;

 private:
  void connect(Deadline deadline);
  void settle(Deadline deadline);

  const PostgresTarget target_;
  PostgresStatements& statements_;
  std::unique_ptr<PostgresConnection> connection_;
  PostgresIds ids_;
  const std::function<void(unsigned)> committed_;
  std::string transaction_id_;    // of the open transaction, once the server named it
  bool nothing_remains_ = false;  // the server said that the transaction it lost was not committed
};

}  // namespace laoke::storage
