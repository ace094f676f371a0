// The scripts in tools/, run with stand-ins for everything outside them.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/layout/tree.h"

namespace liuhen::layout {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScripts[] = {"setup.sh", "build.sh", "test.sh",
                                    "run.sh",   "fuzz.sh",  "soak.sh"};

struct Ran {
  int exit_code;
  std::string output;  // both streams
};

// A checkout with the real scripts and false programs, removed at the end.
class Scripts : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "liuhen_scripts_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    fs::create_directories(root_ / "tools");
    for (const char* script : kScripts) {
      fs::copy_file(fs::path(LIUHEN_SOURCE_DIR) / "tools" / script, root_ / "tools" / script);
    }
  }
  void TearDown() override { fs::remove_all(root_); }

  void program(const std::string& path, const std::string& body) {
    fs::create_directories((root_ / path).parent_path());
    fs::remove(root_ / path);
    std::ofstream(root_ / path) << "#!/bin/bash\n" << body << "\n";
    fs::permissions(root_ / path, fs::perms::owner_all);
  }

  // Runs a line of bash in the checkout, with standard input closed.
  Ran run(const std::string& line) {
    const fs::path output = root_ / "output";
    const std::string command =
        "cd '" + root_.string() + "' && { " + line + "; } >'" + output.string() + "' 2>&1 <&-";
    const int status = std::system(("bash -c \"" + escaped(command) + "\"").c_str());
    std::ifstream in(output);
    return {WEXITSTATUS(status), {std::istreambuf_iterator<char>(in), {}}};
  }

  // What the false programs noted, one call a line.
  std::string calls() {
    std::ifstream in(root_ / "calls");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string note() const {
    return "echo \"$(basename \"$0\") $*\" >>'" + (root_ / "calls").string() + "'\n";
  }

  fs::path root_;

 private:
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (std::string_view("\"\\$`").find(c) != std::string_view::npos) out.push_back('\\');
      out.push_back(c);
    }
    return out;
  }
};

class RunScript : public Scripts {
 protected:
  void SetUp() override {
    Scripts::SetUp();
    program("tools/setup.sh", note());
    program("tools/build.sh", note());
    program("build/release/bin/liuhen",
            note() + "[ \"$1\" != demo ] || { mkdir -p \"$3\"; touch \"$3/CURRENT\"; }");
    program("build/release/bin/liuhen-verify", note() + "exit 2");
  }
};

TEST_F(Scripts, HelpIsInBothLanguages) {
  for (const char* script : kScripts) {
    const Ran ran = run("tools/" + std::string(script) + " --help");
    EXPECT_EQ(ran.exit_code, 0) << script;
    EXPECT_NE(ran.output.find("用法"), std::string::npos) << script;
    EXPECT_NE(ran.output.find("usage"), std::string::npos) << script;
  }
}

TEST_F(Scripts, AnUnknownArgumentIsRefused) {
  for (const char* script : kScripts) {
    EXPECT_NE(run("tools/" + std::string(script) + " --nonsense").exit_code, 0) << script;
  }
}

TEST_F(Scripts, SetupInstallsNothingThatIsThere) {
  program("bin/dpkg-query", "shift 3; for p; do echo \"installed $p\"; done");
  program("bin/apt-get", note());
  EXPECT_EQ(run("PATH=$PWD/bin:$PATH tools/setup.sh").exit_code, 0);
  EXPECT_EQ(calls(), "");
}

TEST_F(Scripts, SetupInstallsOnlyWhatIsMissing) {
  program("bin/dpkg-query",
          "shift 3; for p; do case $p in cmake) echo 'config-files cmake';; python3) ;; *) echo "
          "\"installed $p\";; esac; done; exit 1");
  program("bin/apt-get", note());
  program("bin/sudo", note() + "while [[ $1 == -* ]]; do shift; done; exec \"$@\"");
  EXPECT_EQ(run("PATH=$PWD/bin:$PATH tools/setup.sh --quiet").exit_code, 0);
  const std::string made = calls();
  EXPECT_NE(made.find(" update\n"), std::string::npos) << made;
  EXPECT_NE(made.find(" install --no-install-recommends cmake python3\n"), std::string::npos)
      << made;
}

// Nothing on the path but what setup.sh itself calls, so that the test decides whether there is
// npm.
TEST_F(Scripts, SetupInstallsNpmOnlyWhereThereIsNone) {
  const std::string tools =
      "for t in bash env sort grep sed mktemp tail tee rm; do ln -sf $(command -v $t) bin/$t; done";
  program("bin/dpkg-query", "exit 1");
  program("bin/apt-get", note());
  program("bin/id", "echo 0");
  program("bin/basename", "echo apt-get");
  const std::string setup = tools + "; PATH=$PWD/bin; bash tools/setup.sh --quiet build";
  EXPECT_EQ(run(setup).exit_code, 0);
  EXPECT_NE(calls().find(" npm "), std::string::npos) << calls();
  fs::remove(root_ / "calls");
  program("bin/npm", "exit 1");
  EXPECT_EQ(run(setup).exit_code, 0);
  EXPECT_NE(calls().find(" ninja-build "), std::string::npos) << calls();
  EXPECT_EQ(calls().find(" npm "), std::string::npos) << calls();
}

