#include "crypto/tuple.h"

#include <gtest/gtest.h>

namespace liuhen::crypto {
namespace {

TEST(Tuple, ItemsAreLengthsAndBytes) {
  TupleWriter writer;
  writer.item("ab").item(View()).u64(258).list_count(1).item(View(Hash{}));
  EXPECT_EQ(to_hex(writer.view()),
            "000000026162"
            "00000000"
            "000000080000000000000102"
            "000000080000000000000001"
            "00000020" +
                std::string(64, '0'));
}

TEST(Tuple, WhereItemsAreCutMatters) {
  EXPECT_NE(TupleWriter().item("ab").item("c").take(), TupleWriter().item("a").item("bc").take());
  EXPECT_NE(TupleWriter().item("").item("a").take(), TupleWriter().item("a").item("").take());
}

TEST(Tuple, TakeLeavesAnEmptyWriter) {
  TupleWriter writer;
  writer.item("a");
  EXPECT_EQ(writer.take().size(), 5u);
  EXPECT_TRUE(writer.view().empty());
  EXPECT_EQ(to_hex(writer.item("b").view()), "0000000162");
}

}  // namespace
}  // namespace liuhen::crypto
