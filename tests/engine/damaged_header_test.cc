#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "log/log_format.h"
#include "tests/engine/engine_fixture.h"

namespace logwood {
namespace {

std::string ReadAll(Store& store, const std::string& name) {
  const std::unique_ptr<ReadableFile> file = store.Open(name).value();
  std::string bytes(file->size(), '\0');
  EXPECT_EQ(file->Read(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  return bytes;
}

void WriteAll(Store& store, const std::string& name, Bytes bytes) {
  const std::unique_ptr<AppendFile> file = store.Create(name, {}).value();
  file->Append(bytes).Check();
  file->Sync().Check();
}

// A database with one synced entry, which its log alone holds.
std::unique_ptr<Store> NewDatabase() {
  std::unique_ptr<Store> store = NewMemoryStore();
  const std::shared_ptr<Engine> engine = OpenEngine(*store);
  const CollectionId id = engine->CreateCollection("c", {}).value().id;
  PutOne(*engine, id, "k", "v", Sync::kYes).Check();
  engine->Close().Check();
  return store;
}

void Replace(Store& store, const std::string& name, Bytes bytes) {
  store.Remove(name).Check();
  WriteAll(store, name, bytes);
}

TEST(DamagedLogHeader, IsCorruptionAtEveryByteAndLosesNothing) {
  for (size_t at = 0; at < kLogDataStart; ++at) {
    const std::unique_ptr<Store> store = NewDatabase();
    const std::string name = FilesEndingWith(*store, ".log").back();
    const std::string whole = ReadAll(*store, name);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    Replace(*store, name, damaged);

    const Status status = Engine::Open(PartsFor(*store), {}).status();
    EXPECT_EQ(status.code(), StatusCode::kCorruption) << "byte " << at << ": " << status;
    EXPECT_NE(status.message().find("log file 2 offset "), std::string_view::npos) << status;

    Replace(*store, name, whole);
    const std::shared_ptr<Engine> engine = OpenEngine(*store);
    const CollectionId id = engine->OpenCollection("c").value().id;
    EXPECT_EQ(GetOne(engine->View().value(), id, "k"), "v") << "byte " << at;
  }
}

TEST(DamagedLogHeader, OfAStrangerIsNoneOfOurs) {
  const std::unique_ptr<Store> store = NewDatabase();
  WriteAll(*store, "000070.log", std::string(200, 'x'));
  const std::shared_ptr<Engine> engine = OpenEngine(*store);
  EXPECT_EQ(engine->Verify().value().strangers, (std::vector<std::string>{"000070.log"}));
  EXPECT_EQ(ReadAll(*store, "000070.log"), std::string(200, 'x'));
}

}  // namespace
}  // namespace logwood
