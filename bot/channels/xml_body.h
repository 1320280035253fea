#pragma once
#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace laoke::channels {

// For XML bodies that strangers write.
class XmlBody {
 public:
  // Throws BadPayload when the body is not one XML element in UTF-8, larger than 8 MiB, nested deeper than 16, of more than
  // 5000 nodes, or brings a document type: no entity but XML's own five and numbers is ever expanded.
  explicit XmlBody(std::string_view body);
  pugi::xml_node root() const { return document_.document_element(); }

 private:
  pugi::xml_document document_;
};

// The words of the child `name`, "" when it is absent; always UTF-8 without NUL. Throws BadPayload when it holds elements
// or stands there twice: two readers of one body must not see two texts.
std::string xml_text(pugi::xml_node parent, const char* name);
// The integer under `name`. Throws BadPayload when it is absent, not a decimal number or beyond 64 bits.
std::int64_t xml_integer(pugi::xml_node parent, const char* name);

// `text` as a CDATA section (as two where it holds "]]>"), without the control characters that XML cannot carry.
std::string xml_cdata(std::string_view text);

}  // namespace laoke::channels
