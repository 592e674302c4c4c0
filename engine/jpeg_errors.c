#include "jpeg_errors.h"

#include <jerror.h>

#include "checks.h"

static void give_up(j_common_ptr object)
{
    struct jpeg_errors *errors = (struct jpeg_errors *)object->err;
    char text[JMSG_LENGTH_MAX];
    object->err->format_message(object, text);
    const bool no_memory = object->err->msg_code == JERR_OUT_OF_MEMORY;
    errors->status = no_memory ? DARKROOM_NO_MEMORY : DARKROOM_DAMAGED;
    failed(errors->message, errors->status, text);
    longjmp(errors->jump, 1);
}

/*
 * Follow how the data end. Where they do, libjpeg reads an end marker instead; wherever bits are
 * missing in front of a marker, it says so and puts zeros. Only both together mean that the file
 * has been cut off. Other warnings are of corrupt data which can be decoded all the same.
 */
static void follow(j_common_ptr object, int level)
{
    struct jpeg_errors *errors = (struct jpeg_errors *)object->err;
    if (level >= 0)
        return;
    if (object->err->msg_code == JWRN_JPEG_EOF) {
        errors->ended = true;
        if (!errors->in_samples)
            give_up(object);
    }
    if (object->err->msg_code == JWRN_HIT_MARKER)
        errors->missing = true;
}

static void print_nothing(j_common_ptr object)
{
    (void)object;
}

struct jpeg_error_mgr *jpeg_errors_init(struct jpeg_errors *errors, char *message)
{
    *errors = (struct jpeg_errors){.message = message};
    jpeg_std_error(&errors->base);
    errors->base.error_exit = give_up;
    errors->base.emit_message = follow;
    errors->base.output_message = print_nothing;
    return &errors->base;
}
