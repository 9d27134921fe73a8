#include "tree/tree_footer.h"

#include <optional>

#include "base/assert.h"
#include "base/status_macros.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/file_header.h"
#include "logwood/options.h"
#include "tree/blocked_bloom_filter.h"

namespace logwood {
namespace {

constexpr size_t kFixedPartSize = 72;

std::optional<TreeFooter> TakeKeys(ByteReader& reader, TreeFooter footer) {
  const auto first_key = reader.LengthPrefixed();
  const auto last_key = reader.LengthPrefixed();
  if (!first_key || !last_key) return std::nullopt;
  footer.first_key = first_key->ToString();
  footer.last_key = last_key->ToString();
  if (footer.range_tombstones > 0) {
    const auto begin = reader.LengthPrefixed();
    const auto end = reader.LengthPrefixed();
    if (!begin || !end) return std::nullopt;
    footer.range_tombstones_begin = begin->ToString();
    footer.range_tombstones_end = end->ToString();
  }
  if (!reader.empty()) return std::nullopt;
  return footer;
}

bool TakeReferences(ByteReader& reader, uint32_t count, std::vector<BlockReference>& references) {
  if (count > reader.rest().size() / sizeof(uint64_t)) return false;
  references.reserve(count);
  for (uint32_t i = 0; i < count; ++i) references.emplace_back(*reader.Fixed64());
  return true;
}

// The fields as they are read; nullopt where they do not fit into `payload` exactly, or padding is not zero.
std::optional<TreeFooter> TakeFields(Bytes payload) {
  if (payload.size() < kFixedPartSize) return std::nullopt;
  ByteReader reader(payload);
  TreeFooter footer;
  footer.root = BlockReference(*reader.Fixed64());
  footer.begin = *reader.Fixed64();
  footer.leaves = *reader.Fixed64();
  footer.entries = *reader.Fixed64();
  footer.tombstones = *reader.Fixed64();
  footer.filter_lines = *reader.Fixed64();
  const uint32_t filter_block_count = *reader.Fixed32();
  footer.height = *reader.Fixed8();
  footer.filter_probes = *reader.Fixed8();
  if (*reader.Fixed16() != 0) return std::nullopt;
  footer.range_tombstones = *reader.Fixed64();
  const uint32_t range_tombstone_block_count = *reader.Fixed32();
  if (*reader.Fixed32() != 0) return std::nullopt;
  if (!TakeReferences(reader, filter_block_count, footer.filter_blocks)) return std::nullopt;
  if (!TakeReferences(reader, range_tombstone_block_count, footer.range_tombstone_blocks)) return std::nullopt;
  return TakeKeys(reader, std::move(footer));
}

bool StandsBetween(BlockReference block, uint64_t begin, uint64_t end) {
  return block.file_slot() == 0 && block.offset() >= begin && block.offset() < end;
}

// What is wrong with the place of the nodes; null where all is well.
const char* WrongShape(const TreeFooter& footer, uint64_t offset) {
  if (footer.begin < kFileHeaderSize || footer.begin % 8 != 0 || footer.begin >= offset) return "begin of the tree";
  if (!StandsBetween(footer.root, footer.begin, offset)) return "reference of the root";
  if (footer.height == 0 || footer.height > kTreeHeightMax) return "height";
  if ((footer.height == 1) != (footer.root.offset() == footer.begin)) return "place of the root";
  if (footer.leaves == 0 || footer.leaves > (offset - footer.begin) / kBlockHeaderSize) return "number of leaves";
  if ((footer.height == 1) != (footer.leaves == 1)) return "number of leaves for the height";
  return nullptr;
}

const char* WrongFilter(const TreeFooter& footer, uint64_t offset) {
  const uint64_t lines = footer.filter_lines;
  if (lines > (offset - footer.begin) / BlockedBloomFilter::kLineSize) return "number of filter lines";
  const uint64_t blocks_expected = (lines + kFilterLinesPerBlock - 1) / kFilterLinesPerBlock;
  if (footer.filter_blocks.size() != blocks_expected) return "number of filter blocks";
  if ((lines == 0) != (footer.filter_probes == 0)) return "number of filter probes";
  if (footer.filter_probes > BlockedBloomFilter::kProbesMax) return "number of filter probes";
  uint64_t begin = footer.root.offset();
  for (const BlockReference block : footer.filter_blocks) {
    if (!StandsBetween(block, begin + 1, offset)) return "reference of a filter block";
    begin = block.offset();
  }
  return nullptr;
}

// Behind the filter, where there is one.
const char* WrongRangeTombstones(const TreeFooter& footer, uint64_t offset) {
  const size_t blocks = footer.range_tombstone_blocks.size();
  if ((footer.range_tombstones == 0) != (blocks == 0)) return "number of range tombstone blocks";
  if (footer.range_tombstones < blocks || footer.range_tombstones > offset - footer.begin) {
    return "number of range tombstones";
  }
  uint64_t begin = footer.filter_blocks.empty() ? footer.root.offset() : footer.filter_blocks.back().offset();
  for (const BlockReference block : footer.range_tombstone_blocks) {
    if (!StandsBetween(block, begin + 1, offset)) return "reference of a range tombstone block";
    begin = block.offset();
  }
  const Bytes end = footer.range_tombstones_end;
  if (footer.range_tombstones_begin.size() > kKeySizeMax || end.size() > kKeySizeMax) {
    return "size of a border of range tombstones";
  }
  if (!end.empty() && end <= Bytes(footer.range_tombstones_begin)) return "order of the borders of range tombstones";
  return nullptr;
}

const char* WrongContents(const TreeFooter& footer) {
  if (footer.entries < footer.leaves) return "number of entries";
  if (footer.tombstones > footer.entries) return "number of tombstones";
  if (footer.first_key.size() > kKeySizeMax || footer.last_key.size() > kKeySizeMax) return "size of a key";
  const auto order = Bytes(footer.first_key) <=> Bytes(footer.last_key);
  if (order > 0 || (order == 0) != (footer.entries == 1)) return "order of first and last key";
  return nullptr;
}

std::string Against(uint64_t has, uint64_t expected) {
  return std::to_string(has) + ", expected " + std::to_string(expected);
}

}  // namespace

std::string EncodeTreeFooter(const TreeFooter& footer) {
  std::string out;
  AppendFixed64(out, footer.root.packed());
  AppendFixed64(out, footer.begin);
  AppendFixed64(out, footer.leaves);
  AppendFixed64(out, footer.entries);
  AppendFixed64(out, footer.tombstones);
  AppendFixed64(out, footer.filter_lines);
  AppendFixed32(out, static_cast<uint32_t>(footer.filter_blocks.size()));
  AppendFixed8(out, footer.height);
  AppendFixed8(out, footer.filter_probes);
  AppendFixed16(out, 0);
  AppendFixed64(out, footer.range_tombstones);
  AppendFixed32(out, static_cast<uint32_t>(footer.range_tombstone_blocks.size()));
  AppendFixed32(out, 0);
  LOGWOOD_ASSERT(out.size() == kFixedPartSize);
  for (const BlockReference block : footer.filter_blocks) AppendFixed64(out, block.packed());
  for (const BlockReference block : footer.range_tombstone_blocks) AppendFixed64(out, block.packed());
  AppendLengthPrefixed(out, footer.first_key);
  AppendLengthPrefixed(out, footer.last_key);
  if (footer.range_tombstones == 0) return out;
  AppendLengthPrefixed(out, footer.range_tombstones_begin);
  AppendLengthPrefixed(out, footer.range_tombstones_end);
  return out;
}

Result<TreeFooter> DecodeTreeFooter(Bytes payload, uint64_t offset, const std::string& where) {
  std::optional<TreeFooter> footer = TakeFields(payload);
  if (!footer) {
    return Status::Corruption(where + ": footer of " + std::to_string(payload.size()) + " bytes does not parse");
  }
  const char* wrong = WrongShape(*footer, offset);
  if (wrong == nullptr) wrong = WrongFilter(*footer, offset);
  if (wrong == nullptr) wrong = WrongRangeTombstones(*footer, offset);
  if (wrong == nullptr) wrong = WrongContents(*footer);
  if (wrong != nullptr) return Status::Corruption(where + ": footer has a wrong " + wrong);
  return *std::move(footer);
}

Result<TreeFooter> ReadTreeFooter(const BlockFile& file, BlockReference reference) {
  LOGWOOD_ASSIGN_OR_RETURN(const Block block, file.ReadBlock(reference, BlockKind::kFooter));
  return DecodeTreeFooter(block.value(0), reference.offset(), WhereInTree(file, reference.offset()));
}

Status CheckDescriptor(const TreeFooter& footer, const TreeDescriptor& descriptor, const BlockFile& file) {
  const std::string where = WhereInTree(file, descriptor.footer.offset());
  if (descriptor.file != file.number()) {
    return Status::Corruption(where + ": descriptor names file " +
                              Against(descriptor.file.value(), file.number().value()));
  }
  const auto differ = [&where](const std::string& what) {
    return Status::Corruption(where + ": footer and descriptor differ: " + what);
  };
  if (footer.entries != descriptor.entries) return differ("entries " + Against(footer.entries, descriptor.entries));
  if (footer.tombstones != descriptor.tombstones) {
    return differ("tombstones " + Against(footer.tombstones, descriptor.tombstones));
  }
  if (footer.first_key != descriptor.first_key) return differ("first key");
  if (footer.last_key != descriptor.last_key) return differ("last key");
  if (footer.range_tombstones != descriptor.range_tombstones) {
    return differ("range tombstones " + Against(footer.range_tombstones, descriptor.range_tombstones));
  }
  if (footer.range_tombstones_begin != descriptor.range_tombstones_begin ||
      footer.range_tombstones_end != descriptor.range_tombstones_end) {
    return differ("borders of range tombstones");
  }
  const uint64_t bytes_before = descriptor.footer.offset() - footer.begin;
  if (descriptor.bytes <= bytes_before || descriptor.bytes - bytes_before > descriptor.footer.length_max()) {
    return differ("bytes " + Against(descriptor.bytes, bytes_before) + " and the footer");
  }
  if (descriptor.bytes > file.length() - footer.begin) {
    return Status::Corruption(where + ": the tree ends behind the file's " + std::to_string(file.length()) + " bytes");
  }
  return Status::Ok();
}

std::string WhereInTree(const BlockFile& file, uint64_t offset) {
  return file.title() + " offset " + std::to_string(offset);
}

}  // namespace logwood
