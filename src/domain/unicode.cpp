#include "domain/unicode.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/text.hpp"

namespace skald {
namespace {

bool is_category(char32_t point, std::uint32_t mask) {
  return (U_GET_GC_MASK(static_cast<UChar32>(point)) & mask) != 0;
}

icu::UnicodeString from_utf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string normalised(const icu::Normalizer2* form, const icu::UnicodeString& text, UErrorCode status) {
  std::string result;
  if (U_SUCCESS(status)) {
    form->normalize(text, status).toUTF8String(result);
  } else {
    text.toUTF8String(result);  // ICU without its data: the text as it is
  }
  return result;
}

}  // namespace

bool is_word_character(char32_t point) {
  return point == U'_' || is_category(point, U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK);
}
bool is_letter(char32_t point) {
  return is_category(point, U_GC_L_MASK | U_GC_M_MASK);
}
bool is_upper(char32_t point) {
  return is_category(point, U_GC_LU_MASK | U_GC_LT_MASK);
}
bool is_space(char32_t point) {
  return u_isUWhiteSpace(static_cast<UChar32>(point)) != 0;
}

std::string to_nfc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFCInstance(status);
  return normalised(form, from_utf8(text), status);
}

std::string to_nfkc_lower(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCInstance(status);
  std::string composed = normalised(form, from_utf8(text), status);
  std::string lower;
  from_utf8(composed).toLower(icu::Locale::getRoot()).toUTF8String(lower);
  return lower;
}

std::string language_name(const std::string& code) {
  icu::UnicodeString shown;
  icu::Locale(code.c_str()).getDisplayLanguage(icu::Locale::getEnglish(), shown);
  std::string english;
  shown.toUTF8String(english);
  return to_nfkc_lower(english);
}

std::string language_code(std::string_view name) {
  const std::string wanted = to_nfkc_lower(name);
  for (const char* const* code = icu::Locale::getISOLanguages(); *code != nullptr; ++code)
    if (wanted == *code || language_name(*code) == wanted) return *code;
  return {};
}

}  // namespace skald
