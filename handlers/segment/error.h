#pragma once
#include <string>

#include "handlers/refusal.h"
#include "handlers/said.h"

namespace laoke {

// What is wrong with a segment text, where, and what would be right.
struct SegmentFault {
  std::string code;       // "segment.unknown_field", …: a key of templates/*/words_segment.json
  int column = 1;         // of the first wrong character, counted from 1 in code points
  int length = 0;         // code points that are wrong
  std::string text;       // the wrong piece as typed
  Said allowed = {};      // "" nothing to list
  Said suggestion = {};   // the nearest right thing, "" none
  Said inside = {};       // the fault of a saved segment that this one uses
};

class SegmentError : public Refusal {
 public:
  explicit SegmentError(SegmentFault fault);

  const SegmentFault& fault() const { return fault_; }
  int column() const { return fault_.column; }
  // The whole sentence for the seller, in "zh-CN" or "en".
  std::string message(std::string_view language) const { return text(language); }

 private:
  SegmentFault fault_;
};

}  // namespace laoke
