# LibTorch's CUDA part as the imported target torch::cuda, for the plug-in of CUDA graphs alone: no other target may link
# it, so that one build serves machines with and without GPUs. No nvcc is needed, only the runtime's headers and library of
# the major version that LibTorch was built with: from the wheels beside it, or from a toolkit (CUDA_HOME, /usr/local/cuda).

set(torch_lib ${LIBTORCH_ROOT}/lib)
if(EXISTS ${torch_lib}/libtorch_cuda.so AND EXISTS ${torch_lib}/libc10_cuda.so)
  file(STRINGS ${torch_lib}/libc10_cuda.so cudart_name REGEX "^libcudart\\.so\\.[0-9]+$" LIMIT_COUNT 1)
  file(GLOB roots ${LIBTORCH_ROOT}/../nvidia/cu1[0-9])
  foreach(root ${roots} $ENV{CUDA_HOME} /usr/local/cuda)
    foreach(lib lib lib64)
      if(cudart_name AND NOT TARGET torch::cuda AND EXISTS ${root}/${lib}/${cudart_name}
         AND EXISTS ${root}/include/cuda_runtime_api.h AND EXISTS ${root}/include/crt/host_config.h)
        foreach(name torch_cuda c10_cuda)
          add_library(torch::${name} SHARED IMPORTED)
          set_target_properties(torch::${name} PROPERTIES IMPORTED_LOCATION ${torch_lib}/lib${name}.so)
        endforeach()
        add_library(torch::cudart SHARED IMPORTED)
        set_target_properties(torch::cudart PROPERTIES IMPORTED_LOCATION ${root}/${lib}/${cudart_name})
        add_library(torch::cuda INTERFACE IMPORTED)
        set_target_properties(torch::cuda PROPERTIES
          INTERFACE_LINK_LIBRARIES "torch::torch_cuda;torch::c10_cuda;torch::cudart;torch::cpu"
          INTERFACE_INCLUDE_DIRECTORIES ${root}/include)
        message(STATUS "CUDA graphs: LibTorch's CUDA library with the headers in ${root}")
      endif()
    endforeach()
  endforeach()
endif()
if(NOT TARGET torch::cuda)
  message(STATUS "CUDA headers or LibTorch's CUDA library not found: the plug-in for CUDA graphs is not built")
endif()
