# tandem_add_library(NAME [TORCH] SOURCES ... [LIBRARIES ...])   one folder of src/ = one library that names its dependencies
# tandem_add_program(NAME [TORCH] SOURCES ... [LIBRARIES ...])
# TORCH: the target compiles against LibTorch (and uses the precompiled header with it).

set(TANDEM_SANITIZE "" CACHE STRING "Sanitizers for every target, as for -fsanitize=")
if(TANDEM_SANITIZE)  # GCC 12 warns without cause of std::regex when it is instrumented
  add_compile_options(-fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer -O1 -g1 -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${TANDEM_SANITIZE})
endif()

find_program(TANDEM_CCACHE ccache)
if(TANDEM_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${TANDEM_CCACHE})
endif()
find_program(TANDEM_MOLD mold)
if(TANDEM_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(tandem_options INTERFACE)
target_compile_options(tandem_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Winvalid-pch -Werror
  -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-stringop-overread)  # false alarms of g++ 12 on std::string (GCC bugs 105651, 105329)
target_include_directories(tandem_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)

# A precompiled header is made once, by a target of its own, and reused by all targets built with the same options:
# without them half of the time to build goes into reading the same headers.
function(tandem_precompile pch)  # PCH [LIBRARIES ...] [OPTIONS ...] [HEADERS ...]
  cmake_parse_arguments(ARG "" "" "LIBRARIES;OPTIONS;HEADERS" ${ARGN})
  if(TARGET ${pch})
    return()
  endif()
  file(WRITE ${CMAKE_BINARY_DIR}/generated/${pch}.cpp "// makes the precompiled header\n")
  add_library(${pch} OBJECT ${CMAKE_BINARY_DIR}/generated/${pch}.cpp)
  target_link_libraries(${pch} PUBLIC tandem_options ${ARG_LIBRARIES})
  target_compile_options(${pch} PRIVATE -fpch-preprocess ${ARG_OPTIONS})
  target_precompile_headers(${pch} PRIVATE <algorithm> <array> <filesystem> <fstream> <functional> <map> <memory>
    <optional> <set> <sstream> <string> <string_view> <vector> <fmt/format.h> ${ARG_HEADERS})
endfunction()

function(tandem_use_precompiled target pch)
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  target_precompile_headers(${target} REUSE_FROM ${pch})
endfunction()

function(tandem_configure_target target uses_torch)
  target_link_libraries(${target} PUBLIC tandem_options)
  if(uses_torch)
    target_link_libraries(${target} PUBLIC torch::cpu)
    tandem_precompile(tandem_torch_pch LIBRARIES torch::cpu HEADERS
      <ATen/ATen.h> <torch/csrc/autograd/custom_function.h> <torch/csrc/autograd/autograd.h>)
    tandem_use_precompiled(${target} tandem_torch_pch)
  else()
    tandem_precompile(tandem_pch)
    tandem_use_precompiled(${target} tandem_pch)
  endif()
endfunction()

function(tandem_add_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(tandem_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(tandem_${name} PUBLIC ${ARG_LIBRARIES})
  tandem_configure_target(tandem_${name} ${ARG_TORCH})
endfunction()

function(tandem_add_program name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
  tandem_configure_target(${name} ${ARG_TORCH})
endfunction()
