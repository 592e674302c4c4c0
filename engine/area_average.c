#include "area_average.h"

#include <stdlib.h>
#include <string.h>

#include "checks.h"

int averager_init(struct darkroom_averager *averager, const struct axis *across,
                  const struct axis *down, int32_t channels, bool alpha, uint8_t *target)
{
    const size_t eights = ((size_t)across->count + LANES - 1) / LANES;
    *averager = (struct darkroom_averager){
        .across = *across,
        .down = *down,
        .channels = channels,
        .weighting = !alpha ? NO_OPACITY : channels == 2 ? EVERY_SECOND : EVERY_FOURTH,
        .target = target,
        .pitch = eights * LANES * (size_t)channels,
    };
    if (across->copies && down->copies)
        return DARKROOM_OK;
    averager->sums = calloc(averager->pitch, sizeof *averager->sums);
    averager->lines = calloc(averager->pitch, LANES * sizeof *averager->lines);
    averager->means = aligned_alloc(sizeof(lanes), averager->pitch * sizeof(lanes));
    if (!averager->sums || !averager->lines || !averager->means)
        return DARKROOM_NO_MEMORY;
    return DARKROOM_OK;
}

void averager_clear(struct darkroom_averager *averager)
{
    axis_clear(&averager->across);
    axis_clear(&averager->down);
    free(averager->sums);
    free(averager->lines);
    free(averager->means);
}

/* Eight samples of a row, colours weighted by opacity where there is one. */
static inline lanes samples_at(const uint8_t *row, const enum weighting weighting)
{
    const lanes one = {1};
    byte_lanes bytes;
    memcpy(&bytes, row, sizeof bytes);
    const lanes values = __builtin_convertvector(bytes, lanes);
    switch (weighting) {
    case EVERY_SECOND:
        return values * __builtin_shufflevector(values, one, 1, 8, 3, 8, 5, 8, 7, 8);
    case EVERY_FOURTH:
        return values * __builtin_shufflevector(values, one, 3, 3, 3, 8, 7, 7, 7, 8);
    default:
        return values;
    }
}

/* Add eight samples to the sums; where a line is given, complete it, and open the next one. */
static inline void take_eight(float *sums, const uint8_t *row, struct share share, float *line,
                              const enum weighting weighting)
{
    const lanes samples = samples_at(row, weighting);
    const lanes sum = lanes_load(sums) + samples * share.weight;
    if (line)
        lanes_store(sum, line);
    lanes_store(line ? samples * share.next : sum, sums);
}

static inline __attribute__((always_inline)) void
take_samples(float *restrict sums, const uint8_t *restrict row, struct share share,
             float *restrict line, int32_t count, const enum weighting weighting)
{
    int32_t i = 0;
    for (; i + LANES <= count; i += LANES)
        take_eight(sums + i, row + i, share, line ? line + i : NULL, weighting);
    if (i < count) {
        uint8_t rest[LANES] = {0};
        memcpy(rest, row + i, (size_t)(count - i));
        take_eight(sums + i, rest, share, line ? line + i : NULL, weighting);
    }
}

/* Take a whole row, by code for its kind. */
static void take_row(struct darkroom_averager *averager, const uint8_t *row, struct share share,
                     float *line)
{
    const int32_t count = averager->across.count * averager->channels;
    switch (averager->weighting) {
    case EVERY_SECOND:
        take_samples(averager->sums, row, share, line, count, EVERY_SECOND);
        break;
    case EVERY_FOURTH:
        take_samples(averager->sums, row, share, line, count, EVERY_FOURTH);
        break;
    default:
        take_samples(averager->sums, row, share, line, count, NO_OPACITY);
    }
}

/* Lay eight pixels of eight lines side by side. */
static inline void lay_columns(const float *lines, size_t pitch, lanes *columns,
                               const int32_t channels)
{
    for (int32_t c = 0; c < channels; c++, lines += LANES, columns += LANES) {
        for (size_t line = 0; line < LANES; line++)
            columns[line] = lanes_load(lines + line * pitch);
        lanes_transpose(columns);
    }
}

/* Average along the rows. Inlined for each number of channels, so that sums stay in registers. */
static inline __attribute__((always_inline)) void
average_columns(const struct darkroom_averager *averager, const int32_t channels)
{
    const struct axis *across = &averager->across;
    lanes *means = averager->means;
    lanes columns[LANES * 4], sums[4] = {{0}};
    for (int32_t i = 0; i < across->count; i++) {
        const struct share share = across->shares[i];
        const lanes *pixel = columns + i % LANES * channels;
        if (i % LANES == 0)
            lay_columns(averager->lines + (size_t)i * (size_t)channels, averager->pitch, columns,
                        channels);
        for (int32_t c = 0; c < channels; c++)
            sums[c] += pixel[c] * share.weight;
        for (int32_t end = 0; end < share.ends; end++) {
            for (int32_t c = 0; c < channels; c++) {
                *means++ = sums[c];
                sums[c] = pixel[c] * share.next;
            }
        }
    }
}

static void average_lines(const struct darkroom_averager *averager)
{
    switch (averager->channels) {
    case 1:
        average_columns(averager, 1);
        break;
    case 2:
        average_columns(averager, 2);
        break;
    case 3:
        average_columns(averager, 3);
        break;
    default:
        average_columns(averager, 4);
    }
}

