// Runs one of our own programs as a child: a process group of its own, what it prints line by line.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"
#include "base/result.hpp"

namespace skald {

class Program {
 public:
  /// Starts it with the caller's environment. `shared`: a descriptor that it gets under the same number, as
  /// one that holds a lock; -1: none.
  static Result<Program> start(const std::filesystem::path& program,
                               const std::vector<std::string>& arguments, int shared = -1);

  using Line = std::function<void(std::string_view line)>;
  /// Hears what it prints until it has ended. Returns its exit status; 128 and the number of a signal that
  /// ended it. `stop`, where it is given, is asked now and then; once it says so, the program is interrupted.
  /// To be called once.
  int wait(const Line& output, const Line& errors, const std::function<bool()>& stop = {});

  /// Asks it to stop, as Ctrl-C does. Does nothing once it has ended; from any thread.
  void interrupt() const;

 private:
  int pid_ = -1;
  Fd output_, errors_;
  Fd exit_;  // pidfd: names this very process, whatever its number is given to later
};

/// For the program that was started: from now on the kernel ends it together with the process `parent`.
/// False: that one has ended already.
bool end_with_parent(int parent);

}  // namespace skald
