#include "storage/postgres_readers.h"

#include "storage/postgres_errors.h"

namespace laoke::storage {

// One of the pool's places, and the connection on it.
class PostgresReaders::Lease {
 public:
  explicit Lease(PostgresReaders& owner) : connection(owner.take()), owner_(owner) {}
  ~Lease() { owner_.give_back(std::move(connection)); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Connection connection;

 private:
  PostgresReaders& owner_;
};

// A read-only transaction. It begins with its first statement, so that both are one round trip.
class PostgresReaders::Reading final : public PostgresTransaction {
 public:
  Reading(PostgresReaders& owner, Connection& connection)
      : owner_(owner),
        connection_(connection),
        deadline_(std::chrono::steady_clock::now() + std::chrono::milliseconds(owner.target_.patience_ms)) {}

  std::int64_t next_id() override {
    throw StorageError(StorageFault::kReadOnly, "database: a read takes no id");
  }
  bool writable() const override { return false; }

  // Nobody waits for the end of a read-only transaction: its answer is read before the next.
  void end() {
    if (!begun_) return;
    connection_->send(kCommit, {});
    connection_->finish_later();
  }
  void give_up() noexcept {
    if (connection_ && (!begun_ || !connection_->reset())) connection_.reset();
  }

 protected:
  std::int64_t ask(const Send& send, const RowFn& each) override {
    for (;;) {
      begin();
      try {
        send(*connection_);
        connection_->stream([&](const Row& row) {
          answered_ = true;
          if (each) each(row);
        });
        answered_ = true;
        return 0;  // a read changes nothing
      } catch (const StorageError&) {
        if (answered_ || !stale() || std::chrono::steady_clock::now() > deadline_) throw;
        connection_.reset();
        begun_ = false;
      }
    }
  }

 private:
  void begin() {
    if (begun_) return;
    if (!connection_) connection_ = owner_.open(deadline_);
    connection_->send(kBeginReading, {});
    begun_ = true;
  }
  // Nothing was read yet, and what went wrong is the connection.
  bool stale() const { return connection_ && connection_->failure() && cured_by_another_try(*connection_->failure()); }

  PostgresReaders& owner_;
  Connection& connection_;
  const Deadline deadline_;
  bool begun_ = false, answered_ = false;
};

PostgresReaders::PostgresReaders(const PostgresTarget& target, PostgresStatements& statements, int most)
    : target_(target), statements_(statements), most_(most) {}

PostgresReaders::Connection PostgresReaders::open(Deadline deadline) {
  return std::make_unique<PostgresConnection>(connect_postgres(target_, deadline), statements_);
}

PostgresReaders::Connection PostgresReaders::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return in_use_ < most_; });
  ++in_use_;
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void PostgresReaders::give_back(Connection connection) {
  const std::lock_guard lock(mutex_);
  --in_use_;
  if (connection && connection->alive() && !connection->failure()) idle_.push_back(std::move(connection));
  returned_.notify_one();
}

void PostgresReaders::run(const std::function<void(Transaction&)>& body) {
  Lease lease(*this);
  Reading reading(*this, lease.connection);
  try {
    body(reading);
    reading.end();
  } catch (...) {
    reading.give_up();
    throw;
  }
}

}  // namespace laoke::storage
