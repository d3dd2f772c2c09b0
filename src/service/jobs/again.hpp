// A session that is processed once more.
#pragma once
#include "formats/json.hpp"
#include "service/jobs/job_request.hpp"
#include "store/store.hpp"

namespace skald {

/// {"session", "options"} as a request of its own: recordings, name and party are those of the session's
/// newest run, and so are options that are not named. Usage: anything else in it. NotFound: there is no such
/// session.
Result<JobRequest> job_again(const Json& json, Store& store, const Uploads& uploads);

}  // namespace skald
