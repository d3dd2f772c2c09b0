#define SKALD_KERNELS kernels_avx512
#define SKALD_KERNELS_NAME "avx512"
#include "engines/whisper/kernels_body.hpp"
