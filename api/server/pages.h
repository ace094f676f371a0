// The plain pages for people (docs/formats/api.md, "Pages").
#pragma once

#include "api/server/backend.h"

namespace liuhen::api::server {

Response index_page(const Backend& backend, const Call& call);
Response draw_page(const Backend& backend, const Call& call);

// Sections of a draw's page. They read entries, at most as many as they show.
// Everything in the draw's stream, in order: when, what, by whom.
std::string history_section(const Backend& backend, const projections::State& state,
                            const projections::Draw& draw);
// A page of its visits from the given one on: subject, who went and who went instead, result.
// `path` is the draw's page.
std::string visits_section(const Backend& backend, const projections::State& state,
                           const projections::Draw& draw, const std::string& path,
                           std::uint64_t from);

// What the tiers A, B and C mean, for someone who has never heard of them.
std::string tiers_section();

}  // namespace liuhen::api::server
