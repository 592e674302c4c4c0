/*
 * Calls the engine with files and arguments drawn by chance: fuzz SECONDS ROUNDS SEED FILE...
 *
 * Built with sanitizers, which end it at the first fault; the seed and a round shortly before it
 * are on standard output, and the same seed draws the same again. Files are JPEGs to start from;
 * each is changed a little, or left as it is. It ends after that time or number of rounds, 0 for
 * any, with a sum over all results: the same number of rounds gives the same sum on each processor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "darkroom_engine.h"

/* The largest side that is drawn, so that a round takes microseconds. */
#define MOST 200

/* The most pixels of a file that is decoded: the service judges headers before it decodes. */
#define MOST_PIXELS (1 << 20)

struct file {
    uint8_t *data;
    size_t size;
};

/* What is drawn from, and the sum over what came of it. */
struct run {
    uint64_t drawn;
    uint64_t sum;
};

/* Add a result to the sum (FNV-1a). */
static void count_in(struct run *run, const void *result, size_t size)
{
    const uint8_t *bytes = result;
    for (size_t i = 0; i < size; i++)
        run->sum = (run->sum ^ bytes[i]) * 1099511628211u;
}

/* A generator of its own (xorshift), the same on every system. */
static uint64_t drawn(struct run *run)
{
    run->drawn ^= run->drawn << 13;
    run->drawn ^= run->drawn >> 7;
    run->drawn ^= run->drawn << 17;
    return run->drawn;
}

static int32_t between(struct run *run, int32_t least, int32_t most)
{
    return least + (int32_t)(drawn(run) % (uint64_t)(most - least + 1));
}

static void *allocated(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory) {
        perror("fuzz");
        exit(2);
    }
    return memory;
}

