#include "data/ink.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "data/components.h"
#include "data/digit_geometry.h"
#include "data/frame.h"
#include "data/image_filter.h"
#include "data/paper.h"
#include "data/printed_lines.h"

namespace inkling {
namespace {

// What stands out by less than this is paper: codecs and scanners make as much of nothing. In a
// small picture, whose noise cannot be told from its drawing, noise has to be below this, too.
constexpr float kMinContrast = 10;
constexpr float kMinSmallContrast = 24;
// So many standard deviations of the paper's noise: of a million pixels none is likely to reach the
// first by chance; the second is enough beside what did.
constexpr float kVisible = 6;
constexpr float kAboveNoise = 3;
// Noise is averaged out until the ink stands out by this factor, over squares of up to
// 2 · kMaxBlur + 1 pixels.
constexpr float kClear = 16;
constexpr int kMaxBlur = 3;
// Shares of the strongest ink: a part of the drawing reaches the first and is connected by the
// second. Its soft edges go down to the third.
constexpr float kStrong = 0.6F;
constexpr float kMiddle = 0.4F;
constexpr float kFaint = 1.0F / 16;
// How far soft edges may be from what is connected: share of the drawing's longer side.
constexpr double kSoftEdge = 0.06;
// What a shadow's edge leaves is this near to the picture's edge, share of its sides, and at most
// this long, share of the longer one; ink beside it has at least this share of its strength.
constexpr double kEdgeShare = 0.05;
constexpr double kMaxResidue = 0.15;
constexpr float kMinBesideResidue = 0.15F;
constexpr int kMaxResidues = 3;  // erased one after another
constexpr int kMaxFrames = 2;    // around each other
constexpr std::int64_t kMaxWorkingPixels = 1'100'000;

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<float> border(const GrayImage& image) {
  std::vector<float> values;
  for (int x = 0; x < image.width; ++x) {
    values.push_back(image.at(x, 0));
    values.push_back(image.at(x, image.height - 1));
  }
  for (int y = 1; y + 1 < image.height; ++y) {
    values.push_back(image.at(0, y));
    values.push_back(image.at(image.width - 1, y));
  }
  return values;
}

// The picture with at most kMaxWorkingPixels.
GrayImage limited(const GrayImage& gray) {
  const auto pixels = static_cast<double>(gray.values.size());
  const double scale = std::sqrt(kMaxWorkingPixels / pixels);
  const int longer_side = std::max(gray.width, gray.height);
  return scale >= 1 ? gray : scale_longer_side(gray, static_cast<int>(longer_side * scale));
}

// What stands out of the paper on one side of it.
struct Contrast {
  GrayImage ink;
  float strongest;
  float noise;
};

// Whether the drawing is darker than the paper: the side with the greater sum of squares, which
// weighs strong strokes above wide but weak shades.
bool is_ink_darker(const GrayImage& difference, float noise) {
  double darker = 0;
  double lighter = 0;
  for (const float value : difference.values) {
    const float visible = std::max(0.0F, std::abs(value) - kAboveNoise * noise);
    (value < 0 ? darker : lighter) += static_cast<double>(visible) * visible;
  }
  return darker >= lighter;
}

Contrast contrast_of(const GrayImage& gray, const Paper& paper, int blur) {
  GrayImage difference = paper.difference_from(box_blur(gray, blur));
  const float noise = is_photograph(gray) ? noise_std(difference, 2 * blur + 1) : 0;
  const float side = is_ink_darker(difference, noise) ? -1.0F : 1.0F;
  float strongest = 0;
  for (float& value : difference.values) {
    value = std::max(0.0F, side * value);
    strongest = std::max(strongest, value);
  }
  return {std::move(difference), strongest, noise};
}

// With as little blur as makes it clear, or else with what makes it clearest.
Contrast clearest_contrast(const GrayImage& gray) {
  const Paper paper(gray);
  Contrast best = contrast_of(gray, paper, 0);
  for (int blur = 1; blur <= kMaxBlur && best.strongest < kClear * best.noise; ++blur) {
    Contrast blurred = contrast_of(gray, paper, blur);
    if (blurred.strongest * best.noise > best.strongest * blurred.noise) {
      best = std::move(blurred);
    }
  }
  return best;
}

bool is_visible(const Contrast& contrast) {
  const float min_contrast = is_photograph(contrast.ink) ? kMinContrast : kMinSmallContrast;
  return contrast.strongest >= std::max(min_contrast, kVisible * contrast.noise);
}

// The ink of a full stroke: noise makes the strongest pixel stronger than that.
float full_ink(const Contrast& contrast) {
  return std::max(contrast.strongest / 2, contrast.strongest - 4 * contrast.noise);
}

Components parts_of(const Contrast& contrast) {
  const float full = full_ink(contrast);
  return connected_components(contrast.ink,
                              std::max(kMiddle * full, (kAboveNoise + 1) * contrast.noise),
                              std::max(kStrong * full, kVisible * contrast.noise));
}

// Which pixels are the drawing's.
std::vector<bool> drawn_pixels(const Components& components, const GrayImage& ink) {
  const std::vector<bool> parts = is_photograph(ink)
                                      ? parts_of_drawing(components, ink.width, ink.height)
                                      : std::vector<bool>(components.all.size(), true);
  std::vector<bool> drawn;
  drawn.reserve(ink.values.size());
  for (const std::int32_t label : components.labels) {
    drawn.push_back(label != 0 && parts[static_cast<std::size_t>(label - 1)]);
  }
  return drawn;
}

// 0 for all that is not near a drawn pixel or fainter than its soft edges.
void keep_near(const std::vector<bool>& drawn, float faint, GrayImage& ink) {
  GrayImage mask(ink.width, ink.height);
  std::transform(drawn.begin(), drawn.end(), mask.values.begin(),
                 [](bool is_drawn) { return is_drawn ? 1.0F : 0.0F; });
  const std::optional<Box> box = ink_box(mask, 0);
  const int reach = box ? 1 + static_cast<int>(kSoftEdge * longer_side(*box)) : 0;
  const std::vector<int> distance = distance_to(ink, drawn);
  for (std::size_t i = 0; i < ink.values.size(); ++i) {
    if (distance[i] > reach || ink.values[i] < faint) {
      ink.values[i] = 0;
    }
  }
}

// What a shadow's edge leaves where it meets the picture's may be stronger than faint ink, which is
// not seen beside it then. Where all that is seen is short and along the picture's edges, it is
// erased; false where it is not, or where next to nothing would be left.
bool erase_edge_residue(const Components& components, Contrast& contrast) {
  const GrayImage& ink = contrast.ink;
  const int longer = std::max(ink.width, ink.height);
  const int band_x = static_cast<int>(kEdgeShare * ink.width);
  const int band_y = static_cast<int>(kEdgeShare * ink.height);
  const Box middle{band_x, band_y, ink.width - 2 * band_x, ink.height - 2 * band_y};
  const bool all_residue =
      std::all_of(components.all.begin(), components.all.end(), [&](const Component& part) {
        return !is_inside(part.box, middle) && longer_side(part.box) <= kMaxResidue * longer;
      });
  if (!all_residue) {
    return false;
  }
  // With all that it fades out into.
  const float full = full_ink(contrast);
  const Components faded = connected_components(
      ink, std::max(kFaint * full, kAboveNoise * contrast.noise), kStrong * full);
  Contrast rest{ink, 0, contrast.noise};
  for (std::size_t i = 0; i < ink.values.size(); ++i) {
    if (faded.labels[i] != 0) {
      rest.ink.values[i] = 0;
    }
    rest.strongest = std::max(rest.strongest, rest.ink.values[i]);
  }
  if (rest.strongest < kMinBesideResidue * contrast.strongest || !is_visible(rest)) {
    return false;
  }
  contrast = std::move(rest);
  return true;
}

// frames: so many around it are looked into.
std::optional<GrayImage> ink_within(const GrayImage& gray, int frames) {
  Contrast contrast = clearest_contrast(gray);
  if (!is_visible(contrast)) {
    return std::nullopt;
  }
  const bool photograph = is_photograph(gray);
  if (photograph) {
    remove_printed_lines(contrast.ink, full_ink(contrast), kAboveNoise * contrast.noise);
  }
  Components components = parts_of(contrast);
  if (photograph && frames > 0) {
    if (const auto inside = inside_of_frame(components, gray.width, gray.height)) {
      if (auto ink = ink_within(crop(gray, *inside), frames - 1)) {
        return ink;
      }
    }
  }
  for (int i = 0; photograph && i < kMaxResidues && erase_edge_residue(components, contrast); ++i) {
    components = parts_of(contrast);
  }
  const float full = full_ink(contrast);
  keep_near(drawn_pixels(components, contrast.ink),
            std::max(kFaint * full, kAboveNoise * contrast.noise), contrast.ink);
  if (max_value(contrast.ink) == 0) {
    return std::nullopt;
  }
  for (float& value : contrast.ink.values) {
    value = std::min(value, full);
  }
  return std::move(contrast.ink);
}

// Ink in an alpha channel is a drawing on a transparent canvas, and not an opaque picture with
// see-through corners.
bool is_drawn_on_transparency(const GrayImage& alpha) {
  constexpr float kHalf = 128;
  const auto opaque = std::count_if(alpha.values.begin(), alpha.values.end(),
                                    [](float value) { return value >= kHalf; });
  return median(border(alpha)) < kHalf && 2 * opaque < std::ssize(alpha.values);
}

}  // namespace

GrayImage luminance_on_white(const Picture& picture) {
  GrayImage gray(picture.width, picture.height);
  for (std::size_t i = 0; i < gray.values.size(); ++i) {
    const std::uint8_t* pixel = &picture.rgba[4 * i];
    // In integers, thousandths, so that a gray pixel's weights add up to exactly its value.
    const int luminance = 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
    const int alpha = pixel[3];
    gray.values[i] =
        static_cast<float>(luminance * alpha + 255 * 1000 * (255 - alpha)) / (255 * 1000);
  }
  return gray;
}

GrayImage alpha_channel(const Picture& picture) {
  GrayImage alpha(picture.width, picture.height);
  for (std::size_t i = 0; i < alpha.values.size(); ++i) {
    alpha.values[i] = picture.rgba[4 * i + 3];
  }
  return alpha;
}

std::optional<GrayImage> ink_on_paper(const GrayImage& gray) {
  return ink_within(limited(gray), kMaxFrames);
}

std::optional<GrayImage> extract_ink(const Picture& picture) {
  if (auto ink = ink_on_paper(luminance_on_white(picture))) {
    return ink;
  }
  const GrayImage alpha = alpha_channel(picture);
  return is_drawn_on_transparency(alpha) ? ink_on_paper(alpha) : std::nullopt;
}

}  // namespace inkling
