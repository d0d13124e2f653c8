#include "base/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/error.h"

namespace tandem {
namespace {

/// Fails only without memory, or where the system's libcrypto is set up to know no SHA-256.
void check(bool good, const char* what) {
  if (!good) fail_system("libcrypto: SHA-256 {} failed", what);
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "start");
}

void Sha256::add(std::string_view bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "update");
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest;
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1, "end");
  std::string text;
  for (const int byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

std::string file_sha256(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read {}: {}", path.string(), std::strerror(errno));
  Sha256 hash;
  std::vector<char> piece(1 << 18);
  while (in.read(piece.data(), std::streamsize(piece.size())) || in.gcount() > 0)
    hash.add({piece.data(), size_t(in.gcount())});
  if (in.bad()) fail("cannot read {}: {}", path.string(), std::strerror(errno));
  return hash.finish();
}

}  // namespace tandem
