#pragma once
#include <string>

#include "storage/shops.h"

// A sample shop as the files a seller would import, so that it comes in by the same way and twice changes nothing.
namespace laoke::commands {

inline constexpr const char* kDemoMark = "demo-";  // every external id of the sample begins so

struct DemoFiles {
  std::string products, customers, orders;  // CSV
};
// In the shop's language, dated back from `now_ms`.
DemoFiles demo_files(const storage::Shop& shop, std::int64_t now_ms);

struct DemoSegment {
  std::string name, query;
};
std::vector<DemoSegment> demo_segments(const storage::Shop& shop);
int demo_customers();                           // how many
std::string demo_customer_key(int index);       // "demo-7", the external id
std::string demo_customer_name(const storage::Shop& shop, int index);

}  // namespace laoke::commands
