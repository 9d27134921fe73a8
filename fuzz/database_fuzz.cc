#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/assert.h"
#include "block/block.h"
#include "block/block_layout.h"
#include "codec/batch_encoder.h"
#include "codec/byte_writer.h"
#include "codec/file_header.h"
#include "log/log_format.h"
#include "log/log_record.h"
#include "logwood/logwood.h"
#include "logwood/testing/simulated_store.h"

// A whole database, damaged. The input changes bytes of its files, or cuts them; then the database is opened for
// reading and for writing, read in every way, verified, merged and written to.
//
// Whatever is answered must once have been written (I10): damage gives an error, or cuts unsynced commits off, and is
// never an answer. If the first byte of the input is odd, the checksums of what was changed are made to fit, which no
// accident does: then answers may be anything, and what must hold is that nothing breaks.
//
// An input is a row of changes of 4 bytes: the file, the place in it (2 bytes), and the byte to put there; with the
// highest bit of the file set, the file is cut at the place instead.

namespace logwood {
namespace {

using testing::SimulatedStore;

constexpr int kKeyCount = 40;
constexpr Options kSmall = {.memory_budget_bytes = 1 << 16, .memtable_size_bytes = 4096, .log_file_size_bytes = 4096};

std::string KeyOf(int i) { return "key " + std::to_string(100 + i); }

struct ValidDatabase {
  std::unique_ptr<SimulatedStore> store;
  std::map<std::string, std::set<std::string>> written;  // Every value that a key ever had.
};

// Three runs, a log that is needed, tombstones, a dropped collection, a large value.
ValidDatabase MakeValidDatabase() {
  ValidDatabase valid{.store = std::make_unique<SimulatedStore>(Runtime::Default()), .written = {}};
  Database db = Database::Open(*valid.store, kSmall).value();
  Collection one = db.CreateCollection("one", {.block_size_bytes = 256}).value();
  db.CreateCollection("dropped").value().Put("k", "v").Check();
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < kKeyCount; ++i) {
      if ((i + round) % 7 == 0) {
        one.Delete(KeyOf(i), {.sync = Sync::kNo}).Check();
        continue;
      }
      const size_t size = i == 3 && round == 3 ? 70'000 : static_cast<size_t>(i);
      std::string value = "round " + std::to_string(round) + std::string(size, static_cast<char>('a' + i % 26));
      one.Put(KeyOf(i), value, {.sync = i % 4 == 0 ? Sync::kYes : Sync::kNo}).Check();
      valid.written[KeyOf(i)].insert(std::move(value));
    }
    one.DeleteRange(KeyOf(round), KeyOf(round + 2)).Check();
    if (round < 3) db.Flush().Check();
    if (round == 1) db.DropCollection("dropped").Check();
  }
  db.Close().Check();
  return valid;
}

std::string ReadWhole(SimulatedStore& store, const std::string& name) {
  const std::unique_ptr<ReadableFile> file = store.Open(name).value();
  std::string bytes(file->size(), '\0');
  LOGWOOD_ASSERT(file->Read(0, std::as_writable_bytes(std::span(bytes))).value() == bytes.size());
  return bytes;
}

// Gives every record of a log or manifest file, as far as their lengths lead, the checksums that fit.
void MendRecords(std::string& file, FileId id) {
  auto* const data = reinterpret_cast<std::byte*>(file.data());
  for (size_t offset = kLogDataStart; offset + kLogRecordHeaderSize <= file.size();) {
    const Bytes raw = Bytes(file).From(offset);
    LogRecordHeader header{.body_length = LoadFixed32(raw.data() + 4),
                           .body_checksum = LoadFixed64(raw.data() + 8),
                           .sequence = Sequence(LoadFixed64(raw.data() + 16)),
                           .durable_mark = Sequence(LoadFixed64(raw.data() + 24)),
                           .count = LoadFixed16(raw.data() + 32),
                           .type = std::to_integer<uint8_t>(raw[34]),
                           .flags = std::to_integer<uint8_t>(raw[35])};
    const Bytes rest = raw.From(kLogRecordHeaderSize);
    if (header.body_length > rest.size()) return;
    if (header.type != static_cast<uint8_t>(LogRecordType::kLargeOperation)) {
      header.body_checksum = FragmentChecksum(rest.First(header.body_length), Bytes());
    }
    const auto encoded = EncodeLogRecordHeader(header, id, offset);
    std::copy(encoded.begin(), encoded.end(), data + offset);
    offset += kLogRecordHeaderSize + header.body_length;
  }
}

