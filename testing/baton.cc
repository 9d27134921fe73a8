// How the baton goes round
//
// 1. `running_` is the actor that holds the baton; it alone executes code outside of this file. All state here is
//    guarded by `mutex_`, a real one, which is held for moments only.
// 2. At a point (a call of the scheduler) the running actor counts a step, and Choose() picks the next from all that
//    can run. If it is another one, the baton goes to it directly, and the old holder sleeps until it is back.
// 3. A thread starts when its actor gets the baton for the first time. It ends by passing the baton on, from the
//    destructor of the first of its thread-local objects: so the destructors of all others belong to the actor's turn.
// 4. When nobody can run, or the steps are used up, the baton goes to nobody, and Run() wakes. It then disposes of
//    the actors that are left, one after the other: each gets the baton and leaves by an exception, or is parked.
// 5. Locking, waiting and Yield() may throw; unlocking and notifying never do, for destructors call them. While an
//    actor is being unwound its calls do nothing: nobody else runs, so nothing needs to be excluded. A wait then can
//    never end, so the thread is parked.
#include "testing/baton.h"

#include <algorithm>
#include <exception>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"

namespace logwood::testing {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kStepDuration = std::chrono::microseconds(1);

// Ends an actor of a run that is over.
class RunIsOver : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string_view ToString(Point point) {
  switch (point) {
    case Point::kStart: return "start";
    case Point::kLock: return "lock";
    case Point::kUnlock: return "unlock";
    case Point::kWait: return "wait";
    case Point::kNotifyOne: return "notify one";
    case Point::kNotifyAll: return "notify all";
    case Point::kYield: return "yield";
  }
  return "unknown";
}

// Refers to `self` alone, which is leaked: the simulator may go.
[[noreturn]] void SleepForever(Actor& self) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  for (;;) self.turn.wait(lock);
}

}  // namespace

// Actors and threads.

void Baton::Spawn(std::string name, std::function<void()> body) {
  const Lock lock(mutex_);
  if (Self() != nullptr && end_.has_value()) return;
  Add(std::move(name), std::move(body));
}

void Baton::SpawnJob(std::function<void()> job) {
  const Lock lock(mutex_);
  if (Self() != nullptr && end_.has_value()) return;
  Add("job " + std::to_string(++jobs_added_), std::move(job));
}

void Baton::SpawnJobAfter(nanoseconds delay, std::function<void()> job) {
  const Lock lock(mutex_);
  if (Self() != nullptr && end_.has_value()) return;
  Actor& actor = Add("job " + std::to_string(++jobs_added_), std::move(job));
  actor.state = ActorState::kWaiting;
  actor.deadline = now_ + delay;
}

Actor& Baton::Add(std::string name, std::function<void()> body) {
  JoinEnded();
  auto actor = std::make_unique<Actor>();
  actor->id = ++actors_added_;
  actor->name = std::move(name);
  actor->body = std::move(body);
  actors_.push_back(std::move(actor));
  return *actors_.back();
}

void Baton::JoinEnded() {
  std::erase_if(actors_, [](const std::unique_ptr<Actor>& actor) {
    if (actor->state != ActorState::kEnded) return false;
    actor->thread.join();  // At its very end: it needs nothing from here any more.
    return true;
  });
}

Actor* Baton::Self() {
  if (!in_run_) return nullptr;
  LOGWOOD_ASSERT(running_ != nullptr);
  LOGWOOD_ASSERT(running_->thread.get_id() == std::this_thread::get_id());  // Else: a thread that is not an actor.
  return running_;
}

void Baton::ThreadMain(Actor& self) {
  thread_local LastWord last_word;
  last_word.baton = this;
  last_word.actor = &self;
  try {
    {
      Lock lock(mutex_);
      self.in_body = true;
      Step(lock, self, Point::kStart);
      LeaveIfOver(self);
    }
    self.body();
  } catch (const RunIsOver&) {
  }
  self.in_body = false;
  self.body = nullptr;
}

void Baton::End(Actor& self) {
  const Lock lock(mutex_);
  self.state = ActorState::kEnded;
  LOGWOOD_ASSERT(end_.has_value() || self.held.empty());
  if (end_.has_value()) {
    running_ = nullptr;
    changed_.notify_one();
  } else {
    Give(Choose());
  }
}

// Turns.

void Baton::Step(Lock& lock, Actor& self, Point point, std::string_view name) {
  self.last_point = name.empty() ? ToString(point) : name;
  ++steps_;
  now_ += kStepDuration;
  trace_hash_ = Hash64(name, trace_hash_ ^ (self.id << 8) ^ static_cast<uint64_t>(point));
  if (options_.trace != nullptr) *options_.trace << self.id << ' ' << self.name << ' ' << self.last_point << '\n';
  if (steps_ >= options_.step_limit) end_ = SimulationEnd::kStepLimit;
  PassOn(lock, self);
}

