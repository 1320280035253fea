#include "handlers/scan.h"

namespace laoke {

std::optional<int> Scan::digit() {
  const char c = peek();
  if (c >= '0' && c <= '9') {
    ++at_;
    return c - '0';
  }
  // U+FF10 … U+FF19, the full-width digits of Chinese keyboards.
  const std::string_view next = rest().substr(0, 3);
  if (next.size() == 3 && next.substr(0, 2) == "\xEF\xBC") {
    const int value = static_cast<unsigned char>(next[2]) - 0x90;
    if (value >= 0 && value <= 9) {
      at_ += 3;
      return value;
    }
  }
  return std::nullopt;
}

std::optional<int> Scan::number(int digits) {
  const std::size_t start = at_;
  int value = 0, taken = 0;
  while (const auto next = digit()) {
    if (++taken > digits) {
      at_ = start;
      return std::nullopt;
    }
    value = value * 10 + *next;
  }
  if (taken == 0) return std::nullopt;
  return value;
}

std::optional<int> Scan::chinese_digit() {
  static constexpr std::string_view kDigits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  for (int i = 0; i < 10; ++i)
    if (eat_exactly(kDigits[i])) return i;
  if (eat_exactly("两")) return 2;
  return std::nullopt;
}

std::optional<int> Scan::small_number() {
  if (const auto plain = number()) return plain;
  const auto tens = chinese_digit();
  if (!eat_exactly("十")) return tens;
  return tens.value_or(1) * 10 + chinese_digit().value_or(0);
}

}  // namespace laoke
