#include "formats/party.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skald;
  const auto parties = parse_parties(as_text(data, size), "party.json");
  if (!parties) {
    must(parties.error().code == ErrorCode::InvalidConfig, "an error asks to correct the file");
    return 0;
  }
  for (const Party& party : *parties) {
    (void)hotwords(party);
    const auto again = party_from_json(to_json(party));
    must(again && to_json(*again) == to_json(party), "a party survives JSON");
  }
  return 0;
}
