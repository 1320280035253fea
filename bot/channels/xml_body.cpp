#include "bot/channels/xml_body.h"

#include <charconv>

#include "bot/channels/channel.h"
#include "handlers/text.h"

namespace laoke::channels {
namespace {

constexpr std::size_t kMaxXmlBytes = 8 << 20;  // callbacks stay under 64 kB; the server's own limit is lower
constexpr int kMaxXmlDepth = 16;               // theirs is 5
constexpr int kMaxXmlNodes = 5000;

// Document type and processing instructions are asked for so that they can be refused, not skipped.
constexpr unsigned int kXmlFlags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_doctype |
                                   pugi::parse_ws_pcdata_single;

bool is_words(pugi::xml_node node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

// The next node in reading order; `depth` follows. Walks without recursion: the body is a stranger's.
pugi::xml_node next_in_order(pugi::xml_node node, int& depth) {
  if (const pugi::xml_node child = node.first_child()) {
    ++depth;
    return child;
  }
  while (node && !node.next_sibling()) {
    node = node.parent();
    --depth;
  }
  return node ? node.next_sibling() : pugi::xml_node();
}

void check_shape(const pugi::xml_document& document) {
  int depth = 1, nodes = 0, roots = 0;
  for (pugi::xml_node node = document.first_child(); node; node = next_in_order(node, depth)) {
    if (node.type() == pugi::node_doctype) throw BadPayload("the XML has a document type");
    if (depth > kMaxXmlDepth) throw BadPayload("the XML is nested too deeply");
    if (++nodes > kMaxXmlNodes) throw BadPayload("the XML has too many parts");
    if (depth == 1 && node.type() == pugi::node_element) ++roots;
  }
  if (roots != 1) throw BadPayload("the body is not one XML element");
}

[[noreturn]] void wrong_xml(const char* name, const char* expected) {
  throw BadPayload(std::string("<") + name + "> is not " + expected);
}

}  // namespace

XmlBody::XmlBody(std::string_view body) {
  if (body.size() > kMaxXmlBytes) throw BadPayload("the XML is larger than 8 MiB");
  if (body.find('\0') != std::string_view::npos || !is_valid_utf8(body)) throw BadPayload("the XML is not UTF-8");
  const auto parsed = document_.load_buffer(body.data(), body.size(), kXmlFlags, pugi::encoding_utf8);
  if (!parsed) throw BadPayload(std::string("the body is not XML: ") + parsed.description());
  check_shape(document_);
}

std::string xml_text(pugi::xml_node parent, const char* name) {
  const pugi::xml_node named = parent.child(name);
  if (named.next_sibling(name)) wrong_xml(name, "there once");
  std::string text;
  for (const pugi::xml_node part : named.children()) {
    if (!is_words(part)) wrong_xml(name, "a text");
    text += part.value();
  }
  return repair_utf8(text);  // a number such as &#xD800; makes bytes that were not in the body
}

std::int64_t xml_integer(pugi::xml_node parent, const char* name) {
  const std::string text = xml_text(parent, name);
  std::int64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last) wrong_xml(name, "a whole number");
  return value;
}

std::string xml_cdata(std::string_view text) {
  std::string section = "<![CDATA[";
  for (const char c : repair_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' && c != '\t' && c != '\n' && c != '\r') continue;
    if (c == '>' && section.ends_with("]]")) section += "]]><![CDATA[";
    section += c;
  }
  return section + "]]>";
}

}  // namespace laoke::channels
