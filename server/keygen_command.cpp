#include "server/keygen_command.h"

#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "engine/program/command_line.h"
#include "engine/program/flags.h"
#include "server/access/api_keys.h"

namespace inkling {

int run_keygen(int argc, const char* const* argv) {
  CLI::App app{"Makes an API key: prints it, this once, and adds its SHA-256 to the file of keys.",
               "inkling-server keygen"};
  std::filesystem::path file;
  std::string name;
  app.add_option("--api-keys", file, "the file, made where there is none")
      ->type_name("FILE")
      ->required()
      ->check(not_empty("a file"));
  app.add_option("--name", name, "whose it is, for the log: letters, digits, '-' and '_'")
      ->required();
  app.footer(
      "A server that runs takes the key at a SIGHUP. To end a key, remove its line.\n"
      "Behind the SHA-256, rate=N limits its requests a minute and quota=N those a day.\n\n"
      "Example:\n"
      "  inkling-server keygen --api-keys keys.txt --name laptop\n"
      "  inkling-server --api-keys keys.txt");
  if (const auto exit_code = parse_command_line(app, argc, argv)) {
    return *exit_code;
  }
  try {
    std::cout << add_api_key(file, name) << std::endl;
    return kSuccess;
  } catch (const std::exception& error) {
    std::cerr << "inkling-server: " << error.what() << '\n';
    return kFailure;
  }
}

}  // namespace inkling
