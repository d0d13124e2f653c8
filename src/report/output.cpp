#include "report/output.h"

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"

namespace tandem::report {
namespace {

constexpr std::pair<const char*, const char*> kFiles[] = {
    {"markdown", ".md"}, {"csv", ".csv"}, {"latex", ".tex"}, {"html", ".html"}};

std::string in_format(const Output& output, const std::string& format) {
  if (format == "text") return sheet_text(output.sheet);
  if (format == "markdown") return sheet_markdown(output.sheet);
  if (format == "latex") return sheet_latex(output.sheet);
  if (format == "html") return sheet_html(output.sheet);
  if (format == "csv") return output.csv;
  fail("--format {} is not one of text, markdown, csv, latex, html", format);
}

}  // namespace

void declare_output(program::po::options_description& options) {
  namespace po = program::po;
  options.add_options()("format", po::value<std::string>()->default_value("text"),
                        "text, markdown, csv, latex or html")(
      "out", po::value<std::string>(), "write to this file instead of standard output")(
      "force", "replace a file that exists");
}

std::vector<std::string> write_all_formats(const std::filesystem::path& prefix, const Output& output) {
  std::vector<std::string> written;
  for (const auto& [format, ending] : kFiles) {
    written.push_back(prefix.string() + ending);
    write_text_file(written.back(), in_format(output, format));
  }
  return written;
}

void refuse_all_formats(const std::filesystem::path& prefix, bool force) {
  for (const auto& [format, ending] : kFiles) refuse_overwrite(prefix.string() + ending, force);
}

void put_out(const program::po::variables_map& options, const std::function<Output()>& make) {
  const auto format = options["format"].as<std::string>();
  Sheet empty;
  empty.header = {""};
  in_format({empty}, format);
  const bool to_file = options.count("out") > 0;
  const auto out = to_file ? options["out"].as<std::string>() : "";
  if (to_file) refuse_overwrite(out, options.count("force") > 0);
  auto text = in_format(make(), format);
  if (to_file) {
    write_text_file(out, text);
    console::say("written: {}", out);
    return;
  }
  text.pop_back();  // result() ends the line
  console::result(text);
}

}  // namespace tandem::report
