#pragma once
#include <string>
#include <string_view>

#include "handlers/imports/csv_reader.h"

namespace laoke {

// What the bytes of a file are written in: UTF-8 unless the malformed sequences outweigh the well-formed ones.
CsvEncoding encoding_of(std::string_view bytes);

// Turns cells into UTF-8. Broken input is repaired with U+FFFD; `broken` says so. One thread.
class TextDecoder {
 public:
  explicit TextDecoder(CsvEncoding encoding);
  ~TextDecoder();
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;
  std::string decode(std::string_view cell, bool& broken);

 private:
  CsvEncoding encoding_;
  void* converter_ = nullptr;  // UConverter
};

}  // namespace laoke
