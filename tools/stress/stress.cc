#include "tools/stress/stress.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>
#include <system_error>

#include "base/status_macros.h"

namespace logwood::stress {
namespace {

constexpr size_t kWindow = 32;              // Operations that a lane is asked ahead.
constexpr uint64_t kSampledKeys = 200;      // That a check gets one by one.
constexpr std::chrono::seconds kHang{300};  // Nothing that is asked may take longer.
constexpr std::chrono::seconds kTick{1};
constexpr uint64_t kEarlyOneIn = 4;  // Lives killed by time, most of them while the database opens.
constexpr uint64_t kEarlyMicrosecondsMax = 30'000;
constexpr uint64_t kCloseOneIn = 8;
constexpr uint64_t kOperationsBitsMin = 3;  // A life works on up to 2^3 to 2^12 operations.
constexpr uint64_t kOperationsBitsMax = 12;
constexpr uint64_t kMemtableSizeMin = 64 << 10;
constexpr uint64_t kMemtableDoublings = 5;

Status CheckIsFree(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error) || std::filesystem::is_empty(directory, error)) return Status::Ok();
  return Status::AlreadyExists(directory + ": not empty; name a new or an empty directory");
}

}  // namespace

Stress::Stress(std::string directory, const Settings& settings, const std::atomic<bool>& interrupted, Watch watch)
    : directory_(std::move(directory)),
      settings_(settings),
      interrupted_(interrupted),
      watch_(std::move(watch)),
      model_(settings) {}

Result<Report> Stress::Run() {
  LOGWOOD_RETURN_IF_ERROR(CheckIsFree(directory_));
  begin_ = Clock::now();
  next_tick_ = begin_ + kTick;
  const auto end =
      begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(settings_.seconds));
  while (Clock::now() < end && !interrupted_ && !report_.violation) {
    LOGWOOD_RETURN_IF_ERROR(RunLife(DrawPlan(life_ + 1)));
    if (settings_.between_lives && !report_.violation) settings_.between_lives(directory_);
  }
  report_.interrupted = interrupted_;
  // The last life checks what is there and closes in order.
  if (!report_.violation) {
    Plan plan = DrawPlan(life_ + 1);
    plan.operations = 0;
    plan.kill_after.reset();
    plan.closes = true;
    LOGWOOD_RETURN_IF_ERROR(RunLife(plan));
  }
  report_.figures.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  return report_;
}

Stress::Plan Stress::DrawPlan(uint32_t life) const {
  SeededRandom random(SeededRandom(settings_.seed).Next() + life);
  Plan plan;
  const uint64_t bits = kOperationsBitsMin + random.Below(kOperationsBitsMax - kOperationsBitsMin + 1);
  plan.operations = 1 + random.Below(uint64_t{1} << bits);
  plan.memtable_size_bytes = kMemtableSizeMin << random.Below(kMemtableDoublings);
  plan.sample_seed = random.Next();
  if (random.OneIn(kEarlyOneIn)) {
    plan.kill_after = std::chrono::microseconds(random.Below(kEarlyMicrosecondsMax));
  } else {
    plan.closes = random.OneIn(kCloseOneIn);
  }
  return plan;
}

Status Stress::RunLife(const Plan& plan) {
  plan_ = plan;
  ++life_;
  ++report_.figures.lives;
  lanes_.clear();
  for (uint32_t lane = 0; lane < settings_.threads; ++lane) lanes_.push_back({Generator(settings_, life_, lane), {}});
  model_.BeginLife(life_);
  LOGWOOD_ASSIGN_OR_RETURN(ChildProcess child, ChildProcess::Start(directory_, settings_));
  child_.emplace(std::move(child));
  life_begin_ = last_reply_ = Clock::now();
  worked_ = 0;
  BeginChecking();
  while (phase_ != Phase::kOver && !report_.violation) {
    Advance();
    AskMore();
    if (phase_ == Phase::kOver) break;
    LOGWOOD_RETURN_IF_ERROR(WaitAndTakeReplies());
    Tick();
    if (!report_.violation && phase_ != Phase::kOver && IsTimeToKill()) LOGWOOD_RETURN_IF_ERROR(Kill());
  }
  child_.reset();
  return Status::Ok();
}

