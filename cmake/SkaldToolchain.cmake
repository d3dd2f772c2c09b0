# Compiler settings that every target of ours shares.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(SKALD_CCACHE ccache)
if(SKALD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${SKALD_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SKALD_CCACHE})
endif()
find_program(SKALD_MOLD mold)
if(SKALD_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(skald_flags INTERFACE)
target_compile_options(skald_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports -Wrestrict for plain string concatenation (its bug 105651).
  target_compile_options(skald_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # TRY() is a statement expression, which both compilers know.
  # And std::stable_sort of gcc 12 uses what the library itself has marked as deprecated.
  target_compile_options(skald_flags INTERFACE -Wno-gnu-statement-expression -Wno-gnu-statement-expression-from-macro-expansion
    -Wno-deprecated-declarations)
endif()

# skald_c_macros(SOURCES...): sources of the current folder that use macros of C libraries (libseccomp, FFmpeg), which make
# compound literals and leave fields out.
function(skald_c_macros)
  set(quiet -Wno-c99-extensions -Wno-missing-field-initializers -Wno-missing-designated-field-initializers)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "$<$<CXX_COMPILER_ID:Clang>:${quiet}>")
endfunction()

target_include_directories(skald_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(SKALD_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O1")  # with assertions, and stacks that can be read
  add_compile_options(-fsanitize=${SKALD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${SKALD_SANITIZE})
endif()
if(SKALD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
