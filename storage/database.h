#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

// The engine interface: the only way to the data. Which engine runs is decided by open_database() and known to nobody
// above this folder.
namespace laoke::storage {

// One statement, in the SQL subset that SQLite and PostgreSQL share, with $1-style parameters. Declared `constexpr` at
// namespace scope in a store (its address is its identity) and listed in storage/statements.cpp, which prepares all of
// them at start: a typo stops the boot.
struct Sql {
  std::string_view name;  // "customers.find"
  std::string_view text;
};

// A parameter. Text is borrowed for the length of the call.
class Param {
 public:
  Param(std::nullptr_t) {}
  Param(std::nullopt_t) {}
  Param(bool value) : value_(std::int64_t{value}) {}
  Param(int value) : value_(std::int64_t{value}) {}
  Param(std::int64_t value) : value_(value) {}
  Param(std::size_t value) : value_(static_cast<std::int64_t>(value)) {}
  Param(double value) : value_(value) {}
  Param(const char* value) : value_(std::string_view(value)) {}
  Param(std::string_view value) : value_(value) {}
  Param(const std::string& value) : value_(std::string_view(value)) {}
  template <class T>
  Param(const std::optional<T>& value) {
    if (value) *this = Param(*value);
  }
  using Variant = std::variant<std::monostate, std::int64_t, double, std::string_view>;
  const Variant& value() const { return value_; }

 private:
  Variant value_;
};

// One row of an answer; valid only inside the row callback.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;  // 0 for null
  virtual double real(int column) const = 0;           // 0 for null
  virtual std::string_view text(int column) const = 0; // "" for null; borrowed until the callback returns

  std::string string(int column) const { return std::string(text(column)); }
  bool yes(int column) const { return integer(column) != 0; }
  std::optional<std::int64_t> maybe_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  std::optional<double> maybe_real(int column) const {
    return is_null(column) ? std::nullopt : std::optional(real(column));
  }
};
using RowFn = std::function<void(const Row&)>;

// Reasons the engine can refuse for; what() says what to do about it.
enum class StorageFault { kDiskFull, kBusy, kReadOnly, kCorrupt, kNewerSchema, kUnavailable, kConstraint, kOther };
class StorageError : public std::runtime_error {
 public:
  StorageError(StorageFault fault, const std::string& what) : std::runtime_error(what), fault_(fault) {}
  StorageFault fault() const { return fault_; }

 private:
  StorageFault fault_;
};

// What a commit may wake: raised inside a transaction, told to the commit listener once it is durable.
enum Signal : unsigned {
  kNothing = 0,
  kSendWork = 1,       // something to send
  kReminderWork = 2,   // a reminder was planned
  kBroadcastWork = 4,  // a broadcast changed state
  kWebhookWork = 8,    // an event for a webhook endpoint
  kConfigChange = 16,  // channels, rules, settings
};

// One unit of work: all of it or nothing. Used by one thread at a time and never kept after the closure returns.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Runs a statement that changes rows; the number of rows changed.
  virtual std::int64_t execute(const Sql& sql, std::span<const Param> params) = 0;
  // Runs a statement and calls `each` for every row it answers, in order. `each` must not use this transaction with
  // the same statement.
  virtual void query(const Sql& sql, std::span<const Param> params, const RowFn& each) = 0;
  // The same for a statement built by storage/segment_sql; only that compiler may call it.
  virtual void query_built(const std::string& text, std::span<const Param> params, const RowFn& each) = 0;
  virtual std::int64_t execute_built(const std::string& text, std::span<const Param> params) = 0;
  // Like execute(), for a change whose row count nobody asks for: an engine behind a network sends it along with the
  // next statement instead of waiting for an answer. Its error, if any, is thrown by a later call or by the commit.
  virtual void submit(const Sql& sql, std::span<const Param> params) { execute(sql, params); }
  // execute() once for each row of parameters; the rows changed in all. An engine behind a network waits once for all.
  virtual std::int64_t execute_each(const Sql& sql, std::span<const std::vector<Param>> rows) {
    std::int64_t changed = 0;
    for (const auto& params : rows) changed += execute(sql, params);
    return changed;
  }
  // query() once for each row of parameters; `each` is told which. An engine behind a network waits once for all.
  virtual void query_each(const Sql& sql, std::span<const std::vector<Param>> rows, const std::function<void(std::size_t, const Row&)>& each) {
    for (std::size_t i = 0; i < rows.size(); ++i) query(sql, rows[i], [&](const Row& row) { each(i, row); });
  }
  // A number no row of this database has yet: positive, rising within a node, below 2^53.
  virtual std::int64_t next_id() = 0;
  virtual bool writable() const = 0;

  std::int64_t execute(const Sql& sql, std::initializer_list<Param> params) {
    return execute(sql, std::span(params.begin(), params.size()));
  }
  void query(const Sql& sql, std::initializer_list<Param> params, const RowFn& each) {
    query(sql, std::span(params.begin(), params.size()), each);
  }
  void submit(const Sql& sql, std::initializer_list<Param> params) {
    submit(sql, std::span(params.begin(), params.size()));
  }
  // The time by the one clock that all nodes of this database share (UTC epoch ms): leases are reckoned by it, since the
  // clocks of nodes may differ. Everything a customer or seller sees uses the node's own clock.
  virtual std::int64_t shared_clock_ms() = 0;
  // Told to the commit listener after the commit; forgotten on rollback.
  void raise(Signal signal) { signals_ |= signal; }
  unsigned signals() const { return signals_; }
  void forget_signals() { signals_ = kNothing; }

  // Small lists of a shop that every event asks for (rules, webhooks): a store keeps what it read until the transaction
  // ends, since nobody else writes for the shop meanwhile, and forgets it when it changes them. Nothing is kept while
  // reading, where each question is cheap to ask again.
  template <class T>
  std::shared_ptr<const T> kept(const Sql& question, std::int64_t shop_id) const {
    for (const Kept& one : kept_)
      if (one.question == &question && one.shop_id == shop_id) return std::static_pointer_cast<const T>(one.answer);
    return nullptr;
  }
  // `shared`: the answer outlives a forget() by whoever is still walking it.
  void keep(const Sql& question, std::int64_t shop_id, std::shared_ptr<const void> answer) {
    if (writable()) kept_.push_back({&question, shop_id, std::move(answer)});
  }
  void forget_kept() { kept_.clear(); }

 private:
  struct Kept {
    const Sql* question;
    std::int64_t shop_id;
    std::shared_ptr<const void> answer;
  };
  unsigned signals_ = kNothing;
  std::vector<Kept> kept_;
};

