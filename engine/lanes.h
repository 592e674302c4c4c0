/*
 * Eight rows of samples side by side, one in each lane of a vector: the horizontal pass of area
 * averaging works on all of them at once.
 */
#ifndef DARKROOM_LANES_H
#define DARKROOM_LANES_H

#include <stdint.h>
#include <string.h>

#define LANES 8

typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t whole_lanes __attribute__((vector_size(4 * LANES)));
typedef uint8_t byte_lanes __attribute__((vector_size(LANES)));

static inline lanes lanes_load(const float *samples)
{
    lanes loaded;
    memcpy(&loaded, samples, sizeof loaded);
    return loaded;
}

static inline void lanes_store(lanes values, float *samples)
{
    memcpy(samples, &values, sizeof values);
}

/*
 * Round to bytes, halves to even. Beyond 2^23 a float has no fraction: adding 1.5 * 2^23 rounds,
 * and the lowest bits of the sum are the number.
 */
static inline byte_lanes lanes_round(lanes values)
{
    const lanes shifted = values + 12582912.0F;
    whole_lanes bits;
    memcpy(&bits, &shifted, sizeof bits);
    return __builtin_convertvector(bits & 0xFF, byte_lanes);
}

/* Turn a square of 8 × 8 samples about its diagonal: pairs, then fours, then halves. */
static inline void lanes_transpose(lanes square[LANES])
{
    lanes pairs[LANES], fours[LANES];
    for (int i = 0; i < LANES; i += 2) {
        const lanes a = square[i], b = square[i + 1];
        pairs[i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[i + 1] = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < LANES; i += 4) {
        for (int k = 0; k < 2; k++) {
            const lanes a = pairs[i + k], b = pairs[i + k + 2];
            fours[i + 2 * k] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            fours[i + 2 * k + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int i = 0; i < LANES / 2; i++) {
        const lanes a = fours[i], b = fours[i + LANES / 2];
        square[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        square[i + LANES / 2] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

#endif
