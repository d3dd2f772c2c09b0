// Transcripts in the forms of OpenAI's speech API.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "formats/export/export.hpp"
#include "formats/full_transcript.hpp"

namespace skald {

enum class OpenAiFormat { TextJson, Text, Srt, VerboseJson, Vtt, DiarizedJson };

/// json, text, srt, verbose_json, vtt, diarized_json.
std::optional<OpenAiFormat> openai_format_from(std::string_view name);
/// All names, parted by commas.
std::string openai_format_names();

struct OpenAiChoice {
  OpenAiFormat format = OpenAiFormat::TextJson;
  bool segments = true;  // of verbose_json
  bool words = false;    // of verbose_json
};

/// The name of the result is empty. Speakers are called A, B and so on, in the order in which they begin.
ExportedFile openai_transcription(const Transcript& transcript, const OpenAiChoice& choice);

}  // namespace skald
