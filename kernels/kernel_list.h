// Every kernel's signature, once. kernels.h includes this list in namespace cpu and again in
// namespace cuda, so it has no include guard. T is float, double or bfloat16; float64 runs on the
// CPU only, for gradient checks, and bfloat16 on CUDA only, for speed. Results do not depend on the
// number of threads. Kernels trust their arguments: shapes are checked by engine/ops.

int device_count();
// Opens the device: for the CPU, `index` is how many threads (0: every core); for CUDA, which GPU.
std::shared_ptr<const Stream> open_stream(int index);
DeviceDescription describe(const Stream& stream);

// Memory. allocate() returns 64-byte aligned, uninitialized memory; throws std::bad_alloc.
void* allocate(const Stream& stream, std::size_t bytes);
void deallocate(const Stream& stream, void* memory) noexcept;
void copy_from_host(const Stream& stream, const void* host, void* device, std::size_t bytes);
void copy_to_host(const Stream& stream, const void* device, void* host, std::size_t bytes);
void copy(const Stream& stream, const void* from, void* to,
          std::size_t bytes);  // within the device
void fill_zero(const Stream& stream, void* memory, std::size_t bytes);

// Captures the kernels that `calls` launches on the stream, without executing them: a CUDA graph on
// a GPU, `calls` itself on the CPU. launch_graph() executes them for the host's cost of one launch.
// Arguments are captured by value: what they point to must stay in place, and what the calls
// allocate they must deallocate.
std::shared_ptr<const void> capture_graph(const Stream& stream, const std::function<void()>& calls);
void launch_graph(const Stream& stream, const void* graph);

// y += x.
template <class T>
void accumulate(const Stream& stream, Index size, const T* x, T* y);

template <class T>
void conv2d_forward(const Stream& stream, const Conv2dForward<T>& args);
template <class T>
void conv2d_backward(const Stream& stream, const Conv2dBackward<T>& args);

template <class T>
void max_pool2d_forward(const Stream& stream, const MaxPool2dForward<T>& args);
template <class T>
void max_pool2d_backward(const Stream& stream, const MaxPool2dBackward<T>& args);

// y = W x + b for each row, and its gradients.
template <class T>
void linear_forward(const Stream& stream, const LinearForward<T>& args);
template <class T>
void linear_backward(const Stream& stream, const LinearBackward<T>& args);

// y = max(x, 0); NaN stays NaN. The gradient at 0 is 0.
template <class T>
void relu_forward(const Stream& stream, Index size, const T* x, T* y);
template <class T>
void relu_backward(const Stream& stream, Index size, const T* y, const T* dy, T* dx);

// y = x / (1 - p) where the mask keeps an element (with probability 1 - p), else 0. The gradient is
// the same call on dy.
template <class T>
void dropout(const Stream& stream, Index size, double p, DropoutKey key, const T* x, T* y);

template <class T>
void nhwc_to_nchw(const Stream& stream, const ImageShape& shape, const T* x, T* y);
template <class T>
void nchw_to_nhwc(const Stream& stream, const ImageShape& shape, const T* x, T* y);

// Each row of [batch, classes] becomes probabilities.
template <class T>
void softmax(const Stream& stream, Index batch, Index classes, const T* logits,
             Accum<T>* probabilities);
template <class T>
void cross_entropy_forward(const Stream& stream, const CrossEntropyForward<T>& args);
template <class T>
void cross_entropy_backward(const Stream& stream, const CrossEntropyBackward<T>& args);

// Kingma & Ba 2015, Algorithm 1, with Loshchilov & Hutter's decoupled weight decay (2019); all
// tensors in one call.
template <class T>
void adam_update(const Stream& stream, std::span<const AdamTensor<T>> tensors,
                 const AdamOptions& options, const AdamCoefficients<T>* coefficients);

template <class T>
void gather_batch(const Stream& stream, const GatherBatch<T>& args);
template <class T>
void augment_batch(const Stream& stream, const AugmentBatch<T>& args);

void load_step_inputs(const Stream& stream, const LoadStepInputs& args);
void accumulate_metrics(const Stream& stream, const AccumulateMetrics& args);

// Rounded to the nearest, ties to even.
void cast_to_bfloat16(const Stream& stream, Index size, const float* x, bfloat16* y);
