#include "engine/io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <nlohmann/json.hpp>

namespace inkling {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPrefix = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr const char* kMetadata = "__metadata__";

struct Parser {
  std::span<const std::byte> bytes;
  const std::string& file;

  [[noreturn]] void fail(const std::string& what) const { throw WeightsError(file + ": " + what); }

  static std::string quoted(const std::string& name) {
    return Json(name.substr(0, 80)).dump(-1, ' ', true, Json::error_handler_t::replace);
  }

  // Checked to lie within the file.
  std::size_t header_size() const {
    if (bytes.size() < kPrefix) {
      fail("expected a safetensors file of at least 8 bytes, received " +
           std::to_string(bytes.size()));
    }
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < kPrefix; ++i) {
      size |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    }
    if (size > kMaxHeader || size > bytes.size() - kPrefix) {
      fail("expected a header that fits the file's " + std::to_string(bytes.size()) +
           " bytes, received a header size of " + std::to_string(size) +
           " (cut short, or no safetensors file)");
    }
    return static_cast<std::size_t>(size);
  }

  Json header(std::size_t size) const {
    const auto* text = reinterpret_cast<const char*>(bytes.data() + kPrefix);
    if (size == 0 || *text != '{') {
      fail("expected a header that begins with '{' (no safetensors file)");
    }
    Json json = Json::parse(text, text + size, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
      fail("expected a header of JSON, received something else (damaged)");
    }
    return json;
  }

  std::map<std::string, std::string> metadata(const Json& json) const {
    std::map<std::string, std::string> result;
    if (!json.is_object()) {
      fail("expected __metadata__ as an object of texts");
    }
    for (const auto& [key, value] : json.items()) {
      if (!value.is_string()) {
        fail("expected text as the metadata's " + quoted(key));
      }
      result[key] = value.get<std::string>();
    }
    return result;
  }

  std::uint64_t whole_number(const Json& value, const std::string& what) const {
    if (!value.is_number_unsigned()) {
      fail("expected whole numbers as " + what);
    }
    return value.get<std::uint64_t>();
  }

  SafetensorsEntry entry(const std::string& name, const Json& json, std::size_t data_size) const {
    const std::string tensor = "tensor " + quoted(name);
    if (!json.is_object() || json.size() != 3 || !json.contains("dtype") ||
        !json.contains("shape") || !json.contains("data_offsets")) {
      fail(tensor + ": expected dtype, shape and data_offsets");
    }
    SafetensorsEntry result;
    result.name = name;
    if (!json["dtype"].is_string() ||
        safetensors_element_size(json["dtype"].get_ref<const std::string&>()) == 0) {
      fail(tensor + ": expected a dtype such as F32 or F16, received " +
           (json["dtype"].is_string() ? quoted(json["dtype"].get<std::string>())
                                      : json["dtype"].type_name()));
    }
    result.dtype = json["dtype"].get<std::string>();
    if (!json["shape"].is_array() || json["shape"].size() > 8) {
      fail(tensor + ": expected a shape of at most 8 extents");
    }
    std::uint64_t size = safetensors_element_size(result.dtype);
    for (const Json& extent : json["shape"]) {
      const std::uint64_t value = whole_number(extent, tensor + "'s shape");
      if (value > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()) ||
          (value != 0 && size > data_size / value)) {
        fail(tensor + ": expected a shape that the file's bytes can hold");
      }
      size *= value;
      result.shape.push_back(static_cast<Index>(value));
    }
    const Json& offsets = json["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2) {
      fail(tensor + ": expected data_offsets [begin, end]");
    }
    const std::uint64_t begin = whole_number(offsets[0], tensor + "'s data_offsets");
    const std::uint64_t end = whole_number(offsets[1], tensor + "'s data_offsets");
    if (begin > end || end > data_size) {
      fail(tensor + ": expected offsets within the file's " + std::to_string(data_size) +
           " bytes of data, received " + std::to_string(begin) + " to " + std::to_string(end) +
           " (cut short?)");
    }
    if (end - begin != size) {
      fail(tensor + ": expected " + std::to_string(size) + " bytes for shape " +
           to_string(result.shape) + ", received " + std::to_string(end - begin));
    }
    result.bytes = bytes.subspan(bytes.size() - data_size + begin, end - begin);
    return result;
  }

  // In the order of their bytes, which must follow one another from the first to the last.
  void check_cover(std::vector<SafetensorsEntry>& tensors, std::span<const std::byte> data) const {
    std::stable_sort(tensors.begin(), tensors.end(),
                     [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
                       return std::pair(a.bytes.data(), a.bytes.size()) <
                              std::pair(b.bytes.data(), b.bytes.size());
                     });
    const std::byte* next = data.data();
    for (const SafetensorsEntry& tensor : tensors) {
      if (tensor.bytes.data() != next) {
        fail("tensor " + quoted(tensor.name) +
             ": expected its bytes to follow the tensor before it, received " +
             (tensor.bytes.data() < next ? "an overlap" : "a gap"));
      }
      next += tensor.bytes.size();
    }
    if (next != data.data() + data.size()) {
      fail("expected the tensors to cover all " + std::to_string(data.size()) +
           " bytes of data, received " + std::to_string(data.data() + data.size() - next) +
           " more");
    }
  }
};

}  // namespace

std::size_t safetensors_element_size(std::string_view dtype) {
  static constexpr std::pair<std::string_view, std::size_t> kSizes[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
      {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
      {"U32", 4},  {"F32", 4}, {"I64", 8}, {"U64", 8},     {"F64", 8}};
  for (const auto& [name, size] : kSizes) {
    if (name == dtype) {
      return size;
    }
  }
  return 0;
}

Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  const Parser parser{bytes, file};
  const std::size_t header_size = parser.header_size();
  const Json header = parser.header(header_size);
  const std::span<const std::byte> data = bytes.subspan(kPrefix + header_size);
  Safetensors result;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata) {
      result.metadata = parser.metadata(value);
    } else {
      result.tensors.push_back(parser.entry(name, value, data.size()));
    }
  }
  parser.check_cover(result.tensors, data);
  return result;
}

std::vector<std::byte> serialize_safetensors(const Safetensors& contents) {
  Json header = Json::object();
  if (!contents.metadata.empty()) {
    header[kMetadata] = contents.metadata;
  }
  std::size_t offset = 0;
  for (const SafetensorsEntry& tensor : contents.tensors) {
    if (tensor.bytes.size() != static_cast<std::size_t>(element_count(tensor.shape)) *
                                   safetensors_element_size(tensor.dtype)) {
      throw std::invalid_argument("safetensors: expected " + tensor.name +
                                  " to have the bytes of shape " + to_string(tensor.shape) +
                                  ", received " + std::to_string(tensor.bytes.size()));
    }
    header[tensor.name] = {{"dtype", tensor.dtype},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // the data begins aligned

  std::vector<std::byte> bytes(kPrefix + text.size() + offset);
  for (std::size_t i = 0; i < kPrefix; ++i) {
    bytes[i] = static_cast<std::byte>(static_cast<std::uint64_t>(text.size()) >> (8 * i));
  }
  std::memcpy(bytes.data() + kPrefix, text.data(), text.size());
  auto to = bytes.begin() + static_cast<std::ptrdiff_t>(kPrefix + text.size());
  for (const SafetensorsEntry& tensor : contents.tensors) {
    to = std::copy(tensor.bytes.begin(), tensor.bytes.end(), to);
  }
  return bytes;
}

}  // namespace inkling
