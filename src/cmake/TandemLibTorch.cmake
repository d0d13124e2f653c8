# LibTorch as the imported target torch::cpu. Torch's own CMake package asks for a CUDA toolkit even for CPU use and
# rejects C++20 beside one; the few facts needed are found here instead.
#   LIBTORCH_ROOT (cache or environment): the folder that holds include/ and lib/; default .deps/libtorch/torch

set(LIBTORCH_ROOT "$ENV{LIBTORCH_ROOT}" CACHE PATH "LibTorch: folder with include/ and lib/")
if(NOT LIBTORCH_ROOT)
  set(LIBTORCH_ROOT ${CMAKE_SOURCE_DIR}/.deps/libtorch/torch)
endif()
if(NOT EXISTS ${LIBTORCH_ROOT}/lib/libtorch_cpu.so)
  message(FATAL_ERROR "LibTorch not found in ${LIBTORCH_ROOT}. Run launch/setup.sh, or set LIBTORCH_ROOT.")
endif()

file(STRINGS ${LIBTORCH_ROOT}/include/torch/headeronly/version.h torch_version_lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX REPLACE "[^0-9;]" "" torch_version "${torch_version_lines}")
string(REPLACE ";" "." torch_version "${torch_version}")
if(torch_version VERSION_LESS 2.6)
  message(FATAL_ERROR "LibTorch ${torch_version} in ${LIBTORCH_ROOT} is too old: 2.6 or later is needed (C++11 ABI).")
endif()
message(STATUS "LibTorch ${torch_version}: ${LIBTORCH_ROOT}")
set(TANDEM_TORCH_VERSION ${torch_version})

# libtorch_cpu needs these two at start-up, even for CPU work; with the wheel they lie beside it.
file(GLOB torch_cuda_dirs ${LIBTORCH_ROOT}/../nvidia/*/lib)

foreach(name c10 torch_cpu)
  add_library(torch::${name} SHARED IMPORTED)
  set_target_properties(torch::${name} PROPERTIES IMPORTED_LOCATION ${LIBTORCH_ROOT}/lib/lib${name}.so)
endforeach()
# FMT_HEADER_ONLY: LibTorch's headers include fmt headers of their own, newer than the system's library.
add_library(torch::cpu INTERFACE IMPORTED)
set_target_properties(torch::cpu PROPERTIES
  INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY
  INTERFACE_LINK_LIBRARIES "torch::torch_cpu;torch::c10"
  INTERFACE_INCLUDE_DIRECTORIES
  "${LIBTORCH_ROOT}/include;${LIBTORCH_ROOT}/include/torch/csrc/api/include")
foreach(dir ${torch_cuda_dirs})
  target_link_options(torch::cpu INTERFACE -Wl,-rpath-link,${dir} -Wl,-rpath,${dir})
endforeach()
