// Devices, memory and graphs: what each device offers besides kernels. kernels.h includes this list
// in namespace cpu and again in namespace cuda, so it has no include guard.

int device_count();
// For the CPU, `index` is the number of threads (0: all cores); for CUDA, the device's ordinal.
// Throws NoDevice.
std::shared_ptr<const Stream> open_stream(int index);
DeviceDescription describe(const Stream& stream);

// allocate() returns uninitialized memory, aligned to 64 bytes; throws OutOfMemory.
void* allocate(const Stream& stream, std::size_t bytes);
void deallocate(const Stream& stream, void* memory) noexcept;
void copy_from_host(const Stream& stream, const void* host, void* device, std::size_t bytes);
void copy_to_host(const Stream& stream, const void* device, void* host, std::size_t bytes);
// Within the device.
void copy(const Stream& stream, const void* from, void* to, std::size_t bytes);
void fill_zero(const Stream& stream, void* memory, std::size_t bytes);

// Captures the kernels that `calls` launches on the stream, without executing them: a CUDA graph on
// a GPU, `calls` itself on the CPU. launch_graph() executes them for the host's cost of one launch.
// Arguments are captured by value: what they point to must stay in place, and what the calls
// allocate they must deallocate.
std::shared_ptr<const void> capture_graph(const Stream& stream, const std::function<void()>& calls);
void launch_graph(const Stream& stream, const void* graph);
