// Decodes a media file to the audio that all stages share, or lists its streams. See
// docs/formats/worker-protocol.md.
#include "engines/media/media_worker.hpp"

int main(int argc, char** argv) {
  return skald::run_worker(argc, argv, skald::media::work);
}
