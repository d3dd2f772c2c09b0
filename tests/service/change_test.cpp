#include "service/settings/change.hpp"

#include <gmock/gmock.h>

#include "base/secrets.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kKey = "gsk_canary0123456789WXYZ";

/// A home, and another folder to be started in; each may hold a file of settings.
struct ChangeTest : ::testing::Test {
  void SetUp() override {
    for (const SettingInfo& setting : setting_catalogue()) ::unsetenv(std::string(setting.name).c_str());
    fs::create_directories(folder / "home/locks");
    fs::create_directories(folder / "here");
    ::setenv("SKALD_HOME", (folder / "home").c_str(), 1);
    before = fs::current_path();
    fs::current_path(folder / "here");
  }
  void TearDown() override {
    fs::current_path(before);
    ::unsetenv("SKALD_HOME");
    ::unsetenv("GROQ_API_KEY");
  }
  Result<SettingChange> change(std::string_view name, const std::string& value) {
    return change_setting(name, value, never);
  }
  std::string text(std::string_view name) { return Settings::load().value().text(name); }
  ErrorCode refused(std::string_view name, const std::string& value) {
    const auto changed = change(name, value);
    EXPECT_FALSE(changed) << name;
    if (changed) return ErrorCode::Internal;
    EXPECT_THAT(changed.error().message, Not(HasSubstr(value.empty() ? "(nothing)" : value)));
    return changed.error().code;
  }

  TestFolder folder;
  fs::path before;
  CancelToken never;
};

TEST_F(ChangeTest, ANewSettingStandsInTheHomeForItsOwnerAlone) {
  const auto changed = change("GROQ_API_KEY", kKey);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_THAT(changed->files, ElementsAre(folder / "home/.env"));
  EXPECT_EQ(text("GROQ_API_KEY"), kKey);
  EXPECT_EQ(fs::status(folder / "home/.env").permissions() & fs::perms(0777), fs::perms(0600));
  EXPECT_EQ(without_secrets(std::string("x ") + kKey), "x [removed]");
  EXPECT_THAT(names_in(folder / "here"), IsEmpty());
}

TEST_F(ChangeTest, ItIsChangedWhereItStandsAndOtherLinesStay) {
  put(folder / "here/.env", "# mine\nWHISPER_MODEL=a # old\nOTHER=1\n");
  put(folder / "home/.env", "WHISPER_MODEL=b\n");
  ASSERT_TRUE(change("WHISPER_MODEL", "c"));
  EXPECT_EQ(content_of(folder / "here/.env"), "# mine\nWHISPER_MODEL=c\nOTHER=1\n");
  EXPECT_EQ(content_of(folder / "home/.env"), "WHISPER_MODEL=b\n");
  ASSERT_TRUE(change("WHISPER_MODEL", ""));
  EXPECT_EQ(content_of(folder / "here/.env"), "# mine\nOTHER=1\n");
  EXPECT_EQ(text("WHISPER_MODEL"), "whisper-base");
}

TEST_F(ChangeTest, ALinkStaysOne) {
  put(folder / "dotfiles/env", "A=1\n");
  fs::create_symlink(folder / "dotfiles/env", folder / "home/.env");
  ASSERT_TRUE(change("LLM_MODEL", "m"));
  EXPECT_TRUE(fs::is_symlink(folder / "home/.env"));
  EXPECT_EQ(content_of(folder / "dotfiles/env"), "A=1\nLLM_MODEL=m\n");
}

TEST_F(ChangeTest, WhatIsNotAllowedIsRefusedAndTheFileStays) {
  put(folder / "home/.env", "SESSION_APP_PORT=80\n");
  EXPECT_EQ(refused("SESSION_APP_PORT", "70000"), ErrorCode::InvalidConfig);
  EXPECT_EQ(refused("LLM_MODEL", "a\nGROQ_BASE_URL=http://evil"), ErrorCode::InvalidConfig);
  EXPECT_EQ(refused("LLM_MODEL", std::string("a\0b", 3)), ErrorCode::InvalidConfig);
  EXPECT_EQ(refused("GROQ_API_KEY", "two words"), ErrorCode::InvalidConfig);
  EXPECT_EQ(refused("INFERENCE_DEVICE", "toaster"), ErrorCode::InvalidConfig);
  EXPECT_EQ(change("LLM_BACKEND", "toaster").error().code, ErrorCode::Usage);
  EXPECT_EQ(refused("SKALD_HOME", "/elsewhere"), ErrorCode::Usage);
  EXPECT_EQ(refused("PATH", "/elsewhere"), ErrorCode::NotFound);
  EXPECT_EQ(content_of(folder / "home/.env"), "SESSION_APP_PORT=80\n");
  put(folder / "home/.env", "broken\n");
  EXPECT_EQ(refused("LLM_MODEL", "seven:7b"), ErrorCode::InvalidConfig);
  EXPECT_EQ(content_of(folder / "home/.env"), "broken\n");
}

TEST_F(ChangeTest, TheEnvironmentStandsAboveFiles) {
  ::setenv("GROQ_API_KEY", kKey, 1);
  EXPECT_EQ(refused("GROQ_API_KEY", "gsk_other"), ErrorCode::Conflict);
  EXPECT_EQ(refused("GROQ_API_KEY", ""), ErrorCode::Conflict);
  EXPECT_EQ(refused("GROQ_BASE_URL", "https://elsewhere.example/v1"),
            ErrorCode::Conflict);  // it would get the key
}

TEST_F(ChangeTest, AnotherAddressDoesNotGetTheKey) {
  ASSERT_TRUE(change("GROQ_API_KEY", kKey));
  const auto same = change("GROQ_BASE_URL", "https://api.groq.com/openai/v1");
  ASSERT_TRUE(same);
  EXPECT_EQ(same->removed_key, "");
  EXPECT_EQ(text("GROQ_API_KEY"), kKey);
  const auto other = change("GROQ_BASE_URL", "https://elsewhere.example/v1");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->removed_key, "GROQ_API_KEY");
  EXPECT_EQ(text("GROQ_API_KEY"), "");
  ASSERT_TRUE(change("GROQ_API_KEY", kKey));
  EXPECT_EQ(change("GROQ_BASE_URL", "").value().removed_key, "GROQ_API_KEY");
  EXPECT_THAT(content_of(folder / "home/.env"), Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace skald
