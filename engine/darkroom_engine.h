/*
 * The pixel engine of Darkroom: JPEG planes, area averaging, convolution and PNG row filters.
 *
 * Samples are 8 bits wide, rows are stored from top to bottom without padding between them, and
 * sizes count pixels (of a plane: samples). Sides are 1 to DARKROOM_MAX_SIDE.
 *
 * Every function may be called from several threads at once as long as they share no object.
 * The library has no global state. A function that can fail returns a `darkroom_status`; where it
 * takes a `message`, that is a buffer of DARKROOM_MESSAGE_BYTES which holds one line of English
 * when the status is not DARKROOM_OK.
 */
#ifndef DARKROOM_ENGINE_H
#define DARKROOM_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#define DARKROOM_API __attribute__((visibility("default")))

/* Raised with every change of a structure or of a function's parameters. */
#define DARKROOM_ENGINE_VERSION 2

/* The longest side of a picture: what libjpeg takes. */
#define DARKROOM_MAX_SIDE 65500

/* Room for a message and its final zero. */
#define DARKROOM_MESSAGE_BYTES 200

/* The largest radius of a convolution. */
#define DARKROOM_MAX_RADIUS 50

enum darkroom_status {
    DARKROOM_OK = 0,
    DARKROOM_INVALID = 1,     /* an argument is out of its range */
    DARKROOM_NO_MEMORY = 2,   /* an allocation failed */
    DARKROOM_DAMAGED = 3,     /* the file is corrupt or ends early */
    DARKROOM_UNSUPPORTED = 4, /* the file may be sound, but is of a kind that is not read here */
    DARKROOM_ENLARGES = 5,    /* a target has more samples than its source */
};

/* One channel: `samples` holds width * height bytes and belongs to the caller. */
struct darkroom_plane {
    uint8_t *samples;
    int32_t width;
    int32_t height;
};

/*
 * Grey (count 1), or luma, blue and red difference (count 3). There are `chroma_step` samples of
 * luma, 1 (4:4:4) or 2 (4:2:0), to one of a difference in each direction; sizes are rounded up.
 */
struct darkroom_planes {
    int32_t count;
    int32_t chroma_step;
    struct darkroom_plane plane[3];
};

/* A picture scaled from its whole size to another, and the part of the result that is kept. */
struct darkroom_scaling {
    int32_t source_width, source_height; /* of the whole picture, before */
    int32_t scaled_width, scaled_height; /* of the whole picture, after: no larger than before */
    int32_t left, top;                   /* of the part that is kept */
    int32_t width, height;               /* of the part that is kept */
};

/* A JPEG, or one in two pieces, the first of which ends with the header of the first scan. */
struct darkroom_file {
    const uint8_t *data;
    size_t size;
    const uint8_t *rest; /* NULL for none */
    size_t rest_size;
};

struct darkroom_jpeg_header {
    int32_t width, height;
    int32_t channels; /* 1 for grey, 3 for YCbCr */
};

struct darkroom_averager;
struct darkroom_convolution;

/* DARKROOM_ENGINE_VERSION as the library was built with it. */
DARKROOM_API int32_t darkroom_engine_version(void);

/*
 * Read the header of a JPEG.
 *
 * DARKROOM_UNSUPPORTED for anything but Huffman-coded 8-bit grey or YCbCr with luma at full
 * resolution and both colour differences at one whole fraction of it; DARKROOM_DAMAGED for what
 * libjpeg refuses. Time grows with the bytes in front of the first scan.
 */
DARKROOM_API int darkroom_jpeg_header(const uint8_t *data, size_t size,
                                      struct darkroom_jpeg_header *header, char *message);

/*
 * Decode a JPEG into planes, each averaged over exact areas to its size while its rows arrive.
 *
 * `eighths` is the scale of libjpeg's inverse transform: 8, 4, 2 or 1. `scaling` counts pixels of
 * the picture at full scale, and its source size must be the header's. `planes` comes with sizes
 * and memory: as many as the header has channels, luma of the size that is kept.
 *
 * DARKROOM_ENLARGES where a plane of the file, at that scale, has fewer samples than its target;
 * nothing is decoded then. DARKROOM_DAMAGED where libjpeg gives up, or the data ends before the
 * last sample: a file that lacks its end marker alone is whole, and so is one with a trailer in
 * its place. DARKROOM_UNSUPPORTED where bits are missing in front of a marker, so that the caller
 * has to judge by the pixels. Other corrupt data that libjpeg decodes with a warning counts as
 * decoded, as it does for Pillow. Planes hold no result after an error.
 *
 * Time is the decoder's and 2 operations a decoded sample; memory beside libjpeg's own is 68
 * bytes a column and plane.
 */
DARKROOM_API int darkroom_jpeg_decode(const struct darkroom_file *file, int32_t eighths,
                                      const struct darkroom_scaling *scaling,
                                      struct darkroom_planes *planes, char *message);

