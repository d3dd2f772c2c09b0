# The pages of `skald serve`: web/ is checked and bundled in the build folder, and becomes one C++ file with the bundle in it.
# The packages lie where deps/stage.py put them; without them, or without node, the program is built without its pages.
file(SHA256 ${CMAKE_SOURCE_DIR}/web/package-lock.json _skald_lock)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/package-lock.json)
string(SUBSTRING ${_skald_lock} 0 12 _skald_lock)
cmake_path(GET SKALD_STAGE PARENT_PATH _skald_cache_folder)
if(NOT DEFINED SKALD_WEB_PACKAGES)
  set(SKALD_WEB_PACKAGES "${_skald_cache_folder}/npm/${_skald_lock}/node_modules")
endif()
find_program(SKALD_NODE node)

# Sets OUT to the sources that hold the pages.
function(skald_web out)
  set(folder ${CMAKE_BINARY_DIR}/web)
  if(NOT SKALD_NODE OR NOT Python3_FOUND OR NOT EXISTS "${SKALD_WEB_PACKAGES}")
    message(STATUS "The pages: left out (node, npm or the packages are missing; deps/stage.py fetches them)")
    file(CONFIGURE OUTPUT ${folder}/none.cpp @ONLY CONTENT
      "#include \"api/assets.hpp\"\nnamespace skald::api {\nstd::span<const Asset> assets() {\n  return {};\n}\n}  // namespace skald::api\n")
    set(${out} ${folder}/none.cpp PARENT_SCOPE)
    return()
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/*)
  list(APPEND sources ${CMAKE_SOURCE_DIR}/web/index.html ${CMAKE_SOURCE_DIR}/web/vite.config.js
    ${CMAKE_SOURCE_DIR}/web/tsconfig.json ${CMAKE_SOURCE_DIR}/web/package-lock.json)
  add_custom_command(OUTPUT ${folder}/assets.cpp
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/bundle.py --node ${SKALD_NODE} --packages ${SKALD_WEB_PACKAGES}
      --source ${CMAKE_SOURCE_DIR}/web --folder ${folder}
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/tools/bundle.py
    COMMENT "Bundling the pages" VERBATIM)
  set(${out} ${folder}/assets.cpp PARENT_SCOPE)
endfunction()
