# ITK for tandem-data's --n4, as the imported target tandem_itk; linked by data_tools alone.
#   TANDEM_N4   AUTO: the correction is built in if ITK is found; ON: an error if not; OFF: never
# The few libraries that it needs are found here: ITK's own CMake package asks for those of all its file formats.

set(TANDEM_N4 AUTO CACHE STRING "Build N4 bias-field correction into tandem-data: AUTO, ON or OFF")
set_property(CACHE TANDEM_N4 PROPERTY STRINGS AUTO ON OFF)

set(tandem_itk_found FALSE)
if(NOT TANDEM_N4 STREQUAL OFF)
  file(GLOB itk_suffixes RELATIVE /usr/include /usr/include/ITK-5*)
  find_path(ITK_INCLUDE itkN4BiasFieldCorrectionImageFilter.h PATH_SUFFIXES ${itk_suffixes})
  string(REGEX REPLACE ".*ITK" "" itk_suffix "${ITK_INCLUDE}")  # -5.2, also in the names of the libraries
  set(tandem_itk_found ${ITK_INCLUDE})
  set(itk_libraries "")
  foreach(name ITKBiasCorrection ITKStatistics ITKCommon itkvnl_algo itkvnl itksys)
    find_library(ITK_${name} NAMES ${name}${itk_suffix} ${name})
    if(ITK_${name})
      list(APPEND itk_libraries ${ITK_${name}})
    elseif(NOT name STREQUAL itksys)  # the system's, in some packages
      set(tandem_itk_found FALSE)
    endif()
  endforeach()
  if(tandem_itk_found)
    add_library(tandem_itk INTERFACE)
    target_include_directories(tandem_itk SYSTEM INTERFACE ${ITK_INCLUDE})
    target_link_libraries(tandem_itk INTERFACE ${itk_libraries})
    message(STATUS "ITK${itk_suffix}: ${ITK_INCLUDE}")
  elseif(TANDEM_N4 STREQUAL ON)
    message(FATAL_ERROR "TANDEM_N4=ON, but ITK 5 was not found. Install the package libinsighttoolkit5-dev, or set "
                        "ITK_INCLUDE to the folder of its headers.")
  else()
    message(STATUS "ITK not found: tandem-data import --n4 is not built")
  endif()
endif()
