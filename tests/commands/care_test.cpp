#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bot/data_lock.h"
#include "handlers/customers.h"
#include "storage/database_file.h"
#include "tests/support/program.h"

using laoke::test::Program;
namespace fs = std::filesystem;

namespace {

std::string people(int count) {
  std::string text = "external_id,name\n";
  for (int i = 0; i < count; ++i) text += "p" + std::to_string(i) + ",Person " + std::to_string(i) + "\n";
  return text;
}

int customers(const Program& program) { return program.run("segment preview all --json").json()["count"]; }

}  // namespace

TEST_CASE("a backup brings everything back, and what was there stays beside it", "[cli][sqlite]") {
  const Program program;
  program.write_file("p.csv", people(30));
  REQUIRE(program.run("import customers p.csv --yes").exit_code == 0);
  REQUIRE(program.run("backup saved.db --json").json()["checked"] == true);
  CHECK((fs::status(program.file("saved.db")).permissions() & fs::perms::others_all) == fs::perms::none);
  CHECK(program.run("backup saved.db").exit_code == 1);
  program.write_file("q.csv", "external_id,name\nq,New\n");
  REQUIRE(program.run("import customers q.csv --yes").exit_code == 0);
  CHECK(customers(program) == 31);
  const auto restored = program.run("restore saved.db --yes --json");
  CAPTURE(restored.out, restored.err);
  REQUIRE(restored.exit_code == 0);
  CHECK(customers(program) == 30);
  CHECK(laoke::storage::schema_version_of_file(restored.json()["kept"]) == laoke::storage::newest_schema_version());
  CHECK(program.run({"restore", restored.json()["kept"], "--yes"}).exit_code == 0);
  CHECK(customers(program) == 31);
}

TEST_CASE("a backup made while others write is whole", "[cli][sqlite]") {
  const Program program;
  program.write_file("p.csv", people(3000));
  program.run("shop list");
  laoke::storage::DatabaseOptions options;
  options.url = "sqlite:" + program.database();
  const auto database = laoke::storage::open_database(options);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i)
      database->write([&](laoke::storage::Transaction& tx) {
        const auto shop = *laoke::storage::find_shop(tx, "default");
        laoke::NewCustomer customer;
        customer.name = "Writer " + std::to_string(i);
        laoke::create_customer(laoke::Context{tx, shop, 1'772'416'800'000}, customer);
      });
  });
  const auto ran = program.run("backup saved.db --json");
  stop = true;
  writer.join();
  CAPTURE(ran.out, ran.err);
  CHECK(ran.exit_code == 0);
  options.url = "sqlite:" + program.file("saved.db");
  CHECK(laoke::storage::open_database(options)->check().empty());
}

TEST_CASE("what is no sound backup is not restored and changes nothing", "[cli][sqlite]") {
  const auto [says, text] = GENERATE(table<std::string, std::string>({
      {"not a database of laoke", "hello, I am a text\n"},
      {"not a database of laoke", ""},
      {"there is no file", "absent"},
  }));
  const Program program;
  program.write_file("p.csv", people(5));
  REQUIRE(program.run("import customers p.csv --yes").exit_code == 0);
  if (text != "absent") program.write_file("bad.db", text);
  const auto ran = program.run("restore bad.db --yes");
  CAPTURE(says, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.find(says) != std::string::npos);
  CHECK(customers(program) == 5);
  CHECK_FALSE(fs::exists(program.database() + ".before-restore"));
}

TEST_CASE("a backup that was cut off is not restored", "[cli][sqlite]") {
  const Program program;
  program.write_file("p.csv", people(2000));
  REQUIRE(program.run("import customers p.csv --yes").exit_code == 0);
  REQUIRE(program.run("backup saved.db").exit_code == 0);
  fs::resize_file(program.file("saved.db"), fs::file_size(program.file("saved.db")) / 2);
  const auto ran = program.run("restore saved.db --yes");
  CAPTURE(ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(customers(program) == 2000);
  CHECK_FALSE(fs::exists(program.database() + ".restoring"));
}

TEST_CASE("nothing is restored under a running server", "[cli][sqlite]") {
  const Program program;
  REQUIRE(program.run("backup saved.db").exit_code == 0);
  const laoke::DataLock server(program.file("data"));
  const auto ran = program.run("restore saved.db --yes");
  CHECK(ran.exit_code == 1);
  CHECK(ran.err.find("running") != std::string::npos);
}

TEST_CASE("the doctor finds a healthy shop healthy", "[cli]") {
  const Program program;
  program.run("shop list");
  fs::create_directories(program.file("data"));
  fs::permissions(program.file("data"), fs::perms::owner_all);
  const auto ran = program.run("doctor --json");
  CAPTURE(ran.out, ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(ran.json()["problems"] == 0);
}

TEST_CASE("the doctor says what is wrong and what to do", "[cli][sqlite]") {
  const Program program;
  program.write_file("p.csv", people(3000));
  REQUIRE(program.run("import customers p.csv --yes").exit_code == 0);
  const auto [says, damage] = GENERATE(table<std::string, std::function<void(const Program&)>>({
      {"laoke restore", [](const Program& shop) { fs::resize_file(shop.database(), fs::file_size(shop.database()) / 3); }},
      {"laoke restore", [](const Program& shop) { fs::resize_file(shop.database(), 512); }},
      {"laoke restore",
       [](const Program& shop) {
         std::fstream file(shop.database(), std::ios::in | std::ios::out | std::ios::binary);
         file.seekp(0);
         file << "this was a database";
       }},
  }));
  damage(program);
  const auto ran = program.run("doctor --offline");
  CAPTURE(ran.out, ran.err);
  CHECK(ran.exit_code == 1);
  CHECK(ran.out.find(says) != std::string::npos);
  CHECK(ran.out.find("✗ database") != std::string::npos);
}

TEST_CASE("the doctor warns of files others can read and makes nothing", "[cli][sqlite]") {
  const Program program;
  const auto fresh = program.run("doctor --offline");
  CAPTURE(fresh.out);
  CHECK(fresh.exit_code == 0);
  CHECK_FALSE(fs::exists(program.database()));
  program.run("shop list");
  fs::permissions(program.database(), fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read);
  CHECK(program.run("doctor --offline").out.find("chmod 600") != std::string::npos);
}

TEST_CASE("the doctor tells a port taken by another program", "[cli]") {
  const Program program;
  program.run("shop list");
  CHECK(program.run("doctor --offline --listen 203.0.113.9:80").exit_code == 1);
}
