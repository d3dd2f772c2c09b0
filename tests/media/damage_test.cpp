// Files that are cut, damaged, no media at all, or want to lead elsewhere.
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "base/files.hpp"
#include "media/listening.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;

MediaSpec plain(const std::string& codec, double seconds, int rate = 44100) {
  TrackSpec track;
  track.codec = codec;
  track.rate = rate;
  track.stretches = {{0, seconds}};
  return {"", {track}, Video::None, 0};
}

Error refused(const TestFolder& folder, const fs::path& file) {
  const auto info = media::decode({file, -1, folder / "out"}, nullptr, nullptr);
  EXPECT_FALSE(info) << file << " was decoded";
  std::error_code error;
  EXPECT_FALSE(fs::exists(folder / "out" / "audio.wav", error)) << file << " left half a result";
  return info ? Error{} : info.error();
}

bool contains(const std::vector<std::string>& texts, std::string_view part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

struct Cut {
  std::string file;
  std::string codec;
  bool promises;  // the header says how long it was meant to be
};

TEST(Damage, ACutFileGivesWhatIsThere) {
  for (const Cut& cut :
       {Cut{"a.wav", "pcm_s16le", true}, Cut{"a.flac", "flac", true}, Cut{"a.mp3", "libmp3lame", true},
        Cut{"a.mkv", "libopus", true}, Cut{"a.ogg", "libvorbis", false}, Cut{"a.aac", "aac", false}}) {
    TestFolder folder;
    const auto file = write_media(folder / cut.file, plain(cut.codec, 10, 48000));
    fs::resize_file(file, fs::file_size(file) * 6 / 10);
    const Heard heard = listen(folder, file);
    EXPECT_NEAR(to_seconds(heard.info.samples).value, 6, 1.1) << cut.file;
    EXPECT_LT(find_signal(heard.samples, 1.0, 2.0, test_signal, 0.03).residue, 0.03) << cut.file;
    EXPECT_EQ(contains(heard.info.warnings, "the file ends early at 00:00:0"), cut.promises) << cut.file;
  }
}

TEST(Damage, ARecordingThatWasNotClosedIsToldApart) {
  TestFolder folder;
  const auto file = write_media(folder / "a.m4a", plain("aac", 5));
  fs::resize_file(file, fs::file_size(file) * 6 / 10);  // its index stood at the end
  const Error error = refused(folder, file);
  EXPECT_EQ(error.code, ErrorCode::UnreadableMedia);
  EXPECT_NE(error.message.find("damaged or incomplete"), std::string::npos) << error.message;
}

TEST(Damage, ADamagedPlaceIsLeftOutAndWhatFollowsIsInPlace) {
  TestFolder folder;
  const auto file = write_media(folder / "a.flac", plain("flac", 10));
  {
    std::fstream io(file, std::ios::binary | std::ios::in | std::ios::out);
    io.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
    const std::string noise(3000, '\x5A');
    io.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  }
  const Heard heard = listen(folder, file);
  EXPECT_NEAR(to_seconds(heard.info.samples).value, 10, 0.01);
  EXPECT_FALSE(heard.info.warnings.empty());
  EXPECT_LT(find_signal(heard.samples, 1, 4, test_signal).residue, 1e-6);
  const Match after = find_signal(heard.samples, 8, 9, test_signal, 0.006);
  EXPECT_LT(after.residue, 0.01);  // what half a step of the search leaves
  EXPECT_LE(std::abs(after.delay), 0.005);
}

TEST(Damage, NoSoundInAVideo) {
  TestFolder folder;
  const Error error = refused(folder, write_media(folder / "a.mp4", {"", {}, Video::Small, 2}));
  EXPECT_EQ(error.code, ErrorCode::UnreadableMedia);
  EXPECT_NE(error.message.find("has no sound (stream 0: video, mpeg4)"), std::string::npos) << error.message;
}

TEST(Damage, ShortSoundsAreKept) {
  TestFolder folder;
  EXPECT_EQ(listen(folder, write_media(folder / "a.wav", plain("pcm_s16le", 0.1, 16000))).info.samples,
            Samples{1600});
  EXPECT_EQ(listen(folder, write_media(folder / "b.wav", plain("pcm_s16le", 0.1, 44100))).info.samples,
            Samples{1600});
  EXPECT_EQ(
      listen(folder, write_media(folder / "c.wav", plain("pcm_s16le", 1.0 / 16000, 16000))).info.samples,
      Samples{1});
}

TEST(Damage, AHeaderWithoutSoundIsToldApart) {
  TestFolder folder;
  const Error error = refused(folder, write_media(folder / "a.wav", plain("pcm_s16le", 0)));
  EXPECT_EQ(error.code, ErrorCode::UnreadableMedia);
  EXPECT_NE(error.message.find("holds no sound at all"), std::string::npos) << error.message;
}

TEST(Damage, WhatIsNoFile) {
  TestFolder folder;
  EXPECT_EQ(refused(folder, folder / "missing.wav").code, ErrorCode::NotFound);
  EXPECT_EQ(refused(folder, folder.path()).code, ErrorCode::NotFound);
  put(folder / "empty.wav", "");
  const Error empty = refused(folder, folder / "empty.wav");
  EXPECT_EQ(empty.code, ErrorCode::InvalidInput);
  EXPECT_NE(empty.message.find("is empty"), std::string::npos);
  ASSERT_EQ(::mkfifo((folder / "pipe.wav").c_str(), 0600), 0);
  EXPECT_EQ(refused(folder, folder / "pipe.wav").code, ErrorCode::InvalidInput);
}

TEST(Damage, WhatIsNoMedia) {
  TestFolder folder;
  const std::string bytes = [] {
    std::string text;
    std::uint32_t state = 7;
    for (int i = 0; i < 20000; ++i) {
      state = state * 1664525 + 1013904223;
      text += static_cast<char>(state >> 24);
    }
    return text;
  }();
  struct Case {
    std::string name, content, message;
  };
  const std::string text = "Session 12: the party enters the mill.\nAnna: I draw my sword.\n";
  for (const Case& c :
       {Case{"text.mp3", text, "is a text file, not a recording"},
        Case{"one-line.wav", "x", "is a text file, not a recording"},
        Case{"subtitles.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n", "is a text file"},
        Case{"dutch.mp3", "Caf\xC3\xA9 na\xC3\xAFve, twee\xC3\xABn", "is a text file"},
        Case{"wide.mp3", std::string("\xFF\xFEH\0e\0l\0l\0o\0", 12), "is a text file"},
        Case{"random.mp3", bytes, "is not an audio or video file"},
        Case{"picture.mp3", std::string("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0", 30), ""},
        Case{"archive.wav", std::string("PK\3\4\x14\0\0\0\0\0", 10) + bytes, "not an audio or video file"}}) {
    put(folder / c.name, c.content);
    const Error error = refused(folder, folder / c.name);
    EXPECT_EQ(error.code, ErrorCode::UnreadableMedia) << c.name << ": " << error.message;
    EXPECT_NE(error.message.find(c.message), std::string::npos) << c.name << ": " << error.message;
    EXPECT_NE(error.message.find(c.name), std::string::npos) << error.message;
  }
}

// Counts how often a file is opened, by whomever.
class OpenWatch {
 public:
  explicit OpenWatch(const fs::path& file) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    EXPECT_GE(::inotify_add_watch(fd_.get(), file.c_str(), IN_OPEN), 0);
  }
  bool opened() const {
    std::array<char, 4096> events{};
    return ::read(fd_.get(), events.data(), events.size()) > 0;
  }

 private:
  Fd fd_;
};

