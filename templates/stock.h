#pragma once
#include <string>
#include <vector>

namespace laoke::templates {

// A text that comes with the program: templates/<language>/<name>.json.
struct StockText {
  std::string name, language;
  std::string trigger;  // what sends it, for check(); "" nothing by itself
  bool marketing = false;
  std::string body;
  std::string extras;  // JSON as stored with templates, "{}" none
};

// All of them, by language and name. Read once; throws std::logic_error when a file is not what it should be.
const std::vector<StockText>& stock_texts();

}  // namespace laoke::templates
