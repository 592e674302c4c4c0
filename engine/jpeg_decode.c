#include <stdlib.h>
#include <string.h>

#include "area_average.h"
#include "jpeg_errors.h"
#include "planes.h"

/* Lines that a component has in one row of MCUs, at most: 4 blocks of 8. */
#define MAX_LINES 32

/* What decoding holds, so that it can be given back after a jump. */
struct decoder {
    struct jpeg_errors errors;
    struct jpeg_decompress_struct jpeg;
    struct darkroom_averager averagers[3];
    uint8_t *samples[3];
    JSAMPROW rows[3][MAX_LINES];
};

static int refuse(struct decoder *decoder, int status, const char *text)
{
    return failed(decoder->errors.message, status, text);
}

/* Whether luma is at full resolution and both differences are at one whole fraction of it. */
static bool has_plain_sampling(const struct jpeg_decompress_struct *jpeg)
{
    const jpeg_component_info *luma = &jpeg->comp_info[0];
    if (luma->h_samp_factor != jpeg->max_h_samp_factor
        || luma->v_samp_factor != jpeg->max_v_samp_factor)
        return false;
    for (int i = 1; i < jpeg->num_components; i++) {
        const jpeg_component_info *component = &jpeg->comp_info[i];
        if (component->h_samp_factor != jpeg->comp_info[1].h_samp_factor
            || component->v_samp_factor != jpeg->comp_info[1].v_samp_factor
            || luma->h_samp_factor % component->h_samp_factor != 0
            || luma->v_samp_factor % component->v_samp_factor != 0)
            return false;
    }
    return true;
}

/* A scan that is neither progressive nor starts at the first coefficient is a lossless one. */
static bool is_supported(const struct jpeg_decompress_struct *jpeg)
{
    const bool grey = jpeg->jpeg_color_space == JCS_GRAYSCALE && jpeg->num_components == 1;
    const bool colour = jpeg->jpeg_color_space == JCS_YCbCr && jpeg->num_components == 3;
    const bool lossless = !jpeg->progressive_mode && jpeg->Ss != 0;
    return (grey || colour) && !jpeg->arith_code && !lossless && jpeg->data_precision == 8
        && has_plain_sampling(jpeg);
}

/* Read up to the first scan; tables in a file of their own may come before. Jumps on errors. */
static int read_header(struct decoder *decoder, const uint8_t *data, size_t size)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg_mem_src(jpeg, data, (unsigned long)size);
    while (jpeg_read_header(jpeg, FALSE) == JPEG_HEADER_TABLES_ONLY)
        continue;
    if (!is_supported(jpeg))
        return refuse(decoder, DARKROOM_UNSUPPORTED, "this kind of JPEG is not read here");
    return DARKROOM_OK;
}

static int read_header_only(struct decoder *decoder, const uint8_t *data, size_t size,
                            struct darkroom_jpeg_header *header)
{
    if (setjmp(decoder->errors.jump))
        return decoder->errors.status;
    const int status = read_header(decoder, data, size);
    if (status == DARKROOM_OK) {
        header->width = (int32_t)decoder->jpeg.image_width;
        header->height = (int32_t)decoder->jpeg.image_height;
        header->channels = decoder->jpeg.num_components;
    }
    return status;
}

/* Whether the planes that the caller brought suit the file and the part that is kept. */
static bool planes_fit(const struct darkroom_planes *planes,
                       const struct darkroom_scaling *scaling, int channels)
{
    return planes->count == channels && are_planes(planes)
        && planes->plane[0].width == scaling->width && planes->plane[0].height == scaling->height;
}

/*
 * Lay out how one component comes to its plane. One of its samples stands for
 * max_h_samp_factor / h_samp_factor * 8 / DCT_scaled_size pixels of the whole picture.
 */
