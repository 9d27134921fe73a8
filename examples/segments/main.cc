// Segments: the building blocks of a database, used without one.
//
// A shop keeps last month's prices in one segment, this week's changes in another, and what was typed in today in a
// std::map. All three are read as one, and then put into a database in one step.

#include <iostream>
#include <logwood/logwood.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

// Today's changes: a price, or nothing where an article is no longer sold.
using Changes = std::map<std::string, std::optional<std::string>>;

// A cursor over a container of one's own: each entry once, in key order. This is all that it takes for the container to
// stand beside segments. A move that finds nothing leaves the cursor at the map's end, where it is not valid.
class ChangesCursor final : public logwood::RawCursor {
 public:
  explicit ChangesCursor(const Changes& changes) : changes_(changes), at_(changes.end()) {}

  void First() override { at_ = changes_.begin(); }
  void Last() override { Before(changes_.end()); }
  void Seek(logwood::Bytes key) override { at_ = changes_.lower_bound(key.ToString()); }
  void SeekAtOrBefore(logwood::Bytes key) override { Before(changes_.upper_bound(key.ToString())); }
  void Next() override { ++at_; }
  void Prev() override { Before(at_); }

  bool valid() const override { return at_ != changes_.end(); }
  logwood::Bytes key() const override { return at_->first; }
  logwood::Bytes value() const override { return at_->second ? logwood::Bytes(*at_->second) : logwood::Bytes(); }
  bool is_tombstone() const override { return !at_->second; }

 private:
  void Before(Changes::const_iterator next) { at_ = next == changes_.begin() ? changes_.end() : std::prev(next); }

  const Changes& changes_;
  Changes::const_iterator at_;
};

// Last month's prices come in key order, so they need no sorting.
void BuildMonth(logwood::Store& store) {
  auto month = logwood::SegmentBuilder::Create(store, "month").value();
  month.Add("apples", "1.20").Check();
  month.Add("bread", "2.50").Check();
  month.Add("cheese", "7.90").Check();
  month.Add("dates", "4.10").Check();
  month.Finish().Check();  // From here on it is durable.
}

// The week's changes come as they happened; the last of several to an article counts.
void BuildWeek(logwood::Store& store) {
  auto week = logwood::UnsortedSegmentBuilder::Create(store, "week").value();
  week.Add("cheese", "8.40").Check();
  week.Add("apples", "1.10").Check();
  week.AddTombstone("dates").Check();
  week.Add("cheese", "8.20").Check();
  week.Finish().Check();
}

// All three as one, the newest first: its entry for a key hides those of the others, and so does its tombstone.
std::unique_ptr<logwood::RawCursor> AllPrices(const Changes& today, const logwood::Segment& week,
                                              const logwood::Segment& month) {
  std::vector<std::unique_ptr<logwood::RawCursor>> sources;
  sources.push_back(std::make_unique<ChangesCursor>(today));
  sources.push_back(week.NewCursor());
  sources.push_back(month.NewCursor());
  return logwood::MergeCursors(std::move(sources));
}

}  // namespace

int main() {
  // Segments lie in any store under names of your choice; OpenFileStore() has one in a directory.
  const std::unique_ptr<logwood::Store> store = logwood::NewMemoryStore();
  BuildMonth(*store);
  BuildWeek(*store);
  const auto month = logwood::Segment::Open(*store, "month").value();
  const auto week = logwood::Segment::Open(*store, "week").value();
  const Changes today = {{"bread", std::nullopt}, {"eggs", "3.00"}};

  std::cout << "merged, with what was deleted:\n";
  const auto merged = AllPrices(today, week, month);
  for (merged->First(); merged->valid(); merged->Next()) {
    std::cout << "  " << merged->key() << ' ' << (merged->is_tombstone() ? "deleted" : merged->value()) << '\n';
  }
  merged->status().Check();

  std::cout << "what is sold:\n";
  auto living = logwood::LivingCursorOf(AllPrices(today, week, month));
  for (auto [article, price] : living) std::cout << "  " << article << ' ' << price << '\n';
  living.status().Check();

  // A database takes the merged entries in one step: all at once, and newer than what it has.
  auto db = logwood::Database::OpenInMemory().value();
  auto prices = db.OpenOrCreate("prices").value();
  prices.Put("bread", "2.30").Check();
  prices.Put("flour", "0.90").Check();
  std::vector<logwood::IngestedEntries> parts;
  parts.push_back({.collection = prices, .entries = AllPrices(today, week, month)});
  db.Ingest(std::move(parts)).Check();

  std::cout << "in the database:\n";
  auto scan = prices.Scan();
  for (auto [article, price] : scan) std::cout << "  " << article << ' ' << price << '\n';
  scan.status().Check();
}
