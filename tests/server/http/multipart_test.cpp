#include "server/http/multipart.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inkling {
namespace {

using ::testing::HasSubstr;

constexpr auto kBoundary = "B";

std::vector<Part> parse(std::string_view body) { return parse_multipart(body, kBoundary); }

std::string error_of(std::string_view body, const MultipartLimits& limits = {}) {
  try {
    parse_multipart(body, kBoundary, limits);
    return "no error";
  } catch (const MultipartError& error) {
    return error.what();
  }
}

std::string boundary_error(std::string_view content_type) {
  try {
    multipart_boundary(content_type);
    return "no error";
  } catch (const MultipartError& error) {
    return error.what();
  }
}

// One part of those header lines.
std::string form(const std::string& headers, const std::string& data = "x") {
  return "--B\r\n" + headers + "\r\n\r\n" + data + "\r\n--B--\r\n";
}
std::string disposition(const std::string& parameters) {
  return form("Content-Disposition: form-data; " + parameters);
}

TEST(Multipart, ReadsAFileAndAField) {
  const auto parts = parse(
      "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.png\"\r\n"
      "Content-Type: image/png\r\n\r\nBYTES\r\n"
      "--B\r\ncontent-disposition:form-data;name=comment\r\n\r\nhello\r\n--B--\r\n");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name, "file");
  EXPECT_EQ(parts[0].filename, "a b.png");
  EXPECT_EQ(parts[0].content_type, "image/png");
  EXPECT_EQ(parts[0].data, "BYTES");
  EXPECT_EQ(parts[1].name, "comment");
  EXPECT_EQ(parts[1].filename, std::nullopt);
  EXPECT_EQ(parts[1].content_type, "");
  EXPECT_EQ(parts[1].data, "hello");
}

TEST(Multipart, DataPointsIntoTheBody) {
  const std::string body = disposition("name=f");
  const auto parts = parse(body);
  EXPECT_GE(parts[0].data.data(), body.data());
  EXPECT_LE(parts[0].data.data() + parts[0].data.size(), body.data() + body.size());
}

TEST(Multipart, IgnoresPreambleEpilogueAndPaddingBehindABoundary) {
  const auto parts = parse(
      "preamble\r\n--B \t\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n--B--epilogue");
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].data, "x");
}

TEST(Multipart, KeepsDataThatOnlyResemblesABoundary) {
  for (const std::string data : {"x--B", "x--B--", "\r\n--", "\r\n-B", "\n--B", "\r--B", "a\r\n",
                                 "\r\n\r\n", "\r\n--A\r\n"}) {
    const std::string body = form("Content-Disposition: form-data; name=f", data);
    EXPECT_EQ(parse(body).at(0).data, data);
  }
}

TEST(Multipart, KeepsEveryByteValue) {
  std::string data;
  for (int byte = 0; byte < 256; ++byte) {
    data += static_cast<char>(byte);
  }
  EXPECT_EQ(parse(form("Content-Disposition: form-data; name=f", data)).at(0).data, data);
}

TEST(Multipart, TakesEmptyDataInBothForms) {
  EXPECT_EQ(parse(form("Content-Disposition: form-data; name=f", "")).at(0).data, "");
  // Without the line break that the delimiter has of its own.
  const std::string_view body = "--B\r\nContent-Disposition: form-data; name=f\r\n\r\n--B--";
  const std::string_view data = parse(body).at(0).data;
  EXPECT_EQ(data, "");
  EXPECT_TRUE(data.data() > body.data() && data.data() < body.data() + body.size());
}

TEST(Multipart, TakesAnEmptyForm) { EXPECT_TRUE(parse("--B--\r\n").empty()); }

