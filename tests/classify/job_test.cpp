// worker_classify's job with the real model: labels, roles, units that go on after an interruption, damaged
// inputs.
#include "engines/e5/job.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "base/files.hpp"
#include "engines/e5/units.hpp"
#include "formats/segments.hpp"
#include "support/folder.hpp"
#include "support/shared.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;

#define NEED_JOB_FILES                 \
  SKALD_NEED_MODEL(model, "e5-small"); \
  const TestFolder folder;             \
  const Job job {                      \
    model, folder                      \
  }

const fs::path kData = fs::path(SKALD_SOURCE_DIR) / "data/classification";

// Lines as a table may speak them; not among those that the readers were trained on.
const std::vector<std::pair<std::string, std::string>> kTalk = {
    {"A", "You come over the ridge and below you lies the harbour, and every ship in it is burning."},
    {"B", "I crawl up to the edge and look for the banner of the duke."},
    {"A", "You see it on the tallest mast, and then the mast falls into the water."},
    {"C", "Can somebody hand me the crisps? And whose dice are these?"},
    {"A", "Okay, everybody roll initiative."},
    {"B", "Seventeen plus two, so nineteen."},
    {"C", "I only got a four, my dice hate me."},
    {"A", "A guard turns round and sees the three of you. Halt! Who goes there, in the name of the duke?"},
    {"C", "We are only poor fishermen, my lord. Our boat sank in the storm."},
    {"B", "Ik trek mijn zwaard en ga voor haar staan."},
    {"A", "De wachter lacht en zet een stap naar achteren, het donker in."},
    {"C", "Zullen we zo even pizza bestellen? Ik heb echt honger."},
};

struct Job {
  fs::path model;
  const TestFolder& folder;

  void segments(const std::vector<std::pair<std::string, std::string>>& talk) const {
    std::string lines;
    for (const auto& [speaker, text] : talk)
      lines += to_line(Json{{"text", text}, {"speaker", speaker}}) + "\n";
    put(folder / "segments.jsonl", lines);
  }
  Result<Json> run(Json changes = Json::object(), const std::string& name = "job") const {
    Json json = {{"segments", (folder / "segments.jsonl").string()},
                 {"party", nullptr},
                 {"roles", Json::array()},
                 {"model", model.string()},
                 {"head", (kData / "head.bin").string()},
                 {"dialogue", (kData / "dialogue.bin").string()},
                 {"threads", 2},
                 {"batch", 4},
                 {"units", (folder / (name + "_units")).string()},
                 {"output", (folder / (name + "_output")).string()}};
    json.update(changes);
    int ends[2] = {-1, -1};  // nobody reads the events; nobody says "cancel" either
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) ADD_FAILURE() << "no socket pair";
    const Fd mine(ends[0]), other(ends[1]);
    WorkerChannel channel(mine.get());
    return e5::run_job(json, channel);
  }
  fs::path unit(std::size_t i, const std::string& name = "job") const {
    return folder / (name + "_units/unit_00000" + std::to_string(i) + ".json");
  }
  fs::path dialogue_unit(std::size_t i, const std::string& name = "job") const {
    return folder / (name + "_units/dialogue/unit_00000" + std::to_string(i) + ".json");
  }
  std::string output(const std::string& file, const std::string& name = "job") const {
    return content_of(folder / (name + "_output/" + file));
  }
  std::vector<Label> labels() const { return *read_labels(folder / "job_output/labels.jsonl"); }
};

TEST(ClassifyJob, LabelsPlainCasesAsPeopleWould) {
  NEED_JOB_FILES;
  job.segments(kTalk);
  const auto result = job.run();
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ((*result)["segments"], kTalk.size());
  const auto labels = job.labels();
  ASSERT_EQ(labels.size(), kTalk.size());
  for (const std::size_t ic : {0U, 1U, 2U, 8U, 9U, 10U})
    EXPECT_EQ(labels[ic].classification, Classification::IC) << kTalk[ic].second;
  for (const std::size_t ooc : {3U, 4U, 5U, 6U, 11U})
    EXPECT_EQ(labels[ooc].classification, Classification::OOC) << kTalk[ooc].second;
  EXPECT_EQ(labels[0].voice, Voice::DM_NARRATION);
  EXPECT_EQ(labels[1].voice, Voice::CHARACTER);
  for (const Label& label : labels) EXPECT_EQ(label.backend, "e5");
  const auto roles = read_roles(job.folder / "job_output/roles.json");
  ASSERT_TRUE(roles);
  ASSERT_EQ(roles->size(), 3U);
  EXPECT_EQ(roles->front().role, Role::DM);
  EXPECT_EQ(roles->front().origin, SpeakerRole::Origin::Guessed);
}

