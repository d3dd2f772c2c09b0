// Speech regions, speaker embeddings and speaker turns, as described in docs/formats/worker-protocol.md.
#include "engines/listen/jobs.hpp"

int main(int argc, char** argv) {
  return skald::run_worker(argc, argv, skald::listen::run_job);
}
