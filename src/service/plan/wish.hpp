// What somebody wishes of a run before it begins, in the words of `skald process`: from a page, or a script.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "formats/json.hpp"
#include "service/session/options.hpp"

namespace skald {

/// Names only; empty: what the settings say.
struct RunWish {
  std::string preset, transcriber, diarizer, classifier, device, language;
  std::string from, until;  // stages
  std::string model;        // as in `skald models list`, never a path
  std::optional<int> speakers;
};

/// The fields of the wish in a JSON object. Usage: a field that is not known, or of another type.
Result<RunWish> wish_from_json(const Json& json);
/// The fields that say something.
Json to_json(const RunWish& wish);

/// What the newest run of a session was told, of its details in the database; a model that is not in the list
/// is left out.
RunWish wish_of_run(const Json& details);
/// `wish`, and where it says nothing what holds already; but a service outside this machine only where `wish`
/// names it.
RunWish over(RunWish wish, const RunWish& before);

/// Options as the command line makes them of the same words, without recordings. A service outside this
/// machine is taken only where the wish names it, or a preset that does; a setting alone is not enough.
Result<ProcessOptions> options_of(const RunWish& wish);

/// The words of the command line that lead to the same options, with what settings decided at that time.
std::vector<std::string> arguments_of(const RunWish& wish, const ProcessOptions& options);

}  // namespace skald