TEST_F(Scripts, SetupUsesSudoOnlyWhenItMust) {
  program("bin/dpkg-query", "exit 1");
  program("bin/apt-get", note());
  program("bin/sudo", note() + "while [[ $1 == -* ]]; do shift; done; exec \"$@\"");
  program("bin/id", "echo 0");
  EXPECT_EQ(run("PATH=$PWD/bin:$PATH tools/setup.sh --quiet test").exit_code, 0);
  EXPECT_EQ(calls().find("sudo"), std::string::npos) << calls();
  program("bin/id", "echo 1000");
  EXPECT_EQ(run("PATH=$PWD/bin:$PATH tools/setup.sh --quiet test").exit_code, 0);
  EXPECT_NE(calls().find("sudo -n env"), std::string::npos) << calls();  // nobody is there to ask
}

TEST_F(Scripts, SetupSaysWhatToDoWhenItCannot) {
  program("bin/dpkg-query", "exit 1");
  program("bin/apt-get", note() + "echo 'E: no network' >&2; exit 100");
  program("bin/sudo", note() + "while [[ $1 == -* ]]; do shift; done; exec \"$@\"");
  program("bin/sleep", "");
  const Ran ran = run("PATH=$PWD/bin:$PATH tools/setup.sh --quiet build");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_NE(ran.output.find("无法安装"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("Could not install"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("E: no network"), std::string::npos) << ran.output;
}

TEST_F(Scripts, TestFailsWhenTheRunnerDoes) {
  program("tools/setup.sh", "");
  program("tools/build.sh", "");
  program("bin/ctest", note() + "exit 8");
  EXPECT_EQ(run("PATH=$PWD/bin:$PATH tools/test.sh --preset tsan -- -R x").exit_code, 8);
  const std::string made = calls();
  EXPECT_NE(made.find("--preset tsan"), std::string::npos) << made;
  EXPECT_NE(made.find("--no-tests=error"), std::string::npos) << made;
  EXPECT_NE(made.find("-R x"), std::string::npos) << made;
  program("tools/build.sh", "exit 1");
  program("bin/ctest", "exit 0");
  EXPECT_NE(run("PATH=$PWD/bin:$PATH tools/test.sh").exit_code, 0);
}

TEST_F(Scripts, TestBuildsWhatPeopleRunToo) {
  program("tools/setup.sh", "");
  program("tools/build.sh", note());
  program("bin/ctest", note());
  const std::string test = "PATH=$PWD/bin:$PATH tools/test.sh";
  EXPECT_EQ(run(test + " --preset asan-ubsan").exit_code, 0);
  EXPECT_EQ(calls().find("build.sh release"), std::string::npos) << calls();
  EXPECT_EQ(run(test).exit_code, 0);
  EXPECT_NE(calls().find("build.sh release\n"), std::string::npos) << calls();
  fs::remove(root_ / "calls");
  program("tools/build.sh", "[ \"$1\" != release ]");
  EXPECT_NE(run(test).exit_code, 0);
  EXPECT_EQ(calls(), "") << "no test is run with what does not compile";
}

TEST_F(Scripts, TheFirstPartOfASoakThatFailsEndsIt) {
  program("tools/build.sh", note());
  program("build/dev/bin/ledger_test", note());
  program("tools/fuzz.sh", note());
  program("bin/python3", note() + "[ $LIUHEN_KILLS-$LIUHEN_SEED-$LIUHEN_SOAK = 7-3-1 ]");
  EXPECT_EQ(run("PATH=$PWD/bin:$PATH tools/soak.sh --kills 7 --seed 3 --fuzz-seconds 5").exit_code,
            0);
  const std::string made = calls();
  for (const char* part :
       {"build.sh dev", "FailingSteps", "PowerCut", "kill_test.py", "full_disk_test.py",
        "sync_test.py", "sweep_test.py", "fuzz.sh --seconds 5"}) {
    EXPECT_NE(made.find(part), std::string::npos) << part << " was not run: " << made;
  }
  program("build/dev/bin/ledger_test", "exit 1");
  program("bin/python3", "touch ran_on");
  const Ran ran = run("PATH=$PWD/bin:$PATH tools/soak.sh --no-build power kill");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_NE(ran.output.find("power 失败"), std::string::npos) << ran.output;
  EXPECT_FALSE(fs::exists(root_ / "ran_on"));
  EXPECT_EQ(run("tools/soak.sh --kills").exit_code, 2);
}

TEST_F(Scripts, ACrashFailsAllTargetsButTheCanary) {
  program("tools/build.sh", note());
  for (const char* target : {"canary", "note"})
    program("tests/fuzz/" + std::string(target) + ".cc", "");
  program("build/fuzz/bin/fuzz_note", note());
  const std::string crash =
      "for word; do case $word in -artifact_prefix=*) touch \"${word#*=}crash-1\";; esac; done; ";
  program("build/fuzz/bin/fuzz_canary", crash + "exit 77");
  EXPECT_EQ(run("tools/fuzz.sh --seconds 3").exit_code, 0);
  const std::string made = calls();
  EXPECT_NE(made.find("build.sh fuzz fuzz_canary fuzz_note"), std::string::npos) << made;
  EXPECT_NE(made.find("-max_total_time=3 "), std::string::npos) << made;
  program("build/fuzz/bin/fuzz_note", "exit 77");
  EXPECT_EQ(run("tools/fuzz.sh --no-build").exit_code, 1);
  program("build/fuzz/bin/fuzz_note", "");
  // Neither one that ended, nor one that did not even run, nor one that ran out of time.
  for (const std::string& no_crash :
       {std::string(), std::string("exit 77"), std::string("exit 127"), crash + "exit 70"}) {
    program("build/fuzz/bin/fuzz_canary", no_crash);
    EXPECT_EQ(run("tools/fuzz.sh --no-build canary").exit_code, 1) << no_crash;
  }
  EXPECT_EQ(run("tools/fuzz.sh --no-build note").exit_code, 0);
  EXPECT_EQ(run("tools/fuzz.sh nothing").exit_code, 2);
  EXPECT_EQ(run("tools/fuzz.sh --seconds").exit_code, 2);
}

TEST_F(RunScript, CreatesTheLedgerThenServesIt) {
  const Ran ran = run("cd tools && ./run.sh --dir=new --subjects 7000 --listen 0.0.0.0:9000");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  const std::string dir = (root_ / "tools/new").string();
  EXPECT_EQ(calls(),
            "setup.sh --quiet build\nbuild.sh release liuhen liuhen-verify\nliuhen demo --dir " +
                dir + " --subjects 7000\nliuhen serve --dir " + dir + " --listen 0.0.0.0:9000\n");
  EXPECT_NE(ran.output.find("http://127.0.0.1:9000"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("浏览器"), std::string::npos) << ran.output;
}

TEST_F(RunScript, OnceEndsWithTheVerifiersCode) {
  EXPECT_EQ(run("tools/run.sh --once").exit_code, 2);
  const std::string dir = (root_ / "demo").string();
  EXPECT_NE(calls().find("liuhen demo --dir " + dir + " --subjects 50000\nliuhen-verify dir " +
                         dir + "\n"),
            std::string::npos)
      << calls();
}

TEST_F(RunScript, AnExistingLedgerIsUsedAsItIs) {
  program("mine/CURRENT", "");
  const Ran ran = run("tools/run.sh --once --dir mine");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_NE(ran.output.find("已有的账本"), std::string::npos) << ran.output;
  EXPECT_EQ(calls().find("liuhen demo"), std::string::npos) << calls();
  EXPECT_EQ(run("tools/run.sh --dir mine").exit_code, 0);
  EXPECT_NE(calls().find("liuhen serve"), std::string::npos) << calls();
}

TEST_F(RunScript, RealNamesAreUsedWherePresent) {
  fs::create_directories(root_ / "checkout");
  fs::rename(root_ / "tools", root_ / "checkout/tools");
  fs::rename(root_ / "build", root_ / "checkout/build");
  fs::create_directories(root_ / "shared/data");
  EXPECT_EQ(run("checkout/tools/run.sh --once").exit_code, 2);
  EXPECT_NE(calls().find("--data ../shared/data"), std::string::npos) << calls();
}

// Half a demonstration is not a ledger, and a failure before the verifier is not its verdict.
TEST_F(RunScript, AnInterruptedDemonstrationIsNotTakenForALedger) {
  program("build/release/bin/liuhen", note() + "mkdir -p \"$3\"; touch \"$3/CURRENT\"; exit 1");
  EXPECT_EQ(run("tools/run.sh --once --dir d").exit_code, 4);
  const Ran again = run("tools/run.sh --once --dir d");
  EXPECT_EQ(again.exit_code, 4);
  EXPECT_NE(again.output.find("incomplete"), std::string::npos) << again.output;
  EXPECT_EQ(calls().find("liuhen-verify dir"), std::string::npos) << calls();
  program("tools/build.sh", "exit 1");
  EXPECT_EQ(run("tools/run.sh --once").exit_code, 4);
}

TEST_F(RunScript, WrongArgumentsAreUsageErrors) {
  for (const char* arguments :
       {"--listen nowhere", "--subjects 0", "--subjects x", "--dir", "--dir tools/run.sh"}) {
    EXPECT_EQ(run("tools/run.sh " + std::string(arguments)).exit_code, 3) << arguments;
  }
  EXPECT_EQ(calls(), "");
}

}  // namespace
}  // namespace liuhen::layout
