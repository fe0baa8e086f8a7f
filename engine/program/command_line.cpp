#include "engine/program/command_line.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "engine/program/flags.h"
#include "engine/program/help_formatter.h"

namespace inkling {
namespace {

// The command that was chosen, or the app itself; that, too, when something before the command is
// wrong.
const CLI::App& chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() || !app.remaining().empty() ? app : *commands.front();
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  if (!names.empty()) {
    names.emplace_back("help");
  }
  return names;
}

std::vector<std::string> flag_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional()) {
      names.push_back(option->get_name());
    }
  }
  return names;
}

// Optimal string alignment: letters wrong, missing or superfluous, and neighbors swapped.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  // Three rows of the table are enough: a swap looks two rows back.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row.back();
}

std::string with_suggestion(const std::string& received, const std::vector<std::string>& names) {
  const auto nearest = nearest_name(received, names);
  return received + (nearest ? " (did you mean " + *nearest + "?)" : "");
}

// The first argument that no flag or position took; a flag before a word, which may be its value.
std::optional<std::string> unexpected_argument(const CLI::App& command) {
  const std::vector<std::string> left = command.remaining();
  if (left.empty()) {
    return std::nullopt;
  }
  const auto flag = std::find_if(left.begin(), left.end(),
                                 [](const std::string& text) { return text.rfind('-', 0) == 0; });
  const std::string& first = flag == left.end() ? left.front() : *flag;
  return first.rfind("--", 0) == 0 ? first.substr(0, first.find('=')) : first;
}

std::string missing_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_required() && option->count() == 0) {
      names.push_back(option->get_name());
    }
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : " and ") + names[i];
  }
  return text;
}

// What is wrong, as "expected …, received …".
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = chosen(app);
  const bool awaits_command = &command == &app && !command_names(app).empty();
  if (const auto unexpected = unexpected_argument(command)) {
    if ((*unexpected)[0] == '-') {
      return "expected a known flag, received " + with_suggestion(*unexpected, flag_names(command));
    }
    if (awaits_command) {
      return "expected " + alternatives(command_names(app)) + ", received " +
             with_suggestion(*unexpected, command_names(app));
    }
    return "expected nothing but flags and their values, received " + *unexpected;
  }
  if (awaits_command) {
    return "expected " + alternatives(command_names(app)) + ", received no command";
  }
  std::string what = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return "expected " + missing_options(command) + ", received none";
  }
  if (what.find("flag override") != std::string::npos) {
    const std::string name = what.substr(0, what.find(' '));
    return (name.rfind('-', 0) == 0 ? "" : "--") + name + ": expected no value, received one";
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return what.substr(0, what.find(':')) + ": expected a value, received none";
  }
  return what;  // a validator's own words: expected …, received …
}

// The form of the help, and that --json=5 is a mistake, for the app and its commands.
void set_up(CLI::App& app) {
  app.formatter(std::make_shared<HelpFormatter>());
  for (CLI::Option* option : app.get_options()) {
    option->disable_flag_override();
  }
  for (CLI::App* command : app.get_subcommands({})) {
    set_up(*command);
  }
}

}  // namespace

std::optional<std::string> nearest_name(const std::string& received,
                                        const std::vector<std::string>& names) {
  std::optional<std::string> nearest;
  std::size_t least = 0;
  for (const std::string& name : names) {
    const std::size_t away = edit_distance(received, name);
    if (3 * away <= name.size() && (!nearest || away < least)) {
      nearest = name;
      least = away;
    }
  }
  return nearest;
}

std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  set_up(app);
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const std::vector<std::string> commands = command_names(app);
  if (!commands.empty() && words.empty()) {
    words.emplace_back("--help");
  } else if (!commands.empty() && words.front() == "help") {
    words.erase(words.begin());
    if (!words.empty() && std::find(commands.begin(), commands.end(), words[0]) == commands.end()) {
      report_usage(app, "expected " + alternatives(commands) + ", received " +
                            with_suggestion(words[0], commands));
      return kUsage;
    }
    words.emplace_back("--help");
  }
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(words);
    return std::nullopt;
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    report_usage(app, explain(app, error));
    return kUsage;
  }
}

void report_usage(const CLI::App& app, const std::string& message) {
  const CLI::App& command = chosen(app);
  std::fprintf(stderr, "%s: %s; see %s%s --help\n", app.get_name().c_str(), message.c_str(),
               app.get_name().c_str(), &command == &app ? "" : (" " + command.get_name()).c_str());
}

}  // namespace inkling
