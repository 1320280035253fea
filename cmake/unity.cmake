# Unity builds (CMAKE_UNITY_BUILD, on in every preset but debug) compile many sources as one, which is several times
# cheaper: most of a source's cost is reading headers and instantiating what its neighbours instantiate too.
#
# The sources of one folder go together; a large folder is split before the letters listed here. So it does not depend
# on what else is in the tree which names share a unit, and adding a file can only clash inside its own group.
set(LAOKE_UNITY_SPLIT_storage "j;p;r")
set(LAOKE_UNITY_SPLIT_handlers "d;p;q;s")
set(LAOKE_UNITY_SPLIT_handlers/seller "o")
set(LAOKE_UNITY_SPLIT_bot "m")
set(LAOKE_UNITY_SPLIT_bot/commands "f")
set(LAOKE_UNITY_SPLIT_bot/http "b")

# Here files of one subject go together: the fake of each platform, and its tests, have helpers of the same names.
set(LAOKE_UNITY_BY_SUBJECT tests/fakes tests/channels tests/story)

function(laoke_unity_groups target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE path)
    cmake_path(IS_PREFIX CMAKE_BINARY_DIR ${path} generated)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
    # server.cpp: a member of its private class comes from an unnamed namespace, which g++ warns about when it is included.
    # registry.cpp: a benchmark puts its own list of platforms in this one's place.
    if(generated OR NOT path MATCHES "\\.cpp$" OR path STREQUAL "bot/http/server.cpp" OR path STREQUAL "bot/channels/registry.cpp")
      continue()
    endif()
    cmake_path(GET path PARENT_PATH folder)
    cmake_path(GET path FILENAME name)
    set(part 1)
    foreach(letter IN LISTS LAOKE_UNITY_SPLIT_${folder})
      if(NOT name STRLESS letter)
        math(EXPR part "${part} + 1")
      endif()
    endforeach()
    if(folder IN_LIST LAOKE_UNITY_BY_SUBJECT)
      string(REGEX MATCH "^(fake_)?[a-z0-9]+" part ${name})
    endif()
    string(REPLACE "/" "_" group ${folder})
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${group}_${part})
  endforeach()
endfunction()
