#include "segment/unsorted_writer.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "codec/hex.h"
#include "cursor/merging_cursor.h"
#include "logwood/options.h"
#include "segment/segment_file.h"

namespace logwood {
namespace {

// A name for scratch segments that nobody has: a random number stands in it, and enough of the segment's name to be
// told by. With a number behind it, it stays within the 64 bytes of a name.
std::string ScratchPrefix(const std::string& name, uint64_t random) {
  constexpr size_t kNamePartMax = 24;
  return name.substr(0, kNamePartMax) + "." + HexNumber(random).substr(2) + ".scratch";
}

}  // namespace

Result<std::unique_ptr<UnsortedWriter>> UnsortedWriter::Create(Store& store, const std::string& name,
                                                               const Options& options, Runtime& runtime) {
  std::unique_ptr<UnsortedWriter> writer(new UnsortedWriter(store, name, options, runtime));
  LOGWOOD_ASSIGN_OR_RETURN(writer->segment_, SegmentWriter::Create(store, name, options.tree, runtime));
  return writer;
}

UnsortedWriter::UnsortedWriter(Store& store, std::string name, const Options& options, Runtime& runtime)
    : store_(store),
      name_(std::move(name)),
      options_(options),
      runtime_(runtime),
      scratch_prefix_(ScratchPrefix(name_, runtime.Random())) {}

UnsortedWriter::~UnsortedWriter() {
  for (size_t level = 0; level < scratch_.size(); ++level) RemoveScratch(level);
}

Status UnsortedWriter::Add(Bytes key, EntryType type, Bytes value) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  if (finished_) return Status::InvalidArgument(SegmentTitle(name_) + ": it is finished: build another");
  if (key.size() > kKeySizeMax || value.size() > kValueSizeMax) {
    return Keep(Status::InvalidArgument(SegmentTitle(name_) + ": entry with a key of " + std::to_string(key.size()) +
                                        " and a value of " + std::to_string(value.size()) +
                                        " bytes; they may have at most " + std::to_string(kKeySizeMax) + " and " +
                                        std::to_string(kValueSizeMax)));
  }
  last_ = last_.Plus(1);
  generation_->FindOrCreate(CollectionId(1)).Add(last_, {.type = type, .key = key, .value = value, .address = {}});
  if (generation_->bytes() < options_.memory_size_bytes) return Status::Ok();
  return Keep(Spill());
}

Status UnsortedWriter::Spill() {
  LOGWOOD_RETURN_IF_ERROR(WriteScratch(*memtable()->NewCursor(Sequence::Max()), 0));
  generation_ = std::make_unique<Generation>();
  for (size_t level = 0; level < scratch_.size() && scratch_[level].size() >= kScratchFanout; ++level) {
    LOGWOOD_RETURN_IF_ERROR(MergeLevel(level));
  }
  return Status::Ok();
}

Status UnsortedWriter::WriteScratch(EntryCursor& entries, size_t level) {
  const std::string name = scratch_prefix_ + std::to_string(scratch_count_++);
  TreeBuilder::Options options = options_.tree;
  options.filter_bits_per_key = 0;  // It is read once, from end to end.
  LOGWOOD_ASSIGN_OR_RETURN(const auto scratch, SegmentWriter::Create(store_, name, options, runtime_));
  if (level == scratch_.size()) scratch_.emplace_back();
  scratch_[level].push_back(name);
  LOGWOOD_RETURN_IF_ERROR(scratch->AddAll(entries));
  return scratch->Finish();
}

Status UnsortedWriter::MergeLevel(size_t level) {
  {
    std::vector<std::unique_ptr<EntryCursor>> sources;
    LOGWOOD_RETURN_IF_ERROR(AppendSources(level, sources));
    LOGWOOD_RETURN_IF_ERROR(WriteScratch(*NewMergingCursor(std::move(sources)), level + 1));
  }
  RemoveScratch(level);
  return Status::Ok();
}

// Opens the scratch segments of a level, the newest first.
Status UnsortedWriter::AppendSources(size_t level, std::vector<std::unique_ptr<EntryCursor>>& sources) {
  for (auto name = scratch_[level].rbegin(); name != scratch_[level].rend(); ++name) {
    // Each block is read once: a cache would not be asked twice.
    LOGWOOD_ASSIGN_OR_RETURN(const auto scratch, SegmentFile::Open(store_, *name, runtime_, 0));
    sources.push_back(scratch->NewCursor());
  }
  return Status::Ok();
}

Status UnsortedWriter::Finish() {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  if (finished_) return Status::InvalidArgument(SegmentTitle(name_) + ": it is finished: build another");
  finished_ = true;
  LOGWOOD_RETURN_IF_ERROR(Keep(Merge()));
  generation_.reset();
  for (size_t level = 0; level < scratch_.size(); ++level) RemoveScratch(level);
  return Status::Ok();
}

Status UnsortedWriter::Merge() {
  std::vector<std::unique_ptr<EntryCursor>> sources;
  if (memtable() != nullptr) sources.push_back(memtable()->NewCursor(Sequence::Max()));
  for (size_t level = 0; level < scratch_.size(); ++level) LOGWOOD_RETURN_IF_ERROR(AppendSources(level, sources));
  LOGWOOD_RETURN_IF_ERROR(segment_->AddAll(*NewMergingCursor(std::move(sources))));
  return segment_->Finish();
}

void UnsortedWriter::RemoveScratch(size_t level) {
  for (const std::string& name : std::exchange(scratch_[level], {})) {
    // Why: the segment is what it should be all the same; a scratch file that stays says in its name what it is.
    store_.Remove(name).IgnoreError();
  }
}

Status UnsortedWriter::Keep(Status status) {
  if (poison_.ok()) poison_ = status;
  return status;
}

}  // namespace logwood
