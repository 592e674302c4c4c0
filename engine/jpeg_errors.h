/*
 * libjpeg's errors as statuses.
 *
 * libjpeg calls a function when it gives up, which must not return; this one jumps to where the
 * caller said `setjmp(errors.jump)`.
 */
#ifndef DARKROOM_JPEG_ERRORS_H
#define DARKROOM_JPEG_ERRORS_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

struct jpeg_errors {
    struct jpeg_error_mgr base; /* libjpeg knows the first member only */
    jmp_buf jump;
    int status;
    char *message;   /* of the caller, DARKROOM_MESSAGE_BYTES long */
    bool in_samples; /* the header has been read */
    bool ended;      /* the data ended before libjpeg had read the end marker */
    bool missing;    /* bits of samples were missing in front of a marker */
};

/* Point libjpeg's object to these errors; the message is for what goes wrong. */
struct jpeg_error_mgr *jpeg_errors_init(struct jpeg_errors *errors, char *message);

#endif