/*
 * Encode planes as a JPEG with JFIF header and optimised Huffman tables, and nothing else in it.
 *
 * Colour is sampled as the planes are. `quality` is 1 to 100 on the scale of libjpeg. On success
 * `*file` is memory for the caller to give back with `darkroom_free`, and `*size` its length in
 * bytes.
 *
 * Time and memory (2 bytes a sample, for the coefficients) grow with the number of samples.
 */
DARKROOM_API int darkroom_jpeg_encode(const struct darkroom_planes *planes, int32_t quality,
                                      int32_t progressive, uint8_t **file, size_t *size,
                                      char *message);

/* Free what an encoder made; nothing happens for a null pointer. */
DARKROOM_API void darkroom_free(void *memory);

/*
 * Convert three planes to RGB as JFIF says, rounded as libjpeg does.
 *
 * Colour differences of half the size are interpolated linearly, as centred between two pixels.
 * `rgb` has room for 3 bytes a pixel of luma. Time grows with the number of pixels.
 */
DARKROOM_API int darkroom_planes_to_rgb(const struct darkroom_planes *planes, uint8_t *rgb,
                                        char *message);

/*
 * Begin to scale interleaved pixels down: every target pixel is the mean of the area that it
 * covers, pixels on the border counted by the part inside.
 *
 * `channels` is 1 to 4. With `alpha` (2 or 4 channels) the last channel is opacity: colours are
 * weighted by it, and come out as straight as they went in; clear pixels come out as 0. A picture
 * that keeps its size is copied. `target` has room for the part that is kept, and must stay until
 * the last row is in.
 *
 * A result is the exact mean rounded to the nearest, halves to even, except where the mean is
 * within 1/1000 of a half. DARKROOM_ENLARGES for more pixels than before.
 *
 * Time is 2 operations a sample of the source; memory 68 bytes a channel and column of it.
 */
DARKROOM_API int darkroom_average_new(const struct darkroom_scaling *scaling, int32_t channels,
                                      int32_t alpha, uint8_t *target,
                                      struct darkroom_averager **averager, char *message);

/*
 * Take the next `count` rows of the source; DARKROOM_INVALID, and nothing done, for more rows than
 * are left. Target rows are written as soon as their area is complete, eight at a time.
 */
DARKROOM_API int darkroom_average_rows(struct darkroom_averager *averager, const uint8_t *rows,
                                       int32_t count);

/* End it, whether all rows were taken or not; nothing happens for a null pointer. */
DARKROOM_API void darkroom_average_free(struct darkroom_averager *averager);

/*
 * Begin to convolve interleaved pixels with a symmetric kernel along rows and then columns, the
 * outermost pixels repeated beyond the edges.
 *
 * `horizontal[0]` and `vertical[0]` are weights of the middle, `[k]` of both pixels k away, up to
 * the two radii of 0 to DARKROOM_MAX_RADIUS; each kernel comes to 65536 in all, so that none may
 * consist of its middle alone. `channels` is 1 to 4, all treated alike.
 *
 * A result is within 0.5 + (horizontal_radius + vertical_radius + 2) / 256 levels of the exact
 * convolution with these weights, and mostly nearest to it. Time grows with samples times radius;
 * memory is 2 bytes a sample for 2 * vertical_radius + 1 rows.
 */
DARKROOM_API int darkroom_convolution_new(int32_t width, int32_t height, int32_t channels,
                                          const uint16_t *horizontal, int32_t horizontal_radius,
                                          const uint16_t *vertical, int32_t vertical_radius,
                                          struct darkroom_convolution **convolution,
                                          char *message);

/*
 * Take the next `count` rows and write those that are complete by then to `target`, which has room
 * for `count + vertical_radius` rows; `*written` is how many. A row is complete when all rows below
 * it that have weight are in. `target` may be the very memory of `rows` when that is the whole
 * picture at once. DARKROOM_INVALID for more rows than are left.
 */
DARKROOM_API int darkroom_convolution_rows(struct darkroom_convolution *convolution,
                                           const uint8_t *rows, int32_t count, uint8_t *target,
                                           int32_t *written);

/* End it, whether all rows were taken or not; nothing happens for a null pointer. */
DARKROOM_API void darkroom_convolution_free(struct darkroom_convolution *convolution);

/*
 * Filter rows for PNG: of the five filters, each row gets the one with the least sum of absolute
 * values, read as signed bytes; the first of equals. libpng chooses the same.
 *
 * `rows` are `count` rows of `row_bytes` bytes, `previous` the row above them (null at the top),
 * `pixel_bytes` 1 to 8. `filtered` gets `count` rows of `row_bytes + 1`: the filter's number, then
 * the row. Time is 5 passes over the rows, memory 4 rows.
 */
DARKROOM_API int darkroom_png_filter(const uint8_t *rows, const uint8_t *previous,
                                     int64_t row_bytes, int32_t pixel_bytes, int32_t count,
                                     uint8_t *filtered, char *message);

#endif
