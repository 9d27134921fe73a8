#pragma once

#include <string>
#include <utility>
#include <vector>

#include "log/log_recovery.h"
#include "tests/log/log_builder.h"

namespace logwood::testing {

// What a recovery gave, and what it passed on.
struct Recovered {
  Status status;
  LogRecovery result;
  std::vector<std::pair<Sequence, Sequence>> commits;
  std::vector<std::string> keys;
};

inline Recovered Recover(ByteStore& store, const LogRecoveryInput& input) {
  Recovered recovered;
  auto result = RecoverLogs(store, input, [&](const LogCommit& commit) {
    recovered.commits.emplace_back(commit.first, commit.last);
    for (const LogRecord& record : commit.records) {
      OperationReader reader(record.body);
      for (auto next = reader.Next(); next.value(); next = reader.Next()) {
        recovered.keys.push_back(next.value()->key.ToString());
      }
    }
    return Status::Ok();
  });
  recovered.status = result.status();
  if (result.ok()) recovered.result = *std::move(result);
  return recovered;
}

inline LogRecoveryInput InputOf(std::vector<uint64_t> candidates, uint32_t epoch = 1) {
  LogRecoveryInput input{.database = kDatabase, .known = {}, .epoch = epoch, .candidates = {}, .flushed = {}};
  for (const uint64_t number : candidates) input.candidates.emplace_back(number);
  return input;
}

inline LogEnd EndOf(const LogBuilder& log) { return {log.number(), IdOf(log.number().value()), log.end()}; }

inline std::vector<FileNumber> Numbers(std::vector<uint64_t> values) {
  std::vector<FileNumber> numbers;
  for (const uint64_t value : values) numbers.emplace_back(value);
  return numbers;
}

using Keys = std::vector<std::string>;

// Damages one byte of a file.
inline void Damage(ByteStore& store, const LogBuilder& log, uint64_t offset) {
  store.bytes(log.name())[static_cast<size_t>(offset)] ^= 1;
}

}  // namespace logwood::testing
