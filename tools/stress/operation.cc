#include "tools/stress/operation.h"

#include <cstring>
#include <fmt/format.h>
#include <type_traits>

#include "tools/stress/entry_bytes.h"

namespace logwood::stress {
namespace {

// The fields in the order in which they go over. `visit`, which writes them or reads them, takes each.
template <class SomeWrite, class Visit>
void VisitWrite(SomeWrite& write, const Visit& visit) {
  visit(write.collection);
  visit(write.key);
  visit(write.deletes);
  visit(write.range_end);
}

template <class SomeOperation, class Visit>
void VisitOperation(SomeOperation& operation, const Visit& visit) {
  visit(operation.kind);
  visit(operation.sync);
  visit(operation.direction);
  visit(operation.collection);
  visit(operation.begin);
  visit(operation.end);
  visit(operation.amount);
  visit(operation.slot);
  visit(operation.memtable_size_bytes);
  visit(operation.id);
  visit(operation.writes);
}

template <class SomeReply, class Visit>
void VisitReply(SomeReply& reply, const Visit& visit) {
  visit(reply.result);
  visit(reply.code);
  visit(reply.message);
  visit(reply.entries);
  visit(reply.marks);
}

// Both sides are one program: values go over as they lie in memory.
class Writer {
 public:
  template <class T>
  void Add(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>);  // No padding: its bytes would be anything.
    Append(&value, sizeof(value));
  }
  template <class T>
  void Add(const std::vector<T>& values) {
    Add(static_cast<uint64_t>(values.size()));
    for (const T& value : values) Add(value);
  }
  void Add(const std::string& text) {
    Add(static_cast<uint64_t>(text.size()));
    bytes_ += text;
  }
  void Add(const Write& write) {
    VisitWrite(write, [this](const auto& field) { Add(field); });
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
  void Take(std::vector<T>& values) {
    uint64_t count = 0;
    Take(count);
    values.resize(count);
    for (T& value : values) Take(value);
  }
  void Take(std::string& text) {
    uint64_t size = 0;
    Take(size);
    text = bytes_.substr(at_, size);
    at_ += size;
  }
  void Take(Write& write) {
    VisitWrite(write, [this](auto& field) { Take(field); });
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
    case OperationKind::kTransfer: return "transfer";
    case OperationKind::kReadBank: return "look at the bank";
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
    case OperationKind::kTransfer:
      return fmt::format("transfer of {} from account {} to account {}{}", amount, begin, end,
                         sync == Sync::kYes ? ", synced" : "");
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
  VisitOperation(operation, [&](const auto& field) { writer.Add(field); });
  return writer.Take();
}

Operation DecodeOperation(const std::string& bytes) {
  Operation operation;
  Reader reader(bytes);
  VisitOperation(operation, [&](auto& field) { reader.Take(field); });
  return operation;
}

std::string Encode(const Reply& reply) {
  Writer writer;
  VisitReply(reply, [&](const auto& field) { writer.Add(field); });
  return writer.Take();
}

Reply DecodeReply(const std::string& bytes) {
  Reply reply;
  Reader reader(bytes);
  VisitReply(reply, [&](auto& field) { reader.Take(field); });
  return reply;
}

}  // namespace logwood::stress
