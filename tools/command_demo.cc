#include <charconv>
#include <functional>

#include "api/server/service.h"
#include "tools/commands.h"
#include "tools/demo_script.h"

namespace liuhen::tools {

namespace {

// What the scenario takes: three visits to numbered firms, and in every unit enough inspectors for
// teams and for those who take their place.
inline constexpr std::uint64_t kSubjectsMin = 1'000;
inline constexpr std::uint64_t kInspectorsMin = 110;
inline constexpr std::uint64_t kRowsMax = 50'000'000;

// Before anything is made.
std::function<std::string(const std::string&)> at_least(const Program& program,
                                                        std::uint64_t least) {
  const std::string from = std::to_string(least), to = std::to_string(kRowsMax);
  const std::string words = program.help("应为 " + from + " 至 " + to + " 的整数，演示才走得完",
                                         "the demonstration takes " + from + " to " + to);
  return [least, words](const std::string& typed) -> std::string {
    std::uint64_t value = 0;
    const char* const end = typed.data() + typed.size();
    const auto [read, problem] = std::from_chars(typed.data(), end, value);
    const bool good = problem == std::errc{} && read == end && value >= least && value <= kRowsMax;
    return good ? "" : words;
  };
}

Outcome demo(Environment& environment, const DemoOptions& options) {
  DemoScript script(environment, options);
  if (auto done = script.prepare(); !done) return done;
  api::server::ServiceOptions serving;
  serving.dir = script.ledger();
  serving.clock = &environment.clock;
  auto service = api::server::Service::open(serving);
  if (!service) return service.error();
  auto connection = api::server::connect(**service);
  script.use(connection.get());
  Outcome outcome = script.registries();
  if (outcome) outcome = script.annual();
  if (outcome) outcome = script.temporary();
  (*service)->stop();
  if (!outcome) return outcome;
  environment.say("\n演示完成，账本在 " + script.ledger(),
                  "\nThe demonstration is done; the ledger is in " + script.ledger());
  return ok();
}

}  // namespace

void add_demo_command(Program& program) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = program.command(&program.app, "demo", "演示：在新目录中走完全部流程",
                                      "demonstration: the whole procedure in a new directory");
  command->add_option("--dir", options->dir, program.help("新目录", "a new directory"))->required();
  command
      ->add_option("--subjects", options->subjects,
                   program.help("检查对象户数", "number of subjects"))
      ->check(at_least(program, kSubjectsMin))
      ->capture_default_str();
  command
      ->add_option("--inspectors", options->inspectors,
                   program.help("检查人员人数", "number of inspectors"))
      ->check(at_least(program, kInspectorsMin))
      ->capture_default_str();
  command->add_option("--data", options->data,
                      program.help("真实区划、企业名称、街道的目录",
                                   "directory with real divisions, firms' names and streets"));
  command->callback([&program, options] {
    program.action = [&program, options] { return demo(program.environment, *options); };
  });
}

}  // namespace liuhen::tools
