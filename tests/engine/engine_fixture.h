#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codec/batch_encoder.h"
#include "engine/engine.h"
#include "logwood/store.h"
#include "lsm/lsm_kind.h"
#include "tests/engine/linking_kind.h"

namespace logwood {

inline constexpr CollectionKind kFirstLinking{200};
inline constexpr CollectionKind kSecondLinking{201};

// What an engine is made of in these tests: the real kind, and two that link to logs.
inline Engine::Parts PartsFor(Store& store) {
  Engine::Parts parts{.store = store, .runtime = Runtime::Default(), .owned_store = nullptr, .kinds = {}};
  parts.kinds.Register(CollectionKind::kLsm, NewLsmKind());
  parts.kinds.Register(kFirstLinking, NewLinkingKind());
  parts.kinds.Register(kSecondLinking, NewLinkingKind());
  parts.stay_policy.possible = store.capabilities().cheap_small_appends;
  return parts;
}

inline std::shared_ptr<Engine> OpenEngine(Store& store, const Options& options = {}) {
  return Engine::Open(PartsFor(store), options).value();
}

inline Status PutOne(Engine& engine, CollectionId collection, Bytes key, Bytes value, Sync sync = Sync::kNo) {
  BatchEncoder batch;
  batch.Add(EntryType::kPut, collection, key, value);
  return engine.Commit({.batch = batch, .collections = std::span(&collection, 1), .sync = sync}).status();
}

// The value of a key, or "absent".
inline std::string GetOne(const ReadView& view, CollectionId collection, Bytes key) {
  FilterCounters filters;
  const auto hit = view.state->Get(collection, key, view.at, filters).value();
  return hit ? hit->value.ToString() : "absent";
}

// Names of the store's files that end with `ending`, sorted.
inline std::vector<std::string> FilesEndingWith(Store& store, std::string_view ending) {
  std::vector<std::string> names = store.List().value();
  std::erase_if(names, [&](const std::string& name) { return !name.ends_with(ending); });
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace logwood
