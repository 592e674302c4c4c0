#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "words.h"

/* Weights come to this. */
#define ONE 65536

/* Bits behind the point of the sums of both passes, which are below 2^15 then. */
#define FRACTION_BITS 7

/* Vectors whose sums are in registers at a time, and the samples in them. */
#define BLOCK 4
#define BLOCK_SAMPLES ((size_t)BLOCK * WORDS)

/* Rows or samples that one result is made up of, at most. */
#define MAX_TAPS (2 * DARKROOM_MAX_RADIUS + 1)

/* Half of a symmetric kernel, from its middle outwards. */
struct kernel {
    int32_t radius;
    uint16_t lost; /* by multiplications, on average */
    uint16_t weights[DARKROOM_MAX_RADIUS + 1];
};

/*
 * The last rows, convolved along, are kept in a ring of 2 * radius + 1: a row is convolved down as
 * soon as the row `radius` below it is there.
 */
struct darkroom_convolution {
    int32_t width, height, channels;
    int32_t taken, written; /* rows */
    struct kernel along, down;
    uint8_t *extended; /* a row, its edges repeated */
    const uint8_t *shifted[MAX_TAPS];
    uint16_t *ring;
    int32_t ring_rows;
    size_t pitch; /* samples of a row in the ring, of whole blocks */
};

/*
 * Both functions below make up sample i of a block from samples i of `taps[0]`, the middle, and of
 * `taps[2k - 1]` and `taps[2k]`, which are k away on either side. Sums begin with what
 * multiplications lose of them on average.
 */
