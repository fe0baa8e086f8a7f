// Every kernel, one line each: X(name, Args) is void name(const Stream&, const Args&). From this
// list come the declarations (kernels.h), the stubs for what a build or a device lacks, and the
// argument types of the explicit instantiations.
#pragma once

#include "kernels/args/adam.h"
#include "kernels/args/batch.h"
#include "kernels/args/conv2d.h"
#include "kernels/args/elementwise.h"
#include "kernels/args/linear.h"
#include "kernels/args/loss.h"
#include "kernels/args/pool2d.h"
#include "kernels/args/step.h"

// Templates: name<T> takes Args<T>, for float, double and bfloat16 on the CPU, for float and
// bfloat16 on CUDA; adam_update for parameters alone, never bfloat16.
#define INKLING_KERNEL_TEMPLATES(X)               \
  X(accumulate, Accumulate)                       \
  X(adam_update, AdamUpdate)                      \
  X(augment_batch, AugmentBatch)                  \
  X(avg_pool2d_forward, AvgPool2dForward)         \
  X(avg_pool2d_backward, AvgPool2dBackward)       \
  X(conv2d_forward, Conv2dForward)                \
  X(conv2d_backward, Conv2dBackward)              \
  X(cross_entropy_forward, CrossEntropyForward)   \
  X(cross_entropy_backward, CrossEntropyBackward) \
  X(dropout, Dropout)                             \
  X(fill, Fill)                                   \
  X(gather_batch, GatherBatch)                    \
  X(linear_forward, LinearForward)                \
  X(linear_backward, LinearBackward)              \
  X(max_pool2d_forward, MaxPool2dForward)         \
  X(max_pool2d_backward, MaxPool2dBackward)       \
  X(nchw_to_nhwc, ChangeLayout)                   \
  X(nhwc_to_nchw, ChangeLayout)                   \
  X(relu_forward, ReluForward)                    \
  X(relu_backward, ReluBackward)                  \
  X(softmax, Softmax)

// For float32 networks and their metrics alone.
#define INKLING_KERNEL_FUNCTIONS(X)        \
  X(accumulate_metrics, AccumulateMetrics) \
  X(cast_to_bfloat16, CastToBfloat16)      \
  X(load_step_inputs, LoadStepInputs)
