#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/said.h"
#include "storage/segment_query.h"

// What can be asked of a customer: the one table of fields, their names in both languages and what they take.
namespace laoke {

enum class SegmentValueKind {
  kName,  // the name of something the shop has
  kText,  // free text, looked for inside
  kStage, kCount, kMoney, kTime, kAge, kBirthday, kYesNo, kOrderState, kChannel, kPhone, kAttribute, kThing,
};

struct SegmentFieldSpec {
  storage::SegmentField field;
  SegmentValueKind kind;
  bool ordered;                               // takes < <= > >=
  std::string_view en, zh;                    // what help and errors call it
  std::vector<std::string_view> other_names;  // also understood
  std::string_view example_en, example_zh;
};

std::span<const SegmentFieldSpec> segment_fields();
const SegmentFieldSpec& segment_field(storage::SegmentField field);
// By any of its names; case, width, script (標籤) and '-' for '_' do not matter. has and no are answered as kHas.
const SegmentFieldSpec* find_segment_field(std::string_view name);
// "no", "无", "没有": kHas turned round.
bool is_segment_no(std::string_view name);

// A word of a closed list with its code.
struct SegmentWord {
  std::string_view code, zh;
  std::vector<std::string_view> other_names;
};
std::span<const SegmentWord> segment_order_states();
std::span<const SegmentWord> segment_channel_kinds();
std::span<const SegmentWord> segment_stages();  // the usual ones; a shop may have others
std::span<const SegmentWord> segment_things();  // in the order of SegmentThing, attributes left out
const SegmentWord* find_segment_word(std::span<const SegmentWord> words, std::string_view name);

// The names for people: "tag, group, …" and "标签、标签组、…".
Said segment_field_names();
Said segment_word_names(std::span<const SegmentWord> words);
// The name nearest to what was typed, in the language it was typed in; "" none.
Said nearest_segment_field(std::string_view typed);
Said nearest_segment_word(std::span<const SegmentWord> words, std::string_view typed);

}  // namespace laoke
