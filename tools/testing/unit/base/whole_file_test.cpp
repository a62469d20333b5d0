// SPDX-License-Identifier: Apache-2.0
#include "base/whole_file.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "files.h"

namespace dnvme {
namespace {

using testing::HasSubstr;

class WholeFile : public testing::Test {
  protected:
    /// No draft stays behind.
    void expect_files(std::ptrdiff_t count) {
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_ / ""), {}), count);
    }

    const TempDir directory_;
    const std::string file_ = directory_ / "file";
};

TEST_F(WholeFile, IsWrittenAndReadBack) {
    const std::string bytes("a\0b\n", 4);
    ASSERT_TRUE(write_whole(file_, bytes, IfThere::refuse));
    EXPECT_EQ(read_whole(file_).value_or(""), bytes);
    struct stat status {};
    ASSERT_EQ(stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    ASSERT_TRUE(write_whole(file_, "", IfThere::replace));
    EXPECT_EQ(read_whole(file_).value_or("x"), "");
    expect_files(1);
}

TEST_F(WholeFile, OneThatIsThereStays) {
    ASSERT_TRUE(write_whole(file_, "old", IfThere::refuse));
    const Status again = write_whole(file_, "new", IfThere::refuse);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), Code::exists);
    EXPECT_EQ(read_whole(file_).value_or(""), "old");
    expect_files(1);
}

TEST_F(WholeFile, ErrorsNameTheFile) {
    const Status written = write_whole(directory_ / "no/file", "x", IfThere::replace);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message(), HasSubstr(directory_ / "no/file: No such file"));
    const auto absent = read_whole(file_);
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code(), Code::not_found);
    EXPECT_FALSE(read_whole(directory_ / "")) << "a directory";
    expect_files(0);
}

}  // namespace
}  // namespace dnvme