/* Divide colours by opacity; where that rounds to none, they are 0. */
static void straighten(const struct darkroom_averager *averager)
{
    const int32_t channels = averager->channels;
    lanes *pixel = averager->means;
    for (int32_t i = 0; i < averager->across.targets; i++, pixel += channels) {
        const lanes opacity = pixel[channels - 1];
        const whole_lanes visible = opacity > 0.5F;
        for (int32_t c = 0; c < channels - 1; c++) {
            const lanes colour = pixel[c] / opacity;
            whole_lanes bits;
            memcpy(&bits, &colour, sizeof bits);
            bits &= visible;
            memcpy(&pixel[c], &bits, sizeof bits);
        }
    }
}

/* Round to 8 bits and write as many rows as there are lines. */
static void write_rows(struct darkroom_averager *averager)
{
    const int32_t samples = averager->across.targets * averager->channels;
    uint8_t *rows = averager->target + (size_t)averager->written * (size_t)samples;
    for (int32_t i = 0; i < samples; i += LANES) {
        const int32_t width = samples - i < LANES ? samples - i : LANES;
        lanes square[LANES];
        memcpy(square, averager->means + i, sizeof square);
        lanes_transpose(square);
        for (int32_t line = 0; line < averager->waiting; line++) {
            const byte_lanes row = lanes_round(square[line]);
            memcpy(rows + (size_t)line * (size_t)samples + i, &row, (size_t)width);
        }
    }
    averager->written += averager->waiting;
    averager->waiting = 0;
}

/* Count a line that is complete; write rows when there are eight, or all that there will be. */
static void end_line(struct darkroom_averager *averager)
{
    averager->waiting++;
    if (averager->waiting < LANES
        && averager->written + averager->waiting < averager->down.targets)
        return;
    average_lines(averager);
    if (averager->weighting != NO_OPACITY)
        straighten(averager);
    write_rows(averager);
}

static void copy_row(struct darkroom_averager *averager, const uint8_t *row)
{
    const size_t bytes = (size_t)averager->across.targets * (size_t)averager->channels;
    memcpy(averager->target + (size_t)averager->written++ * bytes, row, bytes);
}

static void add_row(struct darkroom_averager *averager, const uint8_t *row, struct share share)
{
    if (share.ends == 0)
        take_row(averager, row, share, NULL);
    for (int32_t end = 0; end < share.ends; end++) {
        take_row(averager, row, share, averager->lines + (size_t)averager->waiting * averager->pitch);
        share.weight = 0;
        end_line(averager);
    }
}

void averager_push(struct darkroom_averager *averager, const uint8_t *row)
{
    const struct axis *down = &averager->down;
    const int32_t number = averager->row++ - down->first;
    if (number < 0 || number >= down->count)
        return;
    row += (size_t)averager->across.first * (size_t)averager->channels;
    if (averager->across.copies && down->copies)
        copy_row(averager, row);
    else
        add_row(averager, row, down->shares[number]);
}

static int init_axes(const struct darkroom_scaling *scaling, struct axis *across,
                     struct axis *down)
{
    struct axis_geometry geometry = {
        .samples = scaling->source_width,
        .pixels = 1,
        .per = 1,
        .whole = scaling->source_width,
        .scaled = scaling->scaled_width,
        .offset = scaling->left,
        .step = 1,
        .targets = scaling->width,
    };
    int status = axis_init(across, &geometry);
    if (status != DARKROOM_OK)
        return status;
    geometry.samples = geometry.whole = scaling->source_height;
    geometry.scaled = scaling->scaled_height;
    geometry.offset = scaling->top;
    geometry.targets = scaling->height;
    return axis_init(down, &geometry);
}

int darkroom_average_new(const struct darkroom_scaling *scaling, int32_t channels, int32_t alpha,
                         uint8_t *target, struct darkroom_averager **averager, char *message)
{
    *averager = NULL;
    if (!is_scaling(scaling))
        return failed(message, DARKROOM_INVALID, "the part to keep is not inside the picture");
    if (channels < 1 || channels > 4 || (alpha && channels % 2 != 0))
        return failed(message, DARKROOM_INVALID, "no pixels have these channels");
    struct darkroom_averager *made = calloc(1, sizeof *made);
    if (!made)
        return failed(message, DARKROOM_NO_MEMORY, "out of memory");
    struct axis across = {0}, down = {0};
    int status = init_axes(scaling, &across, &down);
    if (status == DARKROOM_OK) {
        status = averager_init(made, &across, &down, channels, alpha != 0, target);
    } else {
        axis_clear(&across);
        axis_clear(&down);
    }
    if (status != DARKROOM_OK) {
        darkroom_average_free(made);
        return failed(message, status,
                      status == DARKROOM_ENLARGES ? "the picture would be enlarged"
                                                  : "out of memory");
    }
    made->source_width = scaling->source_width;
    made->source_rows = scaling->source_height;
    *averager = made;
    return DARKROOM_OK;
}

int darkroom_average_rows(struct darkroom_averager *averager, const uint8_t *rows, int32_t count)
{
    if (count < 0 || count > averager->source_rows - averager->row)
        return DARKROOM_INVALID;
    const size_t row_bytes = (size_t)averager->source_width * (size_t)averager->channels;
    for (int32_t i = 0; i < count; i++)
        averager_push(averager, rows + (size_t)i * row_bytes);
    return DARKROOM_OK;
}

void darkroom_average_free(struct darkroom_averager *averager)
{
    if (averager)
        averager_clear(averager);
    free(averager);
}
