#include "tests/support/program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace laoke::test {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char letter : text) out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return out + "'";
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Ran Program::run(const std::vector<std::string>& arguments) const {
  std::string command = "cd " + quoted(dir_.path().string()) + " && env -i PATH=/usr/bin:/bin LANG=C.UTF-8 LAOKE_LANGUAGE=" + language_ +
                        " LAOKE_DATA_DIR=" + quoted(dir_.file("data")) + " LAOKE_LISTEN=127.0.0.1:0 ";
  if (on_postgres()) command += "LAOKE_DATABASE=" + quoted(url()) + " ";
  command += quoted(LAOKE_PROGRAM);
  for (const auto& argument : arguments) command += " " + quoted(argument);
  command += " </dev/null >" + quoted(dir_.file("out.txt")) + " 2>" + quoted(dir_.file("err.txt"));
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), contents(dir_.file("out.txt")), contents(dir_.file("err.txt"))};
}

Ran Program::run(const std::string& words) const {
  std::istringstream in(words);
  std::vector<std::string> arguments;
  for (std::string word; in >> word;) arguments.push_back(word);
  return run(arguments);
}

std::string Program::write_file(const std::string& name, const std::string& text) const {
  std::ofstream(dir_.file(name), std::ios::binary | std::ios::trunc) << text;
  return dir_.file(name);
}

std::string Program::read_file(const std::string& name) const { return contents(dir_.file(name)); }

}  // namespace laoke::test
