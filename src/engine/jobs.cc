#include "engine/jobs.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <string>
#include <utility>

#include "base/status_macros.h"

namespace logwood {
namespace {

// A collection's share of a flush.
struct Share {
  CollectionRoot root;
  const Memtable* memtable;
};

// The collections of the generation that still exist, by kind, so that each kind writes one file.
std::map<CollectionKind, std::vector<Share>> SharesByKind(const Root& root, const Generation& generation) {
  std::map<CollectionKind, std::vector<Share>> shares;
  for (const CollectionId id : generation.collections()) {
    std::optional<CollectionRoot> collection = root.FindRoot(id);
    if (!collection) continue;
    const CollectionKind kind = collection->info.kind;
    shares[kind].push_back({.root = *std::move(collection), .memtable = generation.Find(id)});
  }
  return shares;
}

std::unique_ptr<EntryCursor> AllEntries(const Share& share) { return share.memtable->NewCursor(Sequence::Max()); }

// Which of the generation's logs live on as data: those to which all kinds together would refer enough (I15).
Result<std::set<FileNumber>> LogsThatStay(const std::map<CollectionKind, std::vector<Share>>& shares,
                                          const SealedGeneration& sealed, const StayPolicy& policy) {
  std::set<FileNumber> stay;
  if (!policy.possible) return stay;
  std::map<FileNumber, uint64_t> referred;
  for (const auto& [kind, members] : shares) {
    for (const Share& share : members) {
      const std::unique_ptr<EntryCursor> entries = AllEntries(share);
      LOGWOOD_ASSIGN_OR_RETURN(const auto bytes, share.root.kind->Stays(*entries));
      for (const auto& [file, count] : bytes) referred[file] += count;
    }
  }
  for (const LogEnd& log : sealed.logs) {
    const uint64_t bytes = referred[log.number];
    if (bytes >= policy.bytes_min && bytes >= log.end - bytes) stay.insert(log.number);
  }
  return stay;
}

Status FlushShares(const std::vector<Share>& shares, const std::set<FileNumber>& logs_that_stay, JobOutput& output,
                   Installation& installation) {
  for (const Share& share : shares) {
    const std::unique_ptr<EntryCursor> entries = AllEntries(share);
    const std::vector<RangeTombstone> range_tombstones = Unite(share.memtable->RangeTombstonesAt(Sequence::Max()));
    const Kind::FlushInput input{.state = share.root.state,
                                 .trees = *share.root.trees,
                                 .entries = *entries,
                                 .range_tombstones = RangeTombstones(range_tombstones),
                                 .logs_that_stay = logs_that_stay};
    LOGWOOD_ASSIGN_OR_RETURN(KindEdit edit, share.root.kind->Flush(input, output));
    installation.parts.push_back({.collection = share.root.info.id, .edit = std::move(edit)});
  }
  return Status::Ok();
}

// Bytes of trees that nothing refers to once the edit is made.
uint64_t BytesReplaced(const KindEdit& edit) {
  uint64_t sum = 0;
  for (const LiveBytesChange& change : edit.live_bytes) {
    if (change.bytes < 0) sum += static_cast<uint64_t>(-change.bytes);
  }
  return sum;
}

}  // namespace

Status FlushGeneration(const NewFileOutput::Context& context, const SealedGeneration& sealed, const StayPolicy& policy,
                       std::vector<FileNumber>& obsolete_logs) {
  const std::chrono::nanoseconds begun = context.runtime.Now();
  const auto shares = SharesByKind(context.root, *sealed.generation);
  LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> stay, LogsThatStay(shares, sealed, policy));
  Installation installation{.flushed = sealed.generation->last(), .first_log = sealed.next_log};
  std::list<NewFileOutput> outputs;
  for (const auto& [kind, members] : shares) {
    NewFileOutput& output = outputs.emplace_back(context);
    LOGWOOD_RETURN_IF_ERROR(FlushShares(members, stay, output, installation));
    LOGWOOD_RETURN_IF_ERROR(output.Finish(installation.new_files));
  }
  const uint64_t bytes_out = SumOfLengths(installation.new_files);
  for (const LogEnd& log : sealed.logs) {
    if (stay.contains(log.number)) {
      installation.new_files.push_back({.number = log.number, .type = FileType::kLog, .id = log.id, .length = log.end});
    } else {
      obsolete_logs.push_back(log.number);
    }
  }
  if (sealed.log_settler != nullptr) LOGWOOD_RETURN_IF_ERROR(sealed.log_settler->Wait());  // I15.
  installation.change = [&](ReadState& read) { std::erase(read.generations, sealed.generation); };
  for (NewFileOutput& output : outputs) output.Release();
  LOGWOOD_RETURN_IF_ERROR(context.root.Install(std::move(installation)));
  context.flushes.Count(sealed.generation->bytes(), bytes_out, context.runtime.Now() - begun);
  return Status::Ok();
}

Result<std::optional<MergePlan>> ChooseMerge(const Root& root, CollectionId collection, const MergeRequest& request) {
  const std::optional<CollectionRoot> found = root.FindRoot(collection);
  if (!found) return std::optional<MergePlan>();
  return found->kind->Choose(found->state, request);
}

Result<MergeDebt> DebtOf(const Root& root) {
  MergeDebt sum;
  for (const CollectionInfo& info : root.collections()) {
    const std::optional<CollectionRoot> collection = root.FindRoot(info.id);
    if (!collection) continue;
    LOGWOOD_ASSIGN_OR_RETURN(const MergeDebt debt, collection->kind->Debt(collection->state));
    sum.runs = std::max(sum.runs, debt.runs);
    sum.bytes += debt.bytes;
  }
  return sum;
}

Result<uint64_t> MergeCollection(const NewFileOutput::Context& context, CollectionId collection,
                                 const std::string& plan) {
  const std::optional<CollectionRoot> root = context.root.FindRoot(collection);
  if (!root) return uint64_t{0};
  const std::chrono::nanoseconds begun = context.runtime.Now();
  NewFileOutput output(context);
  LOGWOOD_ASSIGN_OR_RETURN(KindEdit edit, root->kind->Merge(plan, *root->trees, output));
  Installation installation;
  LOGWOOD_RETURN_IF_ERROR(output.Finish(installation.new_files));
  const uint64_t bytes_in = BytesReplaced(edit);
  const uint64_t bytes_out = SumOfLengths(installation.new_files);
  installation.parts.push_back({.collection = collection, .edit = std::move(edit)});
  output.Release();
  LOGWOOD_RETURN_IF_ERROR(context.root.Install(std::move(installation)));
  context.merges.Count(bytes_in, bytes_out, context.runtime.Now() - begun);
  return std::max(bytes_in, bytes_out);
}

}  // namespace logwood