TEST(ClassifyJob, GivesCharactersOfTheParty) {
  NEED_JOB_FILES;
  job.segments(kTalk);
  const Json party = {
      {"id", "p"}, {"dm_name", "Ana"}, {"characters", {{{"name", "Brakka"}, {"player", "Bo"}}}}};
  const Json roles = {
      {{"speaker_id", "B"}, {"name", "Bo"}, {"role", "UNKNOWN"}, {"origin", "told"}, {"confidence", 1}}};
  ASSERT_TRUE(job.run({{"party", party}, {"roles", roles}}));
  EXPECT_EQ(job.labels()[1].character, "Brakka");
  const auto read = read_roles(job.folder / "job_output/roles.json");
  EXPECT_EQ(read->front().role, Role::Player);
  EXPECT_EQ(read->front().origin, SpeakerRole::Origin::Told);
}

// Whatever was there when a run was cut, the files are those of a run that was never cut.
TEST(ClassifyJob, GoesOnFromUnitsToTheSameFiles) {
  NEED_JOB_FILES;
  job.segments(kTalk);
  ASSERT_TRUE(job.run(Json::object(), "whole"));
  ASSERT_TRUE(fs::exists(job.unit(2, "whole")));
  ASSERT_FALSE(fs::exists(job.unit(3, "whole")));
  for (int left = 0; left < 4; ++left) {
    const std::string name = "cut" + std::to_string(left);
    for (int u = 0; u < left && u < 3; ++u)
      put(job.unit(static_cast<std::size_t>(u), name),
          content_of(job.unit(static_cast<std::size_t>(u), "whole")));
    for (int u = 0; left == 3 && u < 2; ++u)
      put(job.dialogue_unit(static_cast<std::size_t>(u), name),
          content_of(job.dialogue_unit(static_cast<std::size_t>(u), "whole")));
    put(job.folder / (name + "_units/unit_000002.json.tmp"), "{\"votes\":[[[0.5");
    ASSERT_TRUE(job.run(Json::object(), name));
    for (const char* file : {"labels.jsonl", "roles.json"})
      EXPECT_EQ(job.output(file, name), job.output(file, "whole"));
  }
}

TEST(ClassifyJob, FinishedUnitsAreUsedAndDamagedOnesMadeAnew) {
  NEED_JOB_FILES;
  job.segments(kTalk);
  ASSERT_TRUE(job.run(Json::object(), "whole"));
  // Without the text model only finished units can give the result.
  EXPECT_TRUE(
      job.run({{"model", (job.folder / "none").string()}, {"units", (job.folder / "whole_units").string()}},
              "again"));
  EXPECT_EQ(job.output("labels.jsonl", "again"), job.output("labels.jsonl", "whole"));
  const std::string good = content_of(job.unit(1, "whole"));
  for (const std::string& bad :
       {std::string(), std::string("{"), good.substr(0, good.size() / 2), std::string("{\"votes\":[]}"),
        std::string("{\"votes\":[[1],[2],[3],[4]]}"), std::string("[1]")}) {
    put(job.unit(1, "whole"), bad);
    EXPECT_FALSE(e5::read_votes(job.folder / "whole_units", 1, 4));
    ASSERT_TRUE(job.run(Json::object(), "whole"));
    EXPECT_EQ(content_of(job.unit(1, "whole")), good);
  }
  const std::string rows = content_of(job.dialogue_unit(1, "whole"));
  for (const std::string& bad : {std::string(), rows.substr(0, rows.size() / 2), good,
                                 std::string("{\"columns\":[[1],[2],[3],[4]]}")}) {
    put(job.dialogue_unit(1, "whole"), bad);
    EXPECT_FALSE(e5::read_columns(job.folder / "whole_units/dialogue", 1, 4));
    ASSERT_TRUE(job.run(Json::object(), "whole"));
    EXPECT_EQ(content_of(job.dialogue_unit(1, "whole")), rows);
  }
}

