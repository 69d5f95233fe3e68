/* What a file holds, as JSON, for tests in Python: io_dump FILE... [--to OUT] [--select S] [--set n=v]
 * [--stop MS]. Every tenth sample of a trace is printed, so that the tests can compare. */
#include <spikefit/io.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_text(const char *s) {
    putchar('"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            putchar('\\');
        if ((unsigned char)*s >= ' ')
            putchar(*s);
    }
    putchar('"');
}

static void put_numbers(const char *name, const double *v, size_t n, size_t step) {
    printf(", \"%s\": [", name);
    for (size_t i = 0; i < n; i += step)
        printf(isnan(v[i]) ? "%snull" : "%s%.17g", i ? ", " : "", v[i]);
    printf("]");
}

static void put_sweep(const spk_recording *r, const spk_sweep *s) {
    printf("{\"name\": ");
    put_text(s->name);
    printf(", \"number\": %d, \"stimulus\": %d, \"cell\": ", s->number, s->stimulus);
    put_text(spk_recording_cell_name(r, (size_t)s->cell));
    printf(", \"cell_id\": %lld, \"protocol\": ",
           (long long)spk_recording_cell_id(r, (size_t)s->cell));
    put_text(s->protocol);
    printf(", \"detected\": %s, \"origin\": %.17g, \"start\": %.17g, \"stop\": %.17g",
           s->spikes_detected ? "true" : "false", s->origin_ms, s->spikes.start_ms, s->spikes.stop_ms);
    printf(", \"n_i\": %zu, \"dt_i\": %.17g", s->current_pA.n, s->current_pA.dt_ms);
    printf(", \"n_v\": %zu, \"dt_v\": %.17g", s->voltage_mV.n, s->voltage_mV.dt_ms);
    put_numbers("i", s->current_pA.value, s->current_pA.n, 10);
    put_numbers("v", s->voltage_mV.value, s->voltage_mV.n, 10);
    put_numbers("spikes", s->spikes.t_ms, s->spikes.n, 1);
    printf("}");
}

static void put_diags(spk_ctx *ctx) {
    printf("\"diags\": [");
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++) {
        char text[4096];
        spk_diag_format(spk_ctx_diag(ctx, i), false, text, sizeof text);
        for (char *p = text; *p; p++)
            if (*p == '\n')
                *p = '|';
        printf("%s", i ? ", " : "");
        put_text(text);
    }
    printf("]");
}

/* "name=value", cut in place. */
static spk_setting setting_of(char *text) {
    char *equal = strchr(text, '=');
    *equal = '\0';
    return (spk_setting){.name = text, .value = equal + 1};
}

int main(int argc, char **argv) {
    const char *paths[16], *to = NULL;
    spk_setting settings[16];
    size_t n = 0;
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.settings = settings;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--to") == 0 && more)
            to = argv[++i];
        else if (strcmp(argv[i], "--select") == 0 && more)
            o.select = argv[++i];
        else if (strcmp(argv[i], "--stop") == 0 && more)
            o.stop_ms = strtod(argv[++i], NULL);
        else if (strcmp(argv[i], "--dt") == 0 && more)
            o.dt_ms = strtod(argv[++i], NULL);
        else if (strcmp(argv[i], "--trust") == 0)
            o.trust_units = true;
        else if (strcmp(argv[i], "--set") == 0 && more && o.n_settings < 16)
            settings[o.n_settings++] = setting_of(argv[++i]);
        else if (n < 16)
            paths[n++] = argv[i];
    }
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_status st = spk_recording_read(ctx, paths, n, &o, &r);
    if (!st && to)
        st = spk_recording_write(ctx, r, to, NULL);
    printf("{\"status\": \"%s\", ", spk_status_name(st));
    put_diags(ctx);
    if (r && !to) {
        printf(", \"sweeps\": [");
        for (size_t i = 0; i < spk_recording_sweep_count(r); i++) {
            printf("%s\n", i ? "," : "");
            put_sweep(r, spk_recording_sweep(r, i));
        }
        printf("]");
    }
    printf("}\n");
    spk_recording_free(r);
    spk_ctx_free(ctx);
    return 0;
}
