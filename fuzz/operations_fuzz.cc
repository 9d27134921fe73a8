#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/assert.h"
#include "codec/batch_encoder.h"

// Operations that decode encode to the same bytes, and a table matches the one operation it was made of.

namespace logwood::fuzz {
namespace {

// The bodies of a batch, one behind the other.
std::string BodiesOf(const BatchEncoder& batch) {
  std::string bodies;
  for (const BatchFragment& fragment : batch.fragments()) {
    const Bytes body = batch.body(fragment);
    const Bytes table = batch.table(fragment);
    LOGWOOD_ASSERT(fragment.checksum == FragmentChecksum(body, table));
    LOGWOOD_ASSERT(table.empty() || ChecksumTableMatches(body, table));
    LOGWOOD_ASSERT(table.empty() == (body.size() <= kLogBodySizeMax));
    bodies += body.string_view();
  }
  return bodies;
}

// A decoded operation that `stretch` makes large is encoded so too, and must come back.
void CheckLarge(const Operation& operation, size_t stretch) {
  BatchEncoder batch;
  const std::string value = operation.value.ToString() + std::string(stretch, 'v');
  batch.Add(EntryType::kPut, operation.collection, operation.key, value);
  batch.Seal();
  const std::string bodies = BodiesOf(batch);
  OperationReader reader(bodies);
  const std::optional<Operation> again = reader.Next().value();
  LOGWOOD_ASSERT(again.has_value() && again->key == operation.key && again->value == Bytes(value));
}

void DecodeAndEncode(const std::string& data) {
  BatchEncoder batch;
  size_t good_end = 0;
  OperationReader reader(data);
  for (auto next = reader.Next(); next.ok() && next->has_value(); next = reader.Next()) {
    const Operation& operation = **next;
    batch.Add(operation.type, operation.collection, operation.key, operation.value);
    if (good_end == 0) CheckLarge(operation, 500 * data.size());
    good_end = reader.value_offset() + operation.value.size();
  }
  batch.Seal();
  LOGWOOD_ASSERT(BodiesOf(batch) == data.substr(0, good_end));
}

// The second mode: with the table that fits, and with one that is damaged at a place that the input chooses.
void CheckTable(const std::string& data) {
  OperationReader reader(data);
  const auto operation = reader.Next();
  if (!operation.ok() || !operation->has_value()) {
    LOGWOOD_ASSERT(!ChecksumTableMatches(data, std::string(16, '\0')));
    return;
  }
  std::string table = ValueChecksumTable(data, reader.value_offset());
  const bool alone = reader.value_offset() + (*operation)->value.size() == data.size();
  LOGWOOD_ASSERT(ChecksumTableMatches(data, table) == alone);
  table[static_cast<uint8_t>(data.back()) % table.size()] ^= 1;
  LOGWOOD_ASSERT(!ChecksumTableMatches(data, table));
}

}  // namespace
}  // namespace logwood::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    logwood::fuzz::DecodeAndEncode(body);
  } else {
    logwood::fuzz::CheckTable(body);
  }
  return 0;
}
