# How a thing from outside is found: an installed package, then the copy that deps/stage.py staged, then a download by hash
# (the same script, for this one thing).
if(DEFINED ENV{SKALD_CACHE})
  set(_skald_cache "$ENV{SKALD_CACHE}")
else()
  set(_skald_cache "$ENV{HOME}/.cache/skald")
endif()
set(SKALD_STAGE "${_skald_cache}/stage" CACHE PATH "Staged libraries and models")
option(SKALD_DOWNLOAD "Download what is neither installed nor staged" ON)
find_package(Python3 QUIET COMPONENTS Interpreter)

# Makes sure that SKALD_STAGE/PLACE exists, which COMPONENT of the manifest provides.
function(skald_staged component place)
  if(EXISTS "${SKALD_STAGE}/${place}")
    return()
  endif()
  if(SKALD_DOWNLOAD AND Python3_FOUND)
    cmake_path(GET SKALD_STAGE PARENT_PATH cache)
    execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/deps/stage.py --only ${component} --cache ${cache})
  endif()
  if(NOT EXISTS "${SKALD_STAGE}/${place}")
    message(FATAL_ERROR "${component} is neither installed nor staged, and was not downloaded: run deps/stage.py")
  endif()
endfunction()

# A system library: there is no staged copy; tells which Debian package has it.
function(skald_system found debian)
  if(NOT ${found})
    message(FATAL_ERROR "Not found: install ${debian} (or let `make demo` do it)")
  endif()
endfunction()

# A library of headers alone: TARGET stands for COMPONENT's folder `include` where the package is not installed.
macro(skald_headers package version target component)
  find_package(${package} ${version} QUIET)
  if(NOT TARGET ${target})
    skald_staged(${component} sources/${component}/include)
    add_library(${target} INTERFACE IMPORTED)
    target_include_directories(${target} SYSTEM INTERFACE ${SKALD_STAGE}/sources/${component}/include)
    message(STATUS "${package}: the staged copy of its headers")
  endif()
endmacro()
