#include <gtest/gtest.h>

#include <cmath>

#include "equations/affine_map.h"
#include "equations/elastic_map.h"
#include "equations/intensity.h"
#include "h5/h5.h"
#include "support/golden.h"

namespace tandem {
namespace {

namespace eq = equations;

class Transforms : public testing::Test {
 protected:
  template <class T>
  Image<T> image(const std::string& path) const {
    const auto shape = file_.shape(path);
    Image<T> out(shape.at(0), shape.at(1));
    out.values = file_.read<T>(path);
    return out;
  }
  double number(const std::string& group, const std::string& name) const {
    return file_.attribute<double>(group, name);
  }
  /// One of the two planes of a [2,H,W] set, dx then dy.
  template <class T>
  Image<T> plane(const std::string& path, std::int64_t which) const {
    const auto shape = file_.shape(path);
    Image<T> out(shape.at(1), shape.at(2));
    out.values = file_.read_block<T>(path, {which, 0, 0}, {1, shape[1], shape[2]});
    return out;
  }
  /// The set whose path starts so; its name goes on with its size.
  std::string starting_with(const std::string& start) const {
    const auto slash = start.rfind('/');
    for (const auto& name : file_.list(start.substr(0, slash)))
      if (name.starts_with(start.substr(slash + 1))) return start.substr(0, slash + 1) + name;
    throw std::runtime_error("no data set starts with " + start);
  }

  h5::File file_{test::golden_dir() / "transforms.h5", h5::File::Mode::Read};
};

template <class A, class B>
double largest_difference(const Image<A>& a, const Image<B>& b) {
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.columns, b.columns);
  if (a.values.size() != b.values.size() || a.values.empty()) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < a.values.size(); ++i)
    largest = std::max(largest, std::abs(double(a.values[i]) - double(b.values[i])));
  return largest;
}

std::int64_t pixels_that_differ(const Image<std::uint8_t>& a, const Image<std::uint8_t>& b) {
  EXPECT_EQ(a.values.size(), b.values.size());
  std::int64_t count = 0;
  for (size_t i = 0; i < std::min(a.values.size(), b.values.size()); ++i) count += a.values[i] != b.values[i];
  return count;
}

eq::AffineParameters parameters(const h5::File& file, const std::string& group) {
  const auto shift = file.attribute_vector<double>(group, "shift_fraction_rc");
  const auto zoom = file.attribute_vector<double>(group, "zoom_rc");
  return {.angle_degrees = file.attribute<double>(group, "angle_degrees"),
          .shift_rows = shift.at(0),
          .shift_columns = shift.at(1),
          .zoom_rows = zoom.at(0),
          .zoom_columns = zoom.at(1)};
}

TEST_F(Transforms, AffineMatrixImageAndLabel) {
  const auto names = file_.list("/affine");
  ASSERT_FALSE(names.empty());
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const std::string group = "/affine/" + name;
    const auto in = image<float>(group + "/image");
    const auto map = eq::affine_map(parameters(file_, group), in.rows, in.columns);
    const auto matrix = file_.read<double>(group + "/matrix");
    const std::array<double, 6> ours = {map.rr, map.rc, map.row, map.cr, map.cc, map.column};
    for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(ours[i], matrix.at(i), 1e-5) << "entry " << i;
    EXPECT_LE(largest_difference(eq::warp_bilinear(in, map, eq::whole(in)),
                                 image<float>(group + "/expected_image")),
              1e-5);
    const auto label = image<std::uint8_t>(group + "/label");
    EXPECT_LE(pixels_that_differ(eq::warp_nearest(label, map, eq::whole(label)),
                                 image<std::uint8_t>(group + "/expected_label")),
              2);
  }
}