TEST(ClassifyJob, TheHeadAloneLabelsWhereTheOtherReaderIsNotThere) {
  NEED_JOB_FILES;
  job.segments(kTalk);
  ASSERT_TRUE(job.run());
  const auto both = job.labels();
  ASSERT_TRUE(job.run({{"dialogue", ""}}, "alone"));
  EXPECT_FALSE(fs::exists(job.dialogue_unit(0, "alone")));
  const auto alone = *read_labels(job.folder / "alone_output/labels.jsonl");
  ASSERT_EQ(alone.size(), both.size());
  std::size_t moved = 0;
  for (std::size_t i = 0; i < both.size(); ++i) moved += both[i].confidence != alone[i].confidence ? 1U : 0U;
  EXPECT_GT(moved, both.size() / 2);
  EXPECT_EQ(job.output("roles.json", "alone"), job.output("roles.json"));
}

// The size of the units and the number of threads are not part of the result.
TEST(ClassifyJob, DoesNotDependOnBatchesOrThreads) {
  NEED_JOB_FILES;
  job.segments(kTalk);
  ASSERT_TRUE(job.run(Json::object(), "a"));
  ASSERT_TRUE(job.run({{"batch", 1}}, "b"));
  ASSERT_TRUE(job.run({{"batch", 100}, {"threads", 1}}, "c"));
  EXPECT_EQ(job.output("labels.jsonl", "a"), job.output("labels.jsonl", "b"));
  EXPECT_EQ(job.output("labels.jsonl", "a"), job.output("labels.jsonl", "c"));
}

TEST(ClassifyJob, TakesOddTexts) {
  NEED_JOB_FILES;
  std::string endless;
  for (int i = 0; i < 20000; ++i) endless += "and then we went on ";
  job.segments({{"A", ""}, {"A", " \n\t"}, {"UNKNOWN", "🎲🎲🎲"}, {"B", endless}, {"B", "\u0000x"}});
  const auto result = job.run();
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(job.labels().size(), 5U);
  job.segments({});
  ASSERT_TRUE(job.run(Json::object(), "empty"));
  EXPECT_EQ(job.output("labels.jsonl", "empty"), "");
}

TEST(ClassifyJob, NamesWhatIsWrong) {
  NEED_JOB_FILES;
  job.segments(kTalk);
  put(job.folder / "bad.bin", "no head at all, but long enough to be read as one");
  const struct {
    Json change;
    ErrorCode code;
    std::string says;
  } cases[] = {
      {{{"segments", (job.folder / "none.jsonl").string()}}, ErrorCode::NotFound, "none.jsonl"},
      {{{"segments", ""}}, ErrorCode::Usage, "segments"},
      {{{"head", (job.folder / "bad.bin").string()}}, ErrorCode::InvalidModel, "bad.bin"},
      {{{"head", (job.folder / "none.bin").string()}}, ErrorCode::InvalidModel, "none.bin"},
      {{{"dialogue", (job.folder / "bad.bin").string()}}, ErrorCode::InvalidModel, "bad.bin"},
      {{{"dialogue", (job.folder / "none.bin").string()}}, ErrorCode::InvalidModel, "none.bin"},
      {{{"model", (job.folder / "bad.bin").string()}}, ErrorCode::InvalidModel, "bad.bin"},
      {{{"model", (job.folder / "none").string()}}, ErrorCode::InvalidModel, "none"},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    const auto result = job.run(cases[i].change, "wrong" + std::to_string(i));
    ASSERT_FALSE(result) << i;
    EXPECT_EQ(result.error().code, cases[i].code) << describe(result.error());
    EXPECT_NE(describe(result.error()).find(cases[i].says), std::string::npos) << describe(result.error());
  }
}

}  // namespace
}  // namespace skald
