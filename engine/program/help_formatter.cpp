#include "engine/program/help_formatter.h"

#include <sstream>

namespace inkling {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 26;  // of descriptions

// A name, and beside it, or below where it is too long for that, its description.
std::string entry(const std::string& name, const std::string& description) {
  std::string text = "  " + name;
  std::size_t column = text.size();
  if (column + 2 > kIndent) {
    text += '\n';
    column = 0;
  }
  std::istringstream words(description);
  bool line_begins = true;
  for (std::string word; words >> word;) {
    if (!line_begins && column + 1 + word.size() > kColumns) {
      text += '\n';
      column = 0;
      line_begins = true;
    }
    const std::string gap = line_begins ? std::string(kIndent - column, ' ') : " ";
    text += gap + word;
    column += gap.size() + word.size();
    line_begins = false;
  }
  return text + "\n";
}

// "INT:1 to 9" as CLI11 joins a type with its check.
struct Type {
  std::string name;
  std::string range;
};

Type type_of(const CLI::Option& option) {
  const std::string joined = option.get_type_name();
  const std::size_t colon = joined.find(':');
  const std::string name = joined.substr(0, colon);
  return {name == "UINT" ? "INT" : name,
          colon == std::string::npos ? "" : joined.substr(colon + 1)};
}

std::string description_of(const CLI::Option& option) {
  std::string facts = type_of(option).range;
  const auto add = [&](const std::string& fact) { facts += (facts.empty() ? "" : "; ") + fact; };
  if (option.get_required()) {
    add("required");
  }
  if (!option.get_default_str().empty()) {
    add("default " + option.get_default_str());
  }
  return option.get_description() + (facts.empty() ? "" : " (" + facts + ")");
}

}  // namespace

HelpFormatter::HelpFormatter() {
  label("SUBCOMMAND", "COMMAND");
  label("Subcommands", "Commands");
}

// CLI11 puts an empty line before a group and another one behind it; these put one between all.
std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  return Formatter::make_usage(app, std::move(name)) + "\n";
}

std::string HelpFormatter::make_positionals(const CLI::App* app) const {
  const std::string text = Formatter::make_positionals(app);
  return text + (text.empty() ? "" : "\n");
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string text = group + ":\n";
  for (const CLI::Option* option : options) {
    text += make_option(option, is_positional);
  }
  return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  const std::string type = type_of(*option).name;
  const std::string name = option->get_name(is_positional, !is_positional);
  return entry(name + (type.empty() || is_positional ? "" : " " + type), description_of(*option));
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return entry(command->get_name(), command->get_description());
}

}  // namespace inkling
