#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace laoke::seller {

// "张三、李四" for who reads Chinese, "Anna, Bob" for everybody else.
std::string listed(const std::vector<std::string>& parts, std::string_view language);

// One line of what may be many: each run of white space a blank, at most `limit` code points.
std::string one_line(std::string_view text, std::size_t limit);

}  // namespace laoke::seller