void Stress::BeginChecking() {
  phase_ = Phase::kChecking;
  model_.SetChecking(true);
  script_.clear();
  script_.push_back({.kind = OperationKind::kOpen, .memtable_size_bytes = plan_.memtable_size_bytes});
  const auto keys = static_cast<uint32_t>(settings_.keys + settings_.threads);
  for (uint32_t collection = 0; collection <= settings_.collections; ++collection) {
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      script_.push_back(
          {.kind = OperationKind::kScan, .direction = direction, .collection = collection, .begin = 0, .end = keys});
    }
  }
  SeededRandom random(plan_.sample_seed);
  for (uint64_t i = 0; i < kSampledKeys; ++i) {
    script_.push_back({.kind = OperationKind::kGet,
                       .collection = static_cast<uint32_t>(random.Below(settings_.collections + 1)),
                       .begin = static_cast<uint32_t>(random.Below(keys))});
  }
  script_.push_back({.kind = OperationKind::kReadBank});
  script_.push_back({.kind = OperationKind::kVerify});
}

bool Stress::answered_all() const {
  return script_.empty() && std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.asked.empty(); });
}

void Stress::Advance() {
  if (phase_ == Phase::kChecking && answered_all()) {
    const Model::Settled settled = model_.SettleDoubts();
    report_.figures.found_applied += settled.applied;
    report_.figures.found_missing += settled.not_applied;
    ++report_.figures.checks;
    model_.SetChecking(false);
    for (uint32_t collection = 0; collection < settings_.collections; ++collection) {
      if (model_.Exists(collection)) continue;
      script_.push_back({.kind = OperationKind::kEnsure, .collection = collection});
    }
    phase_ = Phase::kMaking;
  }
  if (phase_ == Phase::kMaking && answered_all()) phase_ = Phase::kWorking;
  if (phase_ == Phase::kWorking && plan_.closes && worked_ >= plan_.operations && answered_all()) {
    script_.push_back({.kind = OperationKind::kVerify});
    script_.push_back({.kind = OperationKind::kClose});
    phase_ = Phase::kClosing;
  } else if (phase_ == Phase::kClosing && answered_all()) {
    child_->LetEnd();
    ++report_.figures.closes;
    EndByItself();
  }
}

void Stress::AskMore() {
  if (phase_ == Phase::kOver) return;
  for (uint32_t number = 0; number < lanes_.size(); ++number) {
    Lane& lane = lanes_[number];
    while (lane.asked.size() < kWindow && !lane.is_gone) {
      if (number == 0 && !script_.empty()) {
        lane.asked.push_back(lane.generator.Numbered(script_.front()));
        script_.pop_front();
      } else if (draws()) {
        lane.asked.push_back(lane.generator.Next());
      } else {
        break;
      }
      lane.is_gone = !child_->channels()[number].Send(Encode(lane.asked.back()));
    }
  }
}

Status Stress::WaitAndTakeReplies() {
  std::vector<pollfd> waiting;
  for (Channel& channel : child_->channels()) waiting.push_back({channel.descriptor(), POLLIN, 0});
  auto until = next_tick_;
  if (plan_.kill_after) until = std::min(until, life_begin_ + *plan_.kill_after);
  const auto left = std::chrono::ceil<std::chrono::microseconds>(until - Clock::now()).count();
  const timespec timeout{.tv_sec = std::max<int64_t>(0, left) / 1'000'000,
                         .tv_nsec = std::max<int64_t>(0, left) % 1'000'000 * 1000};
  const int ready = ::ppoll(waiting.data(), waiting.size(), &timeout, nullptr);
  if (ready <= 0) {
    if (Clock::now() - last_reply_ < kHang) return Status::Ok();
    report_.violation = Violation{.what = "the child does not answer",
                                  .where = lanes_.front().asked.empty() ? fmt::format("life {}", life_)
                                                                        : lanes_.front().asked.front().id.ToString(),
                                  .expected = "an answer",
                                  .found = fmt::format("none for {} seconds", kHang.count())};
    return Status::Ok();
  }
  for (uint32_t lane = 0; lane < lanes_.size() && !report_.violation; ++lane) {
    if (waiting[lane].revents == 0) continue;
    LOGWOOD_RETURN_IF_ERROR(TakeReplies(lane));
    if (!lanes_[lane].is_gone || report_.violation) continue;
    child_->LetEnd();
    EndByItself();
    return Status::Ok();
  }
  return Status::Ok();
}