// Whom a write concerns. Writes of one shop never run at the same time, on whichever node they start; those of different
// shops may. What touches several shops, or shop 0's rows, is kEveryShop and runs while no other write does.
enum class Scope : std::int64_t { kEveryShop = 0 };
constexpr Scope of_shop(std::int64_t shop_id) { return static_cast<Scope>(shop_id); }

// kInteractive goes before kBulk: bulk work is cut in slices of at most 50 ms and one slice runs per commit.
enum class Lane { kInteractive, kBulk };

struct BackupProgress {
  std::int64_t pages_done = 0, pages_total = 0;
};

// Thread-safe. Calls may come from any thread; read() closures run on the caller's thread, write() closures on the
// engine's writer while the caller waits.
class Database {
 public:
  virtual ~Database() = default;

  // Runs `fn(Transaction&)` on one consistent snapshot and returns its result. fn may read only.
  template <class F>
  auto read(F&& fn) {
    return run([this](const std::function<void(Transaction&)>& body) { run_read(body); }, fn);
  }
  // Runs `fn(Transaction&)` and returns its result once it is durable. If fn throws, nothing of it remains and the
  // exception reaches the caller. fn may run more than once: it touches only its transaction and its own result, and
  // never the network.
  template <class F>
  auto write(F&& fn, Lane lane = Lane::kInteractive, Scope scope = Scope::kEveryShop) {
    return run([=, this](const std::function<void(Transaction&)>& body) { run_write(body, lane, scope); }, fn);
  }
  template <class F>
  auto write(F&& fn, Scope scope) {
    return write(std::forward<F>(fn), Lane::kInteractive, scope);
  }

  // Called after each commit that raised signals, on the engine's thread and before the writer's caller goes on: must be
  // quick, must not throw and must not write.
  virtual void set_commit_listener(std::function<void(unsigned signals)> listener) = 0;
  // Copies the whole database, consistent, while others read and write. Throws StorageError.
  virtual void backup(const std::string& file, const std::function<void(BackupProgress)>& progress) = 0;
  // Looks through the whole database; one line per fault found, none when it is sound.
  virtual std::vector<std::string> check() = 0;
  virtual int schema_version() = 0;
  virtual std::string describe() const = 0;  // "sqlite:var/laoke.db"; never holds a password

 protected:
  virtual void run_read(const std::function<void(Transaction&)>& body) = 0;
  virtual void run_write(const std::function<void(Transaction&)>& body, Lane lane, Scope scope) = 0;

 private:
  template <class Runner, class F>
  static auto run(Runner&& runner, F& fn) {
    using Result = std::invoke_result_t<F&, Transaction&>;
    if constexpr (std::is_void_v<Result>) {
      runner([&fn](Transaction& tx) { fn(tx); });
    } else {
      std::optional<Result> result;
      runner([&fn, &result](Transaction& tx) { result.emplace(fn(tx)); });
      return std::move(*result);
    }
  }
};

struct DatabaseOptions {
  std::string url = "sqlite:var/laoke.db";  // sqlite:FILE or postgresql://user:password@host:port/name
  int readers = 4;                          // read connections kept open
  int writer_cache_kib = 16 * 1024, reader_cache_kib = 2 * 1024;
  bool group_commit = true;                 // false: one transaction per closure (only the benchmark asks for it)
  bool migrate = true;                      // bring an older schema up to date
  int patience_ms = 5'000;                  // how long one call waits for a database server that is away
};

// Opens, migrates and checks every statement. Throws StorageError that says what to do.
std::unique_ptr<Database> open_database(const DatabaseOptions& options);

}  // namespace laoke::storage
