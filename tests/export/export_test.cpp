#include "formats/export/export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "formats/evening.hpp"
#include "support/folder.hpp"
#include "unzip.hpp"

namespace skald {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHostile =
    "=cmd|'/c calc'!A1 <script>&\"]]></w:t> {\\b1}\\N **x** \x01\x0B \uFFFE[a](b) -- ,;";

std::string content(const SessionResult& result, const ExportChoice& choice) {
  const auto file = export_session(result, choice);
  EXPECT_TRUE(file) << file.error().message;
  return file ? file->content : std::string();
}

SessionResult hostile() {
  SessionResult result = evening();
  result.session_id = "<b>Evening & 7</b>";
  for (Segment& segment : result.segments) {
    segment.text = kHostile;
    segment.speaker_name = "=Hanna, <i>\"{x}";
    segment.words.clear();
  }
  return result;
}

TEST(Export, NamesAreKnown) {
  EXPECT_EQ(export_format_names(), "txt, srt, vtt, json, rttm, md, csv, docx, audacity, ass");
  for (const std::string& name : split(export_format_names(), ',')) {
    const auto format = export_format_from(trim(name));
    ASSERT_TRUE(format) << name;
    const auto file = export_session(evening(), {*format, View::Full, ""});
    ASSERT_TRUE(file) << name;
    EXPECT_THAT(file->name, HasSubstr("Evening_7"));
    EXPECT_FALSE(file->content.empty());
  }
  EXPECT_FALSE(export_format_from("exe"));
  EXPECT_FALSE(export_view_from("IC"));
}

// What is exported without corrections is what the run wrote.
TEST(Export, EqualsTheFilesOfTheRun) {
  const TestFolder folder;
  ASSERT_TRUE(write_results(evening(), folder.path()));
  for (const auto& [choice, name] : std::vector<std::pair<ExportChoice, std::string>>{
           {{ExportFormat::Text, View::Full, ""}, "Evening_7_full.txt"},
           {{ExportFormat::Text, View::InCharacter, ""}, "Evening_7_ic_only.txt"},
           {{ExportFormat::Srt, View::OutOfCharacter, ""}, "Evening_7_ooc_only.srt"},
           {{ExportFormat::Srt, View::Full, ""}, "Evening_7_full.srt"},
           {{ExportFormat::Vtt, View::Full, ""}, "Evening_7.vtt"},
           {{ExportFormat::Rttm, View::Full, ""}, "Evening_7.rttm"},
           {{ExportFormat::Data, View::Full, ""}, "Evening_7_data.json"}}) {
    const auto file = export_session(evening(), choice);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->name, name);
    EXPECT_EQ(file->content, content_of(folder / name)) << name;
  }
}

TEST(Export, OfACharacterHoldsNobodyElse) {
  const std::string text = content(evening(), {ExportFormat::Text, View::Full, "Vessarine"});
  EXPECT_THAT(text, HasSubstr("I draw my bow"));
  EXPECT_THAT(text, Not(HasSubstr("innkeeper")));
  EXPECT_THAT(text, Not(HasSubstr("Pizza")));
  EXPECT_EQ(export_session(evening(), {ExportFormat::Srt, View::InCharacter, "Vessarine"})->name,
            "Evening_7_ic_only_Vessarine.srt");
  const auto nobody = export_session(evening(), {ExportFormat::Text, View::Full, "Korbo"});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::NotFound);
  EXPECT_THAT(nobody.error().advice, HasSubstr("The Innkeeper, Vessarine"));
}

TEST(Export, OfAPartKnowsWhenItIsSaid) {
  EXPECT_EQ(content(evening(), {ExportFormat::Rttm, View::OutOfCharacter, ""}),
            "SPEAKER Evening_7 1 6.000 2.125 <NA> <NA> SPEAKER_01 <NA> <NA>\n");
}

TEST(Export, OfWhatIsMissingIsRefused) {
  SessionResult result = evening();
  result.skipped = {"classification", "diarization"};
  result.diarization.turns.clear();
  for (const ExportChoice& choice : {ExportChoice{ExportFormat::Text, View::InCharacter, ""},
                                     ExportChoice{ExportFormat::Text, View::Full, "Vessarine"},
                                     ExportChoice{ExportFormat::Rttm, View::Full, ""}}) {
    const auto file = export_session(result, choice);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::InvalidInput);
  }
  EXPECT_THAT(content(result, {ExportFormat::Csv, View::Full, ""}), HasSubstr("1.250,4.500,UNKNOWN,,,,,en,"));
}

