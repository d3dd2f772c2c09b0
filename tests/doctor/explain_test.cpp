#include "service/doctor/explain.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <sstream>

#include "pipeline/memory/need.hpp"
#include "service/models/models.hpp"

namespace skald {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<KnownMessage>& rows() {
  static const std::vector<KnownMessage> all = known_messages().value();
  return all;
}

std::vector<std::string> ids(const std::string& log) {
  std::istringstream in(log);
  std::vector<std::string> found;
  for (const Explained& each : explain(in, rows())) found.push_back(each.message->id);
  return found;
}

struct Case {
  const char* line;
  std::vector<std::string> means;
};

// Lines as the programs write them.
const Case kCases[] = {
    // The four messages of the guide for Ollama, and what stands around them in logs.
    {R"j({"error":"model requires more system memory (12.8 GiB) than is available (9.3 GiB)"})j",
     {"ollama-memory"}},
    {"2025-11-10 21:09:17 | WARNING | classifier.ollama | Classification failed for segment 0 using "
     "gpt-oss:20b: "
     "model requires more system memory (12.8 GiB) than is available (9.3 GiB)",
     {"ollama-memory", "classification-failed"}},
    {"error: memory layout cannot be allocated (status code: 500)", {"ollama-layout"}},
    {"ggml.c:1562: GGML_ASSERT(ctx->mem_buffer != NULL) failed", {"ggml-buffer"}},
    {"Low-VRAM retry also failed for segment 3: memory layout cannot be allocated", {"low-vram-retry"}},
    // Ollama and llama.cpp.
    {"error loading model: llama-server reported out-of-memory during startup", {"llama-server-memory"}},
    {"ggml_backend_cuda_buffer_type_alloc_buffer: allocating 9728.00 MiB on device 0: cudaMalloc failed: out "
     "of "
     "memory",
     {"cuda-memory"}},
    {"RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB", {"cuda-memory"}},
    {"RuntimeError: CUDA failed with error out of memory", {"cuda-memory"}},
    {"llama_kv_cache_init: failed to allocate buffer for kv cache", {"allocation"}},
    {R"j({"error":"model 'nope' not found"})j", {"ollama-model"}},
    {"Error: model \"nope\" not found, try pulling it first", {"ollama-model"}},
    {R"j({"error":"llama runner process has terminated: exit status 2"})j", {"ollama-runner"}},
    {"server busy, please try again.  maximum pending requests exceeded", {"ollama-busy"}},
    {R"j({"error":"invalid format: \"yaml\"; expected \"json\" or a valid JSON Schema"})j",
     {"ollama-format"}},
    {R"j(msg="truncating input prompt" limit=4096 prompt=6000)j", {"ollama-truncated"}},
    {"dial tcp 127.0.0.1:11434: connect: connection refused", {"ollama-unreachable"}},
    {"preflight | ERROR | [classifier] Cannot reach Ollama at http://localhost:11434: [Errno 111] Connection "
     "refused",
     {"ollama-unreachable"}},
    // Services.
    {R"j({"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}})j",
     {"key-invalid"}},
    {"Incorrect API key provided: sk-AbC***. You can find your API key at", {"key-invalid"}},
    {"Error code: 429 - Rate limit reached for model `openai/gpt-oss-20b` on tokens per day (TPD): Limit "
     "100000",
     {"day-quota"}},
    {"Rate limit reached for model `x` on requests per minute (RPM): Limit 30, Used 30. Please try again in "
     "2s",
     {"rate-limit"}},
    {"openai.RateLimitError: You exceeded your current quota, please check your plan", {"day-quota"}},
    {"413 Request Entity Too Large", {"request-too-large"}},
    {"The model `llama-3.3-70b-versatile` has been decommissioned", {"model-gone"}},
    {"curl: (6) Could not resolve host: api.groq.com", {"name-unknown"}},
    {"Failed to connect to 192.168.1.5 port 8080", {"connection-refused"}},
    {"SSL certificate problem: unable to get local issuer certificate", {"certificate"}},
    // Cards.
    {"RuntimeError: Library libcublas.so.12 is not found or cannot be loaded", {"cublas-missing"}},
    {"Could not load library libcudnn_ops_infer.so.8", {"cudnn-missing"}},
    {"CUDA failed with error CUDA driver version is insufficient for CUDA runtime version", {"driver-old"}},
    {"CUDA error: no kernel image is available for execution on the device", {"no-kernel"}},
    // FFmpeg and recordings.
    {"session.mp4: Invalid data found when processing input", {"not-media"}},
    {"[mov,mp4,m4a] moov atom not found", {"not-media"}},
    {"Output file #0 does not contain any stream", {"no-sound"}},
    {"FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'", {"ffmpeg-missing"}},
    // The system.
    {"Out of memory: Killed process 4242 (worker_asr) total-vm:9000000kB", {"oom-killer"}},
    {"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)", {"oom-killer"}},
    {"OSError: [Errno 28] No space left on device", {"disk-full"}},
    {"open output: Permission denied", {"permission"}},
    // The Python program.
    {"Could not parse response", {"answer-not-parsed"}},
    {"Could not initialize PyAnnote pipeline: 401 Client Error. Cannot access gated repo",
     {"pyannote-failed"}},
    {"RuntimeError: Preflight checks failed:", {"preflight-failed"}},
    // Nothing.
    {"the party takes a long rest and nobody is out of hit points", {}},
    {"everything is fine", {}}};

