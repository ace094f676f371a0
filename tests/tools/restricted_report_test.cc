// What the report says, on a terminal and on a page, that it computed again of a draw whose pool is
// restricted.
#include "crypto/key_file.h"
#include "projections/pool_openings.h"
#include "tests/attacks/dishonest_operator.h"
#include "tests/projections/approved_conflict.h"
#include "tests/projections/restricted_steps.h"

namespace liuhen::tools {
namespace {

using tests::City;

class RestrictedReport : public tests::Attack {
 protected:
  void announce() {
    auto a = steps.announcement();
    tests::name_beacon(a, town.beacon.chain());
    city.must(std::move(a), {"clerk", "approver"});
    steps.attest();
  }
  void run_to_beacon() {
    announce();
    close_reveals();
    witness(town.round_time() - kMarginS);
    city.now = town.round_time();
    city.must(town.recorded(), {"platform"});
  }
  void run_to_execution() {
    run_to_beacon();
    city.must(steps.execution(), {"platform"});
  }
  void run() {
    run_to_execution();
    city.must(steps.disclosure(), {"platform"});
  }
  // One that keeps nobody from anywhere.
  void approve_conflict() {
    const Hash commitment = crypto::sha256(view_of("conflict"));
    city.must(tests::declared_conflict(commitment), {"registrar"});
    tests::approve_conflict(city, commitment);
    steps.open_conflict = [](const Hash&) {
      return std::optional(projections::ConflictContent{
          .subject = "X", .inspector = "X", .kind = "kinship", .evidence = ""});
    };
  }
  std::string as_supervisor() {
    write_file(
        "supervisor2.key",
        text_of(
            crypto::format_key_file("supervisor2", city.key("supervisor2").seed()).value().view()));
    write_file("openings", projections::format_pool_openings(steps.openings()));
    return " --openings " + (dir() / "openings").string() + " --supervisor-key " +
           (dir() / "supervisor2.key").string();
  }

  void expect_replayed(const std::string& zh, const std::string& en, const std::string& more = "") {
    const auto told = verify(0, true, more);
    EXPECT_EQ(told.exit_code, 0) << told.report;
    expect_said("zh", "；" + zh + "\n", zh, more);
    expect_said("en", "; " + en + "\n", en, more);
  }

  tests::RestrictedSteps steps{city, draw};

  // On a terminal; the page is written beside. The mirror is that of the last `verify`.
  std::string text_in(const std::string& language, const std::string& more = "") {
    const auto page = page_in(language);
    const std::string command = std::string(LIUHEN_BINARY_DIR) + "/bin/liuhen-verify tiles " +
                                (dir() / "mirror").string() + " --policy " +
                                (dir() / "policy").string() + " --at " + std::to_string(city.now) +
                                " --quiet --lang " + language + " --report " + page.string() + more;
    FILE* pipe = popen(command.c_str(), "r");
    LIUHEN_CHECK(pipe != nullptr);
    std::string text;
    char buffer[4096];
    for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      text.append(buffer, got);
    pclose(pipe);
    return text;
  }

 private:
  std::filesystem::path page_in(const std::string& language) {
    return dir() / ("report-" + language + ".html");
  }
  // In the draw's line, and in a paragraph of the page.
  void expect_said(const std::string& language, const std::string& in_line,
                   const std::string& paragraph, const std::string& more) {
    const std::string text = text_in(language, more);
    EXPECT_NE(text.find(in_line), std::string::npos) << text;
    std::ifstream file(page_in(language), std::ios::binary);
    const std::string html(std::istreambuf_iterator<char>(file), {});
    EXPECT_NE(html.find("<p>" + paragraph + "</p>"), std::string::npos) << html;
  }
};

TEST_F(RestrictedReport, ThePoolIsNotReplayedWhereItStaysClosed) {
  announce();
  expect_replayed("名录受限而未打开，未重算",
                  "the pool is restricted and not opened, and not replayed");
  expect_replayed("名录已重算", "pool replayed", as_supervisor());
}

TEST_F(RestrictedReport, NorTheSelectionAtTheExecution) {
  run_to_execution();
  expect_replayed("种子已重算；名录受限而未打开，名录、抽中者未重算",
                  "seed replayed; the pool is restricted and not opened: neither it nor the "
                  "selection was replayed");
  expect_replayed("名录、种子、抽中者、匹配均已重算", "pool, seed, selection and matching replayed",
                  as_supervisor());
}

TEST_F(RestrictedReport, TheMatchingIsOnceItIsListed) {
  run();
  expect_replayed("种子及所列对象的匹配已重算；名录受限而未打开，名录、抽中者未重算",
                  "seed, and the matching over the subjects listed, replayed; the pool is "
                  "restricted and not opened: neither it nor the selection was replayed");
  expect_replayed("名录、种子、抽中者、匹配均已重算", "pool, seed, selection and matching replayed",
                  as_supervisor());
}

TEST_F(RestrictedReport, NorTheMatchingWhereConflictsStayClosed) {
  approve_conflict();
  run();
  expect_replayed("种子已重算；名录受限而未打开，名录、抽中者未重算；匹配有 1 项利益冲突未打开",
                  "seed replayed; the pool is restricted and not opened: neither it nor the "
                  "selection was replayed; for the matching 1 conflicts were not opened");
  expect_replayed("名录、种子、抽中者已重算；匹配有 1 项利益冲突未打开",
                  "pool, seed and selection replayed; for the matching 1 conflicts were not opened",
                  as_supervisor());
}

// Its proof is refused before there is a seed, and no list was ever there.
TEST_F(RestrictedReport, NothingIsSaidToBeReplayedOfAWrongDraw) {
  run_to_beacon();
  auto execution = steps.execution();
  execution.pi[5] ^= 1;
  write(std::move(execution), {"platform"});
  EXPECT_EQ(verify().exit_code, 1);
  for (const std::string language : {"zh", "en"}) {
    const std::string text = text_in(language);
    for (const std::string said : {"已重算", "seed replayed", "形式、种子", "commitments, the seed",
                                   "检查次序", "order of the visits"}) {
      const auto found = text.find(said);
      EXPECT_EQ(found, std::string::npos) << said << "\n" << text;
    }
  }
}

// No team is known before the list.
TEST_F(RestrictedReport, NoMatchingIsSaidToBeCheckedBeforeTheList) {
  approve_conflict();
  run_to_execution();
  EXPECT_EQ(verify().exit_code, 0);
  EXPECT_EQ(text_in("en").find("checked for fitness"), std::string::npos);
  EXPECT_EQ(text_in("en").find("order of the visits"), std::string::npos);
  EXPECT_EQ(text_in("en", as_supervisor()).find("checked for fitness"), std::string::npos);
}

}  // namespace
}  // namespace liuhen::tools
