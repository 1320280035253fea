#include <catch2/catch.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

// The folders' promises (CONTRIBUTING.md), read from the source itself.
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = LAOKE_SOURCE_DIR;

struct Source {
  std::string path, text;  // path from the root
};

const std::vector<Source>& sources() {
  static const std::vector<Source> all = [] {
    std::vector<Source> found;
    for (const char* room : {"bot", "handlers", "templates", "storage"}) {
      if (!fs::is_directory(kRoot / room)) continue;
      for (const auto& entry : fs::recursive_directory_iterator(kRoot / room)) {
        const auto extension = entry.path().extension();
        if (extension != ".h" && extension != ".cpp") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        found.push_back({fs::relative(entry.path(), kRoot).string(), text.str()});
      }
    }
    return found;
  }();
  return all;
}

std::string room_of(const std::string& path) { return path.substr(0, path.find('/')); }

std::vector<std::string> includes_of(const std::string& text) {
  static const std::regex kInclude(R"re(#include [<"]([^>"]+)[>"])re");
  std::vector<std::string> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.starts_with("#include") && std::regex_search(line, match, kInclude)) all.push_back(match[1]);
  }
  return all;
}

// Without comments; strings stay when `strings`.
std::string code_of(const std::string& text, bool strings) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "//") == 0) {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (text.compare(i, 2, "/*") == 0) {
      i = std::min(text.find("*/", i), text.size() - 2) + 1;
    } else if (text.compare(i, 3, "R\"(") == 0) {
      const std::size_t end = std::min(text.find(")\"", i), text.size() - 2) + 2;
      if (strings) out += text.substr(i, end - i);
      i = end - 1;
    } else if (text[i] == '"') {
      const std::size_t from = i++;
      while (i < text.size() && text[i] != '"' && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
      out += strings ? text.substr(from, i - from + 1) : "\"\"";
    } else if (text[i] == '\'' && i + 2 < text.size() && (text[i + 2] == '\'' || text[i + 1] == '\\')) {
      const std::size_t end = text.find('\'', i + (text[i + 1] == '\\' ? 3 : 2));
      out += "' '";
      i = std::min(end, text.size());
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& line : lines) all += line + "\n";
  return all;
}

std::vector<std::string> wrong_includes(const std::string& path, const std::string& text) {
  static const std::map<std::string, std::set<std::string>> kMaySee = {
      {"storage", {"storage"}},
      {"templates", {"templates"}},
      {"handlers", {"handlers", "templates", "storage"}},
      {"bot", {"bot", "handlers", "templates", "storage"}},
  };
  std::vector<std::string> wrong;
  for (const auto& include : includes_of(text)) {
    const std::string to = room_of(include);
    // What a generated file declares belongs to nobody.
    if (kMaySee.contains(to) && !kMaySee.at(room_of(path)).contains(to) && include != "storage/embedded.h")
      wrong.push_back(path + " includes " + include);
  }
  return wrong;
}

std::vector<std::string> forbidden_headers(const std::string& path, const std::string& text) {
  struct Rule {
    const char* header;
    std::vector<std::string> only;  // prefixes of the paths that may
  };
  static const std::vector<Rule> kRules = {
      {"httplib.h", {"bot/http/server.cpp", "bot/http_client.cpp"}},
      {"spdlog/", {"bot/log.cpp"}},
      {"SQLiteCpp/", {"storage/"}},
      {"sqlite3.h", {"storage/"}},
      {"libpq-fe.h", {"storage/"}},
      {"CLI/", {"bot/"}},
      {"toml++/", {"bot/"}},
  };
  std::vector<std::string> wrong;
  for (const auto& include : includes_of(text))
    for (const Rule& rule : kRules) {
      const bool may = std::any_of(rule.only.begin(), rule.only.end(), [&](const std::string& prefix) { return path.starts_with(prefix); });
      if (include.starts_with(rule.header) && !may) wrong.push_back(path + " includes " + include);
    }
  return wrong;
}

// Reads no clock and opens no file of its own: what is decided can be simulated.
std::vector<std::string> outside_world(const std::string& path, const std::string& text) {
  static const std::regex kOutside(
      R"re(system_clock::now|steady_clock::now|high_resolution_clock|[^_\w.>:]time\(\s*(?:nullptr|NULL|0|&)|gettimeofday|clock_gettime|std::i?o?fstream|fopen\(|getenv\()re");
  std::vector<std::string> wrong;
  const std::string code = code_of(text, false);
  for (auto at = std::sregex_iterator(code.begin(), code.end(), kOutside); at != std::sregex_iterator(); ++at)
    wrong.push_back(path + " uses " + at->str());
  return wrong;
}

std::vector<std::string> statements_outside(const std::string& path, const std::string& text) {
  static const std::regex kStatement(
      R"re("\s*(SELECT\s+[\w*(]|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s))re");
  std::vector<std::string> wrong;
  const std::string code = code_of(text, true);
  for (auto at = std::sregex_iterator(code.begin(), code.end(), kStatement); at != std::sregex_iterator(); ++at)
    wrong.push_back(path + " holds SQL: " + at->str());
  return wrong;
}

// Statements of a store that the check at start would not see. The engines' own run before it.
std::vector<std::string> unlisted_statements(const std::string& path, const std::string& text) {
  if (path.starts_with("storage/sqlite") || path.starts_with("storage/postgres")) return {};
  static const std::regex kDeclared(R"(constexpr Sql (k\w+)\s*[{(])");
  static const std::regex kListed(R"(const Sql\* k\w+\[\] = \{([^}]*)\})");
  const std::string code = code_of(text, false);
  std::string listed;
  for (auto at = std::sregex_iterator(code.begin(), code.end(), kListed); at != std::sregex_iterator(); ++at) listed += (*at)[1].str() + ",";
  std::vector<std::string> wrong;
  for (auto at = std::sregex_iterator(code.begin(), code.end(), kDeclared); at != std::sregex_iterator(); ++at)
    if (!std::regex_search(listed, std::regex("&" + (*at)[1].str() + "\\b"))) wrong.push_back(path + ": " + (*at)[1].str());
  return wrong;
}

// Statements whose constant is not their name: "orders.of_customer" is kOrdersOfCustomer. Names are unique in the program,
// so the constants are too, whichever sources are compiled as one.
std::vector<std::string> misnamed_statements(const std::string& path, const std::string& text) {
  static const std::regex kNamed(R"re(constexpr Sql (k\w+)\s*\{\s*"([a-z0-9_.]+)")re");
  std::vector<std::string> wrong;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), kNamed); at != std::sregex_iterator(); ++at) {
    std::string expected = "k";
    bool begins = true;
    for (const char c : (*at)[2].str()) {
      const bool between = c == '.' || c == '_';
      if (!between) expected += static_cast<char>(begins ? std::toupper(static_cast<unsigned char>(c)) : c);
      begins = between;
    }
    if ((*at)[1] != expected) wrong.push_back(path + ": " + (*at)[1].str() + " should be " + expected);
  }
  return wrong;
}

