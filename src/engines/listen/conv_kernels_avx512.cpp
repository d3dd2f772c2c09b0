#define SKALD_KERNELS conv_kernels_avx512
#define SKALD_KERNELS_NAME "avx512"
#include "engines/listen/conv_kernels_body.hpp"
