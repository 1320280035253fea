#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

// What the program knows of HTTP. Only server.cpp knows which library speaks it.
namespace laoke::http {

// One complete request. Header names are lower case; repeated ones are joined with ", ".
struct Request {
  std::string method;  // "GET", "POST", …
  std::string path;    // decoded, without the query
  std::map<std::string, std::string> query;  // decoded; the first of repeated names
  std::map<std::string, std::string> headers;
  std::string body;
  std::string remote;  // the peer's IP address
  std::map<std::string, std::string> parameters;  // of the route: {id} -> "77"

  // "" when there is none.
  std::string_view header(const std::string& name) const { return value(headers, name); }
  std::string_view argument(const std::string& name) const { return value(query, name); }
  std::string_view parameter(const std::string& name) const { return value(parameters, name); }

 private:
  static std::string_view value(const std::map<std::string, std::string>& in, const std::string& name) {
    const auto found = in.find(name);
    return found == in.end() ? std::string_view{} : std::string_view(found->second);
  }
};

// The open end of a streamed answer. Used by the thread that runs Response::stream only.
class Stream {
 public:
  virtual ~Stream() = default;
  // Sends at once; false when the peer is gone.
  virtual bool write(std::string_view bytes) = 0;
  // False when the peer is gone or the server stops: a stream looks at least once a second and returns then.
  virtual bool open() = 0;
};

struct Response;
// Gives a request its answer, once, from any thread; it never blocks. When the last copy is dropped unused, the
// connection is closed.
using Reply = std::function<void(const Response&)>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::map<std::string, std::string> headers = {};
  // Set: the body is what this writes, and the connection is its own until it returns.
  std::function<void(Stream&)> stream = {};
  // Set: the answer comes later, and nothing else here counts. Called once, on the thread that served the request; from
  // then on the connection waits for the reply and holds no thread.
  std::function<void(Reply)> later = {};
};

using Handler = std::function<Response(const Request&)>;

}  // namespace laoke::http
