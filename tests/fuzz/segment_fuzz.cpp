// Any text a seller may type as a segment: it is either refused with a column inside the text, or becomes a statement that
// SQLite accepts and that holds nothing of the text.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "handlers/segment/explain.h"
#include "handlers/segment/parser.h"
#include "handlers/segments.h"
#include "handlers/text.h"

using namespace laoke;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Shop {
  Shop() {
    const auto file = std::filesystem::temp_directory_path() / ("laoke-segment-fuzz-" + std::to_string(::getpid()) + ".db");
    std::filesystem::remove(file);
    storage::DatabaseOptions options;
    options.url = "sqlite:" + file.string();
    database = storage::open_database(options);
    shop = database->write([](storage::Transaction& tx) {
      storage::Shop made;
      made.slug = made.name = "default";
      made.time_zone = "Asia/Shanghai";
      made.language = "zh-CN";
      made.currency = "CNY";
      made.settings = "{}";
      made.shop_id = storage::insert_shop(tx, made);
      const Context context{tx, made, 0};
      save_segment(context, "a", "tag:a -tag:b last_order<30d");
      return made;
    });
  }
  std::unique_ptr<storage::Database> database;
  storage::Shop shop;
};

void check(const Context& context, std::string_view text) {
  try {
    const auto query = shop_segment(context, text);
    require(!explain_segment(query, context.shop).zh.empty());
    const auto compiled = storage::compile_segment(context.tx, context.shop, query, context.now_ms);
    require(compiled.from_where.find(';') == std::string::npos && compiled.from_where.find("--") == std::string::npos);
    const auto ids = storage::audience_ids(context.tx, context.shop, query, context.now_ms);
    require(storage::count_audience(context.tx, context.shop, query, context.now_ms) == static_cast<std::int64_t>(ids.size()));
    storage::matches_segment(context.tx, context.shop, query, 1, context.now_ms);
  } catch (const SegmentError& error) {
    require(error.column() >= 1 && !error.message("en").empty());
    require(static_cast<std::size_t>(error.column()) <= length_code_points(text) + 1);
    require(is_valid_utf8(error.message("zh-CN")));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Shop shop;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  shop.database->read([&](storage::Transaction& tx) { check({tx, shop.shop, 1'772'416'800'000}, text); });
  return 0;
}
