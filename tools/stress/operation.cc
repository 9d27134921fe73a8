#include "tools/stress/operation.h"

#include <cstring>
#include <fmt/format.h>
#include <type_traits>

#include "tools/stress/entry_bytes.h"

namespace logwood::stress {
namespace {

// Both sides are one program: values go over as they lie in memory.
class Writer {
 public:
  template <class T>
  void Add(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>);  // No padding: its bytes would be anything.
    Append(&value, sizeof(value));
  }
  template <class T>
  void AddAll(const std::vector<T>& values) {
    Add(static_cast<uint64_t>(values.size()));
    for (const T& value : values) Add(value);
  }
  void AddText(const std::string& text) {
    Add(static_cast<uint64_t>(text.size()));
    bytes_ += text;
  }
  [[nodiscard]] std::string Take() { return std::move(bytes_); }

 private:
  void Append(const void* from, size_t size) {
    const size_t at = bytes_.size();
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, from, size);
  }

  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}

  template <class T>
  void Take(T& value) {
    std::memcpy(&value, bytes_.data() + at_, sizeof(value));
    at_ += sizeof(value);
  }
  template <class T>
  void TakeAll(std::vector<T>& values) {
    uint64_t count = 0;
    Take(count);
    values.resize(count);
    for (T& value : values) Take(value);
  }
  void TakeText(std::string& text) {
    uint64_t size = 0;
    Take(size);
    text = bytes_.substr(at_, size);
    at_ += size;
  }

 private:
  const std::string& bytes_;
  size_t at_ = 0;
};

const char* NameOf(OperationKind kind) {
  switch (kind) {
    case OperationKind::kOpen: return "open";
    case OperationKind::kClose: return "close";
    case OperationKind::kEnsure: return "open or create";
    case OperationKind::kDrop: return "drop";
    case OperationKind::kWrite: return "write";
    case OperationKind::kIngest: return "ingest";
    case OperationKind::kGet: return "get";
    case OperationKind::kScan: return "scan";
    case OperationKind::kTakeView: return "view";
    case OperationKind::kReadView: return "second look at the view";
    case OperationKind::kFlush: return "flush";
    case OperationKind::kCompact: return "compact";
    case OperationKind::kVerify: return "verify";
  }
  return "";
}

std::string RangeOf(const Operation& operation) {
  return fmt::format("{} of {}, keys {} to {}, {}", NameOf(operation.kind), NameOfCollection(operation.collection),
                     operation.begin, operation.end,
                     operation.direction == Direction::kForward ? "forward" : "backward");
}

}  // namespace

bool NeedsCollection(OperationKind kind) noexcept {
  switch (kind) {
    case OperationKind::kDrop:
    case OperationKind::kWrite:
    case OperationKind::kIngest:
    case OperationKind::kGet:
    case OperationKind::kScan:
    case OperationKind::kTakeView:
    case OperationKind::kCompact: return true;
    default: return false;
  }
}

OperationId OperationId::Of(uint64_t packed) noexcept {
  return {.life = static_cast<uint32_t>(packed >> 40),
          .lane = static_cast<uint32_t>(packed >> 32 & 0xff),
          .number = static_cast<uint32_t>(packed)};
}

std::string OperationId::ToString() const { return fmt::format("life {} lane {} operation {}", life, lane, number); }

std::string Operation::ToString() const {
  switch (kind) {
    case OperationKind::kWrite:
    case OperationKind::kIngest:
      return fmt::format("{} of {} entries{}", NameOf(kind), writes.size(), sync == Sync::kYes ? ", synced" : "");
    case OperationKind::kGet: return fmt::format("get of {}, key {}", NameOfCollection(collection), begin);
    case OperationKind::kScan:
    case OperationKind::kTakeView:
    case OperationKind::kReadView: return RangeOf(*this);
    case OperationKind::kEnsure:
    case OperationKind::kDrop:
    case OperationKind::kCompact: return fmt::format("{} of {}", NameOf(kind), NameOfCollection(collection));
    default: return NameOf(kind);
  }
}

std::string Encode(const Operation& operation) {
  Writer writer;
  writer.Add(operation.kind);
  writer.Add(operation.sync);
  writer.Add(operation.direction);
  writer.Add(operation.collection);
  writer.Add(operation.begin);
  writer.Add(operation.end);
  writer.Add(operation.slot);
  writer.Add(operation.memtable_size_bytes);
  writer.Add(operation.id);
  writer.Add(static_cast<uint64_t>(operation.writes.size()));
  for (const Write& write : operation.writes) {
    writer.Add(write.collection);
    writer.Add(write.key);
    writer.Add(write.deletes);
  }
  return writer.Take();
}

Operation DecodeOperation(const std::string& bytes) {
  Operation operation;
  Reader reader(bytes);
  reader.Take(operation.kind);
  reader.Take(operation.sync);
  reader.Take(operation.direction);
  reader.Take(operation.collection);
  reader.Take(operation.begin);
  reader.Take(operation.end);
  reader.Take(operation.slot);
  reader.Take(operation.memtable_size_bytes);
  reader.Take(operation.id);
  uint64_t count = 0;
  reader.Take(count);
  operation.writes.resize(count);
  for (Write& write : operation.writes) {
    reader.Take(write.collection);
    reader.Take(write.key);
    reader.Take(write.deletes);
  }
  return operation;
}

std::string Encode(const Reply& reply) {
  Writer writer;
  writer.Add(reply.result);
  writer.Add(reply.code);
  writer.AddText(reply.message);
  writer.AddAll(reply.entries);
  writer.AddAll(reply.marks);
  return writer.Take();
}

Reply DecodeReply(const std::string& bytes) {
  Reply reply;
  Reader reader(bytes);
  reader.Take(reply.result);
  reader.Take(reply.code);
  reader.TakeText(reply.message);
  reader.TakeAll(reply.entries);
  reader.TakeAll(reply.marks);
  return reply;
}

}  // namespace logwood::stress
