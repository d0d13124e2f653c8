#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace tandem {

/// SHA-256 of bytes that come in pieces (FIPS 180-4), by libcrypto, which uses what the processor has for it.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  /// Lower-case hexadecimal digest of all that was added; the object cannot be used after it.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// Lower-case hexadecimal SHA-256 of some bytes.
std::string sha256(std::string_view bytes);

/// The same of a file, read in pieces; Error when it cannot be read.
std::string file_sha256(const std::filesystem::path& path);

}  // namespace tandem
