#include "ledger/tree_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "ledger/durable_file.h"

namespace liuhen::ledger {
namespace {

namespace fs = std::filesystem;

// Within the directory, so that a rename does not cross file systems. Removed before and after.
constexpr const char* kStaging = ".new";
// Staged: the size that the run began at.
constexpr const char* kBegan = "began";

Error io_error(const std::string& path, const std::error_code& error) {
  return fail("export.io", "写不了 " + path + "：" + error.message(),
              "cannot write " + path + ": " + error.message());
}

}  // namespace

TreeFolder::~TreeFolder() {
  if (fd_ >= 0) ::close(fd_);
}

Outcome TreeFolder::open() {
  std::error_code error;
  if (fs::exists(path_ + "/ledger.json", error)) {
    return fail("export.place", path_ + " 是账本自己的目录，未写入；请另选目录",
                path_ + " is a ledger's own directory and was left as it is; take another");
  }
  make_folders(path_, error);
  if (error) return io_error(path_, error);
  fd_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0) return io_error(path_, {errno, std::generic_category()});
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    return fail("export.busy", path_ + " 正由另一次导出写入",
                path_ + " is being written by another export");
  }
  return ok();
}

std::string TreeFolder::staged(const std::string& name) const { return at(kStaging) + "/" + name; }

Outcome TreeFolder::stage(const std::string& name, View bytes) {
  const std::string path = staged(name);
  if (Outcome made = make_parent(path); !made) return made;
  if (const auto error = write_synced(path, bytes)) return io_error(path, error);
  return ok();
}

Outcome TreeFolder::publish(const std::string& name) {
  const std::string path = at(name);
  if (Outcome made = make_parent(path); !made) return made;
  if (const auto error = rename_synced(staged(name), path)) return io_error(path, error);
  return ok();
}

Outcome TreeFolder::put(const std::string& name, View bytes) {
  if (Outcome done = stage(name, bytes); !done) return done;
  return publish(name);
}

Outcome TreeFolder::remove(const std::string& name) {
  std::error_code error;
  fs::remove_all(at(name), error);
  return error ? Outcome(io_error(at(name), error)) : ok();
}

Outcome TreeFolder::begin(std::uint64_t size) {
  return stage(kBegan, view_of(std::to_string(size)));
}

std::optional<std::uint64_t> TreeFolder::began() const {
  std::uint64_t size = 0;
  std::ifstream file(staged(kBegan));
  return file >> size ? std::optional(size) : std::nullopt;
}

Outcome TreeFolder::clear_staging() {
  named_.clear();
  return remove(kStaging);
}

Outcome TreeFolder::make_parent(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  if (named_.contains(parent)) return ok();
  std::error_code error;
  make_folders(parent, error);
  if (error) return io_error(parent, error);
  named_.insert(parent);
  return ok();
}

}  // namespace liuhen::ledger
