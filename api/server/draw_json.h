// A draw as the API and the pages show it.
#pragma once

#include <boost/json.hpp>

#include "projections/outcome.h"

namespace liuhen::api::server {

const char* name_of(projections::Draw::Phase phase);
// In a few words, Chinese then English.
std::pair<const char*, const char*> describe(const projections::Draw& draw);
// What tier C means, for everyone who sees it.
extern const char* const kTierZh;
extern const char* const kTierEn;

boost::json::object draw_summary(const projections::Draw& draw);
boost::json::object draw_json(const projections::State& state, const projections::Draw& draw);
boost::json::object task_json(const projections::State& state, const projections::Draw& draw,
                              std::uint64_t visit);

}  // namespace liuhen::api::server
