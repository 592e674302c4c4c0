/* Sixteen samples of 16 bits in a vector. */
#ifndef DARKROOM_WORDS_H
#define DARKROOM_WORDS_H

#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#define WORDS 16

typedef uint16_t words __attribute__((vector_size(2 * WORDS)));
typedef int16_t signed_words __attribute__((vector_size(2 * WORDS)));
typedef uint32_t wide_words __attribute__((vector_size(4 * WORDS)));
typedef uint8_t word_bytes __attribute__((vector_size(WORDS)));

static inline words words_of(uint16_t value)
{
    return (words){0} + value;
}

static inline words words_load(const uint16_t *samples)
{
    words loaded;
    memcpy(&loaded, samples, sizeof loaded);
    return loaded;
}

static inline words words_load_bytes(const uint8_t *samples)
{
    word_bytes loaded;
    memcpy(&loaded, samples, sizeof loaded);
    return __builtin_convertvector(loaded, words);
}

/* Store the lower eight bits of each. */
static inline void words_store_bytes(words values, uint8_t *bytes)
{
    const word_bytes lower = __builtin_convertvector(values, word_bytes);
    memcpy(bytes, &lower, sizeof lower);
}

static inline signed_words words_magnitude(signed_words values)
{
    const signed_words sign = values >> 15;
    return (values ^ sign) - sign;
}

/* Take one where the mask is all ones, the other where it is zero. */
static inline words words_chosen(signed_words mask, words one, words other)
{
    return (one & (words)mask) | (other & ~(words)mask);
}

/*
 * Multiply by fractions of 65536; what is left over is lost, half a unit on average. Compilers
 * find the instruction for it on Arm, but not on x86.
 */
static inline words words_part(words values, words fractions)
{
#ifdef __AVX2__
    return (words)_mm256_mulhi_epu16((__m256i)values, (__m256i)fractions);
#else
    const wide_words wide = __builtin_convertvector(values, wide_words);
    const wide_words product = wide * __builtin_convertvector(fractions, wide_words);
    return __builtin_convertvector(product >> 16, words);
#endif
}

#endif
