#include <map>
#include <optional>
#include <string>

#include "base/status_macros.h"
#include "engine/engine.h"

namespace logwood {

Result<VerifyReport> Engine::VerifyTrees() const {
  VerifyReport report{.strangers = strangers_};
  std::map<FileNumber, uint64_t> live_bytes;
  const auto on_damage = [&](const Status& damage) { report.damages.push_back(damage); };
  const ManifestState state = root_.manifest_state();
  bool changed = false;
  for (const auto& [id, collection] : state.collections) {
    const std::optional<CollectionRoot> root = root_.FindRoot(id);
    changed |= !root || root->state != collection.state;
    if (!root) continue;
    LOGWOOD_ASSIGN_OR_RETURN(const uint64_t blocks, root->trees->Verify(on_damage));
    report.blocks += blocks;
    for (const auto& [file, bytes] : root->trees->LiveBytes()) live_bytes[file] += bytes;
  }
  // A job installed meanwhile: the counts belong to different states. Or what was salvaged is not all that they count.
  if (changed || options_.mode == OpenMode::kSalvage) return report;
  for (const auto& [number, file] : state.files) {
    if (live_bytes[number] == file.live_bytes) continue;
    on_damage(Status::Corruption("manifest: file " + std::to_string(number.value()) + " has " +
                                 std::to_string(file.live_bytes) + " live bytes; its entries add up to " +
                                 std::to_string(live_bytes[number])));
  }
  return report;
}

}  // namespace logwood
