#include "tests/support/test_database.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace laoke::test {

void run_on(const std::string& url, const std::vector<std::string>& statements) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  for (const auto& statement : statements) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), statement.c_str()), PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  }
}

std::string with_database(const std::string& url, const std::string& name) {
  const auto query = std::min(url.find('?'), url.size());
  const auto path = std::min(url.find('/', url.find("://") + 3), query);
  return url.substr(0, path) + "/" + name + url.substr(query);
}

namespace {

// What a fresh schema holds is kept aside, so that a used database can be made fresh again: emptying costs a tenth of
// making one.
const char* const kKeepFreshRows = R"(
CREATE SCHEMA fresh;
DO $$ DECLARE t text; filled boolean; BEGIN
  FOR t IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE fresh.%I AS TABLE public.%I', t, t); END IF;
  END LOOP;
END $$)";
const char* const kMakeFresh = R"(
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    IF pg_relation_size(format('public.%I', t)::regclass) > 262144 THEN EXECUTE format('TRUNCATE public.%I', t);
    ELSE EXECUTE format('DELETE FROM public.%I', t); END IF;
  END LOOP;
  FOR t IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'fresh'::regnamespace LOOP
    EXECUTE format('INSERT INTO public.%I SELECT * FROM fresh.%I', t, t);
  END LOOP;
END $$)";

// The databases of this run of the tests: the first is the pattern of the others, and who is done with one leaves it to
// the next test.
class Databases {
 public:
  ~Databases() {
    try {
      for (int number = 0; number < made_; ++number)
        run_on(postgres_server(), {"DROP DATABASE IF EXISTS " + name_of(number) + " WITH (FORCE)"});
    } catch (const std::exception&) {
      // The server is gone, and they with it.
    }
  }

  std::string take() {
    const std::lock_guard lock(mutex_);
    if (made_ == 0) make_pattern();
    if (free_.empty()) {
      free_.push_back(name_of(made_++));
      run_on(postgres_server(), {"CREATE DATABASE " + free_.back() + " TEMPLATE " + name_of(0)});
    }
    const auto name = free_.back();
    free_.pop_back();
    return name;
  }

  void give_back(const std::string& name) {
    const std::lock_guard lock(mutex_);
    run_on(url_of(name), {kMakeFresh});
    free_.push_back(name);
  }

  static std::string url_of(const std::string& name) { return with_database(postgres_server(), name); }

 private:
  static std::string name_of(int number) { return "laoke_test_" + std::to_string(getpid()) + "_" + std::to_string(number); }

  void make_pattern() {
    run_on(postgres_server(), {"CREATE DATABASE " + name_of(made_++)});
    storage::DatabaseOptions options;
    options.url = url_of(name_of(0));
    storage::open_database(options);
    run_on(options.url, {kKeepFreshRows});
  }

  std::mutex mutex_;  // guards the rest
  int made_ = 0;
  std::vector<std::string> free_;
};

Databases& databases() {
  static Databases all;
  return all;
}

}  // namespace

bool on_postgres() {
  const char* url = std::getenv("LAOKE_TEST_DATABASE");
  return url != nullptr && *url != '\0';
}

std::string postgres_server() {
  if (!on_postgres()) throw std::logic_error("the tests run on SQLite: LAOKE_TEST_DATABASE names no server");
  return std::getenv("LAOKE_TEST_DATABASE");
}

TestDatabase::TestDatabase() {
  if (!on_postgres()) {
    url_ = "sqlite:" + dir_.emplace().file("laoke.db");
    return;
  }
  on_server_ = databases().take();
  url_ = Databases::url_of(on_server_);
}

TestDatabase::TestDatabase(const std::string& sqlite_file) {
  if (!on_postgres()) {
    url_ = "sqlite:" + sqlite_file;
    return;
  }
  on_server_ = databases().take();
  url_ = Databases::url_of(on_server_);
}

TestDatabase::~TestDatabase() {
  if (on_server_.empty()) return;
  try {
    databases().give_back(on_server_);
  } catch (const std::exception&) {
    // It stays aside; the next test gets another.
  }
}

storage::DatabaseOptions TestDatabase::options() const {
  storage::DatabaseOptions options;
  options.url = url_;
  return options;
}

}  // namespace laoke::test
