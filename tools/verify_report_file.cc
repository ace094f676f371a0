#include "tools/verify_report_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "crypto/bytes.h"
#include "ledger/durable_file.h"

namespace liuhen::tools {

namespace fs = std::filesystem;

namespace {

// Of the file at `path`, as many bytes as the mark has.
std::string beginning_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string out(kReportMark.size(), '\0');
  in.read(out.data(), std::ssize(out));
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

}  // namespace

Outcome check_report_place(const std::string& path) {
  std::error_code problem;
  const fs::path whole = fs::absolute(path, problem);
  if (problem || !fs::is_directory(whole.parent_path(), problem) ||
      fs::is_directory(whole, problem)) {
    return fail("report.place", "报告不能写到 " + path + "：没有这个目录，或它本身是目录",
                "the report cannot go to " + path + ": there is no such folder, or it is one");
  }
  if (!fs::exists(fs::symlink_status(whole, problem))) return ok();
  const bool readable = fs::is_regular_file(whole, problem);
  if (readable && (fs::file_size(whole, problem) == 0 || beginning_of(path) == kReportMark))
    return ok();
  return fail("report.exists", path + " 已存在，且不是本程序写的报告：未作改动，请换一个文件名",
              path +
                  " is there already and is no report of this program: it was left as it is; "
                  "name another file");
}

Outcome write_report(const std::string& path, std::string_view html) {
  if (auto checked = check_report_place(path); !checked) return checked;
  std::error_code problem;
  const fs::path whole = fs::absolute(path, problem);
  const std::string beside =
      (whole.parent_path() / ("." + whole.filename().string() + "." + std::to_string(getpid())))
          .string();
  std::error_code failed = ledger::write_synced(beside, view_of(html));
  if (!failed) failed = ledger::rename_synced(beside, whole.string());
  if (!failed) return ok();
  fs::remove(beside, problem);
  return fail("report.io", "报告写不进 " + path + "：" + failed.message(),
              "the report cannot be written to " + path + ": " + failed.message());
}

}  // namespace liuhen::tools
