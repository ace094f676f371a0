// One function per group of subcommands; each adds its own to the program.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "tools/session.h"

namespace liuhen::tools {

// What a group of subcommands is handed: where to add itself, and how to run what it parsed.
struct Program {
  CLI::App& app;
  Environment& environment;
  Target& target;
  std::function<Outcome()> action;  // set by the subcommand that was named
  int exit_code = kDone;            // where an action wants another than kDone

  // A subcommand with its own sentence in both languages.
  CLI::App* command(CLI::App* parent, const std::string& name, const std::string& zh,
                    const std::string& en) const;
  // --url and --dir; and --key, --second, --passphrase-file besides.
  void reads(CLI::App* command) const;
  void signs(CLI::App* command) const;
  // When the command is named, do this with a session of its own.
  void act(CLI::App* command, std::function<Outcome(Session&)> what);
  std::string help(const std::string& zh, const std::string& en) const {
    return environment.pick(zh, en);
  }
};

void add_ledger_commands(Program& program);                 // init, serve
void add_key_commands(Program& program);                    // key
void add_log_key_command(Program& program, CLI::App* key);  // key rotate-log
void add_catalogue_commands(Program& program);              // department, item, rule, plan
void add_import_commands(Program& program);                 // import
void add_conflict_commands(Program& program);               // conflict
void add_hand_in_command(Program& program);                 // hand-in
void add_draw_commands(Program& program);                   // draw
void add_seal_command(Program& program, CLI::App* draw);    // draw unseal
void add_pool_commands(Program& program, CLI::App* draw);   // draw check-pool, row-of
void add_beacon_commands(Program& program);                 // beacon
void add_task_commands(Program& program);                   // recuse, result, publish, objection
void add_state_commands(Program& program);                  // state
void add_signing_commands(Program& program);                // submit, pending, sign
void add_export_commands(Program& program);                 // export
void add_mirror_command(Program& program);                  // mirror
void add_backup_commands(Program& program);                 // backup, restore, accept-loss
void add_demo_command(Program& program);                    // demo
void add_witness_commands(Program& program);                // witness
void add_vrf_commands(Program& program);                    // vrf

}  // namespace liuhen::tools
