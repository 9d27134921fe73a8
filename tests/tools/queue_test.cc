#include <gtest/gtest.h>
#include <string>

#include "logwood/testing/temporary_directory.h"
#include "tests/tools/command.h"

namespace logwood::testing {
namespace {

TEST(QueueExample, DoesEachTaskOnceWhateverIsKilled) {
  const TemporaryDirectory directory;
  const CommandEnd end = RunCommand({directory.path().string() + "/queue", "300", "4"}, {.program = QUEUE_EXAMPLE});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.err, "");
  EXPECT_TRUE(end.out.starts_with("300 tasks, 4 workers, ")) << end.out;
  EXPECT_TRUE(end.out.ends_with(" kills: 0 tasks lost or done twice\n")) << end.out;
}

}  // namespace
}  // namespace logwood::testing