void Baton::PassOn(Lock& lock, Actor& self) {
  Actor* const next = end_.has_value() ? nullptr : Choose();
  if (next == &self) return;
  Give(next);
  self.turn.wait(lock, [&] { return running_ == &self; });
  if (end_.has_value() && options_.disposal == Disposal::kPark) Park(lock, self);
}

void Baton::Give(Actor* next) {
  running_ = next;
  if (next == nullptr) {
    changed_.notify_one();
  } else if (next->thread.joinable()) {
    next->turn.notify_one();
  } else {
    next->thread = std::thread([this, next] { ThreadMain(*next); });
  }
}

Actor* Baton::Choose() {
  WakeDue();
  const auto can_run = [](const auto& actor) { return actor->state == ActorState::kRunnable; };
  if (std::ranges::none_of(actors_, can_run)) JumpToEarliestDeadline();
  std::vector<uint64_t> runnable;
  bool all_ended = true;
  for (const auto& actor : actors_) {
    if (can_run(actor)) runnable.push_back(actor->id);
    all_ended = all_ended && actor->gone();
  }
  if (runnable.empty()) {
    end_ = all_ended ? SimulationEnd::kCompleted : SimulationEnd::kDeadlock;
    return nullptr;
  }
  const uint64_t chosen = choice_.Next(runnable);
  return std::ranges::find(actors_, chosen, [](const auto& actor) { return actor->id; })->get();
}

void Baton::WakeDue() {
  for (const auto& actor : actors_) {
    if (actor->state != ActorState::kWaiting || !actor->deadline.has_value() || *actor->deadline > now_) continue;
    actor->timed_out = true;
    Wake(*actor);
  }
}

void Baton::JumpToEarliestDeadline() {
  std::optional<nanoseconds> earliest;
  for (const auto& actor : actors_) {
    if (actor->state != ActorState::kWaiting || !actor->deadline.has_value()) continue;
    earliest = std::min(earliest.value_or(*actor->deadline), *actor->deadline);
  }
  if (!earliest.has_value()) return;
  now_ = *earliest;
  WakeDue();
}

void Baton::Wake(Actor& actor) {
  actor.state = ActorState::kRunnable;
  actor.deadline.reset();
}

// The scheduler.

void Baton::LockMutex(const void* mutex) {
  Lock lock(mutex_);
  Actor* const self = Self();
  if (self == nullptr) return;
  LeaveIfOver(*self);
  if (end_.has_value()) return;
  Step(lock, *self, Point::kLock);
  LeaveIfOver(*self);
  Acquire(lock, *self, mutex);
}

void Baton::UnlockMutex(const void* mutex) {
  Lock lock(mutex_);
  Actor* const self = Self();
  if (self == nullptr || end_.has_value()) return;
  Release(*self, mutex);
  Step(lock, *self, Point::kUnlock);
}

bool Baton::Wait(const void* condition, const void* mutex, std::optional<nanoseconds> timeout) {
  Lock lock(mutex_);
  Actor* const self = Self();
  if (self == nullptr) {
    LOGWOOD_ASSERT(timeout.has_value());  // Else nobody could end this wait.
    now_ += *timeout;
    return false;
  }
  LeaveIfOver(*self);
  if (end_.has_value()) Park(lock, *self);
  Release(*self, mutex);
  self->state = ActorState::kWaiting;
  self->condition = condition;
  self->mutex = mutex;
  self->timed_out = false;
  if (timeout.has_value() && *timeout < nanoseconds::max() - now_) self->deadline = now_ + *timeout;
  Step(lock, *self, Point::kWait);
  LeaveIfOver(*self);
  if (end_.has_value()) Park(lock, *self);
  Acquire(lock, *self, mutex);
  return !self->timed_out;
}

void Baton::NotifyOne(const void* condition) {
  Lock lock(mutex_);
  Actor* const self = Self();
  if (self == nullptr || end_.has_value()) return;
  Step(lock, *self, Point::kNotifyOne);
  std::vector<Actor*> waiting;
  for (const auto& actor : actors_) {
    if (actor->WaitsOn(condition)) waiting.push_back(actor.get());
  }
  if (!waiting.empty()) Wake(*waiting[choice_.Below(waiting.size())]);
}

void Baton::NotifyAll(const void* condition) {
  Lock lock(mutex_);
  Actor* const self = Self();
  if (self == nullptr || end_.has_value()) return;
  Step(lock, *self, Point::kNotifyAll);
  for (const auto& actor : actors_) {
    if (actor->WaitsOn(condition)) Wake(*actor);
  }
}

