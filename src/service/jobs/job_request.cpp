#include "service/jobs/job_request.hpp"

#include <algorithm>
#include <set>

#include "base/files.hpp"
#include "base/text.hpp"
#include "formats/party.hpp"
#include "service/jobs/demo.hpp"

namespace skald {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostRecordings = 32;
constexpr std::size_t kLongestName = 200;  // bytes

Result<JobRecording> recording_from(const Json& json) {
  if (json.is_object() && json.size() == 1) {
    if (const auto upload = json.find("upload");
        upload != json.end() && upload->is_number_integer() && upload->get<std::int64_t>() >= 0)
      return UploadedRecording{upload->get<std::int64_t>()};
    if (const auto demo = json.find("demo"); demo != json.end() && demo->is_boolean() && demo->get<bool>())
      return DemoRecording{};
    if (const auto path = json.find("path"); path != json.end() && path->is_string()) {
      fs::path here = path->get<std::string>();
      if (here.is_absolute() && here.native().find('\0') == std::string::npos) return RecordingHere{here};
      return fail(ErrorCode::Usage, "the path of a recording must begin with '/'");
    }
  }
  return fail(ErrorCode::Usage, R"(a recording is {"upload": id}, {"path": "/…"} or {"demo": true})");
}

// A text field; missing and null are empty.
Result<std::string> text_field(const Json& json, std::string_view name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::string();
  if (!found->is_string()) return fail(ErrorCode::Usage, "'" + std::string(name) + "' must be text");
  return found->get<std::string>();
}

Status check_name(const std::string& name) {
  const auto odd = [](unsigned char c) { return c < ' ' || c == 127; };
  if (name.size() <= kLongestName && std::none_of(name.begin(), name.end(), odd)) return {};
  return fail(ErrorCode::Usage, "the name of the session must be one line of at most 200 bytes");
}

struct NamedFile {
  fs::path file;
  std::string name;
};

Result<NamedFile> find(const JobRecording& recording, Uploads& uploads) {
  if (const auto* here = std::get_if<RecordingHere>(&recording))
    return NamedFile{here->path, here->path.filename().string()};
  if (std::holds_alternative<DemoRecording>(recording)) {
    const Demo demo = TRY(find_demo());
    return NamedFile{demo.recording, "Demo session.wav"};
  }
  const UploadRecord upload = TRY(uploads.find(std::get<UploadedRecording>(recording).id));
  if (upload.received < upload.size)
    return fail(ErrorCode::Conflict, "the upload of '" + upload.name + "' is not complete",
                "Send the rest first.");
  return NamedFile{uploads.file(upload.id), upload.name};
}

Result<std::string> demo_party() {
  const Demo demo = TRY(find_demo());
  return read_file(demo.party, 1 << 20);
}

}  // namespace

Result<JobRequest> job_from_json(const Json& json) {
  static const std::set<std::string_view> known = {"recordings", "name", "party", "party_id", "options"};
  for (const auto& [name, value] : json.items())
    if (!known.contains(name)) return fail(ErrorCode::Usage, "'" + name + "' is not known in a job");
  JobRequest request;
  const auto recordings = json.find("recordings");
  if (recordings == json.end() || !recordings->is_array() || recordings->empty() ||
      recordings->size() > kMostRecordings)
    return fail(ErrorCode::Usage, "'recordings' must be a list of 1 to 32 recordings");
  for (const Json& recording : *recordings) request.recordings.push_back(TRY(recording_from(recording)));
  request.name = std::string(trim(TRY(text_field(json, "name"))));
  TRY_VOID(check_name(request.name));
  request.party = TRY(text_field(json, "party"));
  request.party_id = TRY(text_field(json, "party_id"));
  if (const auto options = json.find("options"); options != json.end())
    request.wish = TRY(wish_from_json(*options));
  return request;
}

Json to_json(const JobRequest& request) {
  Json recordings = Json::array();
  for (const JobRecording& recording : request.recordings) {
    if (const auto* upload = std::get_if<UploadedRecording>(&recording))
      recordings.push_back({{"upload", upload->id}});
    else if (const auto* here = std::get_if<RecordingHere>(&recording))
      recordings.push_back({{"path", here->path.string()}});
    else
      recordings.push_back({{"demo", true}});
  }
  return {{"recordings", std::move(recordings)},
          {"name", request.name},
          {"party", request.party},
          {"party_id", request.party_id},
          {"options", to_json(request.wish)}};
}

Result<CheckedJob> check_job(const JobRequest& request, Uploads& uploads, const fs::path& output) {
  CheckedJob checked;
  std::set<fs::path> files;
  for (const JobRecording& recording : request.recordings) {
    NamedFile found = TRY(find(recording, uploads));
    if (!files.insert(found.file).second)
      return fail(ErrorCode::Usage, "the recording '" + found.name + "' stands there twice");
    checked.files.push_back(std::move(found.file));
    checked.called.push_back(std::move(found.name));
  }
  checked.party = request.party;
  if (checked.party.empty() && std::holds_alternative<DemoRecording>(request.recordings.front()))
    checked.party = TRY(demo_party());
  if (!checked.party.empty()) TRY(parse_party(checked.party, "party", request.party_id));
  ProcessOptions options = TRY(options_of(request.wish));
  options.recordings = checked.files;
  options.called = checked.called;
  options.session = request.name;
  options.output = output;
  checked.options = TRY(check(std::move(options))).options;
  checked.name = checked.options.session;
  return checked;
}

std::vector<std::string> job_arguments(const JobRequest& request, const CheckedJob& checked,
                                       const fs::path& party) {
  std::vector<std::string> words = {"process"};
  for (const fs::path& file : checked.files) words.push_back(file.string());
  // With '=' no name can be taken for an option.
  for (const std::string& name : checked.called) words.push_back("--called=" + name);
  words.insert(words.end(), {"--progress=json", "--session=" + checked.name,
                             "--output=" + checked.options.output.string()});
  for (std::string& word : arguments_of(request.wish, checked.options)) words.push_back(std::move(word));
  if (!checked.party.empty()) words.push_back("--party=" + party.string());
  if (!checked.party.empty() && !request.party_id.empty()) words.push_back("--party-id=" + request.party_id);
  return words;
}

}  // namespace skald
