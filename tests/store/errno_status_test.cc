#include "store/errno_status.h"

#include <cerrno>
#include <gtest/gtest.h>
#include <string_view>

namespace logwood {
namespace {

TEST(ErrnoStatus, CodeSaysWhatTheCallerCanDo) {
  struct Case {
    int error;
    StatusCode code;
    std::string_view advice;
  };
  for (const Case& expected :
       {Case{ENOSPC, StatusCode::kNoSpace, "free space on this device"},
        Case{EDQUOT, StatusCode::kNoSpace, "this user's quota"},
        Case{EROFS, StatusCode::kReadOnly, "mounted read-only"}, Case{EACCES, StatusCode::kIo, "no permission"},
        Case{EPERM, StatusCode::kIo, "no permission"}, Case{EMFILE, StatusCode::kIo, "ulimit -n"},
        Case{ENFILE, StatusCode::kIo, "ulimit -n"}, Case{EFBIG, StatusCode::kIo, "ulimit -f"},
        Case{EIO, StatusCode::kIo, "(errno 5)"}}) {
    const Status status = ErrnoStatus("/db/file", "pwrite", expected.error);
    EXPECT_EQ(status.code(), expected.code) << status;
    EXPECT_NE(status.message().find(expected.advice), std::string_view::npos) << status;
    EXPECT_TRUE(status.message().starts_with("/db/file: pwrite: ")) << status;
  }
}

}  // namespace
}  // namespace logwood
