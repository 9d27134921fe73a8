#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "fuzz/log_mender.h"
#include "log/log_recovery.h"
#include "tests/log/byte_store.h"

// Up to three files: sequences run on, and what was recovered is recovered again when the ends are known.
//
//   input = mode u8 | length of the first file u16 | length of the second u16 | files

namespace logwood::fuzz {
namespace {

constexpr uint8_t kMend = 1;
constexpr uint8_t kFirstIsKnown = 2;
constexpr uint8_t kLastBeginsAnEpoch = 4;
constexpr uint8_t kCutsTheFirst = 8;  // By a few bytes, after it was mended.
constexpr size_t kFileCount = 3;
constexpr DatabaseId kDatabase(1);

struct Commit {
  Sequence first;
  Sequence last;
  friend bool operator==(const Commit&, const Commit&) = default;
};

Result<LogRecovery> Recover(Store& store, const LogRecoveryInput& input, std::vector<Commit>& commits) {
  return RecoverLogs(store, input, [&](const LogCommit& commit) {
    LOGWOOD_ASSERT(commit.records.back().end);
    commits.push_back({commit.first, commit.last});
    return Status::Ok();
  });
}

void CheckCommits(const std::vector<Commit>& commits, const LogRecoveryInput& input, const LogRecovery& result) {
  Sequence last = input.flushed;
  for (const Commit& commit : commits) {
    LOGWOOD_ASSERT(commit.first <= commit.last);
    const bool runs_on = commit.first == last.Plus(1);
    const bool begins_an_epoch = commit.first.counter() == 1 && commit.first.epoch() > last.epoch();
    LOGWOOD_ASSERT(runs_on || begins_an_epoch);
    last = commit.last;
  }
  LOGWOOD_ASSERT(last == result.last);
}

LogRecoveryInput MendAll(std::vector<std::string>& files, uint8_t mode) {
  LogRecoveryInput input{.database = kDatabase, .epoch = 1};
  LogFileHeader before;
  uint64_t before_end = 0;
  Sequence next = Sequence::Of(1, 1);
  for (size_t i = 0; i < files.size(); ++i) {
    if (i + 1 == files.size() && (mode & kLastBeginsAnEpoch) != 0) {
      input.epoch = 2;
      next = Sequence::Of(2, 1);
    }
    LogFileHeader header;
    header.file = {.type = FileType::kLog, .number = FileNumber(i + 1), .id = {}, .database = kDatabase};
    header.predecessor = before.file.number;
    header.predecessor_id = before.file.id;
    header.predecessor_end = before_end;
    header.epoch = input.epoch;
    LogMender mender(files[i], header);
    before = mender.Mend(next);
    before_end = mender.end();
    next = mender.next();
    const bool known = i == 0 && (mode & kFirstIsKnown) != 0;
    if (known) input.known.push_back({FileNumber(1), before.file.id, before_end});
  }
  return input;
}

void Run(uint8_t mode, std::vector<std::string> files) {
  LogRecoveryInput input{.database = kDatabase, .epoch = 1};
  if ((mode & kMend) != 0) input = MendAll(files, mode);
  testing::ByteStore store;
  for (size_t i = 0; i < files.size(); ++i) {
    if (i == 0 && (mode & kCutsTheFirst) != 0) files[i].resize(files[i].size() - std::min<size_t>(files[i].size(), 3));
    store.bytes(FileName(FileNumber(i + 1), FileType::kLog)) = files[i];
    if (i > 0 || input.known.empty()) input.candidates.emplace_back(i + 1);
  }
  std::vector<Commit> commits;
  const Result<LogRecovery> result = Recover(store, input, commits);
  if (!result.ok()) return;
  CheckCommits(commits, input, *result);

  std::vector<Commit> commits_again;
  const LogRecoveryInput known{.database = kDatabase, .known = result->logs, .epoch = input.epoch + 1};
  const Result<LogRecovery> again = Recover(store, known, commits_again);
  LOGWOOD_ASSERT(again.ok());
  LOGWOOD_ASSERT(again->last == result->last);
  LOGWOOD_ASSERT(commits_again == commits);
}

}  // namespace
}  // namespace logwood::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kStart = 5;
  if (size < kStart) return 0;
  std::string rest(reinterpret_cast<const char*>(data + kStart), size - kStart);
  std::vector<std::string> files;
  for (size_t i = 0; i + 1 < logwood::fuzz::kFileCount; ++i) {
    const size_t length = data[1 + 2 * i] + 256u * data[2 + 2 * i];
    files.push_back(rest.substr(0, length));
    rest.erase(0, length);
    if (rest.empty()) break;
  }
  if (!rest.empty()) files.push_back(rest);
  logwood::fuzz::Run(data[0], files);
  return 0;
}
