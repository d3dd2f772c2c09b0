#define SKALD_KERNELS conv_kernels_avx2
#define SKALD_KERNELS_NAME "avx2"
#include "engines/listen/conv_kernels_body.hpp"
