#include <stdlib.h>
#include <string.h>

#include "planes.h"

/* Fractions of 2^16, as libjpeg has them. */
#define HALF 32768
#define RED_OF_RED 91881     /* 1.402 */
#define GREEN_OF_BLUE 22554  /* 0.344136 */
#define GREEN_OF_RED 46802   /* 0.714136 */
#define BLUE_OF_BLUE 116130  /* 1.772 */

static uint8_t clamped(int32_t level)
{
    return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

static void convert_row(const uint8_t *restrict luma, const uint8_t *restrict blue,
                        const uint8_t *restrict red, uint8_t *restrict rgb, int32_t pixels)
{
    for (int32_t i = 0; i < pixels; i++) {
        const int32_t y = luma[i], b = blue[i] - 128, r = red[i] - 128;
        rgb[3 * i] = clamped(y + ((RED_OF_RED * r + HALF) >> 16));
        rgb[3 * i + 1] = clamped(y + ((HALF - GREEN_OF_BLUE * b - GREEN_OF_RED * r) >> 16));
        rgb[3 * i + 2] = clamped(y + ((BLUE_OF_BLUE * b + HALF) >> 16));
    }
}

/*
 * Interpolate a row of a plane of half the size: each sample is nine parts of the nearest, three
 * of each that is next in one direction, and one of the other. Edges are repeated.
 */
static void double_row(const struct darkroom_plane *plane, int32_t y, uint16_t *restrict column,
                       uint8_t *restrict row, int32_t pixels)
{
    const int32_t width = plane->width, last = plane->height - 1;
    const int32_t near = y / 2;
    int32_t far = near + (y % 2 ? 1 : -1);
    far = far < 0 ? 0 : far > last ? last : far;
    const uint8_t *nearer = plane->samples + (size_t)near * (size_t)width;
    const uint8_t *farther = plane->samples + (size_t)far * (size_t)width;
    for (int32_t i = 0; i < width; i++)
        column[i + 1] = (uint16_t)(3 * nearer[i] + farther[i]);
    column[0] = column[1];
    column[width + 1] = column[width];
    for (int32_t i = 0; i < pixels / 2; i++) {
        row[2 * i] = (uint8_t)((3 * column[i + 1] + column[i] + 8) >> 4);
        row[2 * i + 1] = (uint8_t)((3 * column[i + 1] + column[i + 2] + 7) >> 4);
    }
    if (pixels % 2)
        row[pixels - 1] = (uint8_t)((3 * column[width] + column[width - 1] + 8) >> 4);
}

static void convert_full(const struct darkroom_planes *planes, uint8_t *rgb)
{
    const int32_t width = planes->plane[0].width, height = planes->plane[0].height;
    for (int32_t y = 0; y < height; y++) {
        const size_t start = (size_t)y * (size_t)width;
        convert_row(planes->plane[0].samples + start, planes->plane[1].samples + start,
                    planes->plane[2].samples + start, rgb + 3 * start, width);
    }
}

static int convert_half(const struct darkroom_planes *planes, uint8_t *rgb, char *message)
{
    const int32_t width = planes->plane[0].width, height = planes->plane[0].height;
    uint8_t *differences = malloc(2 * (size_t)width);
    uint16_t *column = malloc(((size_t)planes->plane[1].width + 2) * sizeof *column);
    if (differences && column) {
        uint8_t *blue = differences, *red = differences + width;
        for (int32_t y = 0; y < height; y++) {
            const size_t start = (size_t)y * (size_t)width;
            double_row(&planes->plane[1], y, column, blue, width);
            double_row(&planes->plane[2], y, column, red, width);
            convert_row(planes->plane[0].samples + start, blue, red, rgb + 3 * start, width);
        }
    }
    const int status = differences && column ? DARKROOM_OK : DARKROOM_NO_MEMORY;
    free(differences);
    free(column);
    return status == DARKROOM_OK ? status : failed(message, status, "out of memory");
}

int darkroom_planes_to_rgb(const struct darkroom_planes *planes, uint8_t *rgb, char *message)
{
    if (planes->count != 3 || !are_planes(planes))
        return failed(message, DARKROOM_INVALID, "the planes have unsuitable sizes");
    if (planes->chroma_step == 2)
        return convert_half(planes, rgb, message);
    convert_full(planes, rgb);
    return DARKROOM_OK;
}
