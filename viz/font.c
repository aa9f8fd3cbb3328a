/* Faces by weight and size, each with a table of glyphs by character. The only file that knows
 * FreeType. Hinting is light and grey, so that a glyph has one picture wherever it stands. */
/* SPDX-License-Identifier: MIT */
#include "viz/font.h"

#include <ft2build.h>
#include <string.h>
#include FT_FREETYPE_H

#include "sim/base.h"

#define EM_MIN   6
#define EM_MAX   200
#define ELLIPSIS 0x2026U

struct glyph {
    guint character;
    uint8_t *coverage; /* NULL: nothing to see, such as a space */
    int width;
    int height;
    int left; /* of the picture, from the pen */
    int top;  /* of the picture, above the base line */
    int advance;
};

struct sized {
    GHashTable *glyphs; /* by character; looked up only, never walked through */
    int ascent;
    int height;
    int digit; /* the widest digit's advance */
};

struct viz_font {
    FT_Library library;
    FT_Face faces[VIZ_WEIGHT_COUNT];
    struct sized *sized[VIZ_WEIGHT_COUNT][EM_MAX + 1];
};

/* ---- files ---- */

struct family {
    const char *files[VIZ_WEIGHT_COUNT];
};

static const struct family families[] = {
    {{"/usr/share/fonts/opentype/inter/Inter-Regular.otf",
      "/usr/share/fonts/opentype/inter/Inter-SemiBold.otf"}},
    {{"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
      "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"}},
};

static void close_faces(viz_font *font)
{
    for (int weight = 0; weight < VIZ_WEIGHT_COUNT; weight++) {
        if (font->faces[weight] != NULL) {
            (void)FT_Done_Face(font->faces[weight]);
            font->faces[weight] = NULL;
        }
    }
}

static bool open_faces(viz_font *font, const char *const files[VIZ_WEIGHT_COUNT])
{
    for (int weight = 0; weight < VIZ_WEIGHT_COUNT; weight++) {
        if (FT_New_Face(font->library, files[weight], 0, &font->faces[weight]) != 0) {
            font->faces[weight] = NULL;
            close_faces(font);
            return false;
        }
    }
    return true;
}

/* A file that is named and cannot be read is an error: nobody names one to get another. */
static bool open_any(viz_font *font, GError **error)
{
    const char *named = g_getenv("TAILBACK_FONT");
    const char *bold = g_getenv("TAILBACK_FONT_BOLD");

    if (named != NULL && named[0] != '\0') {
        const char *const files[] = {named, bold != NULL ? bold : named};
        if (open_faces(font, files)) {
            return true;
        }
        g_set_error(
            error,
            G_FILE_ERROR,
            G_FILE_ERROR_NOENT,
            "TAILBACK_FONT names %s, which is no font that can be read",
            named);
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        if (open_faces(font, families[i].files)) {
            return true;
        }
    }
    g_set_error(
        error,
        G_FILE_ERROR,
        G_FILE_ERROR_NOENT,
        "no font: %s is not there, nor is DejaVu Sans; install fonts-inter or fonts-dejavu-core, "
        "or let TAILBACK_FONT name a font file",
        families[0].files[0]);
    return false;
}

viz_font *viz_font_create(GError **error)
{
    viz_font *font = g_new0(viz_font, 1);
    int code = FT_Init_FreeType(&font->library);

    SIM_ASSERT(code == 0);
    if (!open_any(font, error)) {
        viz_font_destroy(font);
        return NULL;
    }
    return font;
}

static void free_glyph(gpointer memory)
{
    struct glyph *glyph = memory;

    g_free(glyph->coverage);
    g_free(glyph);
}

static void free_sized(struct sized *sized)
{
    if (sized != NULL) {
        g_hash_table_unref(sized->glyphs);
        g_free(sized);
    }
}

void viz_font_destroy(viz_font *font)
{
    if (font == NULL) {
        return;
    }
    for (int weight = 0; weight < VIZ_WEIGHT_COUNT; weight++) {
        for (int size = EM_MIN; size <= EM_MAX; size++) {
            free_sized(font->sized[weight][size]);
        }
    }
    close_faces(font);
    (void)FT_Done_FreeType(font->library);
    g_free(font);
}

/* ---- glyphs ---- */

/* FreeType counts in 64ths of a pixel. */
static int pixels_of(FT_Pos sixty_fourths)
{
    return (int)((sixty_fourths + 32) / 64);
}

static struct glyph *make_glyph(FT_Face face, gunichar character)
{
    struct glyph *glyph = g_new0(struct glyph, 1);

