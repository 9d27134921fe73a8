// The anomalies by their names in the literature (Berenson et al. 1995, Adya 1999), each a history of a few
// transactions over two places, which lie in one collection or in two, of whatever kinds there are.
#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "logwood/logwood.h"
#include "tests/api/map_cursor.h"

namespace logwood::testing {
namespace {

constexpr CommitOptions kNoSync{.sync = Sync::kNo};

struct NamedKind {
  const char* name;
  CollectionKind kind;
};
// A kind that joins here is shown to prevent all anomalies, alone and beside each other one.
constexpr std::array kKinds = {NamedKind{"lsm", CollectionKind::kLsm}};

// Where the two places lie: in one collection, or in two.
struct Layout {
  std::string name;
  CollectionKind first;
  std::optional<CollectionKind> second;
};

void PrintTo(const Layout& layout, std::ostream* out) { *out << layout.name; }

std::vector<Layout> AllLayouts() {
  std::vector<Layout> layouts;
  for (const NamedKind& first : kKinds) {
    layouts.push_back({.name = first.name, .first = first.kind, .second = std::nullopt});
    for (const NamedKind& second : kKinds) {
      layouts.push_back(
          {.name = std::string(first.name) + "_" + second.name, .first = first.kind, .second = second.kind});
    }
  }
  return layouts;
}

// Where what was committed last lies when the next transaction commits.
enum class Resting { kInMemtable, kInTree, kInMergedTree };

// A collection and a key in it.
struct Place {
  Collection collection;
  std::string key;
};

// A database with two places, x and y, both "0", and a range of entries beside x.
class World {
 public:
  World(const Layout& layout, Resting resting, Isolation isolation) : resting_(resting), isolation_(isolation) {
    Collection first = db_.CreateCollection("first", {.kind = layout.first}).value();
    Collection second = layout.second ? db_.CreateCollection("second", {.kind = *layout.second}).value() : first;
    x_.emplace(Place{.collection = first, .key = "x"});
    y_.emplace(Place{.collection = second, .key = "y"});
    for (const Place* const place : {&x(), &y()}) SetPlain(*place, "0");
    for (const char* const key : {"in range/b", "in range/d"}) SetPlain({.collection = first, .key = key}, "there");
  }

  [[nodiscard]] const Place& x() const { return *x_; }
  [[nodiscard]] const Place& y() const { return *y_; }
  [[nodiscard]] Database& db() { return db_; }

  Transaction Begin() { return db_.Begin({.isolation = isolation_}).value(); }
  // False: it was told of a conflict, and changed nothing.
  bool Commit(Transaction& transaction) {
    const Status status = transaction.Commit(kNoSync).status();
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kConflict) << status;
    if (!status.ok()) {
      EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
      return false;
    }
    Rest();
    return true;
  }
  // After what was written without a transaction, too.
  void Rest() {
    if (resting_ == Resting::kInTree) db_.Flush().Check();
    if (resting_ != Resting::kInMergedTree) return;
    for (const Place* const place : {&x(), &y()}) db_.Compact(place->collection).Check();
  }
  static void SetPlain(Place place, const std::string& value) {
    place.collection.Put(place.key, value, kNoSync).Check();
  }
  static std::string Get(const Place& place) { return TextOf(place.collection.Get(place.key)); }
  static std::string Get(Transaction& transaction, const Place& place) {
    return TextOf(transaction.Get(place.collection, place.key));
  }
  static void Set(Transaction& transaction, const Place& place, const std::string& value) {
    transaction.Put(place.collection, place.key, value).Check();
  }

 private:
  static std::string TextOf(Result<std::optional<PinnedValue>> found) {
    const std::optional<PinnedValue> value = std::move(found).value();
    return value ? value->bytes().ToString() : "none";
  }

