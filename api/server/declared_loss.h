// What the ledger's directory still has of a history that is declared lost: its head, and what
// witnesses cosigned of it (docs/formats/storage.md, "A lost head"). Nothing is set aside before
// the event that says so is durable, and nothing is written after it before all is set aside.
#pragma once

#include <optional>
#include <string>

#include "api/server/keys.h"
#include "ledger/storage.h"

namespace liuhen::api::server {

// Keeps the signed note of the head, durably, in DIR/head.losing: before the event is submitted.
// It says nothing by itself. Errors: `file.io`.
Outcome begin_loss(const Layout& layout, const std::string& note);
// Of an event that was refused.
void drop_loss(const Layout& layout);

// The note in DIR/head.losing, if the last batch stored declares it lost: whoever recorded that was
// broken off before all was set aside. Errors: `file.io`, and those of Storage.
Result<std::optional<std::string>> unfinished_loss(const Layout& layout, ledger::Storage& storage);

// Of a head whose loss is durable in the log. Says where its note is kept from now on. What fails
// is finished by doing it again. Errors: `file.io`.
Result<std::string> set_lost_aside(const Layout& layout, const std::string& note);

}  // namespace liuhen::api::server
