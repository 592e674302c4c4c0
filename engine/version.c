#include "darkroom_engine.h"

int32_t darkroom_engine_version(void)
{
    return DARKROOM_ENGINE_VERSION;
}