TEST(Explain, KnownLines) {
  for (const Case& each : kCases) EXPECT_EQ(ids(each.line), each.means) << each.line;
}

// What Skald itself says, made by the code that says it.
TEST(Explain, OwnMessages) {
  EXPECT_THAT(ids(describe(errno_error(ENOSPC, "cannot write", "x"))), ElementsAre("disk-full"));
  EXPECT_THAT(ids(describe(errno_error(EACCES, "cannot write", "x"))), ElementsAre("permission"));
  EXPECT_THAT(ids(describe(errno_error(ENOMEM, "cannot read", "x"))), ElementsAre("allocation"));
  EXPECT_THAT(ids(describe(cpu_batch_within(1000, 145'000'000).error())), ElementsAre("memory-limit"));
  EXPECT_THAT(ids(describe(find_model("nothing").error())), ElementsAre("model-missing"));
}

TEST(Explain, CountsPlacesAndKeepsKeysOut) {
  std::istringstream log(
      "fine\r\nNo space left on device\r\nfine\r\nno SPACE left on device, key gsk_0123456789abcdef\r\n"
      "RuntimeError: CUDA out of memory. Authorization: Bearer abcdefgh12345678\x1b[31m");
  const auto found = explain(log, rows());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].message->id, "disk-full");
  EXPECT_EQ(found[0].count, 2U);
  EXPECT_EQ(found[0].first_line, 2U);
  EXPECT_EQ(found[0].line, "No space left on device");
  EXPECT_EQ(found[1].first_line, 5U);
  EXPECT_THAT(found[1].line, Not(HasSubstr("abcdefgh")));
  EXPECT_THAT(found[1].line, Not(HasSubstr("\x1b")));
}

TEST(Explain, LogsOfWindowsShells) {
  for (const bool big : {false, true}) {
    std::string wide = big ? "\xFE\xFF" : "\xFF\xFE";
    for (const char c : std::string("ok\nmemory layout cannot be allocated\n"))
      wide += big ? std::string{'\0', c} : std::string{c, '\0'};
    EXPECT_THAT(ids(wide), ElementsAre("ollama-layout"));
  }
}

TEST(Explain, LongLinesAndEmptyFiles) {
  EXPECT_TRUE(ids("").empty());
  EXPECT_TRUE(ids(std::string(10'000'000, 'x')).empty());
  EXPECT_THAT(ids(std::string(1000, 'x') + " no space left on device " + std::string(1'000'000, 'x')),
              ElementsAre("disk-full"));
}

TEST(Explain, EveryRowHasALineThatLeadsToIt) {
  std::set<std::string> ids_seen;
  for (const KnownMessage& message : rows()) {
    EXPECT_TRUE(ids_seen.insert(message.id).second) << message.id;
    for (std::string pattern : message.patterns) {
      std::replace(pattern.begin(), pattern.end(), '*', '7');
      EXPECT_THAT(ids(pattern), ::testing::Contains(message.id)) << pattern;
    }
  }
}

TEST(Explain, DamagedTablesAreErrors) {
  EXPECT_FALSE(parse_messages("{", "x"));
  EXPECT_FALSE(parse_messages(R"j({"messages":[{"id":"a"}]})j", "x"));
}

}  // namespace
}  // namespace skald