template <class Check>
std::string found(Check check, std::initializer_list<std::string> rooms) {
  std::vector<std::string> all;
  for (const Source& source : sources())
    if (std::find(rooms.begin(), rooms.end(), room_of(source.path)) != rooms.end())
      for (const auto& one : check(source.path, source.text)) all.push_back(one);
  return joined(all);
}

}  // namespace

TEST_CASE("the rooms are there to be looked at", "[layering]") { CHECK(sources().size() > 50); }

TEST_CASE("includes point one way: bot, handlers, then templates and storage", "[layering]") {
  CHECK(found(wrong_includes, {"bot", "handlers", "templates", "storage"}) == "");
}

TEST_CASE("each library stays behind the file that knows it", "[layering]") {
  CHECK(found(forbidden_headers, {"bot", "handlers", "templates", "storage"}) == "");
}

TEST_CASE("handlers and templates read no clock and open no file", "[layering]") {
  CHECK(found(outside_world, {"handlers", "templates"}) == "");
}

TEST_CASE("SQL lives in storage alone", "[layering]") { CHECK(found(statements_outside, {"bot", "handlers", "templates"}) == ""); }

TEST_CASE("every statement of a store is checked at start", "[layering]") { CHECK(found(unlisted_statements, {"storage"}) == ""); }

TEST_CASE("a statement's constant is called like the statement", "[layering]") {
  CHECK(found(misnamed_statements, {"storage"}) == "");
}

TEST_CASE("these checks see what they look for", "[layering]") {
  CHECK(wrong_includes("handlers/a.cpp", "#include \"bot/log.h\"\n").size() == 1);
  CHECK(wrong_includes("storage/a.cpp", "#include \"handlers/text.h\"\n").size() == 1);
  CHECK(wrong_includes("bot/a.cpp", "#include \"handlers/text.h\"\n").empty());
  CHECK(forbidden_headers("handlers/a.cpp", "#include <httplib.h>\n").size() == 1);
  CHECK(forbidden_headers("bot/http/keys.cpp", "#include <httplib.h>\n").size() == 1);
  CHECK(forbidden_headers("bot/http/server.cpp", "#include <httplib.h>\n").empty());
  CHECK(outside_world("handlers/a.cpp", "auto t = std::chrono::system_clock::now(); std::ifstream f; x = time(nullptr);").size() == 3);
  CHECK(outside_world("handlers/a.cpp", "local_time(x); // time(0)\n a.time(); \"time(0)\"").empty());
  CHECK(statements_outside("bot/a.cpp", "run(\"SELECT name FROM shops\"); // \"SELECT a\"").size() == 1);
  CHECK(statements_outside("bot/a.cpp", "say(\"Select a customer\"); say(\"update the order\");").empty());
  CHECK(unlisted_statements("storage/a.cpp", "constexpr Sql kA{\"a\", \"x\"};\nconstexpr Sql kAB{\"a\", \"x\"};\n"
                                             "constexpr const Sql* kAll[] = {&kAB};").size() == 1);
  CHECK(misnamed_statements("storage/a.cpp", "constexpr Sql kList{\n    \"tags.list\", \"x\"};").size() == 1);
  CHECK(misnamed_statements("storage/a.cpp", "constexpr Sql kTagsOfCustomer{\"tags.of_customer\", \"x\"};").empty());
}
