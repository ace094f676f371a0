// What nearly every file of the layers above reads, compiled once (LIUHEN_PCH). No file includes
// this: each includes what it uses, which the presets without precompiled headers show.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/schema/entry_generated.h"
#include "ledger/schema/intent_generated.h"
