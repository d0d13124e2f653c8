#include "program/program.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <new>
#include <set>
#include <sstream>

#include "base/build_info.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"

namespace tandem::program {
namespace {

/// @param family only commands that begin with this word; "" = all
void print_overview(const Program& program, const std::string& family = "") {
  console::result(fmt::format(
      "{}: {}\n\nUsage: {} COMMAND ...   (COMMAND --help tells its options)\n\nCommands:", program.name,
      program.summary, program.name));
  size_t widest = 18;  // that of the options below
  for (const auto& command : program.commands) widest = std::max(widest, command.name.size());
  for (const auto& command : program.commands)
    if (family.empty() || command.name.starts_with(family + " "))
      console::result(fmt::format("  {:<{}} {}", command.name, widest, command.summary));
  console::result(
      "\nOptions:\n  --help             this text\n  --version          version, commit, libraries\n"
      "\nExit codes: 0 done, 65 bad input, 70 failure, 75 stopped and saved, 76 rank lost");
}

void print_version(const Program& program) {
  namespace info = build_info;
  console::result(fmt::format("{} {} (commit {}, {}, {})", program.name, info::kVersion, info::kCommit,
                              info::kCompiler, info::kBuildType));
  for (const auto& line : program.versions) console::result(line);
}

po::options_description options_of(const Command& command) {
  po::options_description options("Options", 100, 60);
  if (command.declare) command.declare(options);
  options.add_options()("quiet,q", "print results, warnings and errors only")("help,h", "this text");
  return options;
}

void print_help(const Program& program, const Command& command) {
  std::ostringstream text;
  text << "Usage: " << program.name << ' ' << command.name << ' ' << command.synopsis << "\n\n"
       << command.summary << "\n\n"
       << options_of(command);
  if (command.details) text << "\n" << command.details();
  console::result(text.str());
}

/// A bash pattern and the words offered where it matches what was typed so far.
std::string completion_case(const std::string& pattern, const std::string& words) {
  return fmt::format("    \"{}\"*) words=\"{}\" ;;\n", pattern, words);
}

/// A bash function that offers commands, then the options of the command typed.
void print_completion(const Program& program) {
  std::string function = "_" + program.name;
  std::replace(function.begin(), function.end(), '-', '_');
  std::set<std::string> first_words;
  std::map<std::string, std::string> second_words;
  std::string
      cases;  // bash takes the first that matches, so the commands of two words come before their first words
  for (const auto& command : program.commands) {
    const auto words = split_words(command.name, ' ');
    first_words.insert(words[0]);
    if (words.size() > 1) second_words[words[0]] += words[1] + " ";
    std::string flags;
    const auto options = options_of(command);
    for (const auto& option : options.options()) flags += "--" + option->long_name() + " ";
    cases += completion_case(command.name + " ", flags);
  }
  for (const auto& [first, seconds] : second_words) cases += completion_case(first + " ", seconds);
  cases += completion_case("", fmt::format("{}", fmt::join(first_words, " ")));
  console::result(fmt::format(
      "{0}() {{\n  local cur=${{COMP_WORDS[COMP_CWORD]}} words typed=\"${{COMP_WORDS[*]:1:COMP_CWORD-1}} \"\n"
      "  case \"$typed\" in\n{1}  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\") $(compgen -f -- \"$cur\"))\n}}\n"
      "complete -o filenames -F {0} {2}",
      function, cases, program.name));
}

/// The command whose words begin the arguments (the longest such); null if none.
const Command* find_command(const Program& program, const std::vector<std::string>& args) {
  const Command* best = nullptr;
  size_t best_words = 0;
  for (const auto& command : program.commands) {
    const auto words = split_words(command.name, ' ');
    if (words.size() > args.size() || words.size() <= best_words) continue;
    if (std::equal(words.begin(), words.end(), args.begin())) best = &command, best_words = words.size();
  }
  return best;
}

/// The commands of two words that begin with this one ("import"); empty if it is a command itself.
std::vector<std::string> family_of(const Program& program, const std::string& word) {
  std::vector<std::string> names;
  for (const auto& command : program.commands) {
    if (command.name == word) return {};
    if (command.name.starts_with(word + " ")) names.push_back(command.name);
  }
  return names;
}

[[noreturn]] void unknown_command(const Program& program, const std::vector<std::string>& args) {
  if (const auto family = family_of(program, args[0]); args.size() == 1 && !family.empty())
    fail("{0} {1} needs one more word: {2}; {0} {1} --help tells what they do", program.name, args[0],
         join(family, ", "));
  std::vector<std::string> names;
  for (const auto& command : program.commands) names.push_back(command.name);
  std::string word = args[0], near = nearest_name(word, names);
  if (near.empty() && args.size() > 1) {  // perhaps a typo in a command of two words
    near = nearest_name(args[0] + " " + args[1], names);
    if (!near.empty()) word += " " + args[1];
  }
  fail("{} has no command '{}'{}. Commands: {}", program.name, word,
       near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), join(names, ", "));
}

po::variables_map parse(const Command& command, const std::vector<std::string>& args) {
  const auto options = options_of(command);
  po::positional_options_description positional;
  for (size_t i = 0; i < command.positional.size(); ++i)
    positional.add(command.positional[i].c_str(), i + 1 == command.positional.size() ? -1 : 1);
  po::variables_map map;
  try {
    po::store(po::command_line_parser(args).options(options).positional(positional).run(), map);
    if (map.count("help") == 0) po::notify(map);
  } catch (const po::unknown_option& error) {
    std::vector<std::string> names;
    for (const auto& option : options.options()) names.push_back("--" + option->long_name());
    const auto near = nearest_name(error.get_option_name(), names);
    fail("unknown option '{}'{}; see --help", error.get_option_name(),
         near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near));
  } catch (const po::error& error) {
    fail("{}; see --help", error.what());
  }
  return map;
}

void dispatch(const Program& program, const std::vector<std::string>& args) {
  if (args.empty() || args[0] == "--help" || args[0] == "-h" || args[0] == "help")
    return print_overview(program);
  if (args[0] == "--version") return print_version(program);
  if (args.size() == 2 && args[0] == "completion" && args[1] == "bash") return print_completion(program);
  if (args.size() > 1 && (args[1] == "--help" || args[1] == "-h") && !family_of(program, args[0]).empty())
    return print_overview(program, args[0]);
  const Command* command = find_command(program, args);
  if (!command) unknown_command(program, args);
  const auto skip = std::ptrdiff_t(split_words(command->name, ' ').size());
  const auto map = parse(*command, {args.begin() + skip, args.end()});
  if (map.count("help")) return print_help(program, *command);
  console::set_quiet(map.count("quiet") > 0);
  command->run(map);
}

}  // namespace

int Program::run(int argc, const char* const* argv) const {
  try {
    dispatch(*this, {argv + std::min(argc, 1), argv + argc});
    return int(ExitCode::Success);
  } catch (const Error& error) {
    if (error.code() == ExitCode::Stopped)
      console::print(error.what());
    else
      console::error(error.what());
    return int(error.code());
  } catch (const std::bad_alloc&) {
    console::error("out of memory");
  } catch (const std::filesystem::filesystem_error& error) {
    console::error(fmt::format("cannot access {}: {}", error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    console::error(fmt::format("{} (this is a bug, or the machine failed)", error.what()));
  }
  return int(ExitCode::Failure);
}

}  // namespace tandem::program
