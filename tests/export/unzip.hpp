// Reads a ZIP archive from memory.
#pragma once
#include <gtest/gtest.h>
#include <zip.h>

#include <map>
#include <string>

namespace skald {

inline std::map<std::string, std::string> unzipped(const std::string& bytes) {
  std::map<std::string, std::string> parts;
  zip_error_t error;
  zip_source_t* source = ::zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = ::zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (archive == nullptr) {
    ADD_FAILURE() << ::zip_error_strerror(&error);
    return parts;
  }
  for (zip_int64_t i = 0; i < ::zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t info;
    ::zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &info);
    std::string content(info.size, '\0');
    zip_file_t* file = ::zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    EXPECT_EQ(::zip_fread(file, content.data(), content.size()), static_cast<zip_int64_t>(content.size()));
    ::zip_fclose(file);
    parts[info.name] = content;
  }
  ::zip_discard(archive);
  return parts;
}

}  // namespace skald