TEST_F(Transforms, TurnsByMultiplesOf45Degrees) {
  const auto in = image<float>("/rotate45/image");
  const auto label = image<std::uint8_t>("/rotate45/label");
  const std::string prefix = "expected_image_";
  int tried = 0;
  for (const auto& name : file_.list("/rotate45")) {
    if (!name.starts_with(prefix)) continue;
    SCOPED_TRACE(name);
    const auto angle = name.substr(prefix.size());
    const auto map = eq::affine_map({.angle_degrees = std::stod(angle)}, in.rows, in.columns);
    EXPECT_LE(
        largest_difference(eq::warp_bilinear(in, map, eq::whole(in)), image<float>("/rotate45/" + name)),
        1e-5);
    EXPECT_LE(pixels_that_differ(eq::warp_nearest(label, map, eq::whole(label)),
                                 image<std::uint8_t>("/rotate45/expected_label_" + angle)),
              2);
    ++tried;
  }
  EXPECT_GT(tried, 0);
}

TEST_F(Transforms, ElasticFieldImageIndicatorsAndLabel) {
  const auto names = file_.list("/elastic");
  ASSERT_FALSE(names.empty());
  for (const auto& name : names) {
    SCOPED_TRACE(name);
    const std::string group = "/elastic/" + name;
    const auto in = image<double>(group + "/image");
    const auto label = image<std::uint8_t>(group + "/label");
    const double sigma = number(group, "sigma"), alpha = number(group, "alpha");
    const auto noise_x = plane<double>(group + "/noise_dx_dy", 0),
               noise_y = plane<double>(group + "/noise_dx_dy", 1);
    const eq::Displacement<double> field{eq::whole(in),
                                         eq::smooth_noise(noise_y, sigma, alpha, eq::whole(in)),
                                         eq::smooth_noise(noise_x, sigma, alpha, eq::whole(in))};
    EXPECT_LE(largest_difference(field.columns, plane<double>(group + "/displacement_dx_dy", 0)), 1e-10);
    EXPECT_LE(largest_difference(field.rows, plane<double>(group + "/displacement_dx_dy", 1)), 1e-10);
    EXPECT_LE(largest_difference(eq::warp_spline(in, field), image<double>(group + "/expected_image")),
              1e-10);
    EXPECT_EQ(eq::warp_label(label, field), image<std::uint8_t>(group + "/expected_label"));

    const auto classes = file_.read<std::uint8_t>(group + "/class_values");
    const auto all = file_.read<double>(group + "/indicator_interpolated");
    for (size_t k = 0; k < classes.size(); ++k) {
      Image<double> expected(in.rows, in.columns);
      std::copy_n(all.begin() + std::int64_t(k * expected.values.size()), expected.values.size(),
                  expected.values.begin());
      EXPECT_LE(largest_difference(eq::warp_indicator(label, classes[k], field), expected), 1e-10)
          << "class " << int(classes[k]);
    }
  }
}

TEST_F(Transforms, PaddingCropsAndIntensities) {
  const auto padded = image<float>(starting_with("/pad/expected_image"));
  EXPECT_EQ(eq::pad_with_minimum(image<float>("/pad/image"), padded.rows), padded);
  EXPECT_EQ(eq::pad_with_minimum(image<std::uint8_t>("/pad/label"), padded.rows),
            image<std::uint8_t>(starting_with("/pad/expected_label")));

  const auto augmented = image<float>(starting_with("/crop/augmented"));
  EXPECT_EQ(eq::crop_centre(image<float>("/crop/image"), augmented.rows), augmented);
  EXPECT_EQ(eq::crop_or_pad_zero(image<float>("/crop/image"), augmented.rows),
            image<float>(starting_with("/crop/original")));

  auto brightness = image<float>("/brightness/image");
  eq::change_brightness(brightness, number("/brightness", "a"), number("/brightness", "b"));
  EXPECT_LE(largest_difference(brightness, image<double>("/brightness/expected")), 1e-7);

  auto scaled = image<float>("/minmax/image");
  eq::scale_min_max(scaled);
  EXPECT_LE(largest_difference(scaled, image<double>("/minmax/expected")), 1e-7);
}

}  // namespace
}  // namespace tandem