static void convolve_bytes(const uint8_t *const *taps, const struct kernel *kernel, size_t start,
                           uint16_t *result)
{
    const words middle = words_of(kernel->weights[0]);
    words sums[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        sums[i] = words_of(kernel->lost)
            + words_part(words_load_bytes(taps[0] + start + i * WORDS) << FRACTION_BITS, middle);
    for (int32_t k = 1; k <= kernel->radius; k++) {
        const uint8_t *before = taps[2 * k - 1] + start, *after = taps[2 * k] + start;
        const words weight = words_of(kernel->weights[k]);
        for (size_t i = 0; i < BLOCK; i++) {
            const words both = words_load_bytes(before + i * WORDS)
                + words_load_bytes(after + i * WORDS);
            sums[i] += words_part(both << FRACTION_BITS, weight);
        }
    }
    memcpy(result + start, sums, sizeof sums);
}

static void convolve_words(const uint16_t *const *taps, const struct kernel *kernel,
                           size_t start, uint8_t *result)
{
    const words middle = words_of(kernel->weights[0]);
    const words half = words_of(1 << (FRACTION_BITS - 1));
    words sums[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        sums[i] = words_of(kernel->lost) + half
            + words_part(words_load(taps[0] + start + i * WORDS), middle);
    for (int32_t k = 1; k <= kernel->radius; k++) {
        const uint16_t *before = taps[2 * k - 1] + start, *after = taps[2 * k] + start;
        const words weight = words_of(kernel->weights[k]);
        for (size_t i = 0; i < BLOCK; i++) {
            const words both = words_load(before + i * WORDS) + words_load(after + i * WORDS);
            sums[i] += words_part(both, weight);
        }
    }
    for (size_t i = 0; i < BLOCK; i++)
        words_store_bytes(sums[i] >> FRACTION_BITS, result + i * WORDS);
}

static size_t row_samples(const struct darkroom_convolution *convolution)
{
    return (size_t)convolution->width * (size_t)convolution->channels;
}

/* Convolve the next row along, into its place in the ring. */
static void take_row(struct darkroom_convolution *convolution, const uint8_t *row)
{
    const size_t channels = (size_t)convolution->channels;
    const size_t margin = (size_t)convolution->along.radius * channels;
    const size_t samples = row_samples(convolution);
    uint8_t *middle = convolution->extended + margin;
    memcpy(middle, row, samples);
    for (size_t i = 0; i < margin; i++) {
        middle[samples + i] = row[samples - channels + i % channels];
        convolution->extended[i] = row[i % channels];
    }
    const int32_t place = convolution->taken++ % convolution->ring_rows;
    uint16_t *result = convolution->ring + (size_t)place * convolution->pitch;
    for (size_t start = 0; start < samples; start += BLOCK_SAMPLES)
        convolve_bytes(convolution->shifted, &convolution->along, start, result);
}

/* Give a row of the ring; beyond the top and the bottom, the outermost row. */
static const uint16_t *ring_row(const struct darkroom_convolution *convolution, int32_t row)
{
    const int32_t last = convolution->height - 1;
    const int32_t inside = row < 0 ? 0 : row > last ? last : row;
    return convolution->ring + (size_t)(inside % convolution->ring_rows) * convolution->pitch;
}

/* Convolve down, and write the next row. */
static void write_row(struct darkroom_convolution *convolution, uint8_t *target)
{
    const size_t samples = row_samples(convolution);
    const int32_t row = convolution->written++;
    const uint16_t *taps[MAX_TAPS];
    taps[0] = ring_row(convolution, row);
    for (int32_t k = 1; k <= convolution->down.radius; k++) {
        taps[2 * k - 1] = ring_row(convolution, row - k);
        taps[2 * k] = ring_row(convolution, row + k);
    }
    for (size_t start = 0; start < samples; start += BLOCK_SAMPLES) {
        uint8_t block[BLOCK_SAMPLES];
        const size_t left = samples - start;
        convolve_words(taps, &convolution->down, start, block);
        memcpy(target + start, block, left < BLOCK_SAMPLES ? left : BLOCK_SAMPLES);
    }
}

/* Copy a kernel, without what is zero at its ends; false where it is not one. */
static bool init_kernel(struct kernel *kernel, const uint16_t *weights, int32_t radius)
{
    if (radius < 0 || radius > DARKROOM_MAX_RADIUS)
        return false;
    int32_t sum = weights[0];
    for (int32_t k = 1; k <= radius; k++) {
        sum += 2 * weights[k];
        if (weights[k] > 0)
            kernel->radius = k;
    }
    memcpy(kernel->weights, weights, ((size_t)radius + 1) * sizeof *weights);
    kernel->lost = (uint16_t)((kernel->radius + 1) / 2);
    return sum == ONE;
}

static bool allocate(struct darkroom_convolution *convolution)
{
    const size_t channels = (size_t)convolution->channels;
    const size_t reach = (size_t)convolution->along.radius * channels;
    const int32_t rows = 2 * convolution->down.radius + 1;
    convolution->ring_rows = rows < convolution->height ? rows : convolution->height;
    convolution->pitch = (row_samples(convolution) + BLOCK_SAMPLES - 1) / BLOCK_SAMPLES
        * BLOCK_SAMPLES;
    convolution->extended = calloc(convolution->pitch + 2 * reach, 1);
    convolution->ring = calloc(convolution->pitch * (size_t)convolution->ring_rows,
                               sizeof *convolution->ring);
    if (!convolution->extended || !convolution->ring)
        return false;
    convolution->shifted[0] = convolution->extended + reach;
    for (int32_t k = 1; k <= convolution->along.radius; k++) {
        convolution->shifted[2 * k - 1] = convolution->shifted[0] - (size_t)k * channels;
        convolution->shifted[2 * k] = convolution->shifted[0] + (size_t)k * channels;
    }
    return true;
}

int darkroom_convolution_new(int32_t width, int32_t height, int32_t channels,
                             const uint16_t *horizontal, int32_t horizontal_radius,
                             const uint16_t *vertical, int32_t vertical_radius,
                             struct darkroom_convolution **convolution, char *message)
{
    *convolution = NULL;
    if (!is_side(width) || !is_side(height) || channels < 1 || channels > 4)
        return failed(message, DARKROOM_INVALID, "no picture has this size");
    struct darkroom_convolution *made = calloc(1, sizeof *made);
    if (!made)
        return failed(message, DARKROOM_NO_MEMORY, "out of memory");
    made->width = width;
    made->height = height;
    made->channels = channels;
    if (!init_kernel(&made->along, horizontal, horizontal_radius)
        || !init_kernel(&made->down, vertical, vertical_radius)) {
        darkroom_convolution_free(made);
        return failed(message, DARKROOM_INVALID, "these weights are not a kernel");
    }
    if (!allocate(made)) {
        darkroom_convolution_free(made);
        return failed(message, DARKROOM_NO_MEMORY, "out of memory");
    }
    *convolution = made;
    return DARKROOM_OK;
}

int darkroom_convolution_rows(struct darkroom_convolution *convolution, const uint8_t *rows,
                              int32_t count, uint8_t *target, int32_t *written)
{
    const size_t samples = row_samples(convolution);
    const int32_t before = convolution->written;
    *written = 0;
    if (count < 0 || count > convolution->height - convolution->taken)
        return DARKROOM_INVALID;
    for (int32_t i = 0; i < count; i++) {
        take_row(convolution, rows + (size_t)i * samples);
        const bool last = convolution->taken == convolution->height;
        while (convolution->written < convolution->taken
               && (last || convolution->written + convolution->down.radius < convolution->taken)) {
            write_row(convolution, target);
            target += samples;
        }
    }
    *written = convolution->written - before;
    return DARKROOM_OK;
}

void darkroom_convolution_free(struct darkroom_convolution *convolution)
{
    if (convolution) {
        free(convolution->extended);
        free(convolution->ring);
    }
    free(convolution);
}
