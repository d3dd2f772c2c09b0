// worker_classify JOB.json: in character or out of character, and who is who
// (docs/formats/worker-protocol.md).
#include "engines/e5/job.hpp"

int main(int argc, char** argv) {
  return skald::run_worker(argc, argv, skald::e5::run_job);
}
