#include "object_store.h"

#include <chrono>
#include <gtest/gtest.h>
#include <logwood/logwood.h>
#include <memory>
#include <string>

#include "simulated_service.h"

namespace example {
namespace {

using logwood::AppendFile;
using logwood::Bytes;
using logwood::Database;
using logwood::LockMode;
using logwood::Status;
using logwood::StatusCode;
using std::chrono::nanoseconds;

RetryOptions ThreeAttempts() {
  RetryOptions retries;
  retries.attempts = 3;
  retries.wait = [](nanoseconds) {};
  return retries;
}

std::string ReadAll(ObjectStore& store, std::string_view name) {
  const auto file = store.Open(name).value();
  std::string bytes(file->size(), '\0');
  bytes.resize(file->Read(0, std::as_writable_bytes(std::span(bytes))).value());
  return bytes;
}

TEST(ObjectStore, SmallAppendsAreOneObjectAtEachSync) {
  SimulatedService service;
  ObjectStore store(service);
  const auto file = store.Create("log", {}).value();
  const uint64_t before = service.objects_created();
  for (int sync = 0; sync < 3; ++sync) {
    for (int i = 0; i < 100; ++i) file->Append("record").Check();
    EXPECT_EQ(service.objects_created(), before + static_cast<uint64_t>(sync));
    file->Sync().Check();
    file->Sync().Check();
    EXPECT_EQ(service.objects_created(), before + static_cast<uint64_t>(sync) + 1);
  }
  EXPECT_EQ(ReadAll(store, "log").size(), 1800u);
}

TEST(ObjectStore, FullChunkIsPutWithoutSync) {
  SimulatedService service;
  ObjectStore store(service, {.chunk_size_bytes = 10});
  const auto file = store.Create("log", {}).value();
  const uint64_t before = service.objects_created();
  file->Append("123456789").Check();
  EXPECT_EQ(service.objects_created(), before);
  file->Append("0").Check();
  EXPECT_EQ(service.objects_created(), before + 1);
}

TEST(ObjectStore, SyncTakesTheTimeOfOnePut) {
  nanoseconds passed{0};
  SimulatedService service(
      {.put_latency = std::chrono::milliseconds(30), .wait = [&](nanoseconds time) { passed += time; }});
  ObjectStore store(service);
  const auto file = store.Create("log", {}).value();
  passed = nanoseconds(0);
  for (int i = 0; i < 1000; ++i) file->Append("record").Check();
  EXPECT_EQ(passed, nanoseconds(0));
  file->Sync().Check();
  EXPECT_EQ(passed, std::chrono::milliseconds(30));
}

TEST(ObjectStore, RepeatsALostPutAfterGrowingDelays) {
  SimulatedService service;
  std::vector<nanoseconds> delays;
  RetryOptions retries;
  retries.attempts = 4;
  retries.first_delay = nanoseconds(5);
  retries.wait = [&](nanoseconds time) { delays.push_back(time); };
  ObjectStore store(service, {.retries = retries});
  const auto file = store.Create("log", {}).value();
  file->Append("kept").Check();
  service.LoseAt(service.requests() + 1, Lost::kRequest, LostFor::kForEver);
  EXPECT_EQ(file->Sync().code(), StatusCode::kIo);
  EXPECT_EQ(delays, (std::vector{nanoseconds(5), nanoseconds(10), nanoseconds(20)}));
}

TEST(ObjectStore, FindsItsOwnPutAfterALostAnswer) {
  SimulatedService service;
  ObjectStore store(service, {.retries = ThreeAttempts()});
  const auto file = store.Create("log", {}).value();
  file->Append("once").Check();
  service.LoseAt(service.requests() + 1, Lost::kAnswer, LostFor::kOnce);
  EXPECT_EQ(file->Sync(), Status::Ok());
  file->Append(", and more").Check();
  EXPECT_EQ(file->Sync(), Status::Ok());
  ObjectStore other(service);
  EXPECT_EQ(ReadAll(other, "log"), "once, and more");
}

TEST(ObjectStore, FailedSyncNeverSucceedsLater) {
  SimulatedService service;
  ObjectStore store(service, {.retries = ThreeAttempts()});
  const auto file = store.Create("log", {}).value();
  file->Append("lost").Check();
  service.LoseAt(service.requests() + 1, Lost::kRequest, LostFor::kForEver);
  EXPECT_EQ(file->Sync().code(), StatusCode::kIo);
  service.Heal();
  EXPECT_EQ(file->Sync().code(), StatusCode::kIo);
  EXPECT_EQ(file->Append("more").code(), StatusCode::kIo);
}

TEST(ObjectStore, LockOfADeadWriterIsKeptUntilSomebodyTakesOver) {
  SimulatedService service;
  ObjectStore dead(service, {.owner = "the first"});
  const auto lock = dead.Lock(LockMode::kExclusive).value();
  ObjectStore careful(service);
  const Status busy = careful.Lock(LockMode::kExclusive).status();
  EXPECT_EQ(busy.code(), StatusCode::kBusy);
  EXPECT_NE(busy.message().find("the first"), std::string_view::npos) << busy;
  ObjectStore next(service, {.take_over = TakeOver::kYes});
  const auto taken = next.Lock(LockMode::kExclusive).value();
  EXPECT_EQ(next.Lock(LockMode::kExclusive).status().code(), StatusCode::kBusy) << "taking over is for once";
}

TEST(ObjectStore, SecondWriterFencesTheFirst) {
  SimulatedService service;
  ObjectStore first(service);
  const auto lock = first.Lock(LockMode::kExclusive).value();
  const auto file = first.Create("log", {}).value();
  file->Append("synced").Check();
  file->Sync().Check();
  file->Append(", not synced").Check();

  ObjectStore second(service, {.take_over = TakeOver::kYes});
  const auto taken = second.Lock(LockMode::kExclusive).value();
  EXPECT_EQ(ReadAll(second, "log"), "synced");
  for (int i = 0; i < 2; ++i) {
    const Status status = file->Sync();
    EXPECT_EQ(status.code(), StatusCode::kIo);
    EXPECT_NE(status.message().find("another writer has taken over"), std::string_view::npos) << status;
  }
  EXPECT_EQ(file->Append("more").code(), StatusCode::kIo);
  EXPECT_EQ(first.Create("new", {}).status().code(), StatusCode::kIo);
  EXPECT_EQ(first.Remove("log").code(), StatusCode::kIo);
  EXPECT_EQ(second.List().value(), std::vector<std::string>{"log"});
  EXPECT_EQ(ReadAll(second, "log"), "synced");
}

TEST(ObjectStore, DatabaseThatWasTakenOverNeverWritesAgain) {
  SimulatedService service;
  ObjectStore first_store(service);
  Database first = Database::Open(first_store).value();
  auto users = first.OpenOrCreate("users").value();
  users.Put("ada", "1815").Check();

  ObjectStore second_store(service, {.take_over = TakeOver::kYes});
  Database second = Database::Open(second_store).value();
  EXPECT_EQ(users.Put("charles", "1791").code(), StatusCode::kIo);
  EXPECT_EQ(users.Put("charles", "1791").code(), StatusCode::kIo);
  auto same_users = second.OpenCollection("users").value();
  same_users.Put("alan", "1912").Check();
  EXPECT_FALSE(first.Close().ok());
  second.Close().Check();

  ObjectStore third_store(service);
  Database third = Database::Open(third_store).value();
  std::string found;
  logwood::Cursor cursor = third.OpenCollection("users").value().Scan();
  for (const auto [key, value] : cursor) found += key.ToString() + " ";
  cursor.status().Check();
  EXPECT_EQ(found, "ada alan ");
}

TEST(ObjectStore, NextWriterDeletesChunksWithoutAName) {
  SimulatedService service;
  {
    ObjectStore store(service, {.retries = ThreeAttempts()});
    const auto file = store.Create("log", {}).value();
    file->Append("bytes").Check();
    file->Sync().Check();
    store.Remove("log").Check();
    service.LoseAt(service.requests() + 1, Lost::kRequest, LostFor::kForEver);
  }
  service.Heal();
  EXPECT_EQ(service.List("files/").value().size(), 1u);
  ObjectStore next(service);
  const auto lock = next.Lock(LockMode::kExclusive).value();
  EXPECT_EQ(service.List("files/").value().size(), 0u);
}

}  // namespace
}  // namespace example
