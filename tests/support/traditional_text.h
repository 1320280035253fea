#pragma once
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace laoke::test {

// What ICU makes of a text: "Hans-Hant" writes it in traditional characters, "Hant-Hans" in simplified ones.
inline std::string transliterated(const char* id, const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> made(icu::Transliterator::createInstance(id, UTRANS_FORWARD, status));
  if (U_FAILURE(status) || !made) throw std::runtime_error(std::string("ICU has no ") + id);
  auto units = icu::UnicodeString::fromUTF8(text);
  made->transliterate(units);
  std::string out;
  units.toUTF8String(out);
  return out;
}

inline std::string in_traditional(const std::string& simplified) { return transliterated("Hans-Hant", simplified); }

}  // namespace laoke::test
