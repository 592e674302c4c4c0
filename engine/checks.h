/* What functions of the engine check, and how they report failure. */
#ifndef DARKROOM_CHECKS_H
#define DARKROOM_CHECKS_H

#include <stdbool.h>
#include <stdio.h>

#include "darkroom_engine.h"

/* Give the status back, having written the text to the caller's buffer. */
static inline int failed(char *message, int status, const char *text)
{
    snprintf(message, DARKROOM_MESSAGE_BYTES, "%s", text);
    return status;
}

/* Whether a side is in range. */
static inline bool is_side(int32_t side)
{
    return side >= 1 && side <= DARKROOM_MAX_SIDE;
}

/* Whether all sides are in range, and the part that is kept lies inside. */
static inline bool is_scaling(const struct darkroom_scaling *scaling)
{
    return is_side(scaling->source_width) && is_side(scaling->source_height)
        && is_side(scaling->scaled_width) && is_side(scaling->scaled_height)
        && is_side(scaling->width) && is_side(scaling->height)
        && scaling->left >= 0 && scaling->left <= scaling->scaled_width - scaling->width
        && scaling->top >= 0 && scaling->top <= scaling->scaled_height - scaling->height;
}

#endif
