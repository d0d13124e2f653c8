# Third-party libraries, each as an imported target; a missing one is named with the package that brings it.

function(tandem_need found what package)
  if(NOT found)
    message(FATAL_ERROR "${what} not found. Run launch/setup.sh, or install the package ${package}.")
  endif()
endfunction()

find_path(TANDEM_FMT_INCLUDE fmt/format.h)
tandem_need("${TANDEM_FMT_INCLUDE}" "fmt" libfmt-dev)
find_path(TANDEM_TOML_INCLUDE toml++/toml.h)
tandem_need("${TANDEM_TOML_INCLUDE}" "toml++" libtomlplusplus-dev)

find_package(HDF5 QUIET COMPONENTS C)
tandem_need("${HDF5_FOUND}" "HDF5" libhdf5-dev)
add_library(tandem_hdf5 INTERFACE)
target_include_directories(tandem_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(tandem_hdf5 INTERFACE ${HDF5_C_LIBRARIES})

find_package(Boost QUIET COMPONENTS program_options)
tandem_need("${Boost_FOUND}" "Boost.Program_options" libboost-program-options-dev)
find_package(Threads REQUIRED)

if(NOT TANDEM_REPORT_ONLY)
  find_path(NIFTI_INCLUDE nifti2_io.h PATH_SUFFIXES nifti)
  find_library(NIFTI_LIBRARY nifti2)
  find_library(NIFTI_ZNZ znz)
  find_library(NIFTI_Z z)
  tandem_need("${NIFTI_LIBRARY}" "NIfTI library" libnifti2-dev)
  add_library(tandem_nifti_c INTERFACE)
  target_include_directories(tandem_nifti_c SYSTEM INTERFACE ${NIFTI_INCLUDE})
  target_link_libraries(tandem_nifti_c INTERFACE ${NIFTI_LIBRARY} ${NIFTI_ZNZ} ${NIFTI_Z} m)
  set(MPI_CXX_SKIP_MPICXX TRUE)  # the C interface only
  find_package(MPI QUIET COMPONENTS CXX)
  tandem_need("${MPI_CXX_FOUND}" "MPI" libopenmpi-dev)
  find_package(OpenMP QUIET COMPONENTS CXX)
  tandem_need("${OpenMP_CXX_FOUND}" "OpenMP" g++)
  include(TandemLibTorch)
endif()
