// DOCX: Office Open XML (ECMA-376), the least that word processors take.
#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/export/export.hpp"
#include "formats/export/zip.hpp"

namespace skald {
namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

constexpr std::string_view kContentTypes =
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Override PartName=\"/word/document.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>"
    "<Override PartName=\"/word/styles.xml\" "
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/></Types>";

constexpr std::string_view kRelations =
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" "
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" "
    "Target=\"word/document.xml\"/></Relationships>";

constexpr std::string_view kDocumentRelations =
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" "
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" "
    "Target=\"styles.xml\"/></Relationships>";

#define SKALD_WORD_NAMESPACE "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""

constexpr std::string_view kStyles =
    "<w:styles " SKALD_WORD_NAMESPACE
    "><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val=\"22\"/></w:rPr></w:rPrDefault>"
    "<w:pPrDefault><w:pPr><w:spacing w:after=\"120\"/></w:pPr></w:pPrDefault></w:docDefaults>"
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>"
    "<w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/><w:basedOn w:val=\"Normal\"/>"
    "<w:rPr><w:b/><w:sz w:val=\"36\"/></w:rPr></w:style>"
    "<w:style w:type=\"character\" w:styleId=\"Speaker\"><w:name "
    "w:val=\"Speaker\"/><w:rPr><w:b/></w:rPr></w:style>"
    "<w:style w:type=\"character\" w:styleId=\"Time\"><w:name w:val=\"Time\"/>"
    "<w:rPr><w:color w:val=\"595959\"/><w:sz w:val=\"18\"/></w:rPr></w:style></w:styles>";

// One line of text, without the characters that XML 1.0 does not allow.
std::string escape_xml(std::string_view text) {
  std::u32string allowed;
  for (const char32_t point : decode_utf8(one_line(text)))
    if (point != 0xFFFE && point != 0xFFFF && (point < 0xD800 || point > 0xDFFF)) allowed += point;
  return escape_markup(encode_utf8(allowed));
}

std::string run_of(std::string_view style, std::string_view text) {
  const std::string properties =
      style.empty() ? std::string() : fmt::format("<w:rPr><w:rStyle w:val=\"{}\"/></w:rPr>", style);
  return fmt::format("<w:r>{}<w:t xml:space=\"preserve\">{}</w:t></w:r>", properties, escape_xml(text));
}

// Blanks at the ends of a text would go with escape_xml().
constexpr std::string_view kBlank = "<w:r><w:t xml:space=\"preserve\"> </w:t></w:r>";

std::string paragraph(const Segment& segment) {
  std::string mark = clock_time(segment.span.start);
  if (segment.label) mark += fmt::format(" \u00B7 {}", to_string(segment.label->classification));
  return "<w:p>" + run_of("Speaker", name_with_character(segment)) + std::string(kBlank) +
         run_of("Time", mark) + std::string(kBlank) + run_of("", segment.text) + "</w:p>";
}

}  // namespace

Result<std::string> to_docx(const SessionResult& result, const std::vector<Segment>& segments) {
  std::string document = std::string(kDeclaration) + "<w:document " SKALD_WORD_NAMESPACE "><w:body>";
  document += "<w:p><w:pPr><w:pStyle w:val=\"Title\"/></w:pPr>" + run_of("", result.session_id) + "</w:p>";
  for (const Segment& segment : segments) document += paragraph(segment);
  document += "<w:sectPr/></w:body></w:document>";
  const auto part = [](std::string name, std::string_view xml) {
    return ZipPart{std::move(name), std::string(kDeclaration) + std::string(xml)};
  };
  return zip_archive({part("[Content_Types].xml", kContentTypes),
                      part("_rels/.rels", kRelations),
                      {"word/document.xml", std::move(document)},
                      part("word/_rels/document.xml.rels", kDocumentRelations),
                      part("word/styles.xml", kStyles)});
}

#undef SKALD_WORD_NAMESPACE

}  // namespace skald
