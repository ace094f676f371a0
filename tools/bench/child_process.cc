#include "tools/bench/child_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace liuhen::tools::bench {

bool run_program(const std::vector<std::string>& command, const std::string& log) {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) {
    const int in = ::open("/dev/null", O_RDONLY);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<std::string> as_user(const std::string& user, std::vector<std::string> command) {
  if (::geteuid() != 0) return command;
  command.insert(command.begin(), {"runuser", "-u", user, "--"});
  return command;
}

}  // namespace liuhen::tools::bench
