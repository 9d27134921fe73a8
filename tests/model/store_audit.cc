#include "tests/model/store_audit.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "engine/recovery.h"
#include "lsm/lsm_kind.h"
#include "lsm/lsm_state.h"

namespace logwood::testing {
namespace {

std::set<std::string> NamesNeeded(const FoundDatabase& found) {
  std::set<std::string> names = {FileName(found.root.header.file.number, FileType::kManifest)};
  for (const auto& [number, file] : found.root.state.files) names.insert(FileName(number, file.type));
  for (const LogEnd& log : found.logs.logs) names.insert(FileName(log.number, FileType::kLog));
  return names;
}

}  // namespace

std::vector<std::string> AuditStore(Store& store, Strangers strangers) {
  KindRegistry kinds;
  kinds.Register(CollectionKind::kLsm, NewLsmKind());
  std::vector<FileNumber> unfinished;
  const Result<FoundDatabase> found = FindDatabase(store, kinds, {Runtime::Default()}, &unfinished);
  if (!found.ok()) return {"the database cannot be found: " + found.status().ToString()};
  const Result<std::vector<std::string>> listed = store.List();
  if (!listed.ok()) return {listed.status().ToString()};
  std::vector<std::string> findings;
  std::set<std::string> needed = NamesNeeded(*found);
  if (strangers == Strangers::kAllowed) {
    needed.insert(found->inventory.strangers.begin(), found->inventory.strangers.end());
  }
  const std::set<std::string> present(listed->begin(), listed->end());
  for (const std::string& name : present) {
    if (!needed.contains(name)) findings.push_back(name + " is there, and nothing needs it");
  }
  for (const std::string& name : needed) {
    if (!present.contains(name)) findings.push_back(name + " is needed, and not there");
  }
  if (!unfinished.empty()) findings.emplace_back("there is an unfinished manifest");
  return findings;
}

uint64_t CountPartitions(Store& store) {
  KindRegistry kinds;
  kinds.Register(CollectionKind::kLsm, NewLsmKind());
  const Result<FoundDatabase> found = FindDatabase(store, kinds, {Runtime::Default()}, nullptr);
  uint64_t count = 0;
  if (!found.ok()) return count;
  for (const auto& [id, collection] : found->root.state.collections) {
    const size_t partitions = DecodeLsmState(collection.state).value().partitions.size();
    if (partitions > 1) count += partitions;
  }
  return count;
}

}  // namespace logwood::testing