    if (FT_Load_Char(face, character, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT) != 0) {
        return glyph;
    }
    const FT_Bitmap *bitmap = &face->glyph->bitmap;
    glyph->advance = pixels_of(face->glyph->advance.x);
    glyph->left = face->glyph->bitmap_left;
    glyph->top = face->glyph->bitmap_top;
    if (bitmap->pixel_mode != FT_PIXEL_MODE_GRAY || bitmap->width == 0 || bitmap->pitch < 0) {
        return glyph;
    }
    glyph->width = (int)bitmap->width;
    glyph->height = (int)bitmap->rows;
    glyph->coverage = g_malloc((gsize)bitmap->width * bitmap->rows);
    for (unsigned row = 0; row < bitmap->rows; row++) {
        memcpy(
            glyph->coverage + (size_t)row * bitmap->width,
            bitmap->buffer + (size_t)row * (size_t)bitmap->pitch,
            bitmap->width);
    }
    return glyph;
}

static struct sized *make_sized(FT_Face face, int size)
{
    struct sized *sized = g_new0(struct sized, 1);
    int code = FT_Set_Pixel_Sizes(face, 0, (FT_UInt)size);

    SIM_ASSERT(code == 0 || face->num_fixed_sizes > 0);
    sized->glyphs = g_hash_table_new_full(g_int_hash, g_int_equal, NULL, free_glyph);
    sized->ascent = pixels_of(face->size->metrics.ascender);
    sized->height = sized->ascent + pixels_of(-face->size->metrics.descender);
    for (gunichar digit = '0'; digit <= '9'; digit++) {
        if (FT_Load_Char(face, digit, FT_LOAD_TARGET_LIGHT) == 0) {
            sized->digit = MAX(sized->digit, pixels_of(face->glyph->advance.x));
        }
    }
    return sized;
}

static struct sized *sized_of(viz_font *font, struct viz_face face)
{
    SIM_ASSERT(face.weight < VIZ_WEIGHT_COUNT);
    SIM_ASSERT(face.size >= EM_MIN && face.size <= EM_MAX);
    struct sized **sized = &font->sized[face.weight][face.size];
    if (*sized == NULL) {
        *sized = make_sized(font->faces[face.weight], face.size);
    }
    return *sized;
}

static const struct glyph *glyph_of(viz_font *font, struct viz_face face, gunichar character)
{
    struct sized *sized = sized_of(font, face);
    struct glyph *glyph = g_hash_table_lookup(sized->glyphs, &character);

    if (glyph == NULL) {
        FT_Face maker = font->faces[face.weight];
        (void)FT_Set_Pixel_Sizes(maker, 0, (FT_UInt)face.size);
        glyph = make_glyph(maker, character);
        if (g_unichar_isdigit(character) && character < 128) {
            glyph->left += (sized->digit - glyph->advance) / 2;
            glyph->advance = sized->digit;
        }
        glyph->character = character;
        g_hash_table_insert(sized->glyphs, &glyph->character, glyph);
    }
    return glyph;
}

/* ---- lines ---- */

/* The next character, and *text moved behind it; broken UTF-8 gives a question mark. */
static gunichar next_character(const char **text)
{
    gunichar character = g_utf8_get_char_validated(*text, -1);

    if (character >= (gunichar)-2) {
        *text += 1;
        return '?';
    }
    *text += g_utf8_skip[(guchar) * *text];
    return character;
}

int viz_font_width(viz_font *font, struct viz_face face, const char *text)
{
    int width = 0;

    while (*text != '\0') {
        width += glyph_of(font, face, next_character(&text))->advance;
    }
    return width;
}

int viz_font_height(viz_font *font, struct viz_face face)
{
    return sized_of(font, face)->height;
}

int viz_font_ascent(viz_font *font, struct viz_face face)
{
    return sized_of(font, face)->ascent;
}

char *viz_font_cut(viz_font *font, struct viz_face face, const char *text, int width)
{
    if (viz_font_width(font, face, text) <= width) {
        return g_strdup(text);
    }
    int left = width - glyph_of(font, face, ELLIPSIS)->advance;
    const char *end = text;
    for (const char *next = text; *next != '\0' && left >= 0;) {
        left -= glyph_of(font, face, next_character(&next))->advance;
        end = left >= 0 ? next : end;
    }
    while (end > text && end[-1] == ' ') {
        end--;
    }
    g_autofree char *kept = g_strndup(text, (gsize)(end - text));
    return left < 0 && end == text ? g_strdup("") : g_strconcat(kept, "\u2026", NULL);
}

/* With the pen at x on the base line. */
static void draw_glyph(
    viz_canvas *canvas, const struct glyph *glyph, int x, int base, uint32_t colour)
{
    const struct viz_mask mask = {glyph->coverage, glyph->width, glyph->height, glyph->width};

    if (glyph->coverage != NULL) {
        viz_canvas_mask(canvas, &mask, x + glyph->left, base - glyph->top, colour);
    }
}

void viz_font_draw(viz_font *font, viz_canvas *canvas, const struct viz_inscription *inscription)
{
    int x = inscription->x;
    int base = inscription->y + viz_font_ascent(font, inscription->face);

    for (const char *text = inscription->text; *text != '\0';) {
        const struct glyph *glyph = glyph_of(font, inscription->face, next_character(&text));
        draw_glyph(canvas, glyph, x, base, inscription->colour);
        x += glyph->advance;
    }
}
