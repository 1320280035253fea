#include "handlers/imports/text_encoding.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <stdexcept>

#include "handlers/text.h"

namespace laoke {

CsvEncoding encoding_of(std::string_view bytes) {
  std::size_t well_formed = 0, malformed = 0;
  const auto length = static_cast<int64_t>(bytes.size());
  for (int64_t i = 0; i < length;) {
    const auto start = i;
    if (static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]) < 0x80) {
      ++i;
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(bytes.data(), i, length, c);
    if (c < 0)
      ++malformed;
    else if (i - start >= 2)
      ++well_formed;
  }
  return malformed > well_formed / 4 ? CsvEncoding::kGb18030 : CsvEncoding::kUtf8;
}

TextDecoder::TextDecoder(CsvEncoding encoding) : encoding_(encoding) {
  if (encoding_ == CsvEncoding::kUtf8) return;
  UErrorCode status = U_ZERO_ERROR;
  converter_ = ucnv_open("gb18030", &status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no GB18030 converter: install the package libicu");
}

TextDecoder::~TextDecoder() {
  if (converter_ != nullptr) ucnv_close(static_cast<UConverter*>(converter_));
}

std::string TextDecoder::decode(std::string_view cell, bool& broken) {
  if (encoding_ == CsvEncoding::kUtf8) {
    broken = broken || !is_valid_utf8(cell);
    return repair_utf8(cell);
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString text(cell.data(), static_cast<int32_t>(cell.size()), static_cast<UConverter*>(converter_),
                                status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot convert a cell");
  broken = broken || text.indexOf(UChar{0xFFFD}) >= 0;
  std::string out;
  text.toUTF8String(out);
  return repair_utf8(out);
}

}  // namespace laoke
