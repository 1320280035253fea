#include <catch2/catch.hpp>

#include "bot/channels/channel.h"
#include "bot/channels/xml_body.h"
#include "handlers/text.h"

namespace laoke::test::xml_body_test {

using namespace channels;

namespace {

std::string nested(int depth, const std::string& inside) {
  std::string open, close;
  for (int i = 0; i < depth; ++i) {
    open += "<a>";
    close += "</a>";
  }
  return open + inside + close;
}

std::string content(const std::string& body) { return xml_text(XmlBody(body).root(), "C"); }

}  // namespace

TEST_CASE("texts of a pushed body are read as they were written", "[wechat]") {
  CHECK(content("<xml><C><![CDATA[你好 <b> & ]]></C></xml>") == "你好 <b> & ");
  CHECK(content("<xml><C>a &lt; b &amp;&#20320;</C></xml>") == "a < b &你");
  CHECK(content("<xml><C><![CDATA[a]]]]><![CDATA[>b]]></C></xml>") == "a]]>b");
  CHECK(content("<xml><C/></xml>").empty());
  CHECK(content("<xml><D>x</D></xml>").empty());
  CHECK(content("\xef\xbb\xbf<xml><C>bom</C></xml>") == "bom");
  CHECK(content("<?xml version=\"1.0\"?>\n<!-- x --><xml>\n <C>x</C>\n</xml>\n") == "x");
  CHECK(content("<xml><C>a&custom;b</C></xml>") == "a&custom;b");  // no entity but XML's own
  CHECK(is_valid_utf8(content("<xml><C>&#xD800;&#0;x</C></xml>")));
}

TEST_CASE("numbers of a pushed body are whole numbers of 64 bits", "[wechat]") {
  const XmlBody body("<xml><a>1767225600</a><b>-7</b><c>9223372036854775808</c><d>1.5</d><e></e><f>x</f><g> 1</g></xml>");
  CHECK(xml_integer(body.root(), "a") == 1767225600);
  CHECK(xml_integer(body.root(), "b") == -7);
  for (const char* wrong : {"c", "d", "e", "f", "g", "absent"}) CHECK_THROWS_AS(xml_integer(body.root(), wrong), BadPayload);
}

TEST_CASE("a body that could hurt is refused before anything is read of it", "[wechat]") {
  const auto [says, body] = GENERATE(table<const char*, std::string>({
      {"empty", ""},
      {"blank", "  \n"},
      {"no XML", "在吗"},
      {"JSON", R"({"xml":1})"},
      {"cut", "<xml><C><![CDATA[x"},
      {"never closed", "<xml><C>x</xml>"},
      {"two roots", "<xml/><xml/>"},
      {"no root", "<!-- only a comment -->"},
      {"a document type", "<!DOCTYPE xml><xml><C>x</C></xml>"},
      {"an entity that grows",
       "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><xml><C>&b;</C></xml>"},
      {"a file of ours", "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><xml><C>&f;</C></xml>"},
      {"nested deeply", nested(17, "x")},
      {"nested beyond any stack", nested(100'000, "x")},
      {"too many parts", "<xml>" + [] {
         std::string parts;
         for (int i = 0; i < 6000; ++i) parts += "<a/>";
         return parts;
       }() + "</xml>"},
      {"over-long", "<xml><C>" + std::string(8 << 20, 'x') + "</C></xml>"},
      {"not UTF-8", "<xml><C>\xff\xfe</C></xml>"},
      {"a NUL", std::string("<xml><C>a\0b</C></xml>", 21)},
  }));
  DYNAMIC_SECTION(says) {
    CHECK_THROWS_AS(XmlBody(body), BadPayload);
  }
}

TEST_CASE("a body of the size that comes passes", "[wechat]") {
  CHECK_NOTHROW(XmlBody(nested(15, "x")));
  CHECK(content("<xml><C>" + std::string(100'000, 'x') + "</C></xml>").size() == 100'000);
}

TEST_CASE("a field that stands there twice or holds elements is not guessed at", "[wechat]") {
  CHECK_THROWS_AS(content("<xml><C>a</C><C>b</C></xml>"), BadPayload);
  CHECK_THROWS_AS(content("<xml><C><b>x</b></C></xml>"), BadPayload);
}

TEST_CASE("XML that we write comes back as it was, whatever it holds", "[wechat]") {
  for (const std::string text : {"收到 👩‍👩‍👧‍👦", "]]>", "]]]]>>", "<xml>&amp;", "a\nb\tc", ""})
    CHECK(content("<xml><C>" + xml_cdata(text) + "</C></xml>") == text);
  CHECK(xml_cdata(std::string("a\0\x01\x1f z", 6)) == "<![CDATA[a\xef\xbf\xbd z]]>");
  CHECK(xml_cdata("\xff") == "<![CDATA[\xef\xbf\xbd]]>");
}

}  // namespace laoke::test::xml_body_test
