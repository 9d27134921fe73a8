#pragma once

#include <string>
#include <vector>

#include "tools/stress/channel.h"
#include "tools/stress/settings.h"

namespace logwood::stress {

// What the process does that is killed: carries out what it is asked on the database at `path`, each channel in a
// thread of its own, and answers each operation when it has ended. The first channel begins with kOpen. Returns when
// all channels have ended.
void ServeChannels(const std::string& path, const Settings& settings, std::vector<Channel>& channels);

}  // namespace logwood::stress
