#include "txn/evidence.h"

#include <algorithm>
#include <utility>

namespace logwood {
namespace {

// Whether `range` holds a key or a range that is read; then one key of it.
std::optional<Conflict> FindIn(const ReadSet& reads, const ReadSet::Range& range) {
  std::optional<Conflict> found;
  reads.VisitKeys([&](CollectionId collection, Bytes key) {
    if (collection != range.collection || !range.span().Contains(key)) return true;
    found = Conflict{.collection = collection, .key = key.ToString()};
    return false;
  });
  for (const ReadSet::Range& read : reads.ranges()) {
    if (found) break;
    if (read.collection != range.collection || !read.span().Overlaps(range.span())) continue;
    found = Conflict{
        .cause = ConflictCause::kRangeWritten, .collection = read.collection, .key = std::max(read.begin, range.begin)};
  }
  return found;
}

}  // namespace

uint64_t Evidence::Begin(Sequence published) {
  const MutexLock lock(mutex_);
  open_.insert(published);
  return bulk_writes_forgotten_ + bulk_writes_.size();
}

void Evidence::End(Sequence published) {
  const MutexLock lock(mutex_);
  open_.erase(open_.find(published));
  Forget();
}

void Evidence::AddFlushed(const std::shared_ptr<const Generation>& generation) {
  const MutexLock lock(mutex_);
  if (!generations_.empty() && generations_.back() == generation) return;  // By a flush that is repeated.
  generations_.push_back(generation);
  bytes_ += generation->bytes();
  Forget();
}

void Evidence::AddBulkWrite(std::vector<ReadSet::Range> ranges) {
  const MutexLock lock(mutex_);
  bulk_writes_.push_back(std::move(ranges));
  Forget();
}

// What nobody needs goes; then, while there is too much, the oldest.
void Evidence::Forget() {
  while (!generations_.empty() &&
         (open_.empty() || generations_.front()->last() <= *open_.begin() || bytes_ > bytes_max_)) {
    complete_since_ = std::max(complete_since_, generations_.front()->last());
    bytes_ -= generations_.front()->bytes();
    generations_.pop_front();
  }
  if (!open_.empty()) return;
  bulk_writes_forgotten_ += bulk_writes_.size();
  bulk_writes_.clear();
}

std::optional<Conflict> Evidence::Find(const ReadSet& reads, const TransactionStart& start) const {
  std::vector<std::shared_ptr<const Generation>> generations;
  {
    const MutexLock lock(mutex_);
    if (start.at < complete_since_) return Conflict{.cause = ConflictCause::kTooOld, .sequence = complete_since_};
    for (uint64_t i = start.bulk_writes; i < bulk_writes_forgotten_ + bulk_writes_.size(); ++i) {
      for (const ReadSet::Range& range : bulk_writes_[i - bulk_writes_forgotten_]) {
        if (auto found = FindIn(reads, range)) return found;
      }
    }
    generations.assign(generations_.begin(), generations_.end());
  }
  return FindConflict(reads, start.at, generations);
}

size_t Evidence::bytes() const {
  const MutexLock lock(mutex_);
  return bytes_;
}

size_t Evidence::open_transactions() const {
  const MutexLock lock(mutex_);
  return open_.size();
}

}  // namespace logwood
