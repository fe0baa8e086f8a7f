// A frame around a drawing: printed on the paper, or the edge of the sheet. Every function is pure
// and thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "data/components.h"

namespace inkling {

// Whether a part is hollow, large in the picture, and has something in it.
bool is_frame(const Components& components, std::size_t part, int width, int height);

// The pieces of a broken frame among the kept parts: along the edges of the box of all that there
// is, on all four sides of it, where something else is inside. None where there is no such frame.
std::vector<bool> frame_pieces(const Components& components, const std::vector<bool>& kept);

// What an upright frame encloses, whole or broken, whether or not anything is seen in there: beside
// a strong frame faint ink is not. nullopt where there is no frame.
std::optional<Box> inside_of_frame(const Components& components, int width, int height);

}  // namespace inkling