static int init_axes(const struct decoder *decoder, int index,
                     const struct darkroom_scaling *scaling,
                     const struct darkroom_planes *planes, struct axis *across,
                     struct axis *down)
{
    const struct darkroom_plane *plane = &planes->plane[index];
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    const jpeg_component_info *component = &jpeg->comp_info[index];
    struct axis_geometry geometry = {
        .samples = (int32_t)component->downsampled_width,
        .pixels = jpeg->max_h_samp_factor * DCTSIZE,
        .per = component->h_samp_factor * component->DCT_scaled_size,
        .whole = scaling->source_width,
        .scaled = scaling->scaled_width,
        .offset = scaling->left,
        .step = index == 0 ? 1 : planes->chroma_step,
        .targets = plane->width,
    };
    const int status = axis_init(across, &geometry);
    if (status != DARKROOM_OK)
        return status;
    geometry.samples = (int32_t)component->downsampled_height;
    geometry.pixels = jpeg->max_v_samp_factor * DCTSIZE;
    geometry.per = component->v_samp_factor * component->DCT_scaled_size;
    geometry.whole = scaling->source_height;
    geometry.scaled = scaling->scaled_height;
    geometry.offset = scaling->top;
    geometry.targets = plane->height;
    return axis_init(down, &geometry);
}

static int init_averager(struct decoder *decoder, int index,
                         const struct darkroom_scaling *scaling,
                         const struct darkroom_planes *planes)
{
    struct axis across = {0}, down = {0};
    const int status = init_axes(decoder, index, scaling, planes, &across, &down);
    if (status == DARKROOM_OK)
        return averager_init(&decoder->averagers[index], &across, &down, 1, false,
                             planes->plane[index].samples);
    axis_clear(&across);
    axis_clear(&down);
    return status;
}

/* Make room for a component's lines of one row of MCUs, as wide as its blocks. */
static int init_rows(struct decoder *decoder, int index)
{
    const jpeg_component_info *component = &decoder->jpeg.comp_info[index];
    const int32_t lines = component->v_samp_factor * component->DCT_scaled_size;
    const size_t blocks = (size_t)component->width_in_blocks + (size_t)component->h_samp_factor;
    const size_t pitch = blocks * DCTSIZE;
    if (lines > MAX_LINES)
        return DARKROOM_UNSUPPORTED;
    decoder->samples[index] = calloc((size_t)lines, pitch);
    if (!decoder->samples[index])
        return DARKROOM_NO_MEMORY;
    for (int32_t line = 0; line < lines; line++)
        decoder->rows[index][line] = decoder->samples[index] + (size_t)line * pitch;
    return DARKROOM_OK;
}

/* Set libjpeg to give planes at a reduced scale. */
static void ask_for_planes(struct jpeg_decompress_struct *jpeg, int32_t eighths)
{
    jpeg->raw_data_out = TRUE;
    jpeg->out_color_space = jpeg->jpeg_color_space;
    jpeg->do_fancy_upsampling = FALSE;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->scale_num = (unsigned int)eighths;
    jpeg->scale_denom = DCTSIZE;
    jpeg_calc_output_dimensions(jpeg);
}

/* Decode row after row of MCUs and hand each component's lines on. Jumps on errors. */
static void read_planes(struct decoder *decoder)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    JSAMPARRAY planes[3] = {decoder->rows[0], decoder->rows[1], decoder->rows[2]};
    const JDIMENSION height
        = (JDIMENSION)(jpeg->max_v_samp_factor * jpeg->min_DCT_scaled_size);
    while (jpeg->output_scanline < jpeg->output_height) {
        jpeg_read_raw_data(jpeg, planes, height);
        for (int i = 0; i < jpeg->num_components; i++) {
            const jpeg_component_info *component = &jpeg->comp_info[i];
            const int lines = component->v_samp_factor * component->DCT_scaled_size;
            for (int line = 0; line < lines; line++)
                averager_push(&decoder->averagers[i], decoder->rows[i][line]);
        }
    }
}

/*
 * Whether every coefficient has come, as far as scans tell: of a progressive file, all bits of
 * each; of any other, each component in some scan, whose table libjpeg kept then.
 */
static bool has_all_scans(const struct jpeg_decompress_struct *jpeg)
{
    for (int i = 0; i < jpeg->num_components; i++) {
        if (!jpeg->comp_info[i].quant_table)
            return false;
        for (int k = 0; jpeg->progressive_mode && k < DCTSIZE2; k++)
            if (jpeg->coef_bits[i][k] != 0)
                return false;
    }
    return true;
}

