#include "platform/process/program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace skald {
namespace {

struct Said {
  int status = -1;
  std::vector<std::string> output, errors;
};

Said run(const std::string& script, int shared = -1) {
  auto program = Program::start("/bin/sh", {"-c", script}, shared);
  Said said;
  if (!program) return said;
  said.status = program->wait([&](std::string_view line) { said.output.emplace_back(line); },
                              [&](std::string_view line) { said.errors.emplace_back(line); });
  return said;
}

TEST(Program, LinesAndStatus) {
  const Said said = run("echo one; echo two >&2; printf three; exit 7");
  EXPECT_EQ(said.status, 7);
  EXPECT_EQ(said.output, (std::vector<std::string>{"one", "three"}));
  EXPECT_EQ(said.errors, (std::vector<std::string>{"two"}));
}

TEST(Program, TheSignalThatEndedIt) {
  EXPECT_EQ(run("kill -9 $$").status, 137);
}

TEST(Program, IsInterruptedAndLaterCallsDoNothing) {
  auto program = Program::start("/bin/sh", {"-c", "echo ready; exec sleep 1000"});
  ASSERT_TRUE(program);
  const int status = program->wait([&](std::string_view) { program->interrupt(); }, [](std::string_view) {});
  EXPECT_EQ(status, 130);
  program->interrupt();
}

TEST(Program, WhatItLeavesBehindDoesNotKeepItOpen) {
  const Said said = run("sleep 1000 & echo $!");
  EXPECT_EQ(said.status, 0);
  ASSERT_EQ(said.output.size(), 1U);
  ::kill(std::stoi(said.output.front()), SIGKILL);
}

TEST(Program, GetsOneDescriptorMoreAndAGroupOfItsOwn) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd read(ends[0]), write(ends[1]);
  const std::string fd = std::to_string(write.get());
  EXPECT_EQ(run("test -e /proc/self/fd/" + fd, write.get()).status, 0);
  EXPECT_NE(run("test -e /proc/self/fd/" + fd).status, 0);
  EXPECT_NE(run("cut -d' ' -f5 /proc/$$/stat").output.front(), std::to_string(::getpgrp()));
}

TEST(Program, ThatIsNotThere) {
  const auto program = Program::start("/nowhere/skald", {});
  ASSERT_FALSE(program);
  EXPECT_NE(program.error().message.find("/nowhere/skald"), std::string::npos);
}

}  // namespace
}  // namespace skald
