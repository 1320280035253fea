#include "handlers/segment/error.h"

#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

constexpr std::size_t kMostTypedShown = 60;  // code points of what was typed

std::string sentence(const SegmentFault& fault, std::string_view language) {
  std::string text = say(language, "segment.at", {{"column", fault.column}}) +
                     say(language, fault.code, {{"text", shorten(fault.text, kMostTypedShown)}, {"inside", fault.inside.in(language)}});
  const std::string& suggestion = fault.suggestion.in(language);
  if (!suggestion.empty()) text += say(language, "segment.did_you_mean", {{"suggestion", suggestion}});
  const std::string& allowed = fault.allowed.in(language);
  if (!allowed.empty()) text += say(language, "segment.allowed", {{"allowed", allowed}});
  return text;
}

}  // namespace

SegmentError::SegmentError(SegmentFault fault)
    : Refusal(fault.code, sentence(fault, "zh-CN"), sentence(fault, "en")), fault_(std::move(fault)) {}

}  // namespace laoke