static int truncated(struct decoder *decoder)
{
    return refuse(decoder, DARKROOM_DAMAGED, "the data ends before the last sample");
}

/* Go on in the second piece, once the header of the first scan has been read. */
static void continue_in(struct jpeg_decompress_struct *jpeg, const struct darkroom_file *file)
{
    if (file->rest) {
        jpeg->src->next_input_byte = file->rest;
        jpeg->src->bytes_in_buffer = file->rest_size;
    }
}

static int decode(struct decoder *decoder, const struct darkroom_file *file, int32_t eighths,
                  const struct darkroom_scaling *scaling, const struct darkroom_planes *planes)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->errors.jump))
        return decoder->errors.status;
    int status = read_header(decoder, file->data, file->size);
    if (status != DARKROOM_OK)
        return status;
    continue_in(jpeg, file);
    if (jpeg->image_width != (JDIMENSION)scaling->source_width
        || jpeg->image_height != (JDIMENSION)scaling->source_height)
        return refuse(decoder, DARKROOM_INVALID, "the picture has another size");
    if (!planes_fit(planes, scaling, jpeg->num_components))
        return refuse(decoder, DARKROOM_INVALID, "the planes have other sizes");
    ask_for_planes(jpeg, eighths);
    for (int i = 0; i < jpeg->num_components; i++) {
        status = init_averager(decoder, i, scaling, planes);
        if (status == DARKROOM_OK)
            status = init_rows(decoder, i);
        if (status != DARKROOM_OK)
            return refuse(decoder, status, status == DARKROOM_ENLARGES
                                               ? "a plane would be enlarged"
                                               : "out of memory");
    }
    decoder->errors.in_samples = true;
    jpeg_start_decompress(jpeg);
    read_planes(decoder);
    if (decoder->errors.ended && (decoder->errors.missing || !has_all_scans(jpeg)))
        return truncated(decoder);
    if (decoder->errors.missing)
        return refuse(decoder, DARKROOM_UNSUPPORTED, "bits are missing in front of a marker");
    return DARKROOM_OK;
}

/*
 * Read on to the end marker. What stands in its place spoils no sample where none were missing
 * before, nor where it ends early; but a marker in the midst of samples may be no marker.
 */
static int finish(struct decoder *decoder)
{
    const struct jpeg_errors *errors = &decoder->errors;
    if (setjmp(decoder->errors.jump))
        return !errors->missing || errors->ended ? DARKROOM_OK : errors->status;
    jpeg_finish_decompress(&decoder->jpeg);
    return DARKROOM_OK;
}

static void clear(struct decoder *decoder)
{
    jpeg_destroy_decompress(&decoder->jpeg);
    for (int i = 0; i < 3; i++) {
        averager_clear(&decoder->averagers[i]);
        free(decoder->samples[i]);
    }
}

int darkroom_jpeg_header(const uint8_t *data, size_t size, struct darkroom_jpeg_header *header,
                         char *message)
{
    struct decoder decoder = {0};
    if (size == 0)
        return failed(message, DARKROOM_DAMAGED, "the file is empty");
    decoder.jpeg.err = jpeg_errors_init(&decoder.errors, message);
    const int status = read_header_only(&decoder, data, size, header);
    clear(&decoder);
    return status;
}

int darkroom_jpeg_decode(const struct darkroom_file *file, int32_t eighths,
                         const struct darkroom_scaling *scaling, struct darkroom_planes *planes,
                         char *message)
{
    struct decoder decoder = {0};
    if (file->size == 0)
        return failed(message, DARKROOM_DAMAGED, "the file is empty");
    if (eighths != 8 && eighths != 4 && eighths != 2 && eighths != 1)
        return failed(message, DARKROOM_INVALID, "the scale must be 8, 4, 2 or 1 eighths");
    if (!is_scaling(scaling))
        return failed(message, DARKROOM_INVALID, "the part to keep is not inside the picture");
    decoder.jpeg.err = jpeg_errors_init(&decoder.errors, message);
    int status = decode(&decoder, file, eighths, scaling, planes);
    if (status == DARKROOM_OK)
        status = finish(&decoder);
    clear(&decoder);
    return status;
}
