#include "bot/http/router.h"

#include <stdexcept>

#include "bot/http/problem.h"

namespace laoke::http {
namespace {

// "/a/b" -> "a" and "/b"; the rest is "" at the end.
std::pair<std::string_view, std::string_view> first_segment(std::string_view path) {
  path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {path, {}};
  return {path.substr(0, slash), path.substr(slash)};
}

bool is_parameter(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

std::string allowed(const std::map<std::string, std::pair<Handler, std::vector<std::string>>>& methods) {
  std::string list;
  for (const auto& [method, handler] : methods) list += (list.empty() ? "" : ", ") + method;
  return list;
}

}  // namespace

void Router::add(const std::string& method, const std::string& pattern, Handler handler) {
  if (pattern.empty() || pattern[0] != '/') throw std::logic_error("route '" + pattern + "' must start with /");
  Node* node = &root_;
  std::vector<std::string> names;
  bool takes_rest = false;
  for (std::string_view left = pattern; !left.empty();) {
    const auto [segment, rest] = first_segment(left);
    left = rest;
    if (!is_parameter(segment)) {
      auto& next = node->literal[std::string(segment)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
      continue;
    }
    takes_rest = left.empty() && segment.ends_with("...}");
    names.emplace_back(segment.substr(1, segment.size() - (takes_rest ? 5 : 2)));
    if (takes_rest) break;
    if (!node->parameter) node->parameter = std::make_unique<Node>();
    node = node->parameter.get();
  }
  Methods& methods = takes_rest ? node->rest : node->methods;
  if (names.empty()) exact_[pattern] = &methods;
  if (!methods.emplace(method, std::pair(std::move(handler), std::move(names))).second)
    throw std::logic_error("route " + method + " " + pattern + " exists already");
  routes_.push_back({method, pattern});
}

const Router::Methods* Router::find(const Node& node, std::string_view path, std::vector<std::string_view>& values) const {
  if (path.empty()) return node.methods.empty() ? nullptr : &node.methods;
  const auto [segment, rest] = first_segment(path);
  if (const auto next = node.literal.find(std::string(segment)); next != node.literal.end())
    if (const Methods* found = find(*next->second, rest, values)) return found;
  if (node.parameter && !segment.empty()) {
    values.push_back(segment);
    if (const Methods* found = find(*node.parameter, rest, values)) return found;
    values.pop_back();
  }
  if (node.rest.empty()) return nullptr;
  values.push_back(path.substr(1));
  return &node.rest;
}

Response Router::operator()(Request& request) const {
  std::vector<std::string_view> values;
  const Methods* methods = nullptr;
  if (const auto found = exact_.find(request.path); found != exact_.end())
    methods = found->second;
  else if (!request.path.empty() && request.path[0] == '/')
    methods = find(root_, request.path, values);
  if (methods == nullptr) return not_found("nothing lives at this path");

  auto found = methods->find(request.method);
  if (found == methods->end() && request.method == "HEAD") found = methods->find("GET");
  if (found == methods->end()) {
    Response refusal = problem(405, "this path takes " + allowed(*methods));
    refusal.headers["Allow"] = allowed(*methods);
    return refusal;
  }
  const auto& [handler, names] = found->second;
  for (std::size_t i = 0; i < names.size(); ++i) request.parameters[names[i]] = std::string(values[i]);
  return handler(request);
}

}  // namespace laoke::http
