/* spikefit inspect on a camera's events, in constant memory however long the file is. */
#include "cli/cli.h"
#include <spikefit/io.h>

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 2048, HEIGHT = 2048 }; /* larger than any such camera */

typedef struct {
    uint64_t *count; /* of each pixel, x + y * WIDTH */
    uint64_t beyond; /* events of pixels beyond */
} pixel_counts;

static spk_status count_events(void *arg, const spk_event *e, size_t n) {
    pixel_counts *p = arg;
    for (size_t i = 0; i < n; i++) {
        if (e[i].x < WIDTH && e[i].y < HEIGHT)
            p->count[e[i].x + (size_t)e[i].y * WIDTH]++;
        else
            p->beyond++;
    }
    return SPK_OK;
}

static void print_pixels(const pixel_counts *p, const spk_event_summary *s) {
    size_t seen = 0, busiest = 0, n = (size_t)WIDTH * HEIGHT;
    char a[32], b[32];
    for (size_t i = 0; i < n; i++) {
        seen += p->count[i] > 0;
        busiest = p->count[i] > p->count[busiest] ? i : busiest;
    }
    printf("  pixels     %u x %u, of which %s saw something; busiest: x %zu, y %zu, %s events\n",
           s->max_x + 1u, s->max_y + 1u, cli_count(seen, a), busiest % WIDTH, busiest / WIDTH,
           cli_count(p->count[busiest], b));
    if (p->beyond)
        printf("  damaged?   %s events lie beyond %d x %d pixels\n", cli_count(p->beyond, a), WIDTH,
               HEIGHT);
}

static void print_summary(const spk_event_summary *s) {
    char a[32], b[32], d[32], e[32];
    uint64_t n = s->n_on + s->n_off;
    double ms = n ? (double)(s->last_us - s->first_us) / 1000 : 0;
    printf("AEDAT %d, events of a camera\n", s->version);
    printf("  events     %s: %s on, %s off\n", cli_count(n, a), cli_count(s->n_on, b),
           cli_count(s->n_off, d));
    printf("  time       %s ms, from %lld us on", cli_plain(ms, a), (long long)s->first_us);
    if (ms > 0)
        printf("; %s events a second", cli_count((uint64_t)((double)n / ms * 1000 + 0.5), e));
    printf("\n");
    if (s->n_frames + s->n_imu + s->n_other)
        printf("  skipped    %s frame records, %s inertial records, %s others\n",
               cli_count(s->n_frames, a), cli_count(s->n_imu, b), cli_count(s->n_other, d));
    if (s->n_backward)
        printf("  order      %s events are earlier than the one before\n",
               cli_count(s->n_backward, a));
}

spk_status cli_inspect_events(cli *c, const char *path) {
    spk_event_summary s;
    pixel_counts p = {.count = calloc((size_t)WIDTH * HEIGHT, sizeof *p.count)};
    if (!p.count)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "short of memory");
    spk_status st = spk_events_stream(c->ctx, path, count_events, &p, &s);
    if (!st) {
        printf("%s\n", path);
        print_summary(&s);
        print_pixels(&p, &s);
        printf("\nA study reads them as spike trains: reader: {by: pixel} (or region, polarity, "
               "all).\n");
    }
    free(p.count);
    return st;
}
