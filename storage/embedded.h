#pragma once
#include <string>
#include <vector>

// Files of the source tree that travel inside the program (cmake/embed.cmake generates the bodies).
namespace laoke::embedded {

struct File {
  std::string path;  // from the root of the source tree: "storage/migrations/0001_shop.sql"
  std::string text;
};

std::vector<File> embedded_migrations();  // sorted by path, so by number
std::vector<File> embedded_stock();       // stock templates and reminder rules
std::vector<File> embedded_console();     // the web page

}  // namespace laoke::embedded
