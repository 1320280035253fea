#include "handlers/pinyin.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace laoke {
namespace {

// Surnames whose reading differs from the character's usual one, or from the one ICU picks; two characters first.
// Source: the surname readings in 现代汉语词典.
struct Surname {
  std::u16string_view written;
  std::string_view first, second;  // syllables; second '' for one character
};
constexpr Surname kSurnames[] = {
    {u"万俟", "mo", "qi"},   {u"尉迟", "yu", "chi"}, {u"长孙", "zhang", "sun"}, {u"澹台", "tan", "tai"},
    {u"单于", "chan", "yu"}, {u"单", "shan", ""},    {u"曾", "zeng", ""},       {u"解", "xie", ""},
    {u"仇", "qiu", ""},      {u"区", "ou", ""},      {u"查", "zha", ""},        {u"盖", "ge", ""},
    {u"朴", "piao", ""},     {u"任", "ren", ""},     {u"乐", "yue", ""},        {u"翟", "zhai", ""},
    {u"宁", "ning", ""},     {u"缪", "miao", ""},    {u"覃", "qin", ""},        {u"洗", "xian", ""},
    {u"召", "shao", ""},     {u"员", "yun", ""},     {u"秘", "bi", ""},         {u"种", "chong", ""},
    {u"黑", "he", ""},       {u"折", "she", ""},     {u"晟", "cheng", ""},      {u"隗", "wei", ""},
    {u"繁", "po", ""},       {u"适", "kuo", ""},     {u"句", "gou", ""},        {u"盛", "sheng", ""},
    {u"都", "du", ""},       {u"牟", "mu", ""},      {u"车", "che", ""},        {u"沈", "shen", ""},
    {u"葛", "ge", ""},       {u"柏", "bai", ""},     {u"曲", "qu", ""},         {u"宿", "su", ""},
    {u"谌", "chen", ""},     {u"郗", "xi", ""},      {u"不", "fou", ""},        {u"逄", "pang", ""},
    {u"乜", "nie", ""},      {u"褚", "chu", ""},     {u"祭", "zhai", ""},       {u"撒", "sa", ""},
    {u"过", "guo", ""},      {u"么", "yao", ""},
};

icu::UnicodeString units_of(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

// ICU's transliterators take some 30 ms to make and are not thread-safe: one a thread, made when first needed.
const icu::Transliterator& to_latin() {
  thread_local std::unique_ptr<icu::Transliterator> latin;
  if (!latin) {
    UErrorCode status = U_ZERO_ERROR;
    latin.reset(icu::Transliterator::createInstance("Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, status));
    if (U_FAILURE(status) || !latin)
      throw std::runtime_error("ICU has no transliteration data: install the package libicu");
  }
  return *latin;
}

bool ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Blanks set the syllables and words apart; what no Latin letter stands for (emoji) is left out.
Pinyin joined(std::string_view latin) {
  Pinyin pinyin;
  bool word_starts = true;
  for (const char c : latin) {
    if (letter_or_digit(c)) {
      pinyin.full += c;
      if (word_starts) pinyin.initials += c;
    }
    word_starts = c == ' ' || c == '-';
  }
  return pinyin;
}

std::string latin_of(std::string_view folded_text) {
  if (ascii(folded_text)) return std::string(folded_text);
  auto units = units_of(folded_text);
  to_latin().transliterate(units);
  std::string latin;
  units.toUTF8String(latin);
  return latin;
}

}  // namespace

Pinyin pinyin_of(std::string_view folded_text) {
  return joined(latin_of(folded_text));
}

std::optional<Pinyin> pinyin_with_surname(std::string_view folded_text, const Pinyin& usual) {
  const auto units = units_of(folded_text);
  for (const auto& surname : kSurnames) {
    const icu::UnicodeString written(surname.written.data(), static_cast<int32_t>(surname.written.size()));
    if (!units.startsWith(written)) continue;
    std::string given;
    units.tempSubString(written.length()).toUTF8String(given);
    const std::string latin = std::string(surname.first) + ' ' + std::string(surname.second) + ' ' + latin_of(given);
    Pinyin read = joined(latin);
    if (read.full == usual.full) return std::nullopt;
    return read;
  }
  return std::nullopt;
}

}  // namespace laoke
