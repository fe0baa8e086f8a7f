#include "server/static_files.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/reply_into.h"
#include "tests/support/temporary_folder.h"

namespace inkling {
namespace {

using ::testing::HasSubstr;

class StaticFiles : public testing::Test {
 protected:
  StaticFiles() {
    write("index.html", "<p>page");
    write("js/app.mjs", "run()");
    write("picture.png", std::string("\0\xFF", 2));
    write("odd.xyz", "?");
  }

  void write(const std::string& name, const std::string& content) const {
    const auto path = folder_.path() / "web" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }

  Response ask(const std::string& path, const Headers& headers = {}) const {
    Router router;
    add_static_files(router, folder_.path() / "web");
    Response answer;
    const Request request{"GET", path, "", headers, ""};
    router.handle(request, reply_into(answer));
    return answer;
  }

  TemporaryFolder folder_;
};

std::string header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

TEST_F(StaticFiles, AreServedAtTheirPathsWithTheirTypes) {
  EXPECT_EQ(ask("/").body, "<p>page");
  EXPECT_EQ(ask("/index.html").body, "<p>page");
  EXPECT_EQ(ask("/js/app.mjs").body, "run()");
  EXPECT_EQ(ask("/picture.png").body, std::string("\0\xFF", 2));
  EXPECT_EQ(header(ask("/"), "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(ask("/js/app.mjs"), "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(ask("/picture.png"), "Content-Type"), "image/png");
  EXPECT_EQ(header(ask("/odd.xyz"), "Content-Type"), "application/octet-stream");
}

TEST_F(StaticFiles, KeepThePageToItsOrigin) {
  EXPECT_THAT(header(ask("/"), "Content-Security-Policy"), HasSubstr("default-src 'self'"));
}

TEST_F(StaticFiles, NothingOutsideTheFolderExists) {
  std::ofstream(folder_.path() / "secret") << "secret";
  for (const auto* path : {"/../secret", "/js/../../secret", "/%2e%2e/secret", "/js", "/js/",
                           "//index.html", "/etc/passwd", "/index.html%00"}) {
    EXPECT_EQ(ask(path).status, 404) << path;
  }
}

// A ConfigMap's folder as Kubernetes mounts it: what is seen are links through "..data".
TEST_F(StaticFiles, MayBeLinksWithinTheFolder) {
  const auto web = folder_.path() / "web";
  std::filesystem::create_directory(web / "..2026_11_27");
  std::filesystem::rename(web / "index.html", web / "..2026_11_27" / "index.html");
  std::filesystem::rename(web / "js", web / "..2026_11_27" / "js");
  std::filesystem::create_symlink("..2026_11_27", web / "..data");
  std::filesystem::create_symlink("..data/index.html", web / "index.html");
  std::filesystem::create_symlink("..data/js", web / "js");
  EXPECT_EQ(ask("/").body, "<p>page");
  EXPECT_EQ(ask("/index.html").body, "<p>page");
  EXPECT_EQ(ask("/js/app.mjs").body, "run()");
  EXPECT_EQ(ask("/..data/index.html").status, 404);
  EXPECT_EQ(ask("/..2026_11_27/index.html").status, 404);
}

TEST_F(StaticFiles, WhatBeginsWithADotIsNotServed) {
  write(".env", "secret");
  write(".git/config", "secret");
  EXPECT_EQ(ask("/.env").status, 404);
  EXPECT_EQ(ask("/.git/config").status, 404);
}

TEST_F(StaticFiles, ALinkThatLeadsNowhereOutOrBackIsOneLineThatNamesIt) {
  std::ofstream(folder_.path() / "secret") << "secret";
  const auto link = folder_.path() / "web" / "link";
  for (const auto* target : {"../secret", "/etc/passwd", "absent", "../web", "."}) {
    std::filesystem::create_symlink(target, link);
    Router router;
    try {
      add_static_files(router, folder_.path() / "web");
      ADD_FAILURE() << "expected StaticFilesError: " << target;
    } catch (const StaticFilesError& error) {
      EXPECT_THAT(error.what(), HasSubstr(link.string())) << target;
    }
    std::filesystem::remove(link);
  }
}

TEST_F(StaticFiles, AreFoundByNamesThatABrowserEncodes) {
  write("my page (1).html", "<p>mine");
  EXPECT_EQ(ask("/my%20page%20(1).html").body, "<p>mine");
  EXPECT_EQ(ask("/my%20page%20%281%29.html").body, "<p>mine");
  EXPECT_EQ(ask("/index.html/").status, 404);
}

TEST_F(StaticFiles, AreNotSentAgainToWhoHasThem) {
  const std::string etag = header(ask("/"), "ETag");
  for (const std::string& tags : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    const Response response = ask("/", {{"if-none-match", tags}});
    EXPECT_EQ(response.status, 304) << tags;
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(header(response, "ETag"), etag);
  }
  EXPECT_EQ(ask("/", {{"if-none-match", "\"other\""}}).status, 200);
  EXPECT_NE(header(ask("/js/app.mjs"), "ETag"), etag);
}

TEST_F(StaticFiles, AMissingFolderOrPageIsOneLineThatNamesIt) {
  Router router;
  for (const auto& folder : {folder_.path() / "absent", folder_.path() / "web" / "js"}) {
    try {
      add_static_files(router, folder);
      FAIL() << "expected StaticFilesError";
    } catch (const StaticFilesError& error) {
      EXPECT_THAT(error.what(), HasSubstr(folder.string()));
      EXPECT_THAT(error.what(), HasSubstr("--web"));
    }
  }
}

TEST_F(StaticFiles, AFileTooLargeForMemoryIsRejected) {
  write("large.bin", "");
  std::filesystem::resize_file(folder_.path() / "web" / "large.bin", (4U << 20U) + 1);
  EXPECT_THROW(ask("/"), StaticFilesError);
}

}  // namespace
}  // namespace inkling
