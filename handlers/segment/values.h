#pragma once
#include <optional>
#include <string_view>

#include "handlers/segment/fields.h"
#include "handlers/segment/lexer.h"
#include "storage/shops.h"

// The typed reading of what stands behind a comparison.
namespace laoke {

// A time as people write it: 30d, 2w, 6m, 1y, 3h, 30天, 两周, 半年, today, 本月, 2026-11-01, 11-01, 11月1日, 11月. A bare
// number is no time.
std::optional<storage::SegmentTime> parse_segment_time(std::string_view text);
std::optional<bool> parse_segment_yes_no(std::string_view text);

// Fills the term's value as its field wants it. `compare` is the token of the comparison; an unequal sign is read like
// ':' (the caller negates). Throws SegmentError that says what the field takes.
void read_segment_value(storage::SegmentTerm& term, const SegmentFieldSpec& spec, const SegmentToken& compare,
                        const SegmentToken& value, const storage::Shop& shop);

}  // namespace laoke
