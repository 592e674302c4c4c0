/* What sizes the planes of a picture have. */
#ifndef DARKROOM_PLANES_H
#define DARKROOM_PLANES_H

#include "checks.h"

/* Whether the planes belong together, as the public header says. */
static inline bool are_planes(const struct darkroom_planes *planes)
{
    const struct darkroom_plane *luma = &planes->plane[0];
    const int32_t step = planes->chroma_step;
    if ((planes->count != 1 && planes->count != 3) || (step != 1 && step != 2)
        || !is_side(luma->width) || !is_side(luma->height))
        return false;
    for (int i = 1; i < planes->count; i++)
        if (planes->plane[i].width != (luma->width + step - 1) / step
            || planes->plane[i].height != (luma->height + step - 1) / step)
            return false;
    return true;
}

#endif
