// Keys and tokens never stand in logs, errors or support files: what is known of them is taken out on the
// way.
#pragma once
#include <string>
#include <string_view>

namespace skald {

/// From now on `without_secrets` takes this value out wherever it stands, in all of the process. Values
/// shorter than 6 bytes are passed over: they would hit plain words.
void hide_secret(std::string_view value);

/// The text with known secrets, and with what looks like a key (gsk_, sk-, hf_, Bearer, user:password in an
/// address), replaced by "[removed]". What was replaced once is left as it is.
std::string without_secrets(std::string_view text);

}  // namespace skald
