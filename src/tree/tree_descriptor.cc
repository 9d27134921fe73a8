#include "tree/tree_descriptor.h"

#include <optional>

#include "base/status_macros.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

namespace logwood {
namespace {

// The fields as they are read, before they are looked at.
std::optional<TreeDescriptor> TakeFields(ByteReader& reader) {
  const auto file = reader.Varint64();
  const auto footer = reader.Fixed64();
  const auto entries = reader.Varint64();
  const auto tombstones = reader.Varint64();
  const auto bytes = reader.Varint64();
  const auto first_key = reader.LengthPrefixed();
  const auto last_key = reader.LengthPrefixed();
  if (!file || !footer || !entries || !tombstones || !bytes || !first_key || !last_key) return std::nullopt;
  return TreeDescriptor{.file = FileNumber(*file),
                        .footer = BlockReference(*footer),
                        .entries = *entries,
                        .tombstones = *tombstones,
                        .bytes = *bytes,
                        .first_key = first_key->ToString(),
                        .last_key = last_key->ToString()};
}

Status Wrong(const TreeDescriptor& tree, const std::string& what) {
  return Status::Corruption("tree descriptor of file " + std::to_string(tree.file.value()) + ": " + what);
}

Status CheckNumbers(const TreeDescriptor& tree) {
  if (tree.file == FileNumber()) return Wrong(tree, "file number 0");
  if (tree.footer.file_slot() != 0) return Wrong(tree, "footer in another file");
  if (tree.entries == 0) return Wrong(tree, "no entries");
  if (tree.tombstones > tree.entries) {
    return Wrong(tree,
                 std::to_string(tree.tombstones) + " tombstones among " + std::to_string(tree.entries) + " entries");
  }
  if (tree.bytes <= kBlockHeaderSize) return Wrong(tree, "only " + std::to_string(tree.bytes) + " bytes");
  return Status::Ok();
}

Status CheckKeys(const TreeDescriptor& tree) {
  if (tree.first_key.size() > kKeySizeMax || tree.last_key.size() > kKeySizeMax) {
    return Wrong(tree, "keys of " + std::to_string(tree.first_key.size()) + " and " +
                           std::to_string(tree.last_key.size()) + " bytes, at most " + std::to_string(kKeySizeMax));
  }
  const auto order = Bytes(tree.first_key) <=> Bytes(tree.last_key);
  if (order > 0) return Wrong(tree, "first key behind last key");
  if ((order == 0) != (tree.entries == 1)) {
    return Wrong(tree, std::to_string(tree.entries) + " entries do not fit first and last key");
  }
  return Status::Ok();
}

}  // namespace

void AppendTreeDescriptor(std::string& out, const TreeDescriptor& tree) {
  AppendVarint(out, tree.file.value());
  AppendFixed64(out, tree.footer.packed());
  AppendVarint(out, tree.entries);
  AppendVarint(out, tree.tombstones);
  AppendVarint(out, tree.bytes);
  AppendLengthPrefixed(out, tree.first_key);
  AppendLengthPrefixed(out, tree.last_key);
}

Result<TreeDescriptor> ReadTreeDescriptor(ByteReader& reader) {
  const size_t begin = reader.offset();
  std::optional<TreeDescriptor> tree = TakeFields(reader);
  if (!tree) return Status::Corruption("tree descriptor at byte " + std::to_string(begin) + ": cut short");
  LOGWOOD_RETURN_IF_ERROR(CheckNumbers(*tree));
  LOGWOOD_RETURN_IF_ERROR(CheckKeys(*tree));
  return *std::move(tree);
}

}  // namespace logwood
