// What nvcc compiles for both sides.
#pragma once

#ifdef __CUDACC__
#define INKLING_HOST_DEVICE __host__ __device__
#else
#define INKLING_HOST_DEVICE
#endif
