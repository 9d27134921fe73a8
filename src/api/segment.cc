#include "logwood/segment.h"

#include <utility>

#include "api/cursor_factory.h"
#include "api/raw_cursor_adapter.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "cursor/bounded_cursor.h"
#include "cursor/living_cursor.h"
#include "segment/segment_file.h"
#include "segment/segment_writer.h"
#include "segment/unsorted_writer.h"

namespace logwood {
namespace {

Status OutOfRange(const std::string& name, const std::string& option, const std::string& range) {
  return Status::InvalidArgument(SegmentTitle(name) + ": option " + option + "; it may be " + range);
}

Status CheckOptions(const std::string& name, const SegmentOptions& options) {
  if (options.block_size_bytes < 256 || options.block_size_bytes > 1 << 20) {
    return OutOfRange(name, "block_size_bytes is " + std::to_string(options.block_size_bytes), "256 to 1048576");
  }
  // Written so that what is no number is refused too.
  if (!(options.filter_bits_per_key >= 0 && options.filter_bits_per_key <= 64)) {
    return OutOfRange(name, "filter_bits_per_key is " + std::to_string(options.filter_bits_per_key), "0 to 64");
  }
  return Status::Ok();
}

TreeBuilder::Options ToTreeOptions(const SegmentOptions& options) {
  return {.block_size_bytes = options.block_size_bytes, .filter_bits_per_key = options.filter_bits_per_key};
}

}  // namespace

struct SegmentBuilder::State {
  std::unique_ptr<SegmentWriter> writer;
};

SegmentBuilder::SegmentBuilder(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
SegmentBuilder::SegmentBuilder(SegmentBuilder&&) noexcept = default;
SegmentBuilder& SegmentBuilder::operator=(SegmentBuilder&&) noexcept = default;
SegmentBuilder::~SegmentBuilder() = default;

Result<SegmentBuilder> SegmentBuilder::Create(Store& store, const std::string& name, const SegmentOptions& options,
                                              Runtime& runtime) {
  LOGWOOD_RETURN_IF_ERROR(CheckOptions(name, options));
  auto state = std::make_unique<State>();
  LOGWOOD_ASSIGN_OR_RETURN(state->writer, SegmentWriter::Create(store, name, ToTreeOptions(options), runtime));
  return SegmentBuilder(std::move(state));
}

Status SegmentBuilder::Add(Bytes key, Bytes value) { return state_->writer->Add(key, EntryType::kPut, value); }

Status SegmentBuilder::AddTombstone(Bytes key) { return state_->writer->Add(key, EntryType::kTombstone, {}); }

Status SegmentBuilder::AddAll(RawCursor& cursor) {
  return UseAsEntryCursor(cursor, [this](EntryCursor& entries) { return state_->writer->AddAll(entries); });
}

Status SegmentBuilder::AddAll(Cursor& cursor) {
  return UseAsEntryCursor(cursor, [this](EntryCursor& entries) { return state_->writer->AddAll(entries); });
}

Status SegmentBuilder::Finish() { return state_->writer->Finish(); }

uint64_t SegmentBuilder::entries() const noexcept { return state_->writer->entries(); }

struct UnsortedSegmentBuilder::State {
  std::unique_ptr<UnsortedWriter> writer;
};

UnsortedSegmentBuilder::UnsortedSegmentBuilder(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
UnsortedSegmentBuilder::UnsortedSegmentBuilder(UnsortedSegmentBuilder&&) noexcept = default;
UnsortedSegmentBuilder& UnsortedSegmentBuilder::operator=(UnsortedSegmentBuilder&&) noexcept = default;
UnsortedSegmentBuilder::~UnsortedSegmentBuilder() = default;

Result<UnsortedSegmentBuilder> UnsortedSegmentBuilder::Create(Store& store, const std::string& name,
                                                              const UnsortedSegmentOptions& options, Runtime& runtime) {
  LOGWOOD_RETURN_IF_ERROR(CheckOptions(name, options.segment));
  if (options.memory_size_bytes < 65536 || options.memory_size_bytes > size_t{1} << 40) {
    return OutOfRange(name, "memory_size_bytes is " + std::to_string(options.memory_size_bytes), "65536 to 2^40");
  }
  auto state = std::make_unique<State>();
  LOGWOOD_ASSIGN_OR_RETURN(state->writer, UnsortedWriter::Create(store, name,
                                                                 {.tree = ToTreeOptions(options.segment),
                                                                  .memory_size_bytes = options.memory_size_bytes},
                                                                 runtime));
  return UnsortedSegmentBuilder(std::move(state));
}

Status UnsortedSegmentBuilder::Add(Bytes key, Bytes value) { return state_->writer->Add(key, EntryType::kPut, value); }

Status UnsortedSegmentBuilder::AddTombstone(Bytes key) { return state_->writer->Add(key, EntryType::kTombstone, {}); }

Status UnsortedSegmentBuilder::Finish() { return state_->writer->Finish(); }

struct Segment::State {
  [[nodiscard]] Cursor ScanWithin(KeyRange range) const {
    return CursorFactory::Make(NewLivingCursor(NewBoundedCursor(file->NewCursor(), std::move(range))));
  }

  std::shared_ptr<const SegmentFile> file;
};

Segment::Segment(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

Result<Segment> Segment::Open(Store& store, const std::string& name, const SegmentReadOptions& options,
                              Runtime& runtime) {
  if (options.cache_size_bytes > uint64_t{1} << 40) {
    return OutOfRange(name, "cache_size_bytes is " + std::to_string(options.cache_size_bytes), "0 to 2^40");
  }
  auto state = std::make_shared<State>();
  LOGWOOD_ASSIGN_OR_RETURN(state->file, SegmentFile::Open(store, name, runtime, options.cache_size_bytes));
  return Segment(std::move(state));
}

Result<SegmentEntry> Segment::Get(Bytes key) const {
  const Tree* const tree = state_->file->tree();
  if (tree == nullptr) return SegmentEntry();
  LOGWOOD_ASSIGN_OR_RETURN(std::optional<Tree::Hit> hit, tree->Get(key, Hash64(key)));
  if (!hit) return SegmentEntry();
  if (hit->type == EntryType::kTombstone) return SegmentEntry{.presence = Presence::kTombstone, .value = {}};
  return SegmentEntry{.presence = Presence::kValue, .value = PinnedValue(hit->value, std::move(hit->pin).ToPin())};
}

std::unique_ptr<RawCursor> Segment::NewCursor() const { return ToRawCursor(state_->file->NewCursor()); }

Cursor Segment::Scan() const { return state_->ScanWithin({}); }

Cursor Segment::Scan(Bytes start, Bytes limit) const {
  return state_->ScanWithin({.start = start.ToString(), .limit = limit.ToString()});
}

Cursor Segment::ScanFrom(Bytes start) const {
  return state_->ScanWithin({.start = start.ToString(), .limit = std::nullopt});
}

Cursor Segment::ScanPrefix(Bytes prefix) const { return state_->ScanWithin(PrefixRange(prefix)); }

uint64_t Segment::entries() const noexcept {
  const Tree* const tree = state_->file->tree();
  return tree == nullptr ? 0 : tree->descriptor().entries;
}

uint64_t Segment::tombstones() const noexcept {
  const Tree* const tree = state_->file->tree();
  return tree == nullptr ? 0 : tree->descriptor().tombstones;
}

Bytes Segment::smallest_key() const noexcept {
  const Tree* const tree = state_->file->tree();
  return tree == nullptr ? Bytes() : Bytes(tree->descriptor().first_key);
}

Bytes Segment::largest_key() const noexcept {
  const Tree* const tree = state_->file->tree();
  return tree == nullptr ? Bytes() : Bytes(tree->descriptor().last_key);
}

uint64_t Segment::size_bytes() const noexcept { return state_->file->size_bytes(); }

Result<SegmentVerification> Segment::Verify() const {
  SegmentVerification verification;
  const Tree* const tree = state_->file->tree();
  if (tree == nullptr) return verification;
  LOGWOOD_ASSIGN_OR_RETURN(verification.blocks,
                           tree->Verify([&](const Status& damage) { verification.damages.push_back(damage); }));
  return verification;
}

}  // namespace logwood
