#pragma once
#include <cstddef>
#include <optional>

#include "bot/http/request.h"

namespace laoke::http {

// How a request's body is delimited, decided before a byte of it is read.
struct Framing {
  bool has_body = false, chunked = false;
  std::size_t length_bytes = 0;      // when has_body and not chunked
  bool close_after = false;          // the connection cannot be trusted to hold another request
  std::optional<Response> refusal;   // answer this instead, and close
};

// Refuses what two parsers could read differently (both or odd length headers), what is too large, and encodings a
// signature over the raw bytes could not be checked through.
Framing framing_of(const Request& request, std::size_t body_limit_bytes);

}  // namespace laoke::http