TEST(Protection, ListsOfOtherFilesAreNotFollowed) {
  TestFolder folder;
  const std::string secret = write_media(folder / "secret.wav", plain("pcm_s16le", 2)).string();
  const OpenWatch watch(secret);
  struct Case {
    std::string name, content;
  };
  for (const Case& c :
       {Case{"a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n" + secret + "\n#EXT-X-ENDLIST\n"},
        Case{"a.mp3", "#EXTM3U\n#EXTINF:5,\nfile://" + secret + "\n"},
        Case{"net.m3u8", "#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"},
        Case{"a.ffconcat", "ffconcat version 1.0\nfile '" + secret + "'\n"},
        Case{"concat.wav", "concat:" + secret + "|" + secret + "\n"},
        Case{"a.mpd", "<?xml version=\"1.0\"?>\n<MPD><Period><AdaptationSet><Representation><BaseURL>" +
                          secret + "</BaseURL></Representation></AdaptationSet></Period></MPD>\n"},
        Case{"a.pls", "[playlist]\nFile1=" + secret + "\nNumberOfEntries=1\n"},
        Case{"a.sdp", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n"},
        Case{"a.asx", "<asx version=\"3.0\"><entry><ref href=\"" + secret + "\"/></entry></asx>"},
        Case{"a.smil", "<smil><body><audio src=\"" + secret + "\"/></body></smil>"},
        Case{"a.cpl",
             "<?xml version=\"1.0\"?><CompositionPlaylist><Id>" + secret + "</Id></CompositionPlaylist>"},
        // A binary byte in front keeps it from being taken for text.
        Case{"tail.m3u8", "#EXTM3U\n#EXTINF:5,\n" + secret + "\n" + std::string(5, '\0')}}) {
    put(folder / c.name, c.content);
    EXPECT_EQ(refused(folder, folder / c.name).code, ErrorCode::UnreadableMedia) << c.name;
    EXPECT_FALSE(watch.opened()) << c.name << " made the decoder open another file";
  }
  ASSERT_TRUE(media::probe(secret));
  EXPECT_TRUE(watch.opened()) << "opening goes unseen here, so nothing above was tested";
}

TEST(Protection, AFileThatChangesIsToldApart) {
  TestFolder folder;
  const auto file = write_media(folder / "a.wav", plain("pcm_s16le", 2));
  auto decoding = media::Decoding::prepare({file, -1, folder / "out"});
  ASSERT_TRUE(decoding);
  std::ofstream(file, std::ios::binary | std::ios::app) << "more";
  const auto info = decoding->run(nullptr, nullptr);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::InputChanged);
  EXPECT_FALSE(fs::exists(folder / "out" / "audio.wav"));
}

TEST(Protection, CancellingLeavesNothing) {
  TestFolder folder;
  const auto file = write_media(folder / "a.wav", plain("pcm_s16le", 2));
  int questions = 0;
  const auto info = media::decode({file, -1, folder / "out"}, nullptr, [&] { return ++questions > 2; });
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::Cancelled);
  EXPECT_FALSE(fs::exists(folder / "out" / "audio.wav"));
}

TEST(Protection, TheInputStaysAsItIs) {
  TestFolder folder;
  const auto file = write_media(folder / "a.mp3", plain("libmp3lame", 2));
  const auto before = read_file(file, 1 << 24);
  const auto time = fs::last_write_time(file);
  listen(folder, file);
  EXPECT_EQ(*before, *read_file(file, 1 << 24));
  EXPECT_EQ(time, fs::last_write_time(file));
}

}  // namespace
}  // namespace skald