Status Stress::TakeReplies(uint32_t number) {
  Lane& lane = lanes_[number];
  Channel& channel = child_->channels()[number];
  lane.is_gone = !channel.TakeIn();
  while (const std::optional<std::string> message = channel.Next()) {
    if (report_.violation) break;
    LOGWOOD_RETURN_IF_ERROR(TakeReply(lane, DecodeReply(*message)));
  }
  return Status::Ok();
}

Status Stress::TakeReply(Lane& lane, const Reply& reply) {
  last_reply_ = Clock::now();
  const Operation operation = std::move(lane.asked.front());
  lane.asked.pop_front();
  if (reply.code == StatusCode::kNoSpace) return Status::NoSpace(reply.message);
  report_.violation = model_.Judge(operation, reply);
  Figures& figures = report_.figures;
  ++figures.operations;
  figures.compared = model_.compared();
  const bool changes = operation.writes_entries() || operation.kind == OperationKind::kTransfer ||
                       operation.kind == OperationKind::kEnsure || operation.kind == OperationKind::kDrop;
  if (changes && reply.result == Reply::Result::kOk) {
    ++figures.acknowledged;
    figures.synced += operation.sync == Sync::kYes ? 1 : 0;
  }
  if (phase_ == Phase::kWorking) ++worked_;
  return Status::Ok();
}

bool Stress::draws() const { return phase_ == Phase::kWorking && !(plan_.closes && worked_ >= plan_.operations); }

bool Stress::IsTimeToKill() const {
  if (interrupted_ && !(plan_.closes && plan_.operations == 0)) return true;
  if (plan_.kill_after) return Clock::now() >= life_begin_ + *plan_.kill_after;
  return !plan_.closes && phase_ == Phase::kWorking && worked_ >= plan_.operations;
}

// What the child had sent before counts; then the first operation of each lane that was not answered is in doubt.
Status Stress::Kill() {
  child_->Kill();
  ++report_.figures.kills;
  if (phase_ == Phase::kChecking) ++report_.figures.early_kills;
  for (uint32_t lane = 0; lane < lanes_.size() && !report_.violation; ++lane) {
    LOGWOOD_RETURN_IF_ERROR(TakeReplies(lane));
    if (!lanes_[lane].asked.empty()) model_.Doubt(lanes_[lane].asked.front());
  }
  phase_ = Phase::kOver;
  return Status::Ok();
}

// The child has ended, as it was let or not.
void Stress::EndByItself() {
  const std::string fault = child_->Fault();
  const bool was_let = phase_ == Phase::kClosing && answered_all();
  phase_ = Phase::kOver;
  if (fault.empty() && was_let) return;
  std::string where = fmt::format("life {}", life_);
  for (const Lane& lane : lanes_) {
    if (!lane.asked.empty())
      where += fmt::format("; asked: {}: {}", lane.asked.front().id.ToString(), lane.asked.front().ToString());
  }
  report_.violation = Violation{.what = "the child died",
                                .where = std::move(where),
                                .expected = "a process that lives until it is killed",
                                .found = fault.empty() ? "it ended, as if it had been asked to" : fault};
}

void Stress::Tick() {
  const auto now = Clock::now();
  if (now < next_tick_) return;
  next_tick_ = now + kTick;
  report_.figures.seconds = std::chrono::duration<double>(now - begin_).count();
  if (watch_) watch_(report_.figures);
}

}  // namespace logwood::stress
