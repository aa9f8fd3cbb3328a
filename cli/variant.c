/* Bytes are in the order of this machine: both processes run on it. */
/* SPDX-License-Identifier: MIT */
#include "cli/variant.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/outputs.h"

#define BYTES_MAX (INT64_C(16) << 20)

bool cli_variant_write(GVariant *variant, int descriptor)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(variant);

    return cli_outputs_put(descriptor, g_variant_get_data(owned), g_variant_get_size(owned));
}

/* All of the file, to be g_free()d; NULL when it is too large, or changes while it is read. */
static void *read_all(int descriptor, size_t *out_size)
{
    struct stat found;

    if (fstat(descriptor, &found) != 0 || found.st_size <= 0 || found.st_size > BYTES_MAX) {
        return NULL;
    }
    *out_size = (size_t)found.st_size;
    void *bytes = g_malloc(*out_size);
    if (pread(descriptor, bytes, *out_size, 0) != (ssize_t)*out_size) {
        g_free(bytes);
        return NULL;
    }
    return bytes;
}

GVariant *cli_variant_read(int descriptor, const char *type)
{
    size_t size = 0;
    void *bytes = read_all(descriptor, &size);

    if (bytes == NULL) {
        return NULL;
    }
    GVariant *variant = g_variant_ref_sink(
        g_variant_new_from_data(G_VARIANT_TYPE(type), bytes, size, FALSE, g_free, bytes));
    if (!g_variant_is_normal_form(variant)) {
        g_variant_unref(variant);
        return NULL;
    }
    return variant;
}

GVariant *cli_variant_text(const char *text)
{
    return g_variant_new_take_string(g_utf8_make_valid(text, -1));
}