void Baton::Yield(std::string_view point) {
  Lock lock(mutex_);
  Actor* const self = Self();
  if (self == nullptr) return;
  LeaveIfOver(*self);
  if (end_.has_value()) return;
  Step(lock, *self, Point::kYield, point);
  LeaveIfOver(*self);
}

void Baton::Acquire(Lock& lock, Actor& self, const void* mutex) {
  if (end_.has_value()) return;
  while (owners_.contains(mutex)) {
    self.state = ActorState::kLocking;
    self.mutex = mutex;
    PassOn(lock, self);
    LeaveIfOver(self);
    if (end_.has_value()) return;
  }
  owners_[mutex] = &self;
  self.held.push_back(mutex);
}

void Baton::Release(Actor& self, const void* mutex) {
  const auto owner = owners_.find(mutex);
  LOGWOOD_ASSERT(owner != owners_.end());
  LOGWOOD_ASSERT(owner->second == &self);
  owners_.erase(owner);
  std::erase(self.held, mutex);
  for (const auto& actor : actors_) {
    if (actor->state == ActorState::kLocking && actor->mutex == mutex) Wake(*actor);
  }
}

// The end of a run.

void Baton::LeaveIfOver(const Actor& self) const {
  if (!end_.has_value() || !self.in_body || std::uncaught_exceptions() > 0) return;
  throw RunIsOver(report_);
}

void Baton::Park(Lock& lock, Actor& self) {
  self.state = ActorState::kParked;
  running_ = nullptr;
  changed_.notify_one();
  lock.unlock();
  SleepForever(self);
}

SimulationReport Baton::Run() {
  std::vector<std::unique_ptr<Actor>> left_over;  // Destroyed without the lock, for what they hold may call.
  Lock lock(mutex_);
  LOGWOOD_ASSERT(!in_run_);
  in_run_ = true;
  end_.reset();
  Give(Choose());
  changed_.wait(lock, [this] { return end_.has_value() && running_ == nullptr; });
  SimulationReport report = Report();
  report_ = ToString(report);
  DisposeOfActors(lock);
  left_over.swap(actors_);
  owners_.clear();
  in_run_ = false;
  lock.unlock();
  return report;
}

void Baton::DisposeOfActors(Lock& lock) {
  for (auto& actor : actors_) {
    if (!actor->thread.joinable()) continue;
    if (!actor->gone()) {
      Give(actor.get());
      changed_.wait(lock, [this] { return running_ == nullptr; });
    }
    if (actor->state == ActorState::kParked) {
      actor->thread.detach();
      static_cast<void>(actor.release());  // Its thread sleeps in it.
    } else {
      actor->thread.join();
    }
  }
}

SimulationReport Baton::Report() {
  SimulationReport report{
      .end = *end_, .seed = options_.seed, .steps = steps_, .trace_hash = trace_hash_, .actors = {}};
  for (const auto& actor : actors_) {
    if (!actor->gone()) report.actors += Describe(*actor) + "\n";
  }
  return report;
}

std::string Baton::Describe(const Actor& actor) {
  std::string text = actor.ToString();
  if (actor.state == ActorState::kLocking) {
    text += " waits for " + NameOf(actor.mutex, "mutex") + ", held by " + owners_.at(actor.mutex)->ToString();
  } else if (actor.state == ActorState::kWaiting && actor.condition == nullptr) {
    text += " waits for its time";
  } else if (actor.state == ActorState::kWaiting) {
    text += " waits on " + NameOf(actor.condition, "condition");
    text += " with " + NameOf(actor.mutex, "mutex");
  } else {
    text += " can run, at \"" + actor.last_point + "\"";
  }
  text += actor.held.empty() ? "; holds nothing" : "; holds";
  for (const void* const mutex : actor.held) text += ' ' + NameOf(mutex, "mutex");
  return text;
}

std::string Baton::NameOf(const void* object, std::string_view kind) {
  auto [entry, is_new] = names_.try_emplace(object);
  if (is_new) entry->second = "number " + std::to_string(names_.size());
  return std::string(kind).append(" ").append(entry->second);
}

void Baton::Name(const void* object, std::string name) {
  const Lock lock(mutex_);
  Self();
  names_[object] = std::move(name);
}

nanoseconds Baton::Now() {
  const Lock lock(mutex_);
  Self();
  return now_;
}

uint64_t Baton::Random() {
  const Lock lock(mutex_);
  Self();
  return drawn_.Next();
}

}  // namespace logwood::testing
