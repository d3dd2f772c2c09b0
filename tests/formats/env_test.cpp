#include "formats/env.hpp"

#include <gmock/gmock.h>

#include "support/folder.hpp"

namespace skald {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string value(const EnvFile& file, std::string_view name) {
  const std::string* found = file.find(name);
  return found == nullptr ? "(not set)" : *found;
}

TEST(EnvFile, ReadsTheFormsThatPeopleWrite) {
  const auto file = parse_env(
      "\xEF\xBB\xBF# settings\r\n\r\nWHISPER_MODEL=base # small\r\n  export  LLM_BACKEND = ollama\n"
      "GROQ_API_KEY='gsk_a#b'\nOLLAMA_MODEL=\"a \\\"b\\\"\\t\\$x\"  # "
      "c\nMINE=x=y#z\nEMPTY=\nWHISPER_MODEL=small\n"
      "SESSION_APP_PORT=7860",
      ".env");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(value(*file, "WHISPER_MODEL"), "small");  // the last one counts
  EXPECT_EQ(value(*file, "LLM_BACKEND"), "ollama");
  EXPECT_EQ(value(*file, "GROQ_API_KEY"), "gsk_a#b");
  EXPECT_EQ(value(*file, "OLLAMA_MODEL"), "a \"b\"\t$x");
  EXPECT_EQ(value(*file, "MINE"), "x=y#z");
  EXPECT_EQ(value(*file, "EMPTY"), "");
  EXPECT_EQ(value(*file, "NOT_THERE"), "(not set)");
  EXPECT_EQ(file->entries.front().line, 3u);
  EXPECT_EQ(file->entries[1].line, 4u);
  EXPECT_EQ(file->entries[1].column, 25u);
}

struct WrongEnv {
  const char *text, *says;
};
std::ostream& operator<<(std::ostream& out, const WrongEnv& wrong) {
  return out << wrong.text;
}

class WrongEnvFile : public ::testing::TestWithParam<WrongEnv> {};

TEST_P(WrongEnvFile, NamesLineAndColumnAndShowsNoSecret) {
  const auto file = parse_env(std::string("A=1\n") + GetParam().text, ".env");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::InvalidConfig);
  EXPECT_THAT(file.error().message, HasSubstr(std::string(".env: line 2, column ") + GetParam().says));
  EXPECT_THAT(file.error().message, Not(HasSubstr("s3cret")));
}

INSTANTIATE_TEST_SUITE_P(Table, WrongEnvFile,
                         ::testing::Values(WrongEnv{"just words s3cret", "6: '=' is expected after just"},
                                           WrongEnv{"=x", "1: a name"},
                                           WrongEnv{"1A=x", "1: a name of letters"},
                                           WrongEnv{"export ", "8: a name is expected"},
                                           WrongEnv{"B='s3cret", "3: a quotation mark that is not closed"},
                                           WrongEnv{"B=\"x\" s3cret", "6: nothing but a comment"}));

TEST(EnvFile, IsReadFromDiskAndNeverWritten) {
  const TestFolder folder;
  put(folder / ".env", "WHISPER_MODEL=base\n");
  ASSERT_TRUE(read_env(folder / ".env"));
  EXPECT_EQ(content_of(folder / ".env"), "WHISPER_MODEL=base\n");
  EXPECT_EQ(read_env(folder / "none").error().code, ErrorCode::NotFound);
}

TEST(EnvWith, ChangesOneNameAndNothingElse) {
  const std::string text = "# mine\r\nA=1 # one\n\nexport B='x'\nA=2\nC=3";
  EXPECT_EQ(env_with(text, ".env", "A", "7").value(), "# mine\r\n\nexport B='x'\nA=7\nC=3");
  EXPECT_EQ(env_with(text, ".env", "B", "y z").value(), "# mine\r\nA=1 # one\n\nexport B='y z'\nA=2\nC=3");
  EXPECT_EQ(env_with(text, ".env", "C", std::nullopt).value(), "# mine\r\nA=1 # one\n\nexport B='x'\nA=2\n");
  EXPECT_EQ(env_with(text, ".env", "D", "4").value(), text + "\nD=4\n");
  EXPECT_EQ(env_with(text, ".env", "D", std::nullopt).value(), text);
  EXPECT_EQ(env_with("", ".env", "D", "4").value(), "D=4\n");
}

TEST(EnvWith, WhatIsWrittenIsReadBack) {
  for (const std::string wanted :
       {"gsk_0aB", "with blank", "a'b", "a\"b$c\\d'", "x # y", "", "ü", "=", "\\n", " both "})
    EXPECT_EQ(value(parse_env(env_with("X=1\n", ".env", "X", wanted).value(), ".env").value(), "X"), wanted);
}

TEST(EnvWith, ABrokenFileIsLeftAlone) {
  const auto changed = env_with("A=1\nno name\n", ".env", "A", "2");
  ASSERT_FALSE(changed);
  EXPECT_THAT(changed.error().message, HasSubstr("line 2"));
}

}  // namespace
}  // namespace skald