TEST(Csv, IsQuotedAndNoFormula) {
  const std::string text = content(hostile(), {ExportFormat::Csv, View::Full, ""});
  EXPECT_TRUE(text.starts_with("\xEF\xBB\xBFstart,end,speaker,"));
  EXPECT_THAT(text,
              HasSubstr(R"(1.250,4.500,"'=Hanna, <i>""{x}",,IC,DM_NARRATION,0.9688,en,"'=cmd|'/c calc'!A1)"));
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\n@x", "\uFF1D1"}) {
    SessionResult result = evening();
    result.segments.resize(1);
    result.segments[0].text = formula;
    EXPECT_THAT(content(result, {ExportFormat::Csv, View::Full, ""}), HasSubstr(",en,'")) << formula;
  }
}

TEST(Markdown, ShowsSignsAsTheyAre) {
  const std::string text = content(hostile(), {ExportFormat::Markdown, View::Full, ""});
  EXPECT_TRUE(text.starts_with("# \\<b\\>Evening \\& 7\\</b\\>\n\n**00:00:01** =Hanna"));
  EXPECT_THAT(text, HasSubstr("\\<script\\>"));
  EXPECT_THAT(text, HasSubstr("\\*\\*x\\*\\*"));
  EXPECT_THAT(text, HasSubstr("\\[a\\](b)"));
  EXPECT_THAT(content(evening(), {ExportFormat::Markdown, View::Full, ""}),
              HasSubstr("**00:00:04** Hanna as Vessarine (IC): I draw my bow. \"Who goes there?\"\n\n"));
}

TEST(Audacity, IsOneLineASegment) {
  const std::string text = content(hostile(), {ExportFormat::Audacity, View::Full, ""});
  const auto lines = split(text, '\n');
  ASSERT_EQ(lines.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(std::count(lines[i].begin(), lines[i].end(), '\t'), 2) << lines[i];
  EXPECT_TRUE(text.starts_with("1.250000\t4.500000\t=Hanna"));
}

TEST(Ass, HasNoCommandsOfTheText) {
  const std::string text = content(hostile(), {ExportFormat::Ass, View::Full, ""});
  EXPECT_THAT(text, HasSubstr("[Events]"));
  for (const std::string& line : split(text, '\n')) {
    if (!line.starts_with("Dialogue:")) continue;
    EXPECT_EQ(std::count(line.begin(), line.end(), '{'), 2) << line;
    EXPECT_EQ(line.find("\\N"), std::string::npos) << line;
    EXPECT_EQ(line.find("Hanna,"), line.find("Hanna, <i>")) << line;  // the name's field has no comma
  }
  EXPECT_THAT(
      content(evening(), {ExportFormat::Ass, View::Full, ""}),
      HasSubstr("Dialogue: 0,0:00:01.25,0:00:04.40,Default,Rowan,0,0,0,,{\\b1}Rowan{\\b0}: The bell"));
}

TEST(Docx, IsAnArchiveOfXmlThatHoldsTheTextAsText) {
  const auto parts = unzipped(content(hostile(), {ExportFormat::Docx, View::Full, ""}));
  std::vector<std::string> names;
  for (const auto& [name, xml] : parts) {
    names.push_back(name);
    EXPECT_TRUE(xml.starts_with("<?xml version=\"1.0\"")) << name;
  }
  EXPECT_THAT(names, ElementsAre("[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels",
                                 "word/document.xml", "word/styles.xml"));
  const std::string& document = parts.at("word/document.xml");
  EXPECT_THAT(document, HasSubstr("&lt;script&gt;&amp;\"]]&gt;&lt;/w:t&gt;"));
  EXPECT_THAT(document, HasSubstr("&lt;b&gt;Evening &amp; 7&lt;/b&gt;"));
  EXPECT_EQ(document.find('\x01'), std::string::npos);
  EXPECT_EQ(document.find("\uFFFE"), std::string::npos);
  const auto count = [&](std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = document.find(what, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(count("<w:p>"), 6U);
  EXPECT_EQ(count("<w:r>"), count("</w:r>"));
  EXPECT_EQ(count("<w:t "), count("</w:t>"));
}

}  // namespace
}  // namespace skald
