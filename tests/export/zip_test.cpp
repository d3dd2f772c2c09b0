#include "formats/export/zip.hpp"

#include <gtest/gtest.h>
#include <zip.h>

#include "unzip.hpp"

namespace skald {
namespace {

TEST(Zip, GivesBackWhatWasPutIn) {
  const std::string long_text(100'000, 'x');
  const auto bytes = zip_archive({{"a.txt", "alpha"}, {"folder/é.txt", long_text}, {"empty", ""}});
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_LT(bytes->size(), 2000U);
  EXPECT_EQ(unzipped(*bytes), (std::map<std::string, std::string>{
                                  {"a.txt", "alpha"}, {"folder/é.txt", long_text}, {"empty", ""}}));
}

TEST(Zip, EqualPartsAreEqualBytes) {
  EXPECT_EQ(zip_archive({{"a", "1"}}).value(), zip_archive({{"a", "1"}}).value());
}

}  // namespace
}  // namespace skald
