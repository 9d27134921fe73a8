#pragma once

#include <memory>
#include <string>

#include "kind/kind.h"

namespace logwood::testing {

// A kind whose states and edits can be read off a test: a state is one byte for each file that it refers to, the
// file's number; an edit is '+' or '-' and such a byte. It opens and writes nothing.
class ToyKind : public Kind {
 public:
  std::string InitialState(const CollectionOptions&) const override { return {}; }

  Result<std::string> ApplyEdit(Bytes state, Bytes edit) const override {
    const std::string_view text = edit.string_view();
    if (text.size() != 2) return Status::Corruption("toy edit of " + std::to_string(text.size()) + " bytes");
    std::string after = state.ToString();
    const size_t at = after.find(text[1]);
    if (text[0] == '+' && at == std::string::npos) return after + text[1];
    if (text[0] == '-' && at != std::string::npos) return after.erase(at, 1);
    return Status::Corruption("toy edit does not fit");
  }

  Result<std::set<FileNumber>> Files(Bytes state) const override {
    std::set<FileNumber> files;
    for (const std::byte number : state) {
      if (number == std::byte{0}) return Status::Corruption("toy state refers to file 0");
      files.insert(FileNumber(std::to_integer<uint64_t>(number)));
    }
    return files;
  }

  Result<std::shared_ptr<const CollectionTrees>> Open(Bytes, KindFiles&, const CollectionTrees*) const override {
    return NotHere();
  }
  Result<std::map<FileNumber, uint64_t>> Stays(EntryCursor&) const override { return NotHere(); }
  Result<KindEdit> Flush(const FlushInput&, JobOutput&) const override { return NotHere(); }
  Result<std::optional<MergePlan>> Choose(Bytes, const MergeRequest&) const override { return NotHere(); }
  Result<KindEdit> Merge(Bytes, const CollectionTrees&, JobOutput&) const override { return NotHere(); }

 private:
  static Status NotHere() { return Status::Unsupported("not in the toy kind"); }
};

inline KindRegistry ToyKinds() {
  KindRegistry kinds;
  kinds.Register(CollectionKind::kLsm, std::make_unique<ToyKind>());
  return kinds;
}

}  // namespace logwood::testing