static uint8_t *noise(struct run *run, size_t size)
{
    uint8_t *bytes = allocated(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(drawn(run) >> 32);
    return bytes;
}

static struct file read_file(const char *path)
{
    struct file file = {0};
    FILE *stream = fopen(path, "rb");
    if (!stream || fseek(stream, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    file.size = (size_t)ftell(stream);
    file.data = allocated(file.size);
    rewind(stream);
    if (fread(file.data, 1, file.size, stream) != file.size) {
        perror(path);
        exit(2);
    }
    fclose(stream);
    return file;
}

/* Change some bytes of a copy, and cut some of them off: of its own size, so that reads beyond
 * its end are seen. */
static struct file mutated(struct run *run, const struct file *original)
{
    struct file file = {.size = original->size};
    const int32_t changes = between(run, 0, 6);
    if (between(run, 0, 9) == 0)
        file.size = drawn(run) % (original->size + 1);
    file.data = allocated(file.size);
    memcpy(file.data, original->data, file.size);
    for (int32_t i = 0; i < changes && file.size > 0; i++) {
        const size_t place = drawn(run) % (i % 2 && file.size > 700 ? 700 : file.size);
        file.data[place] = (uint8_t)(drawn(run) >> 32);
    }
    return file;
}

/* Scale to something sensible, most of the time. */
static struct darkroom_scaling scaling_of(struct run *run, int32_t width, int32_t height)
{
    struct darkroom_scaling scaling = {.source_width = width, .source_height = height};
    scaling.scaled_width = between(run, 1, width);
    scaling.scaled_height = between(run, 1, height);
    scaling.width = between(run, 1, scaling.scaled_width);
    scaling.height = between(run, 1, scaling.scaled_height);
    scaling.left = between(run, 0, scaling.scaled_width - scaling.width);
    scaling.top = between(run, 0, scaling.scaled_height - scaling.height);
    if (between(run, 0, 30) == 0) {
        scaling.left += between(run, -1, 1);
        scaling.scaled_width += between(run, -2, 2);
        scaling.source_height += between(run, -1, 1);
    }
    return scaling;
}

static struct darkroom_planes planes_of(struct run *run, int32_t count, int32_t width,
                                        int32_t height)
{
    struct darkroom_planes planes = {.count = count, .chroma_step = between(run, 1, 2)};
    for (int32_t i = 0; i < count; i++) {
        struct darkroom_plane *plane = &planes.plane[i];
        const int32_t step = i ? planes.chroma_step : 1;
        plane->width = (width + step - 1) / step;
        plane->height = (height + step - 1) / step;
        plane->samples = noise(run, (size_t)plane->width * (size_t)plane->height);
    }
    return planes;
}

static void free_planes(struct darkroom_planes *planes)
{
    for (int32_t i = 0; i < planes->count; i++)
        free(planes->plane[i].samples);
}

static void encode(struct run *run, const struct darkroom_planes *planes)
{
    char message[DARKROOM_MESSAGE_BYTES];
    uint8_t *file = NULL;
    size_t size = 0;
    const int32_t quality = between(run, 0, 101), progressive = between(run, 0, 1);
    darkroom_jpeg_encode(planes, quality, progressive, &file, &size, message);
    count_in(run, file, size);
    darkroom_free(file);
    if (planes->count == 3) {
        const struct darkroom_plane *luma = &planes->plane[0];
        uint8_t *rgb = allocated(3 * (size_t)luma->width * (size_t)luma->height);
        darkroom_planes_to_rgb(planes, rgb, message);
        count_in(run, rgb, 3 * (size_t)luma->width * (size_t)luma->height);
        free(rgb);
    }
}

static void fuzz_jpeg(struct run *run, const struct file *original)
{
    static const int32_t scales[] = {8, 4, 2, 1, 8, 3};
    char message[DARKROOM_MESSAGE_BYTES];
    struct darkroom_jpeg_header header;
    struct file file = mutated(run, original);
    if (darkroom_jpeg_header(file.data, file.size, &header, message) == DARKROOM_OK
        && (int64_t)header.width * header.height <= MOST_PIXELS) {
        const struct darkroom_scaling scaling = scaling_of(run, header.width, header.height);
        struct darkroom_planes planes
            = planes_of(run, header.channels, scaling.width, scaling.height);
        struct darkroom_file pieces = {.data = file.data, .size = file.size};
        if (between(run, 0, 1)) {
            pieces.size = (size_t)between(run, 0, (int32_t)file.size);
            pieces.rest = file.data + pieces.size;
            pieces.rest_size = file.size - pieces.size;
        }
        const int status = darkroom_jpeg_decode(&pieces, scales[between(run, 0, 5)], &scaling,
                                                &planes, message);
        const uint64_t sum = run->sum;
        if (status == DARKROOM_OK)
            encode(run, &planes);
        /* libjpeg's transforms for different processors overflow differently, where data is
         * corrupt: of such a file, only the status counts. */
        if (file.size != original->size || memcmp(file.data, original->data, file.size) != 0)
            run->sum = sum;
        count_in(run, &status, sizeof status);
        free_planes(&planes);
    }
    free(file.data);
}

static void fuzz_planes(struct run *run)
{
    const int32_t count = 1 + 2 * between(run, 0, 1);
    const int32_t width = between(run, 1, MOST), height = between(run, 1, MOST);
    struct darkroom_planes planes = planes_of(run, count, width, height);
    encode(run, &planes);
    free_planes(&planes);
}

static void fuzz_average(struct run *run)
{
    char message[DARKROOM_MESSAGE_BYTES];
    struct darkroom_averager *averager;
    const int32_t width = between(run, 1, MOST), height = between(run, 1, MOST);
    const int32_t channels = between(run, 1, 4);
    const struct darkroom_scaling scaling = scaling_of(run, width, height);
    const size_t pixels = (size_t)scaling.width * (size_t)scaling.height;
    uint8_t *target = allocated(pixels * (size_t)channels);
    int status = darkroom_average_new(&scaling, channels, between(run, 0, 1), target, &averager,
                                      message);
    for (int32_t row = 0; status == DARKROOM_OK && row < scaling.source_height;) {
        const int32_t count = between(run, 0, scaling.source_height - row + (row > 0));
        uint8_t *rows = noise(run, (size_t)count * (size_t)width * (size_t)channels);
        status = darkroom_average_rows(averager, rows, count);
        row += count;
        free(rows);
    }
    if (status == DARKROOM_OK)
        count_in(run, target, pixels * (size_t)channels);
    darkroom_average_free(averager);
    free(target);
}

/* Draw the weights of half a kernel, which come to 65536 if all goes well. */
static int32_t draw_kernel(struct run *run, uint16_t *weights)
{
    const int32_t radius = between(run, 0, DARKROOM_MAX_RADIUS);
    int32_t left = 65536;
    for (int32_t k = radius; k > 0; k--) {
        weights[k] = (uint16_t)between(run, 0, left / 2 / k);
        left -= 2 * weights[k];
    }
    weights[0] = (uint16_t)left;
    return radius;
}

static void fuzz_convolution(struct run *run)
{
    char message[DARKROOM_MESSAGE_BYTES];
    uint16_t along[DARKROOM_MAX_RADIUS + 1], down[DARKROOM_MAX_RADIUS + 1];
    const int32_t along_radius = draw_kernel(run, along);
    const int32_t down_radius = draw_kernel(run, down);
    const int32_t width = between(run, 1, MOST), height = between(run, 1, MOST / 4);
    const int32_t channels = between(run, 1, 4);
    const size_t row_bytes = (size_t)width * (size_t)channels;
    struct darkroom_convolution *convolution;
    if (darkroom_convolution_new(width, height, channels, along, along_radius, down, down_radius,
                                 &convolution, message)
        == DARKROOM_OK) {
        for (int32_t row = 0; row < height;) {
            const int32_t count = between(run, 1, height - row);
            uint8_t *rows = noise(run, (size_t)count * row_bytes);
            uint8_t *target = allocated((size_t)(count + down_radius) * row_bytes);
            int32_t written;
            darkroom_convolution_rows(convolution, rows, count, target, &written);
            count_in(run, target, (size_t)written * row_bytes);
            row += count;
            free(rows);
            free(target);
        }
    }
    darkroom_convolution_free(convolution);
}

static void fuzz_png(struct run *run)
{
    char message[DARKROOM_MESSAGE_BYTES];
    const int32_t pixel = between(run, 1, 8), count = between(run, 0, 5);
    const size_t bytes = (size_t)pixel * (size_t)between(run, 1, MOST);
    uint8_t *rows = noise(run, bytes * (size_t)count);
    uint8_t *above = noise(run, bytes);
    uint8_t *filtered = allocated((bytes + 1) * (size_t)count);
    darkroom_png_filter(rows, between(run, 0, 1) ? above : NULL, (int64_t)bytes, pixel, count,
                        filtered, message);
    count_in(run, filtered, (bytes + 1) * (size_t)count);
    free(rows);
    free(above);
    free(filtered);
}

static void fuzz_once(struct run *run, const struct file *files, int count)
{
    switch (between(run, 0, 8)) {
    case 0:
        fuzz_average(run);
        break;
    case 1:
        fuzz_convolution(run);
        break;
    case 2:
        fuzz_png(run);
        break;
    case 3:
        fuzz_planes(run);
        break;
    default:
        fuzz_jpeg(run, &files[between(run, 0, count - 1)]);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: fuzz SECONDS ROUNDS SEED FILE...\n");
        return 2;
    }
    const int count = argc - 4;
    const time_t seconds = atol(argv[1]), start = time(NULL);
    const long most = atol(argv[2]);
    struct run run = {.drawn = strtoull(argv[3], NULL, 10) * 2654435761u + 1};
    struct file *files = allocated((size_t)count * sizeof *files);
    for (int i = 0; i < count; i++)
        files[i] = read_file(argv[i + 4]);
    long rounds = 0;
    for (; (!most || rounds < most) && (!seconds || time(NULL) - start < seconds); rounds++) {
        fuzz_once(&run, files, count);
    }
    printf("seed %s: %ld rounds without a finding, sum %016llx\n", argv[3], rounds,
           (unsigned long long)run.sum);
    for (int i = 0; i < count; i++)
        free(files[i].data);
    free(files);
    return 0;
}
