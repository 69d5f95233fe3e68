/* Colours against eyes: the simulation of colour blindness of Machado, Oliveira & Fernandes 2009
 * (doi:10.1109/TVCG.2009.113, severity 1, on linear RGB), distances in CIELAB (a just noticeable difference is about
 * 2.3), contrast as WCAG 2.1 defines it. */
#include "test.h"

#include "report/palette.h"

typedef struct {
    double v[3];
} triple;

static const double blind[][3][3] = {
    /* no red */
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
    /* no green */
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
    /* no blue */
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};

static triple linear(uint32_t rgb) {
    triple t;
    for (int i = 0; i < 3; i++) {
        double c = (rgb >> (16 - 8 * i) & 255) / 255.0;
        t.v[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    return t;
}

static triple seen(const double m[3][3], triple c) {
    triple t;
    for (int i = 0; i < 3; i++)
        t.v[i] = fmin(fmax(m[i][0] * c.v[0] + m[i][1] * c.v[1] + m[i][2] * c.v[2], 0), 1);
    return t;
}

static double bend(double t) {
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static triple lab(triple c) {
    double x = bend((0.4124 * c.v[0] + 0.3576 * c.v[1] + 0.1805 * c.v[2]) / 0.9505);
    double y = bend(0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2]);
    double z = bend((0.0193 * c.v[0] + 0.1192 * c.v[1] + 0.9505 * c.v[2]) / 1.089);
    return (triple){{116 * y - 16, 500 * (x - y), 200 * (y - z)}};
}

static double distance(triple a, triple b) {
    double sum = 0;
    for (int i = 0; i < 3; i++)
        sum += (a.v[i] - b.v[i]) * (a.v[i] - b.v[i]);
    return sqrt(sum);
}

static uint32_t shade(spk__colour c, int dark) {
    return dark ? spk__palette(c).dark : spk__palette(c).light;
}

/* Green marks differ from the blue in shape and dashes too: who sees no blue (one in ten thousand) has those. */
TEST(data_model_and_marks_are_told_apart) {
    static const spk__colour pair[][2] = {{SPK__COLOUR_RECORDED, SPK__COLOUR_MODEL},
                                          {SPK__COLOUR_MODEL, SPK__COLOUR_THIRD},
                                          {SPK__COLOUR_RECORDED, SPK__COLOUR_THIRD}};
    for (int dark = 0; dark < 2; dark++)
        for (int kind = 0; kind < 3; kind++)
            for (int p = 0; p < 3; p++) {
                double d = distance(lab(seen(blind[kind], linear(shade(pair[p][0], dark)))),
                                    lab(seen(blind[kind], linear(shade(pair[p][1], dark)))));
                CHECK(d > (kind == 2 && p == 2 ? 8 : 30));
            }
}

static double luminance(uint32_t rgb) {
    triple c = linear(rgb);
    return 0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2];
}

/* 4.5: what WCAG asks of text; words stand in these colours. */
TEST(words_can_be_read) {
    static const spk__colour word[] = {SPK__COLOUR_INK, SPK__COLOUR_MUTED, SPK__COLOUR_RECORDED, SPK__COLOUR_MODEL,
                                       SPK__COLOUR_THIRD};
    for (int dark = 0; dark < 2; dark++)
        for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
            double a = luminance(shade(word[i], dark)), b = luminance(shade(SPK__COLOUR_GROUND, dark));
            CHECK((fmax(a, b) + 0.05) / (fmin(a, b) + 0.05) >= 4.5);
        }
}

int main(void) {
    RUN(data_model_and_marks_are_told_apart);
    RUN(words_can_be_read);
    return test_end();
}
