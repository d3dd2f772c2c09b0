// Texts of every kind that a transcript may hold.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace skald {

inline const std::vector<std::string> kTexts = {
    "",
    " ",
    "Yeah.",
    "I sneak up to the door.",
    "So, um, that's a nineteen, plus seven: 26 to hit!",
    "Gij hebt altijd van die schone nota's, hè?",
    "De smid kijkt je aan. 'Zoek je werk, of zoek je ruzie?'",
    "Een coördinatie-oefening: ideeën, reünie, zeeën, 's avonds.",
    "  leading,  double   and trailing spaces  ",
    "tab\tand\nline\r\nbreaks",
    "🎲 nat twenty 🎉🐉 👩‍👩‍👧‍👦",
    "ﬁne ﬂame ½ ² ℃ ① Ｆｕｌｌｗｉｄｔｈ",
    "naïve café — “quoted” … ellipsis",
    "e\u0301 combining, \u00e9 composed",
    "日本語のテキスト と 한국어 и русский",
    "العربية עברית ไทย",
    "\xE2\x96\x81mark \xE2\x96\x81 and\xE2\x96\x81mark",
    "zero\u200bwidth\u00a0space\ufeffmark",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "1234567890 12.5% $40 3d6+2 d20",
    "\U0001F9D9\U0001F3FE\u200D\u2642\uFE0F casts \U00010348",
    "ALL CAPS AND camelCase and snake_case",
};

/// Reproducible nonsense of letters, marks, spaces and emoji: what no vocabulary covers well.
inline std::vector<std::string> random_texts(std::size_t count) {
  static const std::u32string pool =
      U"abcdefghij ETAOIN  "
      U",.!?'-"
      U"\u00e9\u00eb\u00ef\u00fc\u0301\u0308\u2014\u2026\u00a0\u3042\u6f22\u0416\u05d0\u0e01\U0001F3B2"
      U"\U0001F409\uFF21\u00bd0123456789";
  std::mt19937 random(20);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::u32string text;
    for (std::size_t length = random() % 60; length > 0; --length)
      text.push_back(pool[random() % pool.size()]);
    texts.push_back(encode_utf8(text));
  }
  return texts;
}

}  // namespace skald
