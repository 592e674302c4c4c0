#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "words.h"

/* Values of at most 128 that are added up in 16 bits: they take no more. */
#define ADDED 448

/* The filters by their numbers in a file; a filtered row begins with one. */
enum { NONE, SUB, UP, AVERAGE, PAETH, FILTERS };

static void filter_sub(const uint8_t *restrict row, size_t bytes, size_t pixel,
                       uint8_t *restrict filtered)
{
    memcpy(filtered, row, pixel);
    for (size_t i = pixel; i < bytes; i++)
        filtered[i] = (uint8_t)(row[i] - row[i - pixel]);
}

static void filter_up(const uint8_t *restrict row, const uint8_t *restrict above, size_t bytes,
                      uint8_t *restrict filtered)
{
    for (size_t i = 0; i < bytes; i++)
        filtered[i] = (uint8_t)(row[i] - above[i]);
}

static void filter_average(const uint8_t *restrict row, const uint8_t *restrict above,
                           size_t bytes, size_t pixel, uint8_t *restrict filtered)
{
    for (size_t i = 0; i < pixel; i++)
        filtered[i] = (uint8_t)(row[i] - (above[i] >> 1));
    for (size_t i = pixel; i < bytes; i++)
        filtered[i] = (uint8_t)(row[i] - ((row[i - pixel] + above[i]) >> 1));
}

/* Predict by whichever of the three is nearest to left + up - corner, the first of equals. */
static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner)
{
    const int from_left = abs(up - corner), from_up = abs(left - corner);
    const int from_corner = abs(left + up - 2 * corner);
    if (from_left <= from_up && from_left <= from_corner)
        return left;
    return from_up <= from_corner ? up : corner;
}

/* The same for sixteen bytes; compilers would take 32 bits for each. */
static words paeth_words(words left, words up, words corner)
{
    const signed_words rise = (signed_words)(up - corner);
    const signed_words run = (signed_words)(left - corner);
    const signed_words from_left = words_magnitude(rise), from_up = words_magnitude(run);
    const signed_words from_corner = words_magnitude(rise + run);
    const words other = words_chosen(from_up <= from_corner, up, corner);
    return words_chosen((from_left <= from_up) & (from_left <= from_corner), left, other);
}

static void filter_paeth(const uint8_t *restrict row, const uint8_t *restrict above, size_t bytes,
                         size_t pixel, uint8_t *restrict filtered)
{
    for (size_t i = 0; i < pixel; i++)
        filtered[i] = (uint8_t)(row[i] - above[i]);
    size_t i = pixel;
    for (; i + WORDS <= bytes; i += WORDS) {
        const words guess = paeth_words(words_load_bytes(row + i - pixel),
                                        words_load_bytes(above + i),
                                        words_load_bytes(above + i - pixel));
        words_store_bytes(words_load_bytes(row + i) - guess, filtered + i);
    }
    for (; i < bytes; i++)
        filtered[i] = (uint8_t)(row[i] - paeth(row[i - pixel], above[i], above[i - pixel]));
}

/* Add up absolute values of signed bytes. */
static uint64_t absolute_sum(const uint8_t *bytes, size_t count)
{
    uint64_t sum = 0;
    while (count > 0) {
        const size_t length = count < ADDED ? count : ADDED;
        uint16_t part = 0;
        for (size_t i = 0; i < length; i++) {
            const uint8_t negative = (uint8_t)-bytes[i];
            part += bytes[i] < negative ? bytes[i] : negative;
        }
        sum += part;
        bytes += length;
        count -= length;
    }
    return sum;
}

/* Filter one row in every way into `scratch`, which has room for them, and keep the best. */
static void filter_row(const uint8_t *row, const uint8_t *above, size_t bytes, size_t pixel,
                       uint8_t *scratch, uint8_t *filtered)
{
    const uint8_t *ways[FILTERS] = {row, scratch, scratch + bytes, scratch + 2 * bytes,
                                    scratch + 3 * bytes};
    filter_sub(row, bytes, pixel, scratch);
    filter_up(row, above, bytes, scratch + bytes);
    filter_average(row, above, bytes, pixel, scratch + 2 * bytes);
    filter_paeth(row, above, bytes, pixel, scratch + 3 * bytes);
    uint64_t least = UINT64_MAX;
    for (uint8_t way = NONE; way < FILTERS; way++) {
        const uint64_t sum = absolute_sum(ways[way], bytes);
        if (sum < least) {
            least = sum;
            filtered[0] = way;
        }
    }
    memcpy(filtered + 1, ways[filtered[0]], bytes);
}

int darkroom_png_filter(const uint8_t *rows, const uint8_t *previous, int64_t row_bytes,
                        int32_t pixel_bytes, int32_t count, uint8_t *filtered, char *message)
{
    if (pixel_bytes < 1 || pixel_bytes > 8 || count < 0 || row_bytes < pixel_bytes
        || row_bytes > (int64_t)DARKROOM_MAX_SIDE * pixel_bytes || row_bytes % pixel_bytes != 0)
        return failed(message, DARKROOM_INVALID, "no rows have this length");
    const size_t bytes = (size_t)row_bytes, pixel = (size_t)pixel_bytes;
    /* Four filtered rows, and zeros as the row above the first. */
    uint8_t *scratch = calloc(bytes, FILTERS);
    if (!scratch)
        return failed(message, DARKROOM_NO_MEMORY, "out of memory");
    const uint8_t *above = previous ? previous : scratch + 4 * bytes;
    for (int32_t i = 0; i < count; i++) {
        const uint8_t *row = rows + (size_t)i * bytes;
        filter_row(row, above, bytes, pixel, scratch, filtered + (size_t)i * (bytes + 1));
        above = row;
    }
    free(scratch);
    return DARKROOM_OK;
}
