#include <stdlib.h>
#include <string.h>

#include "jpeg_errors.h"
#include "planes.h"

/* Lines of one row of MCUs, at most: 2 blocks of 8. */
#define MAX_LINES 16

/* What encoding holds, so that it can be given back after a jump. */
struct encoder {
    struct jpeg_errors errors;
    struct jpeg_compress_struct jpeg;
    unsigned char *file;
    unsigned long size;
    uint8_t *samples[3];
    JSAMPROW rows[3][MAX_LINES];
};

/* Set libjpeg to write planes as they are, 8 lines of the differences at a time. */
static void ask_for_file(struct encoder *encoder, const struct darkroom_planes *planes,
                         int32_t quality, int32_t progressive)
{
    struct jpeg_compress_struct *jpeg = &encoder->jpeg;
    jpeg->image_width = (JDIMENSION)planes->plane[0].width;
    jpeg->image_height = (JDIMENSION)planes->plane[0].height;
    jpeg->input_components = planes->count;
    jpeg->in_color_space = planes->count == 3 ? JCS_YCbCr : JCS_GRAYSCALE;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->raw_data_in = TRUE;
    jpeg->optimize_coding = TRUE;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->comp_info[0].h_samp_factor = planes->count == 3 ? planes->chroma_step : 1;
    jpeg->comp_info[0].v_samp_factor = planes->count == 3 ? planes->chroma_step : 1;
    if (progressive)
        jpeg_simple_progression(jpeg);
}

/* Make room for a component's lines of one row of MCUs, as wide as its blocks. */
static bool init_rows(struct encoder *encoder, int index, int32_t width, int32_t lines)
{
    const size_t pitch = ((size_t)width + DCTSIZE - 1) / DCTSIZE * DCTSIZE;
    encoder->samples[index] = malloc(pitch * (size_t)lines);
    if (!encoder->samples[index])
        return false;
    for (int32_t line = 0; line < lines; line++)
        encoder->rows[index][line] = encoder->samples[index] + (size_t)line * pitch;
    return true;
}

/* Copy lines from `top` on; the last sample and the last line are repeated as far as blocks go. */
static void fill_rows(JSAMPARRAY rows, const struct darkroom_plane *plane, int32_t top,
                      int32_t lines)
{
    const size_t width = (size_t)plane->width;
    const size_t beyond = (DCTSIZE - width % DCTSIZE) % DCTSIZE;
    for (int32_t line = 0; line < lines; line++) {
        const int32_t y = top + line < plane->height ? top + line : plane->height - 1;
        memcpy(rows[line], plane->samples + (size_t)y * width, width);
        memset(rows[line] + width, rows[line][width - 1], beyond);
    }
}

static int encode(struct encoder *encoder, const struct darkroom_planes *planes,
                  int32_t quality, int32_t progressive)
{
    struct jpeg_compress_struct *jpeg = &encoder->jpeg;
    JSAMPARRAY rows[3] = {encoder->rows[0], encoder->rows[1], encoder->rows[2]};
    if (setjmp(encoder->errors.jump))
        return encoder->errors.status;
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, &encoder->file, &encoder->size);
    ask_for_file(encoder, planes, quality, progressive);
    const int step = jpeg->comp_info[0].v_samp_factor;
    for (int i = 0; i < planes->count; i++)
        if (!init_rows(encoder, i, planes->plane[i].width, i ? DCTSIZE : step * DCTSIZE))
            return failed(encoder->errors.message, DARKROOM_NO_MEMORY, "out of memory");
    jpeg_start_compress(jpeg, TRUE);
    for (int32_t top = 0; top < planes->plane[0].height; top += step * DCTSIZE) {
        fill_rows(rows[0], &planes->plane[0], top, step * DCTSIZE);
        for (int i = 1; i < planes->count; i++)
            fill_rows(rows[i], &planes->plane[i], top / step, DCTSIZE);
        jpeg_write_raw_data(jpeg, rows, (JDIMENSION)(step * DCTSIZE));
    }
    jpeg_finish_compress(jpeg);
    return DARKROOM_OK;
}

int darkroom_jpeg_encode(const struct darkroom_planes *planes, int32_t quality,
                         int32_t progressive, uint8_t **file, size_t *size, char *message)
{
    struct encoder encoder = {0};
    *file = NULL;
    *size = 0;
    if (!are_planes(planes))
        return failed(message, DARKROOM_INVALID, "the planes have unsuitable sizes");
    if (quality < 1 || quality > 100)
        return failed(message, DARKROOM_INVALID, "the quality must be 1 to 100");
    encoder.jpeg.err = jpeg_errors_init(&encoder.errors, message);
    const int status = encode(&encoder, planes, quality, progressive);
    jpeg_destroy_compress(&encoder.jpeg);
    for (int i = 0; i < 3; i++)
        free(encoder.samples[i]);
    if (status == DARKROOM_OK) {
        *file = encoder.file;
        *size = encoder.size;
    } else {
        free(encoder.file);
    }
    return status;
}

void darkroom_free(void *memory)
{
    free(memory);
}
