#include "base/secrets.hpp"

#include <gtest/gtest.h>

namespace skald {
namespace {

TEST(Secrets, WhatLooksLikeAKeyIsTakenOut) {
  const std::pair<const char*, const char*> cases[] = {
      {"key gsk_0123456789abcdef, next", "key [removed], next"},
      {"Authorization: Bearer abc.DEF-123", "Authorization: [removed]"},
      {"{\"k\":\"sk-proj-AbC123def456ghi789\"}", "{\"k\":\"[removed]\"}"},
      {"hf_AbCdEfGhIjKlMnOp12", "[removed]"},
      {"GSK_0123456789abcdef", "[removed]"},
      {"http://anna:pass@host:1/x", "http://[removed]@host:1/x"},
      {"https://host/a@b", "https://host/a@b"},
      {"the ask-me-anything-about-it evening", "the ask-me-anything-about-it evening"},
      {"sk-learn-something-new-now", "sk-learn-something-new-now"},
      {"hf_hub_download of 3 files", "hf_hub_download of 3 files"},
      {"my_hf_AbCdEfGhIjKlMnOp12", "my_hf_AbCdEfGhIjKlMnOp12"},
      {"", ""}};
  for (const auto& [text, clean] : cases) {
    EXPECT_EQ(without_secrets(text), clean);
    EXPECT_EQ(without_secrets(without_secrets(text)), clean);
  }
}

TEST(Secrets, KnownValuesAreTakenOutWhereverTheyStand) {
  hide_secret("canary-inner");
  hide_secret("canary-inner-and-more");
  hide_secret("abc");  // too short: it would hit words
  EXPECT_EQ(without_secrets("xcanary-inner-and-more/canary-inner.abc"), "x[removed]/[removed].abc");
}

}  // namespace
}  // namespace skald
