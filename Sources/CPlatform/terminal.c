#define _XOPEN_SOURCE 700
#include "CPlatform.h"

#include <wchar.h>

int cplatform_cell_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
