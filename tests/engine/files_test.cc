// Which files are there, while views hold them and after (I5).
#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "tests/model/store_audit.h"

namespace logwood::testing {
namespace {

std::vector<std::string> Trees(Store& store) {
  std::vector<std::string> names = store.List().value();
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".tree"); });
  std::ranges::sort(names);
  return names;
}

bool HasAll(const std::vector<std::string>& names, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(wanted,
                             [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); });
}

// Background jobs get their turn.
void Settle(Runtime& runtime) {
  for (int i = 0; i < 2'000; ++i) runtime.scheduler()->Yield("settle");
}

// `hold` makes something that holds the files of `users`, and returns what lets go of it.
using Hold = std::function<std::function<void()>(Database& db, const Collection& users)>;

void CheckFilesOutlive(const Hold& hold) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator simulator({.seed = seed, .disposal = Disposal::kPark});
    SimulatedStore store(simulator);
    simulator.Spawn("driver", [&] {
      Database db = Database::Open(store, {}, simulator).value();
      Collection users = db.CreateCollection("users").value();
      users.Put("ada", "1815").Check();
      db.Flush().Check();
      const std::vector<std::string> held = Trees(store);
      EXPECT_EQ(held.size(), 1u);
      const std::function<void()> let_go = hold(db, users);
      users.Put("ada", "1852").Check();
      db.Compact(users).Check();
      Settle(simulator);
      EXPECT_TRUE(HasAll(Trees(store), held)) << "a file was removed while it was held";
      let_go();
      Settle(simulator);
      EXPECT_EQ(Trees(store).size(), 1u);
      EXPECT_FALSE(HasAll(Trees(store), held)) << "a file stays though nobody holds it";
      db.Close().Check();
      EXPECT_EQ(AuditStore(store), std::vector<std::string>());
    });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
  }
}

TEST(Files, OutliveTheirMergeWhileAViewHoldsThem) {
  CheckFilesOutlive([](Database& db, const Collection&) {
    const auto view = std::make_shared<std::optional<View>>(db.NewView().value());
    return [view] { view->reset(); };
  });
}

TEST(Files, OutliveTheirMergeWhileACursorHoldsThem) {
  CheckFilesOutlive([](Database&, const Collection& users) {
    const auto cursor = std::make_shared<std::optional<Cursor>>(users.Scan());
    return [cursor] { cursor->reset(); };
  });
}

}  // namespace
}  // namespace logwood::testing
