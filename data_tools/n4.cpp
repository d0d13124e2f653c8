#include "data_tools/n4.h"

#include <itkImage.h>
#include <itkMultiThreaderBase.h>
#include <itkN4BiasFieldCorrectionImageFilter.h>
#include <itkOtsuThresholdImageFilter.h>
#include <itkVersion.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace tandem::data_tools {
namespace {

using Scan = itk::Image<float, 3>;
using Mask = itk::Image<unsigned char, 3>;

// SimpleITK's recipe and its defaults.
constexpr unsigned kOtsuBins = 200, kLevels = 4, kIterations = 50;

Scan::Pointer to_itk(const Volume<float>& volume, const std::array<double, 3>& spacing_mm) {
  const auto scan = Scan::New();
  scan->SetRegions(Scan::SizeType{{itk::SizeValueType(volume.columns), itk::SizeValueType(volume.rows),
                                   itk::SizeValueType(volume.slices)}});
  const std::array<double, 3> spacing_xyz = {spacing_mm[2], spacing_mm[1], spacing_mm[0]};
  scan->SetSpacing(spacing_xyz.data());
  scan->Allocate();
  std::ranges::copy(volume.values, scan->GetBufferPointer());
  return scan;
}

/// Sums over voxels are taken in as many parts as there are threads: one gives equal results on any machine.
/// Patients are prepared side by side instead. The filters inside N4 can be told only in this way.
void use_one_thread() {
  [[maybe_unused]] static const bool done = [] {
    itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
    return true;
  }();
}

}  // namespace

std::string itk_version() { return itk::Version::GetITKVersion(); }

void require_n4() {}

Volume<float> correct_bias_field(const Volume<float>& scan, const std::array<double, 3>& spacing_mm) {
  const auto [lowest, highest] = std::ranges::minmax(scan.values);
  require(lowest < highest,
          "every voxel is {}: there is nothing to tell tissue from air by, as N4 bias-field correction must; "
          "import without --n4, or leave the scan out",
          lowest);
  use_one_thread();
  Volume<float> out(scan.slices, scan.rows, scan.columns);
  try {
    const auto input = to_itk(scan, spacing_mm);
    const auto otsu = itk::OtsuThresholdImageFilter<Scan, Mask>::New();
    otsu->SetInput(input);
    otsu->SetInsideValue(0);
    otsu->SetOutsideValue(1);
    otsu->SetNumberOfHistogramBins(kOtsuBins);
    const auto n4 = itk::N4BiasFieldCorrectionImageFilter<Scan, Mask, Scan>::New();
    n4->SetInput(input);
    n4->SetMaskImage(otsu->GetOutput());
    n4->SetNumberOfFittingLevels(kLevels);
    itk::Array<unsigned> iterations(kLevels);
    iterations.Fill(kIterations);
    n4->SetMaximumNumberOfIterations(iterations);
    n4->Update();
    const Scan& corrected = *n4->GetOutput();
    std::copy_n(corrected.GetBufferPointer(), out.values.size(), out.values.begin());
  } catch (const itk::ExceptionObject& error) {
    fail("N4 bias-field correction failed: {}; import without --n4, or leave the scan out",
         error.GetDescription());
  }
  require(
      std::ranges::all_of(out.values, [](float v) { return std::isfinite(v); }),
      "N4 bias-field correction gave values that are not finite; import without --n4, or leave the scan out");
  return out;
}

}  // namespace tandem::data_tools
