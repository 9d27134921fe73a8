#include "logwood/testing/simulator.h"

#include <ostream>
#include <sstream>
#include <utility>

#include "testing/baton.h"

namespace logwood::testing {

Simulator::Simulator(uint64_t seed) : Simulator(SimulatorOptions{.seed = seed}) {}
Simulator::Simulator(const SimulatorOptions& options) : baton_(std::make_unique<Baton>(options)) {}
Simulator::~Simulator() = default;

void Simulator::Spawn(std::string name, std::function<void()> body) { baton_->Spawn(std::move(name), std::move(body)); }
SimulationReport Simulator::Run() { return baton_->Run(); }
void Simulator::Name(const void* object, std::string name) { baton_->Name(object, std::move(name)); }
std::chrono::nanoseconds Simulator::Now() { return baton_->Now(); }
uint64_t Simulator::Random() { return baton_->Random(); }
void Simulator::Execute(std::function<void()> job) { baton_->SpawnJob(std::move(job)); }
void Simulator::ExecuteAfter(std::chrono::nanoseconds delay, std::function<void()> job) {
  baton_->SpawnJobAfter(delay, std::move(job));
}
Scheduler* Simulator::scheduler() { return baton_.get(); }

std::string ToString(const SimulationReport& report) {
  std::ostringstream text;
  text << report;
  return std::move(text).str();
}

std::ostream& operator<<(std::ostream& out, const SimulationReport& report) {
  out << "seed " << report.seed << ": ";
  switch (report.end) {
    case SimulationEnd::kCompleted: out << "completed"; break;
    case SimulationEnd::kDeadlock: out << "deadlock"; break;
    case SimulationEnd::kStepLimit: out << "step limit"; break;
  }
  return out << " after " << report.steps << " steps\n" << report.actors;
}

}  // namespace logwood::testing
