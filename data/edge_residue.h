// What a shadow's edge leaves where it meets the picture's edge.
#pragma once

#include "data/contrast.h"

namespace inkling {

// Residue may be stronger than faint ink, which is not seen beside it then. Where all parts of the
// contrast are such, and there is a drawing beside them, both become the drawing's: the residue is
// erased. Unchanged elsewhere. Thread-safe.
void look_beside_residue(Components& components, Contrast& contrast);

}  // namespace inkling
