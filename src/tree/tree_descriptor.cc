#include "tree/tree_descriptor.h"

#include <algorithm>
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
  const auto range_tombstones = reader.Varint64();
  if (!file || !footer || !entries || !tombstones || !bytes || !first_key || !last_key || !range_tombstones) {
    return std::nullopt;
  }
  TreeDescriptor tree{.file = FileNumber(*file),
                      .footer = BlockReference(*footer),
                      .entries = *entries,
                      .tombstones = *tombstones,
                      .bytes = *bytes,
                      .first_key = first_key->ToString(),
                      .last_key = last_key->ToString(),
                      .range_tombstones = *range_tombstones};
  if (tree.range_tombstones == 0) return tree;
  const auto begin = reader.LengthPrefixed();
  const auto end = reader.LengthPrefixed();
  if (!begin || !end) return std::nullopt;
  tree.range_tombstones_begin = begin->ToString();
  tree.range_tombstones_end = end->ToString();
  return tree;
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
  const Bytes begin = tree.range_tombstones_begin;
  const Bytes end = tree.range_tombstones_end;
  if (begin.size() > kKeySizeMax || end.size() > kKeySizeMax || (!end.empty() && end <= begin)) {
    return Wrong(tree, "borders of range tombstones of " + std::to_string(begin.size()) + " and " +
                           std::to_string(end.size()) + " bytes, out of order or too long");
  }
  return Status::Ok();
}

}  // namespace

bool TreeDescriptor::SaysOfKeysFrom(Bytes key) const noexcept {
  if (Bytes(last_key) >= key) return true;
  return range_tombstones > 0 && (range_tombstones_end.empty() || key < Bytes(range_tombstones_end));
}

Bytes TreeDescriptor::smallest_key() const noexcept {
  return range_tombstones > 0 ? std::min<Bytes>(first_key, range_tombstones_begin) : Bytes(first_key);
}

void AppendTreeDescriptor(std::string& out, const TreeDescriptor& tree) {
  AppendVarint(out, tree.file.value());
  AppendFixed64(out, tree.footer.packed());
  AppendVarint(out, tree.entries);
  AppendVarint(out, tree.tombstones);
  AppendVarint(out, tree.bytes);
  AppendLengthPrefixed(out, tree.first_key);
  AppendLengthPrefixed(out, tree.last_key);
  AppendVarint(out, tree.range_tombstones);
  if (tree.range_tombstones == 0) return;
  AppendLengthPrefixed(out, tree.range_tombstones_begin);
  AppendLengthPrefixed(out, tree.range_tombstones_end);
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
