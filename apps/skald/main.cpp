#include "cli.hpp"

int main(int argc, char** argv) {
  return skald::cli::run(argc, argv);
}