  const Resting resting_;
  const Isolation isolation_;
  Database db_ = Database::OpenInMemory().value();
  std::optional<Place> x_;
  std::optional<Place> y_;
};

// Two write both places, one between the writes of the other: each leaves its own in one of them.
bool DirtyWrite(World& world) {
  Transaction first = world.Begin();
  Transaction second = world.Begin();
  World::Set(first, world.x(), "1");
  World::Set(second, world.x(), "2");
  World::Set(second, world.y(), "2");
  world.Commit(second);
  World::Set(first, world.y(), "1");
  world.Commit(first);
  return World::Get(world.x()) != World::Get(world.y());
}

// One reads what another has written, and takes back.
bool DirtyRead(World& world) {
  Transaction writer = world.Begin();
  Transaction reader = world.Begin();
  World::Set(writer, world.x(), "1");
  const std::string seen = World::Get(reader, world.x());
  World::Set(reader, world.y(), seen);
  writer.Rollback();
  return world.Commit(reader) && World::Get(world.y()) == "1";
}

// Two add one each to what both have read.
bool LostUpdate(World& world) {
  std::array<Transaction, 2> both = {world.Begin(), world.Begin()};
  for (Transaction& each : both) {
    World::Set(each, world.x(), std::to_string(std::stoi(World::Get(each, world.x())) + 1));
  }
  int committed = 0;
  for (Transaction& each : both) committed += world.Commit(each) ? 1 : 0;
  return World::Get(world.x()) != std::to_string(committed);
}

// One reads x as it was before another's commit, and y as it was after it.
bool ReadSkew(World& world) {
  Transaction reader = world.Begin();
  const std::string x = World::Get(reader, world.x());
  Transaction writer = world.Begin();
  World::Set(writer, world.x(), "1");
  World::Set(writer, world.y(), "1");
  EXPECT_TRUE(world.Commit(writer));
  return x != World::Get(reader, world.y());
}

// Each reads what the other writes: neither order of the two comes to that.
bool WriteSkew(World& world) {
  Transaction first = world.Begin();
  Transaction second = world.Begin();
  World::Set(first, world.x(), std::to_string(std::stoi(World::Get(first, world.y())) + 1));
  World::Set(second, world.y(), std::to_string(std::stoi(World::Get(second, world.x())) + 1));
  const bool first_is_committed = world.Commit(first);
  return world.Commit(second) && first_is_committed;
}

// Two that commit one after the other are seen by two readers in different orders.
bool LongFork(World& world) {
  Transaction writer_of_x = world.Begin();
  Transaction writer_of_y = world.Begin();
  World::Set(writer_of_x, world.x(), "1");
  World::Set(writer_of_y, world.y(), "1");
  Transaction early = world.Begin();
  const std::string x_early = World::Get(early, world.x());
  EXPECT_TRUE(world.Commit(writer_of_x));
  Transaction between = world.Begin();
  const std::string x_between = World::Get(between, world.x());
  EXPECT_TRUE(world.Commit(writer_of_y));
  const bool x_came_first = x_between == "1" && World::Get(between, world.y()) == "0";
  const bool y_came_first = x_early == "0" && World::Get(early, world.y()) == "1";
  EXPECT_TRUE(x_came_first);
  return x_came_first && y_came_first;
}

int CountRange(Cursor cursor) {
  int count = 0;
  for (; cursor.valid(); cursor.Next()) ++count;
  cursor.status().Check();
  return count;
}

// One counts the entries of a range and writes their number down, while another changes which there are.
bool Phantom(World& world, const std::function<void(World&, Collection)>& change) {
  const Collection& collection = world.x().collection;
  const auto count = [&](Transaction& transaction) {
    return CountRange(transaction.ScanPrefix(collection, "in range/"));
  };
  Transaction counter = world.Begin();
  const int counted = count(counter);
  World::Set(counter, world.y(), std::to_string(counted));
  change(world, collection);
  world.Rest();
  EXPECT_EQ(count(counter), counted);  // Nothing comes up within a transaction, whatever becomes of it.
  const bool is_committed = world.Commit(counter);
  return is_committed && World::Get(world.y()) != std::to_string(CountRange(collection.ScanPrefix("in range/")));
}

void InTransaction(World& world, const std::function<void(Transaction&)>& write) {
  Transaction transaction = world.Begin();
  write(transaction);
  EXPECT_TRUE(world.Commit(transaction));
}

bool PhantomByInsert(World& world) {
  return Phantom(world, [](World& of, Collection collection) {
    InTransaction(of, [&](Transaction& other) { other.Put(collection, "in range/c", "new").Check(); });
  });
}

bool PhantomByPlainInsert(World& world) {
  return Phantom(world, [](World&, Collection collection) { collection.Put("in range/c", "new", kNoSync).Check(); });
}

bool PhantomByDelete(World& world) {
  return Phantom(world, [](World& of, Collection collection) {
    InTransaction(of, [&](Transaction& other) { other.Delete(collection, "in range/b").Check(); });
  });
}

bool PhantomByRangeDelete(World& world) {
  return Phantom(world, [](World& of, Collection collection) {
    InTransaction(of, [&](Transaction& other) { other.DeleteRange(collection, "in range/c", "x").Check(); });
  });
}

bool PhantomByBulkLoad(World& world) {
  return Phantom(world, [](World& of, Collection collection) {
    std::vector<IngestedEntries> parts;
    parts.push_back({.collection = collection, .entries = NewMapCursor({{"in range/c", "new"}})});
    of.db().Ingest(std::move(parts)).Check();
  });
}

struct Anomaly {
  const char* name;
  bool (*happens)(World&);
  bool is_possible_under_snapshot = false;
};
constexpr std::array kAnomalies = {Anomaly{"dirty write", DirtyWrite},
                                   Anomaly{"dirty read", DirtyRead},
                                   Anomaly{"lost update", LostUpdate},
                                   Anomaly{"read skew", ReadSkew},
                                   Anomaly{"write skew", WriteSkew, true},
                                   Anomaly{"phantom by insert", PhantomByInsert, true},
                                   Anomaly{"phantom by plain insert", PhantomByPlainInsert, true},
                                   Anomaly{"phantom by delete", PhantomByDelete, true},
                                   Anomaly{"phantom by range delete", PhantomByRangeDelete, true},
                                   Anomaly{"phantom by bulk load", PhantomByBulkLoad, true},
                                   Anomaly{"long fork", LongFork}};

class AnomaliesTest : public ::testing::TestWithParam<std::tuple<Layout, Resting>> {};

std::string NameOf(const ::testing::TestParamInfo<AnomaliesTest::ParamType>& parameter) {
  constexpr std::array kRestings = {"InMemtable", "InTree", "InMergedTree"};
  return std::get<Layout>(parameter.param).name + "_" +
         kRestings[static_cast<size_t>(std::get<Resting>(parameter.param))];
}

constexpr std::array kAllRestings = {Resting::kInMemtable, Resting::kInTree, Resting::kInMergedTree};

INSTANTIATE_TEST_SUITE_P(Kinds, AnomaliesTest,
                         ::testing::Combine(::testing::ValuesIn(AllLayouts()), ::testing::ValuesIn(kAllRestings)),
                         NameOf);

TEST_P(AnomaliesTest, ArePreventedUnderSerializable) {
  const auto& [layout, resting] = GetParam();
  for (const Anomaly& anomaly : kAnomalies) {
    World world(layout, resting, Isolation::kSerializable);
    EXPECT_FALSE(anomaly.happens(world)) << anomaly.name;
  }
}

TEST_P(AnomaliesTest, ArePossibleUnderSnapshotWhereItAllowsThem) {
  const auto& [layout, resting] = GetParam();
  for (const Anomaly& anomaly : kAnomalies) {
    World world(layout, resting, Isolation::kSnapshot);
    EXPECT_EQ(anomaly.happens(world), anomaly.is_possible_under_snapshot) << anomaly.name;
  }
}

}  // namespace
}  // namespace logwood::testing