// The same for the blocks of a tree file.
void MendBlocks(std::string& file, FileId id) {
  auto* const data = reinterpret_cast<std::byte*>(file.data());
  for (size_t offset = kFileHeaderSize; offset + kBlockHeaderSize <= file.size();) {
    const size_t length = LoadFixed32(data + offset + kBlockLengthOffset);
    if (length < kBlockHeaderSize || length % 8 != 0 || length > file.size() - offset) return;
    const auto kind = static_cast<BlockKind>(data[offset + kBlockKindOffset]);
    const Bytes block(data + offset, length);
    StoreFixed64(data + offset, BlockChecksum(block, {.file_id = id, .offset = offset, .kind = kind}));
    offset += length;
  }
}

void Mend(SimulatedStore& store, const std::string& name) {
  std::string bytes = ReadWhole(store, name);
  const Result<FileHeader> header = DecodeFileHeader(bytes, name);
  if (!header.ok()) return;
  if (header->type == FileType::kTree) {
    MendBlocks(bytes, header->id);
  } else {
    MendRecords(bytes, header->id);
  }
  store.Overwrite(name, 0, bytes).Check();
}

void Damage(SimulatedStore& store, Bytes changes, bool mend) {
  const std::vector<std::string> names = store.List().value();
  std::set<std::string> changed;
  for (; changes.size() >= 4; changes = changes.From(4)) {
    const auto selector = std::to_integer<size_t>(changes[0]);
    const std::string& name = names[(selector & 0x7f) % names.size()];
    const size_t size = ReadWhole(store, name).size();
    const size_t place = LoadFixed16(changes.data() + 1) % (size + 1);
    if ((selector & 0x80) != 0) {
      store.Truncate(name, place).Check();
    } else if (place < size) {
      store.Overwrite(name, place, changes.From(3).First(1)).Check();
    }
    changed.insert(name);
  }
  if (!mend) return;
  for (const std::string& name : changed) Mend(store, name);
}

using Written = std::map<std::string, std::set<std::string>>;

// Null where answers may be anything.
void CheckAnswer(const Written* written, Bytes key, Bytes value) {
  if (written == nullptr) return;
  const auto values = written->find(key.ToString());
  LOGWOOD_ASSERT(values != written->end());
  LOGWOOD_ASSERT(values->second.contains(value.ToString()));
}

void ReadAll(Database& db, const Written* written) {
  const Result<Collection> one = db.OpenCollection("one");
  if (!one.ok()) return;
  for (int i = 0; i < kKeyCount; ++i) {
    const auto value = one->Get(KeyOf(i));
    if (value.ok() && value->has_value()) CheckAnswer(written, KeyOf(i), (*value)->bytes());
  }
  Cursor cursor = one->Scan();
  int steps = 0;
  for (; cursor.valid() && steps < 1000; cursor.Next(), ++steps) CheckAnswer(written, cursor.key(), cursor.value());
  for (cursor.Last(); cursor.valid() && steps < 2000; cursor.Prev(), ++steps) {
    CheckAnswer(written, cursor.key(), cursor.value());
  }
  // Why: damage is what this looks for; that it is told is checked by tests.
  db.Verify().status().IgnoreError();
}

void WriteSome(Database& db) {
  Result<Collection> one = db.OpenCollection("one");
  if (!one.ok()) return;
  // Why: a damaged database may refuse each of these.
  one->Put(KeyOf(1), "round 0b").IgnoreError();
  db.Compact(*one).IgnoreError();
  db.Close().IgnoreError();
}

void DamageAndUse(Bytes input) {
  static const ValidDatabase valid = MakeValidDatabase();
  const std::unique_ptr<SimulatedStore> store = valid.store->Clone();
  const bool mend = !input.empty() && (std::to_integer<int>(input[0]) & 1) != 0;
  Damage(*store, input.empty() ? input : input.From(1), mend);
  const Written* const written = mend ? nullptr : &valid.written;
  Options options = kSmall;
  options.mode = OpenMode::kReadOnly;
  if (Result<Database> db = Database::Open(*store, options); db.ok()) ReadAll(*db, written);
  options.mode = OpenMode::kOpen;
  Result<Database> db = Database::Open(*store, options);
  if (!db.ok()) return;
  ReadAll(*db, written);
  WriteSome(*db);
}

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  logwood::DamageAndUse(logwood::Bytes(reinterpret_cast<const std::byte*>(data), size));
  return 0;
}