TEST(Multipart, UnquotesParameters) {
  EXPECT_EQ(parse(disposition(R"(name="a\"b\\c")")).at(0).name, R"(a"b\c)");
  EXPECT_EQ(parse(disposition(R"(name=f; filename="C:\pic\d.png")")).at(0).filename,
            R"(C:\pic\d.png)");
  EXPECT_EQ(parse(disposition(R"(name="a;b=c")")).at(0).name, "a;b=c");
  EXPECT_EQ(parse(disposition(R"(name=f; filename="")")).at(0).filename, "");
  EXPECT_EQ(parse(disposition(R"(NAME = "f" ; x=y ;)")).at(0).name, "f");
}

TEST(Multipart, TakesTheExtendedFilenameWhereThereIsNoOther) {
  EXPECT_EQ(parse(disposition("name=f; filename*=UTF-8''d.png")).at(0).filename, "UTF-8''d.png");
  EXPECT_EQ(parse(disposition("name=f; filename*=UTF-8''d.png; filename=e.png")).at(0).filename,
            "e.png");
}

TEST(Multipart, NamesEveryMalformation) {
  EXPECT_THAT(error_of(""), HasSubstr("no boundary"));
  EXPECT_THAT(error_of("hello"), HasSubstr("no boundary"));
  EXPECT_THAT(error_of("--Bx\r\n"), HasSubstr("end of its line"));
  EXPECT_THAT(error_of("--B\n"), HasSubstr("end of its line"));
  EXPECT_THAT(error_of("--B\r\n\r\nx\r\n--B--"), HasSubstr("no Content-Disposition"));
  EXPECT_THAT(error_of("--B\r\nContent-Disposition: form-data"),
              HasSubstr("within a part's headers"));
  EXPECT_THAT(error_of("--B\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n"),
              HasSubstr("final boundary"));
  EXPECT_THAT(error_of("--B\r\nContent-Disposition: form-data; name=f\r\n\r\nx--B--\r\n"),
              HasSubstr("final boundary"));
  EXPECT_THAT(error_of(form("Content-Type: image/png")), HasSubstr("no Content-Disposition"));
  EXPECT_THAT(error_of(form("no colon")), HasSubstr("header line"));
  EXPECT_THAT(error_of(form(": empty")), HasSubstr("header line"));
  EXPECT_THAT(error_of(form("Content-Disposition: attachment; name=f")),
              HasSubstr("not form-data"));
  EXPECT_THAT(error_of(form("Content-Disposition: form-data")), HasSubstr("no name"));
  EXPECT_THAT(error_of(form("Content-Disposition: form-data; name=f\r\n"
                            "Content-Disposition: form-data; name=g")),
              HasSubstr("two Content-Disposition"));
  EXPECT_THAT(error_of(disposition("name=\"f")), HasSubstr("no closing quote"));
  EXPECT_THAT(error_of(disposition("name=\"f\\\"")), HasSubstr("no closing quote"));
  EXPECT_THAT(error_of(disposition("name=\"f\"g\"\"")), HasSubstr("after its closing quote"));
  EXPECT_THAT(error_of(disposition("name")), HasSubstr("no value"));
  EXPECT_THAT(error_of(disposition("name; x=y")), HasSubstr("no value"));
  EXPECT_THAT(error_of(disposition("name=f; Name=g")), HasSubstr("given twice"));
}

TEST(Multipart, BoundsPartsAndTheirHeaders) {
  std::string body;
  for (int i = 0; i < 3; ++i) {
    body += "--B\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n";
  }
  body += "--B--";
  EXPECT_EQ(error_of(body, {.max_parts = 3}), "no error");
  std::string parameters = "name=f";
  for (int i = 1; i < 16; ++i) {
    parameters += "; p" + std::to_string(i) + "=x";
  }
  EXPECT_EQ(error_of(disposition(parameters)), "no error");
  EXPECT_THAT(error_of(disposition(parameters + "; last=x")), HasSubstr("too many parameters"));
  EXPECT_THAT(error_of(body, {.max_parts = 2}), HasSubstr("too many parts"));

  const std::string head = "Content-Disposition: form-data; name=f";
  EXPECT_EQ(error_of(form(head), {.max_part_head = head.size()}), "no error");
  EXPECT_THAT(error_of(form(head), {.max_part_head = head.size() - 1}), HasSubstr("too long"));
  EXPECT_THAT(error_of(disposition("name=" + std::string(1 << 20U, 'a'))), HasSubstr("too long"));
}

TEST(Multipart, EveryTruncationIsAnErrorUntilTheFinalBoundary) {
  const std::string body =
      "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"d.png\"\r\n\r\nx\r\n"
      "--B\r\nContent-Disposition: form-data; name=g\r\n\r\ny\r\n--B--";
  ASSERT_EQ(parse(body).size(), 2U);
  for (std::size_t size = 0; size < body.size(); ++size) {
    // A copy of its own size, so that the address sanitizer sees a read behind the end.
    const std::string cut(body.data(), size);
    EXPECT_THROW(parse(cut), MultipartError) << size;
  }
}

TEST(Multipart, AnyCorruptionIsReadOrRejected) {
  const std::string body =
      "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"d.png\"\r\n"
      "Content-Type: image/png\r\n\r\ndata\r\n--B--\r\n";
  std::mt19937 random(1);
  const std::string interesting("\r\n-B\";=\\: \0", 11);
  for (int round = 0; round < 20000; ++round) {
    std::string corrupt = body;
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = random() % corrupt.size();
      switch (random() % 3) {
        case 0:
          corrupt[at] = interesting[random() % interesting.size()];
          break;
        case 1:
          corrupt.erase(at, random() % 8 + 1);
          break;
        default:
          corrupt.insert(at, 1, static_cast<char>(random() % 256));
      }
    }
    try {
      for (const Part& part : parse(corrupt)) {
        EXPECT_LE(part.data.size(), corrupt.size());
      }
    } catch (const MultipartError& error) {
      EXPECT_STRNE(error.what(), "");
    }
  }
}

TEST(MultipartBoundary, IsReadQuotedOrNot) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data;charset=utf-8;BOUNDARY=\"a b\""), "a b");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'x')),
            std::string(70, 'x'));
}

TEST(MultipartBoundary, OtherTypesHaveNone) {
  EXPECT_EQ(multipart_boundary(""), std::nullopt);
  EXPECT_EQ(multipart_boundary("image/png"), std::nullopt);
  EXPECT_EQ(multipart_boundary("multipart/mixed; boundary=a"), std::nullopt);
}

TEST(MultipartBoundary, NamesEveryMalformation) {
  EXPECT_THAT(boundary_error("multipart/form-data"), HasSubstr("no boundary"));
  EXPECT_THAT(boundary_error("multipart/form-data; boundary="), HasSubstr("1 to 70"));
  EXPECT_THAT(boundary_error("multipart/form-data; boundary=" + std::string(71, 'x')),
              HasSubstr("1 to 70"));
  EXPECT_THAT(boundary_error("multipart/form-data; boundary=\"a "), HasSubstr("closing quote"));
  EXPECT_THAT(boundary_error("multipart/form-data; boundary=\"a \""), HasSubstr("cannot have"));
  EXPECT_THAT(boundary_error("multipart/form-data; boundary=a\tb"), HasSubstr("cannot have"));
}

}  // namespace
}  // namespace inkling
