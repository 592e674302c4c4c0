/* Exact area averaging of rows that arrive one by one. */
#ifndef DARKROOM_AREA_AVERAGE_H
#define DARKROOM_AREA_AVERAGE_H

#include "axis.h"
#include "lanes.h"

/* Which samples are opacity, by which those in front of them are weighted. */
enum weighting { NO_OPACITY, EVERY_SECOND, EVERY_FOURTH };

/*
 * Rows are added up in `sums` until a target row is complete. It waits in `lines` until there are
 * eight, which are then averaged along the row together. All of this is in single precision, whose
 * rounding stays below 1/1000 of a level.
 */
struct darkroom_averager {
    struct axis across, down;
    int32_t channels;
    enum weighting weighting;
    int32_t source_width, source_rows; /* of rows that come from outside the library */
    uint8_t *target;

    int32_t row;     /* source rows taken */
    int32_t written; /* target rows written */
    int32_t waiting; /* lines that are complete */
    size_t pitch;    /* samples a line: of whole eights of pixels */
    float *sums;
    float *lines;
    lanes *means;
};

/*
 * Take over both axes, whatever comes of it, and allocate the rest: DARKROOM_OK or
 * DARKROOM_NO_MEMORY. A structure of zeros, or one that failed, can be cleared.
 */
int averager_init(struct darkroom_averager *averager, const struct axis *across,
                  const struct axis *down, int32_t channels, bool alpha, uint8_t *target);

/* Take the next row of the source, which starts with the first pixel of the whole picture. */
void averager_push(struct darkroom_averager *averager, const uint8_t *row);

void averager_clear(struct darkroom_averager *averager);

#endif
