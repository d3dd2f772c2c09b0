#define SKALD_KERNELS conv_kernels_plain
#define SKALD_KERNELS_NAME "plain"
#include "engines/listen/conv_kernels_body.hpp"
