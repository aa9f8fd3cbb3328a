/* cli/variant.h - GVariants through descriptors: how workers report what has a form.
 *
 * GVariant defines its bytes and reads foreign ones safely: what is malformed is found, not
 * believed. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_VARIANT_H
#define CLI_VARIANT_H

#include <stdbool.h>

#include <glib.h>

#include "sim/base.h"

/* Takes the (floating) variant. False, with errno set, when the bytes could not be written. */
SIM_MUST_USE bool cli_variant_write(GVariant *variant, int descriptor);

/* A variant of this type from all bytes of the descriptor, which are at most 16 MiB; NULL when they
 * are none. */
GVariant *cli_variant_read(int descriptor, const char *type);

/* A text for a GVariant, which takes UTF-8 only. */
GVariant *cli_variant_text(const char *text);

#endif
