#define SKALD_KERNELS kernels_plain
#define SKALD_KERNELS_NAME "plain"
#include "engines/whisper/kernels_body.hpp"
