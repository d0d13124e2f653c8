# tandem_add_library(NAME [TORCH] SOURCES ... [LIBRARIES ...])   one folder of src/ = one library that names its dependencies
# tandem_add_program(NAME [TORCH] SOURCES ... [LIBRARIES ...])
# TORCH: the target compiles against LibTorch (and uses the shared precompiled header).

set(TANDEM_SANITIZE "" CACHE STRING "Sanitizers for every target, as for -fsanitize=")
if(TANDEM_SANITIZE)
  add_compile_options(-fsanitize=${TANDEM_SANITIZE} -fno-omit-frame-pointer -O1)
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
  -Wno-restrict -Wno-stringop-overflow)  # false alarms of g++ 12 on std::string (GCC bugs 105651, 105329)
target_include_directories(tandem_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
target_compile_definitions(tandem_options INTERFACE FMT_HEADER_ONLY)

# The precompiled header is made once, by a target of its own, and reused by all that say TORCH.
function(tandem_torch_pch)
  file(WRITE ${CMAKE_BINARY_DIR}/generated/torch_pch.cpp "// makes the precompiled header\n")
  add_library(tandem_torch_pch OBJECT ${CMAKE_BINARY_DIR}/generated/torch_pch.cpp)
  target_link_libraries(tandem_torch_pch PUBLIC tandem_options torch::cpu)
  target_compile_options(tandem_torch_pch PRIVATE -fpch-preprocess)
  target_precompile_headers(tandem_torch_pch PRIVATE
    <vector> <string> <functional> <map> <optional> <filesystem>
    <ATen/ATen.h> <torch/csrc/autograd/custom_function.h> <torch/csrc/autograd/autograd.h>)
endfunction()

function(tandem_configure_target target uses_torch)
  if(uses_torch)
    if(NOT TARGET tandem_torch_pch)
      tandem_torch_pch()
    endif()
    target_link_libraries(${target} PUBLIC torch::cpu)
    target_compile_options(${target} PRIVATE -fpch-preprocess)
    target_precompile_headers(${target} REUSE_FROM tandem_torch_pch)
  endif()
  target_link_libraries(${target} PUBLIC tandem_options)
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
