// The words these offices use for kinds and states of subjects.
#pragma once

#include <optional>
#include <string_view>

#include "api/import/subject_file.h"

namespace liuhen::api {

std::optional<SubjectKind> subject_kind(std::string_view word);
std::optional<SubjectStatus> subject_status(std::string_view word);

}  // namespace liuhen::api
