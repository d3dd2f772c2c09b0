// How a server ends that was asked to by a request.
#pragma once

namespace skald::api {

enum class Ending { None, Stop, Restart };

}  // namespace skald::api
