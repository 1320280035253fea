#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bot/http/request.h"

namespace laoke::http {

// Finds the handler of a path. Filled at start, then read by many threads.
class Router {
 public:
  struct Route {
    std::string method, pattern;
  };

  // `pattern` is a path whose segments may be `{name}` (one segment, not empty); a last `{name...}` takes the rest.
  // A literal segment wins over a parameter. HEAD is answered by GET. Throws std::logic_error when the route exists.
  void add(const std::string& method, const std::string& pattern, Handler handler);
  // 404 when no route has the path, 405 with Allow when none has the method. Fills request.parameters.
  Response operator()(Request& request) const;
  // Every route in the order added: what docs/openapi.yaml is held against.
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node {
    std::unordered_map<std::string, std::unique_ptr<Node>> literal;
    std::unique_ptr<Node> parameter;
    std::map<std::string, std::pair<Handler, std::vector<std::string>>> methods;  // with the parameters' names
    std::map<std::string, std::pair<Handler, std::vector<std::string>>> rest;     // of a last {name...}
  };
  using Methods = std::map<std::string, std::pair<Handler, std::vector<std::string>>>;
  const Methods* find(const Node& node, std::string_view path, std::vector<std::string_view>& values) const;

  Node root_;
  std::unordered_map<std::string, const Methods*> exact_;  // paths without parameters, in one look-up
  std::vector<Route> routes_;
};

}  // namespace laoke::http
