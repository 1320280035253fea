# Everything here is a Debian 12 package (deploy/setup.sh installs them).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(spdlog REQUIRED)
find_package(pugixml REQUIRED)
find_package(date REQUIRED)
# Debian's httplib is a shared library: its defines change the layout of its classes, so they come from pkg-config.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(LIBICAL REQUIRED IMPORTED_TARGET libical)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
find_library(PHONENUMBER_LIBRARY phonenumber REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)

add_library(laoke_dependencies INTERFACE)
target_link_libraries(laoke_dependencies INTERFACE
  Threads::Threads OpenSSL::Crypto OpenSSL::SSL SQLiteCpp SQLite::SQLite3 PkgConfig::LIBPQ nlohmann_json::nlohmann_json
  ICU::i18n ICU::uc spdlog::spdlog pugixml::pugixml date::date-tz PkgConfig::HTTPLIB PkgConfig::LIBICAL PkgConfig::TOMLPLUSPLUS
  ${PHONENUMBER_LIBRARY} ${CSV_LIBRARY})
target_compile_definitions(laoke_dependencies INTERFACE SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL TOML_HEADER_ONLY=0)
