#include "base/hash.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/files.hpp"

namespace skald {
namespace {
EVP_MD_CTX* context(void* p) {
  return static_cast<EVP_MD_CTX*>(p);
}
}  // namespace

void Sha256::Free::operator()(void* p) const {
  EVP_MD_CTX_free(context(p));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(context(context_.get()), EVP_sha256(), nullptr);
}
Sha256::Sha256(const Sha256& other) : context_(EVP_MD_CTX_new()) {
  EVP_MD_CTX_copy_ex(context(context_.get()), context(other.context_.get()));
}
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(context(context_.get()), bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context(context_.get()), digest, &size);
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 15];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

Result<std::string> sha256_file(const std::filesystem::path& path,
                                const std::function<bool(std::size_t bytes)>& goes_on) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return tl::unexpected(errno_error(errno, "cannot open", path.string()));
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n == 0) return hash.hex();
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(errno_error(errno, "cannot read", path.string()));
    hash.update({buffer.data(), static_cast<std::size_t>(n)});
    if (!goes_on(static_cast<std::size_t>(n)))
      return fail(ErrorCode::Cancelled, "stopped while '" + path.string() + "' was being read");
  }
}

}  // namespace skald
