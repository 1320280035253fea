#include "handlers/pasted_order.h"

#include <catch2/catch.hpp>

#include "tests/orders/sales.h"

using namespace laoke;

namespace {

// recipient|phone|region|city|line|items|amount, then what else there is.
std::string shown(std::string_view message, const PasteHints& hints) {
  const auto p = read_pasted_order(message, hints);
  std::string text = p.recipient + "|" + p.phone + (p.extension.empty() ? "" : "-" + p.extension) + "|" + p.region + "|" + p.city + "|" + p.line + "|";
  for (const auto& item : p.items) text += (&item == p.items.data() ? "" : " ") + item.product + "*" + std::to_string(item.quantity);
  text += "|";
  if (p.amount) text += decimal_text(p.amount->amount_minor, p.amount->currency) + p.amount->currency;
  if (!p.postcode.empty()) text += "|zip " + p.postcode;
  if (!p.country.empty()) text += "|in " + p.country;
  if (!p.note.empty()) text += "|note " + p.note;
  return text;
}

const PasteHints kChina{"CN", "CNY", [](std::string_view name) { return name == "三只松鼠"; }};
const PasteHints kAmerica{"US", "USD", {}};

}  // namespace

// Layouts as buyers and shop tools write them; names, numbers and streets are made up.
TEST_CASE("a pasted Chinese order is understood in whatever layout it comes", "[orders][pasted]") {
  const auto [message, expected] = GENERATE(table<const char*, const char*>({
      {"张三 13800138000 浙江省杭州市西湖区文三路1号 面膜x2 198元", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"张三 13800138000 浙江省杭州市西湖区文三路1号 面膜x2 198", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"13800138000 张三 浙江省杭州市西湖区文三路1号 面膜×2 ¥198", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"浙江省杭州市西湖区文三路1号 张三 13800138000 面膜*2 共198", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"面膜2盒 198元 张三 13800138000 浙江省杭州市西湖区文三路1号", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"张三，13800138000，浙江省杭州市西湖区文三路1号，面膜两盒，198块", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"张三13800138000浙江省杭州市西湖区文三路1号", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号||"},
      {"浙江省杭州市西湖区文三路1号张三13800138000", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号||"},
      {"浙江省杭州市西湖区文三路1号3单元502室张三丰13800138000", "张三丰|+8613800138000|浙江省|杭州市|西湖区文三路1号3单元502室||"},
      {"收货人：张三\n手机号码：13800138000\n所在地区：浙江省杭州市西湖区\n详细地址：文三路1号3单元502室",
       "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号3单元502室||"},
      {"收货人: 张三 手机号码: 13800138000 所在地区: 浙江省 杭州市 西湖区 详细地址: 文三路1号", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号||"},
      {"收货人：张三手机号码：13800138000所在地区：浙江省杭州市西湖区详细地址：文三路1号", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号||"},
      {"姓名：李四\n电话：139 1234 5678\n地址：广东省深圳市南山区科技园路8号\n商品：精华x1 面膜x3\n金额：356.5元\n备注：送小样",
       "李四|+8613912345678|广东省|深圳市|南山区科技园路8号|精华*1 面膜*3|356.50CNY|note 送小样"},
      {"收件人 李四\n电话 13912345678\n地址 广东省深圳市南山区科技园路8号", "李四|+8613912345678|广东省|深圳市|南山区科技园路8号||"},
      {"李四\n+86 139-1234-5678\n上海市浦东新区世纪大道100号环球金融中心20楼\n精华 x2\n合计：¥560.00",
       "李四|+8613912345678|上海市|上海市|浦东新区世纪大道100号环球金融中心20楼|精华*2|560.00CNY"},
      {"李四 8613912345678 北京市朝阳区建国路88号院3号楼1201 面霜一瓶 268元", "李四|+8613912345678|北京市|北京市|朝阳区建国路88号院3号楼1201|面霜*1|268.00CNY"},
      {"李四　１３９１２３４５６７８　北京朝阳区建国路８８号　面膜Ｘ２　￥１９８", "李四|+8613912345678|北京|北京|朝阳区建国路88号|面膜*2|198.00CNY"},
      {"王小姐 18412345678转1234 江苏省苏州市工业园区星湖街328号 口红x1", "王小姐|+8618412345678-1234|江苏省|苏州市|工业园区星湖街328号|口红*1|"},
      {"王女士[1234] 18412345678-1234 江苏省苏州市工业园区星湖街328号", "王女士|+8618412345678-1234|江苏省|苏州市|工业园区星湖街328号||"},
      {"亲，帮我下单：面膜x2，张三，13800138000，浙江省杭州市西湖区文三路1号，谢谢", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|"},
      {"我要面膜x2 精华x1，地址：浙江省杭州市西湖区文三路1号 张三 13800138000", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2 精华*1|"},
      {"面膜 x2 精华 x1 张三 13800138000 浙江省杭州市西湖区文三路1号 398", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2 精华*1|398.00CNY"},
      {"欧阳娜娜 15012345678 四川省成都市武侯区天府大道中段666号希顿国际广场B座 三只松鼠 88", "欧阳娜娜|+8615012345678|四川省|成都市|武侯区天府大道中段666号希顿国际广场B座|三只松鼠*1|88.00CNY"},
      {"小美 15012345678 湖南省长沙市岳麓区麓山南路932号 三只松鼠x5", "小美|+8615012345678|湖南省|长沙市|岳麓区麓山南路932号|三只松鼠*5|"},
      {"赵六 15012345678 内蒙古自治区呼和浩特市新城区成吉思汗大街1号 羊绒围巾1条 399", "赵六|+8615012345678|内蒙古自治区|呼和浩特市|新城区成吉思汗大街1号|羊绒围巾*1|399.00CNY"},
      {"阿依古丽·买买提 15012345678 新疆维吾尔自治区乌鲁木齐市天山区解放北路9号 护手霜3支", "阿依古丽·买买提|+8615012345678|新疆维吾尔自治区|乌鲁木齐市|天山区解放北路9号|护手霜*3|"},
      {"陈七 0571-88886666 浙江省杭州市西湖区文三路1号 面膜x1", "陈七|+8657188886666|浙江省|杭州市|西湖区文三路1号|面膜*1|"},
      {"孙八 13800138000 河北省保定市清苑县某某镇李家村3组12号 310000 面膜x2 198元", "孙八|+8613800138000|河北省|保定市|清苑县某某镇李家村3组12号|面膜*2|198.00CNY|zip 310000"},
      {"张三\n13800138000\n\n浙江省 杭州市 西湖区 文三路1号 3单元 502室\n\n面膜x2\n精华x1\n\n共 398 元", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号3单元502室|面膜*2 精华*1|398.00CNY"},
      {"13800138000,张三,浙江省,杭州市,西湖区,文三路1号,面膜,2盒,198元", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"收货人：张三；电话：13800138000；地址：浙江省杭州市西湖区文三路1号；商品：面膜；数量：2；金额：198", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"【订单】商品名称：玫瑰面霜 规格：50g 数量：1 实付款：¥268.00 收货人：周九 电话：13700001111 收货地址：重庆市渝北区龙溪街道100号",
       "周九|+8613700001111|重庆市|重庆市|渝北区龙溪街道100号|玫瑰面霜*1|268.00CNY|note 50g"},
      {"订单编号：1234567890123456789\n下单时间：2026-03-02 10:00:00\n收货人：周九 13700001111\n收货地址：重庆市渝北区龙溪街道100号\n商品：面霜x1",
       "周九|+8613700001111|重庆市|重庆市|渝北区龙溪街道100号|面霜*1|"},
      {"吴十 13700001111 福建省厦门市思明区软件园二期观日路20号之二 茶叶两斤 500元 备注：不要放辣椒", "吴十|+8613700001111|福建省|厦门市|思明区软件园二期观日路20号之二|茶叶*2|500.00CNY|note 不要放辣椒"},
      {"发顺丰 张三 13800138000 杭州市西湖区文三路1号 面膜x2", "张三|+8613800138000||杭州市|西湖区文三路1号|面膜*2||note 发顺丰"},
      {"张三 13800138000", "张三|+8613800138000|||||"},
      {"张三 13800138000 面膜x2 198", "张三|+8613800138000||||面膜*2|198.00CNY"},
      {"", "||||||"},
      {"张三 13800138000 浙江省杭州市西湖区文三路1号面膜x2 198元", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|198.00CNY"},
      {"浙江省杭州市西湖区文三路1号3单元502 张三收 13800138000 面膜两盒 精华一瓶", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号3单元502|面膜*2 精华*1|"},
      {"地址:浙江省杭州市西湖区文三路1号 电话:13800138000 收件人:张三 面膜x2", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*2|"},
      {"王五，上海市浦东新区世纪大道100号，电话 021-58881234，要两瓶精华，共 560 块", "王五|+862158881234|上海市|上海市|浦东新区世纪大道100号|精华*2|560.00CNY"},
      {"张三 13800138000 浙江省杭州市西湖区文三路1号 再来3个面膜 297元", "张三|+8613800138000|浙江省|杭州市|西湖区文三路1号|面膜*3|297.00CNY"},
      {"在吗", "|||||||note 在吗"},
  }));
  CAPTURE(message);
  CHECK(shown(message, kChina) == expected);
}

TEST_CASE("a pasted English order is understood", "[orders][pasted]") {
  const auto [message, expected] = GENERATE(table<const char*, const char*>({
      {"John Smith\n123 Main St Apt 4\nSpringfield, IL 62704\n(217) 523-0123\n2x Face Mask\n$25.00",
       "John Smith|+12175230123|IL|Springfield|123 Main St Apt 4|Face Mask*2|25.00USD|zip 62704"},
      {"Jane Doe, 512-472-0199, 555 Elm Street, Austin, TX 78701, mask x2, $40", "Jane Doe|+15124720199|TX|Austin|555 Elm Street|mask*2|40.00USD|zip 78701"},
      {"Name: Jane Doe\nPhone: +1 512 472 0199\nAddress: 555 Elm St, Austin TX 78701\nItem: Face Mask\nQty: 2\nTotal: $40.00",
       "Jane Doe|+15124720199|TX|Austin|555 Elm St|Face Mask*2|40.00USD|zip 78701"},
      {"Ship to: Jane Doe\n555 Elm Street\nAustin, TX 78701-1234\nUSA\nTel: 512.472.0199\n1 x Eye Serum\nTotal 40",
       "Jane Doe|+15124720199|TX|Austin|555 Elm Street|Eye Serum*1|40.00USD|zip 78701-1234|in USA"},
      {"Hi, please send face mask x3 to\nMary O'Brien\nPO Box 123\nPortland, OR 97201\n503-223-0111", "Mary O'Brien|+15032230111|OR|Portland|PO Box 123|face mask*3||zip 97201"},
      {"Jane Doe 512-472-0199 555 Elm Street Austin TX 78701 mask x2 $40", "Jane Doe|+15124720199|TX|Austin|555 Elm Street|mask*2|40.00USD|zip 78701"},
      {"Jane Doe 555 Elm Street Austin TX 78701 512-472-0199 mask x2 $40", "Jane Doe|+15124720199|TX|Austin|555 Elm Street|mask*2|40.00USD|zip 78701"},
      {"Jane Doe, 555 Elm Street, Austin, TX 78701 mask x2 $40 512-472-0199", "Jane Doe|+15124720199|TX|Austin|555 Elm Street|mask*2|40.00USD|zip 78701"},
      {"mask x2 $40 Jane Doe, 512-472-0199, 555 Elm St Apt 4B, Austin TX 78701", "Jane Doe|+15124720199|TX|Austin|555 Elm St Apt 4B|mask*2|40.00USD|zip 78701"},
      {"John Smith 217-523-0123 123 Main St Apt 4 Springfield IL 62704 2x Face Mask $25", "John Smith|+12175230123|IL|Springfield|123 Main St Apt 4|Face Mask*2|25.00USD|zip 62704"},
      {"Maria Lopez 202-555-0143 1600 K St NW Washington DC 20006 eye cream x1, mask x3", "Maria Lopez|+12025550143|DC|Washington|1600 K St NW|eye cream*1 mask*3||zip 20006"},
      {"Mary O'Brien PO Box 123 Portland OR 97201 503-223-0111 face mask x3", "Mary O'Brien|+15032230111|OR|Portland|PO Box 123|face mask*3||zip 97201"},
      {"Ann Lee 651-222-0101 12 Court Street St Paul MN 55102 USA serum x1 $18.50", "Ann Lee|+16512220101|MN|St Paul|12 Court Street|serum*1|18.50USD|zip 55102|in USA"},
      {"Jane Doe\n(217) 523-0123\n123 Main St\nSpringfield, IL 62704\n2x mask, 1 soap\nTotal $48.50",
       "Jane Doe|+12175230123|IL|Springfield|123 Main St|mask*2 soap*1|48.50USD|zip 62704"},
      {"Emma Watson\n10 High Street\nLondon SW1A 1AA\nUnited Kingdom\n+44 20 7946 0958\nmask x1\n£20", "Emma Watson|+442079460958||London|10 High Street|mask*1|20.00GBP|zip SW1A 1AA|in United Kingdom"},
  }));
  CAPTURE(message);
  CHECK(shown(message, kAmerica) == expected);
}

TEST_CASE("what is missing is said and small talk is no order", "[orders][pasted]") {
  const auto pasted = read_pasted_order("张三 13800138000 面膜x2", kChina);
  CHECK(missing_text(pasted).zh == "还缺：地址、金额");
  CHECK(missing_text(pasted).en == "still missing: address, amount");
  CHECK(looks_like_order(pasted));
  const auto complete = read_pasted_order("张三 13800138000 浙江省杭州市西湖区文三路1号 面膜x2 198元", kChina);
  CHECK(complete.confidence == 100);
  CHECK(missing_text(complete).zh.empty());
  for (const auto* talk : {"在吗", "好的谢谢", "明天10点群发", "13800138000", "面膜x2 198", "SF1234567890123", "hello there", "+油性皮肤 张三"}) {
    CAPTURE(talk);
    CHECK_FALSE(looks_like_order(read_pasted_order(talk, kChina)));
  }
}

TEST_CASE("a pasted order becomes an order with its address and phone", "[orders][pasted]") {
  test::Sales sales;
  const auto pasted = read_pasted_order("王小姐 18412345678转1234 江苏省苏州市工业园区星湖街328号 口红x1 199元", kChina);
  const auto order = sales.record(draft_from(pasted, sales.customer()));
  CHECK(order.recipient == "王小姐");
  CHECK(order.phone == "+8618412345678 转 1234");
  CHECK(order.address == "江苏省苏州市工业园区星湖街328号");
  CHECK(order.total_minor == 19900);
  const auto american = read_pasted_order("Jane Doe, 512-472-0199, 555 Elm Street, Austin, TX 78701, mask x2, $40", kAmerica);
  CHECK(american.address() == "555 Elm Street, Austin, TX 78701");
}

TEST_CASE("nothing a customer pastes breaks the reader", "[orders][pasted]") {
  const std::string rows[] = {std::string(100'000, '1'), std::string(100'000, 'x'), "\xff\xfe\x80", std::string("a\0b", 3),
                              "\u202e张三\u200b 138\u200b00138000", std::string(4000, '\n'), "收货人：收货人：收货人：", "x2x2x2*3*4", "¥¥¥198元元",
                              "+++++(((((", "共共共", "99999999999999999999999999999元"};
  for (const auto& row : rows) CHECK_NOTHROW(read_pasted_order(row, kChina));
  CHECK(read_pasted_order("\u202e张三\u200b 138\u200b00138000", kChina).phone == "+8613800138000");
}

TEST_CASE("an item of which there are none is no item", "[orders][pasted]") {
  for (const char* text : {"收货人：张三\n电话：13800138000\n地址：浙江省杭州市西湖区文三路1号\n商品：面膜x2 精华 0\n数量：2",
                           "收货人：张三\n商品：面膜x2 \xe7\x0f 0 数量：2", "商品：面膜x0", "张三 13800138000 面膜x0"}) {
    INFO(text);
    for (const auto& item : read_pasted_order(text, kChina).items) {
      CHECK(item.quantity >= 1);
      CHECK_FALSE(item.product.empty());
    }
  }
}
