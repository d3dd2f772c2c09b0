#include "base/hash.hpp"
#include "formats/listen/listen_file.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace skald;

void try_file(std::string_view file) {
  const auto decoded = decode_listen(file, "listen.bin");
  if (decoded) must(encode_listen(*decoded).size() == file.size(), "what is accepted can be written again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_file(as_text(data, size));
  // With a checksum that fits, what is behind it is reached.
  std::string file(as_text(data, size));
  try_file(file + sha256(file));
  return 0;
}
