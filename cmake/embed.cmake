# laoke_embed(OUT DIR PATTERN): a generated source with every matching file under DIR as text, so that the program is
# one file. It defines `laoke::embedded::OUT()`; storage/embedded.h declares it.
function(laoke_embed out dir pattern)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} "${CMAKE_SOURCE_DIR}/${dir}/${pattern}")
  list(SORT files)
  set(generated ${CMAKE_BINARY_DIR}/${out}.cpp)
  set(inputs ${files})
  list(TRANSFORM inputs PREPEND ${CMAKE_SOURCE_DIR}/)
  add_custom_command(OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DOUT=${generated} -DNAME=${out} -DROOT=${CMAKE_SOURCE_DIR} "-DFILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake VERBATIM)
  set(${out} ${generated} PARENT_SCOPE)
endfunction()
