/*
 * One direction of area averaging: which part of each source sample goes into which target.
 *
 * Positions are fractions of whole numbers, so that weights are the nearest to the exact ones.
 */
#ifndef DARKROOM_AXIS_H
#define DARKROOM_AXIS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What one sample does: `weight` times the sample is added to the target that is open. Then, for
 * each of `ends`, that target is complete, and the next one opens with `next` times the sample.
 * The weights of a target come to 1.
 */
struct share {
    float weight;
    float next;
    int32_t ends;
};

/* Samples `first` to `first + count - 1` make up the targets; the others belong to none. */
struct axis {
    int32_t first;
    int32_t count;
    int32_t targets;
    bool copies; /* each target is one sample */
    struct share *shares;
};

/*
 * A source of `samples`, each standing for `pixels / per` pixels of a picture `whole` pixels long
 * (the last sample may reach beyond it). The picture is scaled to `scaled` pixels; targets stand
 * for `step` of these each, and the first one begins at `offset`.
 */
struct axis_geometry {
    int32_t samples;
    int32_t pixels, per;
    int32_t whole, scaled;
    int32_t offset, step;
    int32_t targets;
};

/*
 * Work out the shares: DARKROOM_OK, DARKROOM_ENLARGES where a target is smaller than a sample,
 * DARKROOM_INVALID where a target begins beyond the picture, or DARKROOM_NO_MEMORY.
 */
int axis_init(struct axis *axis, const struct axis_geometry *geometry);

/* Free the shares; an axis of zeros has none. */
void axis_clear(struct axis *axis);

#endif
