// cuBLAS is found wherever users have it.
#include "platform/devices/cuda_libraries.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace skald {
namespace {

namespace fs = std::filesystem;

class CublasPlaces : public testing::Test {
 protected:
  void SetUp() override { places_.root = folder_.path() / "root"; }

  fs::path library(const fs::path& folder) const {
    fs::create_directories(folder);
    put(folder / kCublas, "library");
    return folder / kCublas;
  }

  TestFolder folder_;
  LibraryPlaces places_;
};

TEST_F(CublasPlaces, NoneIsNone) {
  fs::create_directories(places_.root / "usr/lib");
  EXPECT_TRUE(find_cublas(places_).empty());
  EXPECT_TRUE(find_cublas({folder_.path() / "nowhere", "", "", "", ""}).empty());
}

TEST_F(CublasPlaces, EachPlaceIsLookedAt) {
  for (const char* place :
       {"usr/lib/x86_64-linux-gnu", "usr/local/cuda-12.4/lib64", "usr/local/cuda/targets/x86_64-linux/lib",
        "usr/local/lib/python3.11/dist-packages/nvidia/cublas/lib", "usr/local/lib/ollama/cuda_v12"}) {
    const fs::path file = library(places_.root / place);
    EXPECT_EQ(find_cublas(places_), file);
    fs::remove(file);
  }
}

TEST_F(CublasPlaces, TheUsersOwnPlacesComeFirst) {
  library(places_.root / "usr/lib64");
  places_.cuda_home = folder_.path() / "cuda";
  places_.library_path = ":" + (folder_.path() / "empty").string() + ":" + (folder_.path() / "own").string();
  const fs::path own = library(folder_.path() / "own");
  EXPECT_EQ(find_cublas(places_), own);
}

TEST_F(CublasPlaces, PythonPackagesOfTheUserAndOfTheEnvironment) {
  places_.home = folder_.path() / "home";
  const fs::path of_user = library(places_.home / ".local/lib/python3.12/site-packages/nvidia/cublas/lib");
  EXPECT_EQ(find_cublas(places_), of_user);
  places_.venv = folder_.path() / "venv";
  const fs::path of_venv = library(places_.venv / "lib/python3.12/site-packages/nvidia/cublas/lib");
  EXPECT_EQ(find_cublas(places_), of_venv);
}

TEST_F(CublasPlaces, FoldersThatTheLoaderIsTold) {
  fs::create_directories(places_.root / "etc/ld.so.conf.d");
  put(places_.root / "etc/ld.so.conf.d/nvidia.conf", "# CUDA\n/opt/nvidia/lib \n");
  const fs::path file = library(places_.root / "opt/nvidia/lib");
  EXPECT_EQ(find_cublas(places_), file);
}

}  // namespace
}  // namespace skald
