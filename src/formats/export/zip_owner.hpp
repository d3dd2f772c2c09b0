// libzip's C types with owners.
#pragma once
#include <zip.h>

#include <memory>

namespace skald {

struct FreeZip {
  void operator()(zip_t* archive) const { ::zip_discard(archive); }  // what was not closed is not written
  void operator()(zip_source_t* source) const { ::zip_source_free(source); }
  void operator()(zip_file_t* file) const { ::zip_fclose(file); }
};
template <typename T>
using ZipOwned = std::unique_ptr<T, FreeZip>;

}  // namespace skald
