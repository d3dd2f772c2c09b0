// The jobs of worker_listen: from a WAV file to speech, turns and voices.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cmath>
#include <numbers>

#include "base/files.hpp"
#include "domain/metrics/der.hpp"
#include "engines/listen/jobs.hpp"
#include "formats/diarization.hpp"
#include "formats/listen/listen_file.hpp"
#include "formats/rttm.hpp"
#include "formats/transcript.hpp"
#include "listen/npy.hpp"
#include "listen/table.hpp"
#include "platform/wav/wav.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald::listen {
namespace {

/// A supervisor that reads nothing, and can tell the worker to stop.
class Supervisor {
 public:
  Supervisor() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor() {
    for (const int end : ends_) Fd{end}.reset();
  }
  WorkerChannel channel() const { return WorkerChannel(ends_[0]); }
  void cancel() const { EXPECT_EQ(::send(ends_[1], "cancel\n", 7, 0), 7); }

 private:
  int ends_[2];
};

std::filesystem::path models() {
  return std::filesystem::path(SKALD_MODELS_DIR) / "community-1";
}

Result<Json> run(const Json& job) {
  Supervisor supervisor;
  WorkerChannel channel = supervisor.channel();
  return run_job(job, channel);
}

Json listen_job(const std::filesystem::path& audio, const std::filesystem::path& output) {
  return {{"task", "listen"},
          {"audio", audio.string()},
          {"models", models().string()},
          {"threads", 2},
          {"units", (output / "units").string()},
          {"output", output.string()}};
}

Json cluster_job(const std::filesystem::path& output) {
  return {{"task", "cluster"},
          {"listen", (output / "listen.bin").string()},
          {"models", models().string()},
          {"output", output.string()}};
}

void write_wav(const std::filesystem::path& path, const std::vector<float>& audio) {
  auto writer = WavWriter::create(path);
  ASSERT_TRUE(writer);
  std::vector<std::int16_t> samples;
  for (const float x : audio) samples.push_back(static_cast<std::int16_t>(std::lround(x * 32767)));
  ASSERT_TRUE(writer->append(samples));
  ASSERT_TRUE(writer->finish());
}

/// Turns of the recording, after both jobs.
std::vector<Turn> diarized(const std::filesystem::path& audio, const TestFolder& folder) {
  const auto listened = run(listen_job(audio, folder / "out"));
  EXPECT_TRUE(listened) << (listened ? "" : listened.error().message);
  const auto clustered = run(cluster_job(folder / "out"));
  EXPECT_TRUE(clustered) << (clustered ? "" : clustered.error().message);
  const auto found = read_turns(folder / "out" / "turns.json");
  EXPECT_TRUE(found) << (found ? "" : found.error().message);
  return found ? found->turns : std::vector<Turn>{};
}

std::vector<Turn> truth(const std::filesystem::path& rttm) {
  const auto text = read_file(rttm);
  const auto turns = parse_rttm(text ? *text : "", rttm.string());
  EXPECT_TRUE(turns);
  return turns ? *turns : std::vector<Turn>{};
}

struct Clip {
  const char* audio;
  const char* rttm;
  const char* arrays;  // pyannote's, "" where there are none
  double most_errors;  // DER without collar
};

class Speech : public testing::TestWithParam<Clip> {};

TEST_P(Speech, IsHeardAsPyannoteHearsIt) {
  SKALD_NEED_SHARED(folder, "testdata/oracles_diarization");
  SKALD_NEED_MODEL(model, "community-1");
  const Clip clip = GetParam();
  const TestFolder out;
  const auto turns = diarized(folder / clip.audio, out);
  const auto errors = diarization_errors(truth(folder / clip.rttm), turns);
  EXPECT_LE(errors.rate(), clip.most_errors);
  if (std::string(clip.arrays).empty()) return;

  const auto data = read_listen_file(out / "out" / "listen.bin");
  ASSERT_TRUE(data);
  const auto segmentation = read_npy(folder / (std::string(clip.arrays) + "_segmentation_data.npy"));
  ASSERT_EQ(segmentation.size(), data->active.size() * kSpeakers);
  std::size_t differ = 0;
  for (std::size_t i = 0; i < segmentation.size(); ++i)
    differ += (data->active[i / kSpeakers] >> (i % kSpeakers) & 1) != (segmentation[i] > 0.5 ? 1 : 0) ? 1 : 0;
  EXPECT_LE(static_cast<double>(differ), 0.005 * static_cast<double>(segmentation.size()));

  // pyannote runs the embedding once for each window and speaker; ours share one pass over the recording,
  // whose frames know more of their surroundings. Speakers who are alone for two seconds stay close.
  const auto embeddings = read_npy(folder / (std::string(clip.arrays) + "_embeddings_data.npy"));
  double sum = 0;
  std::size_t compared = 0;
  for (std::size_t i = 0; i < data->windows() * kSpeakers; ++i) {
    const auto frames = data->frames(i / kSpeakers);
    const auto alone =
        std::count(frames.begin(), frames.end(), static_cast<std::uint8_t>(1U << (i % kSpeakers)));
    if (alone < 118 || std::isnan(embeddings[i * kDimension])) continue;
    double dot = 0, ours = 0, theirs = 0;
    for (std::size_t d = 0; d < kDimension; ++d) {
      const double a = static_cast<double>(data->embeddings[i * kDimension + d]);
      const double b = embeddings[i * kDimension + d];
      dot += a * b;
      ours += a * a;
      theirs += b * b;
    }
    const double cosine = dot / std::sqrt(ours * theirs);
    EXPECT_GE(cosine, 0.9) << "window " << i / kSpeakers << ", local speaker " << i % kSpeakers;
    sum += cosine;
    ++compared;
  }
  if (compared > 0) {
    EXPECT_GE(sum / static_cast<double>(compared), 0.96);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Clips, Speech,
    testing::Values(Clip{"test.wav", "expected.rttm", "pipeline", 0.01},
                    Clip{"test_3speakers.wav", "3speakers_expected.rttm", "3speakers", 0.01},
                    Clip{"test_short.wav", "short_expected.rttm", "short", 0.01},
                    Clip{"test_single_speaker.wav", "single_speaker_expected.rttm", "single_speaker", 0.01},
                    Clip{"pyannote_sample.wav", "pyannote_sample.rttm", "", 0.06}),
    [](const auto& chosen) {
      const std::string name = chosen.param.audio;
      return name.substr(0, name.find('.'));
    });

class Noise : public testing::TestWithParam<std::string> {};

std::vector<float> sound(const std::string& kind) {
  Dice dice(2);
  std::vector<float> audio(kind == "tenth" ? 1600 : 16000 * 12);
  for (std::size_t i = 0; i < audio.size(); ++i) {
    const double t = static_cast<double>(i) / kSampleRate;
    if (kind == "hiss") audio[i] = static_cast<float>(0.02 * dice.normal());
    if (kind == "music") {
      // A chord that changes every second, with overtones that fade.
      const double base = 220 * std::pow(2, static_cast<double>(static_cast<int>(t) * 5 % 12) / 12);
      for (const double ratio : {1.0, 1.26, 1.5, 2.0, 3.0}) {
        const double swing = std::sin(2 * std::numbers::pi * base * ratio * t);
        audio[i] += static_cast<float>(0.1 * swing * std::exp(-2 * std::fmod(t, 1.0)) / ratio);
      }
    }
  }
  return audio;
}

TEST_P(Noise, HasNoSpeakers) {
  SKALD_NEED_MODEL(model, "community-1");
  const TestFolder folder;
  write_wav(folder / "audio.wav", sound(GetParam()));
  EXPECT_TRUE(diarized(folder / "audio.wav", folder).empty());
  const auto speech = read_speech(folder / "out" / "speech.json");
  ASSERT_TRUE(speech) << speech.error().message;
  EXPECT_TRUE(speech->speech.empty());
}

INSTANTIATE_TEST_SUITE_P(Sounds, Noise, testing::Values("tenth", "silence", "hiss", "music"),
                         [](const auto& chosen) { return chosen.param; });

TEST(ListenJob, GoesOnFromItsUnitsWithTheSameResult) {
  SKALD_NEED_MODEL(model, "community-1");
  const TestFolder folder;
  // Longer than one unit; mostly silent, so that it is quick.
  std::vector<float> audio(16000 * 640);
  const auto music = sound("music");
  std::copy(music.begin(), music.end(), audio.begin() + 16000 * 595);
  write_wav(folder / "audio.wav", audio);
  const Json job = listen_job(folder / "audio.wav", folder / "out");
  ASSERT_TRUE(run(job));
  const auto first = read_file(folder / "out" / "listen.bin");
  const auto unit = read_file(folder / "out" / "units" / "unit_000001.bin");
  ASSERT_TRUE(first && unit);
  // A damaged unit is made again, a whole one is kept.
  ASSERT_TRUE(write_file_atomic(folder / "out" / "units" / "unit_000001.bin", unit->substr(0, 1000)));
  std::filesystem::remove(folder / "out" / "listen.bin");
  const auto kept = std::filesystem::last_write_time(folder / "out" / "units" / "unit_000000.bin");
  ASSERT_TRUE(run(job));
  const auto again = read_file(folder / "out" / "listen.bin");
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(std::filesystem::last_write_time(folder / "out" / "units" / "unit_000000.bin"), kept);
}

TEST(ListenJob, StopsWhenAsked) {
  SKALD_NEED_MODEL(model, "community-1");
  const TestFolder folder;
  write_wav(folder / "audio.wav", sound("hiss"));
  const Supervisor supervisor;
  supervisor.cancel();
  WorkerChannel channel = supervisor.channel();
  const auto result = run_job(listen_job(folder / "audio.wav", folder / "out"), channel);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
  EXPECT_FALSE(std::filesystem::exists(folder / "out" / "listen.bin"));
}

TEST(ListenJob, NamesWhatIsWrong) {
  const TestFolder folder;
  write_wav(folder / "audio.wav", sound("tenth"));
  Json job = listen_job(folder / "audio.wav", folder / "out");
  job["models"] = (folder / "nowhere").string();
  const auto missing = run(job);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::InvalidModel);
  EXPECT_NE(missing.error().message.find("nowhere"), std::string::npos) << missing.error().message;
  EXPECT_EQ(run({{"task", "sing"}}).error().code, ErrorCode::Usage);
  Json cluster = cluster_job(folder / "out");
  cluster["speakers"] = -2;
  EXPECT_EQ(run(cluster).error().code, ErrorCode::Usage);
  cluster["speakers"] = 0;
  cluster["min_speakers"] = 4;
  cluster["max_speakers"] = 3;
  EXPECT_EQ(run(cluster).error().code, ErrorCode::Usage);
}

TEST(ListenFile, ComesBackAsItWas) {
  Dice dice(6);
  const std::vector<Timbre> voices{made_up_voice(dice), made_up_voice(dice)};
  const auto truth = table_talk(dice, 2, 40);
  const auto data = hear_table(dice, truth, voices, 40);
  const std::string bytes = encode_listen(data);
  const auto back = decode_listen(bytes, "memory");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode_listen(*back), bytes);
  EXPECT_EQ(back->voices, data.voices);
  for (std::size_t length = 0; length < bytes.size(); length += 997) {
    const auto cut = decode_listen(bytes.substr(0, length), "memory");
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, ErrorCode::Damaged);
  }
  std::string flipped = bytes;
  flipped[bytes.size() / 2] = static_cast<char>(flipped[bytes.size() / 2] ^ 4);
  EXPECT_FALSE(decode_listen(flipped, "memory"));
}

}  // namespace
}  // namespace skald::listen
