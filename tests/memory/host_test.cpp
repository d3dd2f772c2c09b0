#include "platform/devices/host.hpp"

#include <gtest/gtest.h>

#include "memory/shapes.hpp"
#include "support/folder.hpp"

namespace skald {
namespace {

// A tree with the few files that are read: 16 GiB, 12 of them available.
class Host : public testing::Test {
 protected:
  Host() {
    put(root / "proc/meminfo",
        "MemTotal:       16777216 kB\nMemFree:         2097152 kB\nMemAvailable:   12582912 kB\n");
  }
  void group(const std::string& lines) { put(root / "proc/self/cgroup", lines); }
  HostState look() { return read_host(root.path()).value(); }
  TestFolder root;
};

TEST_F(Host, WithoutGroupsTheMachineCounts) {
  const HostState host = look();
  EXPECT_EQ(host.total, 16 * kGibi);
  EXPECT_EQ(host.available, 12 * kGibi);
  EXPECT_EQ(host.limit, 0U);
}

TEST_F(Host, UnifiedGroupLimits) {
  group("0::/user.slice/app\n");
  put(root / "sys/fs/cgroup/user.slice/app/memory.max", "4294967296\n");
  put(root / "sys/fs/cgroup/user.slice/app/memory.current", "3221225472\n");
  put(root / "sys/fs/cgroup/user.slice/app/memory.stat", "anon 1\ninactive_file 1073741824\nfile 5\n");
  const HostState host = look();
  EXPECT_EQ(host.limit, 4 * kGibi);
  EXPECT_EQ(host.available, 2 * kGibi);  // 4 less 3, and 1 of cached files that can go
}

TEST_F(Host, TheTightestGroupAboveCounts) {
  group("0::/a/b\n");
  put(root / "sys/fs/cgroup/a/b/memory.max", "max\n");
  put(root / "sys/fs/cgroup/a/memory.max", "2147483648\n");
  put(root / "sys/fs/cgroup/a/memory.current", "1073741824\n");
  put(root / "sys/fs/cgroup/memory.max", "8589934592\n");
  const HostState host = look();
  EXPECT_EQ(host.limit, 2 * kGibi);
  EXPECT_EQ(host.available, kGibi);
}

TEST_F(Host, InAContainerTheLimitStandsAtTheTop) {
  group("0::/\n");
  put(root / "sys/fs/cgroup/memory.max", "1073741824\n");
  put(root / "sys/fs/cgroup/memory.current", "1073741824\n");
  EXPECT_EQ(look().available, 0U);
}

TEST_F(Host, OlderGroupsLimitToo) {
  group("5:cpu,cpuacct:/x\n4:memory:/docker/abc\n0::/\n");
  put(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "6442450944\n");
  put(root / "sys/fs/cgroup/memory/memory.usage_in_bytes", "2147483648\n");
  put(root / "sys/fs/cgroup/memory/memory.stat", "total_inactive_file 1073741824\n");
  const HostState host = look();
  EXPECT_EQ(host.limit, 6 * kGibi);
  EXPECT_EQ(host.available, 5 * kGibi);
}

TEST_F(Host, AHugeNumberIsNoLimit) {
  group("4:memory:/\n");
  put(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(look().limit, 0U);
}

TEST_F(Host, OldKernelsAreAddedUp) {
  put(root / "proc/meminfo", "MemTotal: 1048576 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 3 kB\n");
  EXPECT_EQ(look().available, 123U * 1024);
}

TEST_F(Host, NonsenseIsAnError) {
  put(root / "proc/meminfo", "MemTotal: much\n");
  EXPECT_FALSE(read_host(root.path()));
  TestFolder empty;
  EXPECT_FALSE(read_host(empty.path()));
}

}  // namespace
}  // namespace skald
