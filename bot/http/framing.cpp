#include "bot/http/framing.h"

#include <algorithm>
#include <charconv>

#include "bot/http/problem.h"

namespace laoke::http {
namespace {

Framing refuse(int status, std::string_view detail) {
  Framing framing;
  framing.close_after = true;
  framing.refusal = problem(status, detail);
  return framing;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return out;
}

bool takes_body(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

Framing chunked_framing(const Request& request) {
  // The body's trailers are not read: whatever follows is not taken for a request.
  if (lower(request.header("transfer-encoding")) != "chunked")
    return refuse(501, "Transfer-Encoding may only be chunked");
  if (request.headers.contains("content-length")) return refuse(400, "Content-Length beside Transfer-Encoding");
  // The library reads chunked bodies only for these.
  if (!takes_body(request.method) || request.method == "DELETE") return refuse(400, "this method takes no chunked body");
  Framing framing;
  framing.has_body = framing.chunked = framing.close_after = true;
  return framing;
}

}  // namespace

Framing framing_of(const Request& request, std::size_t body_limit_bytes) {
  const std::string encoding = lower(request.header("content-encoding"));
  if (!encoding.empty() && encoding != "identity") return refuse(415, "send the body without Content-Encoding");
  if (request.headers.contains("transfer-encoding")) return chunked_framing(request);

  Framing framing;
  const std::string_view length = request.header("content-length");
  if (!request.headers.contains("content-length")) return framing;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), framing.length_bytes);
  const bool too_long = error == std::errc::result_out_of_range || framing.length_bytes > body_limit_bytes;
  if (length.empty() || end != length.data() + length.size() || length.find_first_not_of("0123456789") != length.npos)
    return refuse(400, "Content-Length must be one number");
  if (too_long) return refuse(413, "the body is larger than " + std::to_string(body_limit_bytes) + " bytes");
  if (framing.length_bytes == 0) return framing;
  if (!takes_body(request.method)) {
    framing.close_after = true;  // its body stays unread
    return framing;
  }
  framing.has_body = true;
  return framing;
}

}  // namespace laoke::http
