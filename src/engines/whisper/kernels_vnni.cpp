#define SKALD_KERNELS kernels_vnni
#define SKALD_KERNELS_NAME "vnni"
#include "engines/whisper/kernels_body.hpp"
