// The two languages that everything a person reads is in.
#pragma once

namespace liuhen::tools {

enum class Language { zh, en };

}  // namespace liuhen::tools
