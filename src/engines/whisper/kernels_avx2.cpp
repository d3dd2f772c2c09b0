#define SKALD_KERNELS kernels_avx2
#define SKALD_KERNELS_NAME "avx2"
#include "engines/whisper/kernels_body.hpp"
