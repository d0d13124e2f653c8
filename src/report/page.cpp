#include "report/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/build_info.h"
#include "report/html.h"
#include "report/page_sections.h"
#include "report/page_style.h"

namespace tandem::report {
namespace {

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string fact(const std::string& name, size_t count, const std::string& kind = "") {
  return fmt::format("<div><dt>{}</dt><dd class=\"{}\">{}</dd></div>\n", html(name), html(kind), count);
}

std::string facts(const Gathered& data) {
  std::map<std::string, size_t> states;
  std::set<std::string> experiments, domains;
  for (const auto& trial : data.trials) ++states[trial.state], experiments.insert(trial.name);
  for (const auto& run : data.summaries.begin()->second)
    for (const auto& [selection, score] : run.scores) domains.insert(selection.domain);
  std::string out = "<dl class=\"facts\">\n" + fact("trials", data.trials.size());
  for (const auto& [state, count] : states) out += fact(state, count, state);
  return out + fact("experiments", experiments.size()) + fact("data sets", domains.size()) + "</dl>\n";
}

std::string claims_section(const std::vector<ClaimResult>& claims) {
  if (claims.empty()) return "";
  return "<section id=\"claims\">\n<h2>Claims of the paper</h2>\n<div class=\"wide\">\n" +
         html_table(claims_sheet(claims)) + "</div>\n<p class=\"note\">" + html(kClaimMethod) +
         "</p>\n</section>\n";
}

std::string tables_section(const std::vector<Sheet>& tables) {
  std::string out = "<section id=\"tables\">\n<h2>Tables</h2>\n";
  for (const auto& sheet : tables)
    out += fmt::format("<h3>{}</h3>\n<div class=\"wide\">\n{}</div>\n{}", html(sheet.title),
                       html_table(sheet), html_foot(sheet));
  return out + "</section>\n";
}

std::string figures_section(const std::vector<PageFigure>& figures,
                            const std::vector<std::string>& not_made) {
  std::string out = "<section id=\"figures\">\n<h2>Figures</h2>\n";
  for (size_t i = 0; i < figures.size(); ++i) {
    const auto& f = figures[i];
    out += fmt::format(
        "<figure>\n<div class=\"sheet\">{}</div>\n<figcaption><b>{}.</b> {}</figcaption>\n</figure>\n",
        inline_svg(f.svg, fmt::format("f{}-", i), f.title, f.caption), html(f.title), html(f.caption));
  }
  if (figures.empty() && not_made.empty()) out += "<p>None.</p>\n";
  if (!not_made.empty()) out += "<h3>Not made</h3>\n<ul>\n";
  for (const auto& line : not_made) out += "<li>" + html(line) + "</li>\n";
  return out + (not_made.empty() ? "" : "</ul>\n") + "</section>\n";
}

constexpr const char* kHead =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    // Whatever stands in the page, nothing may be fetched.
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:\">\n";

}  // namespace

std::string inline_svg(const std::string& svg, const std::string& prefix, const std::string& title,
                       const std::string& caption) {
  const auto start = svg.find("<svg");
  std::string out = start == std::string::npos ? "" : svg.substr(start);
  if (out.empty()) return out;
  replace_all(out, " id=\"", " id=\"" + prefix);
  replace_all(out, "href=\"#", "href=\"#" + prefix);
  replace_all(out, "url(#", "url(#" + prefix);
  out.insert(4, fmt::format(" role=\"img\" aria-label=\"{}: {}\"", html(title), html(caption)));
  out.insert(out.find('>') + 1, fmt::format("<title>{}</title>", html(title)));
  return out;
}

std::string make_page(const PageContent& content, const Gathered& data) {
  std::string out = kHead;
  out += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n",
                     html(content.title), kPageStyle, html(content.title));
  out += fmt::format(
      "<p class=\"lead\">{} of {} trials have a result. Page made by tandem-report {} (commit {}).</p>\n",
      std::ranges::count_if(data.trials, &TrialLine::done), data.trials.size(), build_info::kVersion,
      build_info::kCommit);
  out += "<nav aria-label=\"Sections\"><ul>\n";
  for (const auto& [id, name] :
       {std::pair("tables", "Tables"), std::pair("claims", "Claims"), std::pair("figures", "Figures"),
        std::pair("failures", "Failures"), std::pair("configuration", "Configuration"),
        std::pair("provenance", "Provenance"), std::pair("all-trials", "Trials")})
    if (id != std::string("claims") || !content.claims.empty())
      out += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, name);
  out += "</ul></nav>\n" + facts(data) + "</header>\n<main>\n";
  out += tables_section(content.tables) + claims_section(content.claims) +
         figures_section(content.figures, content.not_made) + failures_section(data) +
         configuration_section(data) + provenance_section(data) + trials_section(data);
  return out + fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", kPageScript);
}

}  // namespace tandem::report
