#include "axis.h"

#include <stdlib.h>

#include "darkroom_engine.h"

static int64_t smaller(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static int64_t larger(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

/* Give every sample between two positions its share of the target there. */
static void share_out(struct axis *axis, int64_t parts, int64_t start, int64_t end)
{
    for (int64_t sample = start / parts; sample * parts < end; sample++) {
        struct share *share = &axis->shares[sample - axis->first];
        const int64_t from = larger(sample * parts, start);
        const int64_t to = smaller((sample + 1) * parts, end);
        const float weight = (float)((double)(to - from) / (double)(end - start));
        if (share->ends == 0)
            share->weight = weight;
        else
            share->next = weight;
        share->ends += to == end;
    }
}

/* Whether each target is one sample. */
static bool is_copy(const struct axis *axis)
{
    for (int32_t sample = 0; sample < axis->count; sample++)
        if (axis->shares[sample].weight < 1)
            return false;
    return axis->count == axis->targets;
}

/*
 * Positions are counted in parts of a sample, `parts` of which make one: pixel x of the scaled
 * picture begins at x * whole * per. The largest of these numbers is below 2^38.
 */
int axis_init(struct axis *axis, const struct axis_geometry *geometry)
{
    const int64_t parts = (int64_t)geometry->scaled * geometry->pixels;
    const int64_t pixel = (int64_t)geometry->whole * geometry->per;
    const int64_t step = geometry->step * pixel;
    const int64_t start = geometry->offset * pixel;
    const int64_t end = smaller(start + geometry->targets * step, geometry->scaled * pixel);
    if (step < parts)
        return DARKROOM_ENLARGES;
    if (end <= start + (geometry->targets - 1) * step || end > geometry->samples * parts)
        return DARKROOM_INVALID;
    axis->targets = geometry->targets;
    axis->first = (int32_t)(start / parts);
    axis->count = (int32_t)((end + parts - 1) / parts) - axis->first;
    axis->shares = calloc((size_t)axis->count, sizeof *axis->shares);
    if (!axis->shares)
        return DARKROOM_NO_MEMORY;
    for (int64_t from = start; from < end; from += step)
        share_out(axis, parts, from, smaller(from + step, end));
    axis->copies = is_copy(axis);
    return DARKROOM_OK;
}

void axis_clear(struct axis *axis)
{
    free(axis->shares);
    axis->shares = NULL;
}
