# NCCL and the CUDA runtime as the imported targets tandem_nccl_c and tandem_cudart_c, for the plug-in alone: no other
# target may link them, so that one build serves machines with and without GPUs.
#   TANDEM_NCCL   AUTO: the plug-in is built if headers and libraries are found; ON: an error if not; OFF: never
# The wheels beside LibTorch come first (a CUDA LibTorch brings its own NCCL: the same file must serve both), then a
# toolkit: CUDA_HOME, /usr/local/cuda, /usr.

set(TANDEM_NCCL AUTO CACHE STRING "Build the NCCL plug-in: AUTO, ON or OFF")
set_property(CACHE TANDEM_NCCL PROPERTY STRINGS AUTO ON OFF)

# Where include and library folders are; sets tandem_nccl_found if all of them hold what is needed.
function(tandem_try_nccl what nccl_include nccl_lib cuda_include cuda_lib)
  file(GLOB nccl_library ${nccl_lib}/libnccl.so.2)
  file(GLOB cudart_library ${cuda_lib}/libcudart.so.1[0-9])
  if(tandem_nccl_found OR NOT nccl_library OR NOT cudart_library OR NOT EXISTS ${nccl_include}/nccl.h
     OR NOT EXISTS ${cuda_include}/cuda_runtime_api.h OR NOT EXISTS ${cuda_include}/crt/host_config.h)
    return()
  endif()
  list(GET cudart_library 0 cudart_library)
  foreach(part nccl cudart)
    add_library(tandem_${part}_c SHARED IMPORTED)
    set_target_properties(tandem_${part}_c PROPERTIES IMPORTED_LOCATION ${${part}_library})
  endforeach()
  target_include_directories(tandem_nccl_c SYSTEM INTERFACE ${nccl_include} ${cuda_include})
  file(STRINGS ${nccl_include}/nccl.h numbers REGEX "define NCCL_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9;]" "" version "${numbers}")
  string(REPLACE ";" "." version "${version}")
  message(STATUS "NCCL ${version}: ${what}")
  set(tandem_nccl_found TRUE PARENT_SCOPE)
endfunction()

set(tandem_nccl_found FALSE)
if(NOT TANDEM_NCCL STREQUAL OFF)
  set(wheels ${LIBTORCH_ROOT}/../nvidia)
  file(GLOB wheel_cuda ${wheels}/cu1[0-9])
  if(wheel_cuda)
    tandem_try_nccl("wheel in ${LIBTORCH_ROOT}/.." ${wheels}/nccl/include ${wheels}/nccl/lib
                    ${wheel_cuda}/include ${wheel_cuda}/lib)
  endif()
  foreach(root $ENV{CUDA_HOME} /usr/local/cuda)
    tandem_try_nccl(${root} ${root}/include ${root}/lib64 ${root}/include ${root}/lib64)
  endforeach()
  tandem_try_nccl(/usr /usr/include /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} /usr/include
                  /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
  if(NOT tandem_nccl_found AND TANDEM_NCCL STREQUAL ON)
    message(FATAL_ERROR "TANDEM_NCCL=ON, but nccl.h, libnccl.so.2, cuda_runtime_api.h and libcudart were not all found "
                        "in one place. Run launch/setup.sh, or set CUDA_HOME to a toolkit.")
  elseif(NOT tandem_nccl_found)
    message(STATUS "NCCL not found: the plug-in for several GPUs is not built")
  endif()
endif()
