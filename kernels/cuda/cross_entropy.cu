// Softmax and cross-entropy from logits; the maximum is subtracted first, so that no exponential
// overflows.
//
//   block   one for the whole loss: 512 threads, a tree reduction in a fixed order
//   thread  rows of the batch, 512 apart; in the gradient and in softmax a grid-stride loop
//
// Bound: launch latency. A batch's logits are a few thousand numbers (512 × 10 at batch 512), so
// one kernel of one block computes probabilities, loss and correct predictions.
//
// Test: script/test -R CudaKernels.CrossEntropy. Time: bench-kernels (script/gpu).
#include "kernels/cuda/runtime/context.h"
#include "kernels/cuda/runtime/vec.h"

namespace inkling::cuda {
namespace {

constexpr unsigned kRowThreads = 512;  // a power of two

struct Row {
  float log_sum;  // log(sum(exp(logits)))
  float mean;     // of the logits
  Index argmax;   // first of equals
};

// Writes softmax(logits).
template <class T>
__device__ Row softmax_row(Index classes, const T* logits, float* probabilities) {
  float max_logit = to_float(logits[0]);
  float total = 0;
  Index argmax = 0;
  for (Index c = 0; c < classes; ++c) {
    const float logit = to_float(logits[c]);
    total += logit;
    if (logit > max_logit) {
      max_logit = logit;
      argmax = c;
    }
  }
  float sum = 0;
  for (Index c = 0; c < classes; ++c) {
    sum += expf(to_float(logits[c]) - max_logit);
  }
  for (Index c = 0; c < classes; ++c) {
    probabilities[c] = expf(to_float(logits[c]) - max_logit) / sum;
  }
  return {max_logit + logf(sum), total / static_cast<float>(classes), argmax};
}

template <class T>
__global__ void softmax_kernel(Softmax<T> args) {
  for (Index row = first_element(); row < args.batch; row += element_stride()) {
    softmax_row(args.classes, args.logits + row * args.classes,
                args.probabilities + row * args.classes);
  }
}

struct Sums {
  float loss;
  std::int32_t correct;
};

// Tree reduction over the block, in a fixed order. The result is thread 0's.
__device__ Sums add_over_block(Sums mine) {
  auto* sums = reinterpret_cast<Sums*>(shared_memory());
  sums[threadIdx.x] = mine;
  for (unsigned half = kRowThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) {
      sums[threadIdx.x].loss += sums[threadIdx.x + half].loss;
      sums[threadIdx.x].correct += sums[threadIdx.x + half].correct;
    }
  }
  return sums[threadIdx.x];
}

// A label that is neither a class nor kNoClass makes the loss NaN, which no training overlooks.
template <class T>
__global__ void forward_kernel(CrossEntropyForward<T> args) {
  Sums mine{0, 0};
  for (Index row = threadIdx.x; row < args.batch; row += kRowThreads) {
    const T* logits = args.logits + row * args.classes;
    const Index label = args.labels[row];
    const Row result = softmax_row(args.classes, logits, args.probabilities + row * args.classes);
    const auto shared =
        static_cast<float>(shared_target(label, args.classes, args.label_smoothing));
    const float elsewhere = label == kNoClass ? 0 : NAN;
    const float at_label = label < args.classes ? to_float(logits[label]) : elsewhere;
    mine.loss += result.log_sum - (1 - shared) * at_label - shared * result.mean;
    mine.correct += result.argmax == label ? 1 : 0;
  }
  const Sums all = add_over_block(mine);
  if (threadIdx.x == 0) {
    *args.loss = all.loss / static_cast<float>(args.batch);
    if (args.correct != nullptr) {
      *args.correct = all.correct;
    }
  }
}

template <class T>
__global__ void backward_kernel(CrossEntropyBackward<T> args) {
  const float scale = *args.dloss / static_cast<float>(args.batch);
  for (Index i = first_element(); i < args.batch * args.classes; i += element_stride()) {
    const Index label = args.labels[i / args.classes];
    const double shared = shared_target(label, args.classes, args.label_smoothing);
    const auto elsewhere = static_cast<float>(shared / static_cast<double>(args.classes));
    const float at_label = static_cast<float>(1 - shared) + elsewhere;
    const bool is_label = i % args.classes == label;
    store(args.dlogits[i], scale * (args.probabilities[i] - (is_label ? at_label : elsewhere)));
  }
}

}  // namespace

template <class T>
void softmax(const Stream& stream, const Softmax<T>& args) {
  const Context& context = context_of(stream);
  launch(softmax_kernel<T>, elementwise_grid(context, args.batch), context.stream, args);
}

template <class T>
void cross_entropy_forward(const Stream& stream, const CrossEntropyForward<T>& args) {
  launch(forward_kernel<T>, {dim3(1), dim3(kRowThreads), kRowThreads * sizeof(Sums)},
         context_of(stream).stream, args);
}

template <class T>
void cross_entropy_backward(const Stream& stream, const CrossEntropyBackward<T>& args) {
  const Context& context = context_of(stream);
  launch(backward_kernel<T>, elementwise_grid(context, args.batch * args.classes), context.stream,
         args);
}

INKLING_INSTANTIATE_CUDA(softmax);
INKLING_INSTANTIATE_CUDA(cross_entropy_forward);
INKLING_INSTANTIATE_CUDA(cross_entropy_backward);

}  // namespace inkling::cuda
