/* Traces and spike times as text. */
#include "io/files.h"
#include "io/table.h"

static spk_status from(spk_ctx *ctx, const char *text, spk_recording **r) {
    return read_bytes(ctx, "a.csv", text, strlen(text), NULL, r);
}

/* Reads text that must be refused; returns the whole diagnostic. */
static const char *refusal(const char *text) {
    static char buf[2048];
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_status st = from(ctx, text, &r);
    snprintf(buf, sizeof buf, "status %s", spk_status_name(st));
    if (st == SPK_ERR_INPUT && spk_ctx_diag_count(ctx))
        spk_diag_format(spk_ctx_diag(ctx, spk_ctx_diag_count(ctx) - 1), false, buf, sizeof buf);
    spk_recording_free(r);
    spk_ctx_free(ctx);
    return buf;
}

#define CHECK_STARTS(text, want)                                                                   \
    do {                                                                                           \
        const char *got_ = refusal(text);                                                          \
        if (strncmp(got_, want, strlen(want)) != 0) {                                              \
            printf("# %s:%d: got\n# %s\n# not\n# %s\n", __FILE__, __LINE__, got_, want);           \
            test__bad++;                                                                           \
        }                                                                                          \
    } while (0)

TEST(numbers_read_as_strtod_reads_them) {
    const char *cases[] = {"0", "-0", "1", "0.1", "-60.7422", "1e3", "1.5E-7", "123456789012345678",
                           "9007199254740993", "1e22", "1e23", "4.9e-324", "1.7976931348623157e308",
                           "0.30000000000000004", "123456.789e-25", "00012.500", ".5", "5.",
                           "18446744073709551617", "3.14159265358979323846264338327950288", "1e-400"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *after = NULL;
        double x = 0, want = strtod(cases[i], NULL);
        CHECK(spk__fast_double(cases[i], cases[i] + strlen(cases[i]), &after, &x));
        CHECK(memcmp(&x, &want, sizeof x) == 0);
        CHECK(after == cases[i] + strlen(cases[i]));
    }
    /* Random decimals with random exponents, bit for bit. */
    spk__rng rng;
    spk__rng_init(&rng, 1, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < 20000; i++) {
        char text[64];
        const char *after;
        double x = 0;
        snprintf(text, sizeof text, "%s%llu.%0*ue%d", spk__rng_below(&rng, 2) ? "-" : "",
                 (unsigned long long)(spk__rng_u64(&rng) >> spk__rng_below(&rng, 64)),
                 (int)spk__rng_below(&rng, 8) + 1, (unsigned)spk__rng_below(&rng, 100000),
                 (int)spk__rng_below(&rng, 60) - 30);
        double want = strtod(text, NULL);
        CHECK(spk__fast_double(text, text + strlen(text), &after, &x) && x == want);
    }
}

TEST(headers_come_in_many_spellings) {
    const char *headers[] = {"t_ms,I_pA,V_mV", "time (ms),current (pA),voltage (mV)",
                             "t [ms];I [pA];V [mV]", "Time/ms\tCurrent/pA\tVoltage/mV",
                             "\"t_ms\",\"I_pA\",\"Vm_mV\"", "time_msec,stim_pA,V_m_mV",
                             "ms,pA,mV", "t_ms I_pA V_mV", "\xEF\xBB\xBFt_ms,I_pA,V_mV"};
    for (size_t k = 0; k < sizeof headers / sizeof *headers; k++) {
        char text[256], d = strchr(headers[k], ';') ? ';' : strchr(headers[k], '\t') ? '\t'
                            : strchr(headers[k], ',') ? ',' : ' ';
        snprintf(text, sizeof text, "%s\n0%c1%c-70\n0.5%c2%c-69\r\n1%c3%c10\n", headers[k], d, d, d,
                 d, d, d);
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_recording *r = NULL;
        CHECK(from(ctx, text, &r) == SPK_OK);
        print_diags(ctx);
        if (r) {
            const spk_sweep *s = spk_recording_sweep(r, 0);
            CHECK(s->current_pA.n == 3 && s->voltage_mV.n == 3 && s->voltage_mV.dt_ms == 0.5);
            CHECK(s->current_pA.value[2] == 3 && s->voltage_mV.value[1] == -69);
            CHECK(s->spikes.n == 1 && s->spikes.t_ms[0] == 1 && s->spikes.stop_ms == 1.5);
            CHECK_STR(s->name, "a");
        }
        spk_recording_free(r);
        spk_ctx_free(ctx);
    }
}

TEST(units_are_converted) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    CHECK(from(ctx, "t_s,I_nA,V_V\n2,0.1,-0.07\n2.001,0.2,-0.069\n2.002,0.3,0.01\n", &r) == SPK_OK);
    const spk_sweep *s = spk_recording_sweep(r, 0);
    CHECK_NEAR(s->voltage_mV.dt_ms, 1, 1e-12);
    CHECK_NEAR(s->current_pA.value[1], 200, 1e-9);
    CHECK_NEAR(s->voltage_mV.value[0], -70, 1e-9);
    CHECK(s->origin_ms == 2000 && s->spikes.n == 1 && s->spikes.t_ms[0] == 2);
    spk_recording_free(r);
    CHECK(from(ctx, "t_us;I_A\n0;1e-10\n100;2e-10\n", &r) == SPK_OK);
    s = spk_recording_sweep(r, 0);
    CHECK_NEAR(s->current_pA.value[1], 200, 1e-9);
    CHECK(s->voltage_mV.n == 0 && s->spikes.n == 0 && s->current_pA.dt_ms == 0.1);
    spk_recording_free(r);
    CHECK(from(ctx, "t_ms;V_mV\n0,0;-70,5\n0,1;-71,5\n", &r) == SPK_OK);
    CHECK(spk_recording_sweep(r, 0)->voltage_mV.value[1] == -71.5);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(the_interval_may_come_from_a_column_a_comment_or_an_option) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    const char *texts[] = {"dt_ms,I_pA,V_mV\n0.2,1,-70\n0.2,2,-71\n",
                           "# dt_ms: 0.2\nI_pA,V_mV\n1,-70\n2,-71\n",
                           "# made by hand\n# sampling interval = 200 us\n# more\nI_pA V_mV\n1 -70\n2 -71\n"};
    for (size_t i = 0; i < 3; i++) {
        CHECK(from(ctx, texts[i], &r) == SPK_OK);
        CHECK(spk_recording_sweep(r, 0)->voltage_mV.dt_ms == 0.2);
        CHECK(spk_recording_sweep(r, 0)->current_pA.n == 2);
        spk_recording_free(r);
    }
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.columns = "I_pA,V_mV";
    o.dt_ms = 0.2;
    const char *bare = "1,-70\n2,-71\n";
    CHECK(read_bytes(ctx, "a.csv", bare, strlen(bare), &o, &r) == SPK_OK);
    CHECK(spk_recording_sweep(r, 0)->voltage_mV.dt_ms == 0.2);
    spk_recording_free(r);
    o = (spk_read_options)SPK_READ_OPTIONS_INIT;
    o.voltage_unit = "mV";
    const char *nameless = "t_ms,V\n0,-70\n1,-71\n";
    CHECK(read_bytes(ctx, "a.csv", nameless, strlen(nameless), &o, &r) == SPK_OK);
    CHECK(spk_recording_sweep(r, 0)->voltage_mV.value[1] == -71);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(several_sweeps_in_a_file) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    CHECK(from(ctx, "sweep,t_ms,I_pA,V_mV\n3,0,1,-70\n3,0.1,1,-70\n5,0,2,-60\n5,0.2,2,-60\n5,0.4,2,\n",
               &r) == SPK_OK);
    CHECK(spk_recording_sweep_count(r) == 2);
    const spk_sweep *s = spk_recording_sweep(r, 1);
    CHECK_STR(s->name, "sweep 5");
    CHECK(s->number == 5 && s->current_pA.n == 3 && s->voltage_mV.n == 2);
    CHECK(s->voltage_mV.dt_ms == 0.2 && spk_recording_sweep(r, 0)->voltage_mV.dt_ms == 0.1);
    spk_recording_free(r);
    CHECK(from(ctx, "t_ms,I_pA,V_mV_1,V_mV_2,w_pA\n0,7,-70,-60,1\n1,8,-71,-61,1\n", &r) == SPK_OK);
    CHECK(spk_recording_sweep_count(r) == 2 && spk_recording_stimulus_count(r) == 1);
    CHECK(spk_recording_sweep(r, 1)->voltage_mV.value[0] == -60);
    CHECK(spk_recording_sweep(r, 1)->current_pA.value[1] == 8);
    CHECK_STR(last_message(ctx), "column w is not used");
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(bad_tables_are_refused_where_they_are_bad) {
    CHECK_STARTS("", "a.csv:1:1: error: the file is empty");
    CHECK_STARTS("t_ms,I_pA,V_mV\n", "a.csv:1:1: error: there are no rows of numbers");
    CHECK_STARTS("t_ms,I_pA,V_mV\n0,0,-70\n0.1,nan,-70\n0.2,0,-70\n",
                 "a.csv:3:5: error: column I has no finite number here\n");
    CHECK_STARTS("t_ms,I_pA,V_mV\n0,0,-70\n0.1,,-70\n", "a.csv:3:5: error: column I has nothing here");
    CHECK_STARTS("t_ms,I_pA,V_mV\n0,0,-70\n0.1,0\n",
                 "a.csv:3:6: error: this row has 2 columns, the header 3");
    CHECK_STARTS("t_ms,I_pA,V_mV\n0,0,-70\n0.1,0,-70,5\n",
                 "a.csv:3:11: error: this row has 4 columns, the header 3");
    CHECK_STARTS("t_ms,I_pA,V_mV\n0,0,-70\n0.1,zero,-70\n",
                 "a.csv:3:5: error: 'zero' is no number (column I)\n"
                 "    0.1,zero,-70\n");
    CHECK_STARTS("t_ms,V_mV\n0,-70\n0.2,-70\n0.1,-70\n",
                 "a.csv:4:1: error: time does not increase: 0.1 ms after 0.2 ms");
    CHECK_STARTS("t_ms,V_mV\n0,-70\n0.1,-70\n0.2,-70\n0.4,-70\n0.5,-70\n",
                 "a.csv:5:1: error: uneven sampling: a step of 0.2 ms after steps of 0.1 ms");
    CHECK_STARTS("t_ms,V,I_pA\n0,-70,0\n", "a.csv:1:6: error: column V has no unit");
    CHECK_STARTS("V_mV\n-70\n-71\n", "a.csv:1:1: error: nothing says when the samples were taken");
    CHECK_STARTS("0.0,-70\n0.1,-71\n0.2,-70\n0.3,-70\n0.4,-70\n",
                 "a.csv:1:1: error: the file begins with numbers: there is no header");
    CHECK_STARTS("a,b\n1,2\n", "a.csv:1:1: error: no column of the header is");
    CHECK_STARTS("sweep,t_ms,V_mV\n1,0,-70\n1,1,-70\n0,0,-70\n0,1,-70\n",
                 "a.csv:4:1: error: sweep 0 comes after a later one");
    CHECK_STARTS("dt_ms,V_mV\n1,-70\n2,-70\n",
                 "a.csv:3:1: error: the sampling interval is 2 ms here, and 1 ms before");
}

TEST(magnitudes_of_another_unit_are_questioned) {
    CHECK_STARTS("t_ms,V_mV\n0,-0.07\n0.1,-0.06\n",
                 "a.csv:1:6: error: column V runs from -0.07 to -0.06 mV: these look like volts");
    CHECK_STARTS("t_ms,V_V\n0,-70\n0.1,-60\n",
                 "a.csv:1:6: error: column V runs from -7e+04 to -6e+04 mV: no membrane has that");
    CHECK_STARTS("t_ms,I_pA,V_mV\n0,1e-10,-70\n0.1,2e-10,-60\n",
                 "a.csv:1:6: error: column I runs from 1e-10 to 2e-10 pA: these look like amperes");
    CHECK_STARTS("t_ms,V_mV\n0,-70\n0.00002,-60\n",
                 "a.csv:1:1: error: a sample every 2e-05 ms: the time looks like seconds read as ms");
    CHECK_STARTS("t_s,V_mV\n0,-70\n0.1,-60\n",
                 "a.csv:1:1: error: a sample every 100 ms: the time looks like ms read as s");
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.trust_units = true;
    const char *text = "t_ms,V_mV\n0,-0.07\n0.1,-0.06\n";
    CHECK(read_bytes(ctx, "a.csv", text, strlen(text), &o, &r) == SPK_OK);
    CHECK(r && spk_recording_sweep(r, 0)->voltage_mV.value[0] == -0.07);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

static bool train_is(const spk_recording *r, size_t i, size_t n, const double *t) {
    const spk_train *s = &spk_recording_sweep(r, i)->spikes;
    return s->n == n && (!n || memcmp(s->t_ms, t, n * sizeof *t) == 0);
}

TEST(spike_files_in_three_layouts) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    CHECK(from(ctx, "# ms\n10\n20\n\n35.5\n", &r) == SPK_OK);
    CHECK(spk_recording_sweep_count(r) == 1 && train_is(r, 0, 3, (double[]){10, 20, 35.5}));
    CHECK(spk_recording_sweep(r, 0)->spikes.stop_ms == 35.5);
    CHECK(spk_ctx_diag_count(ctx) == 0);
    spk_recording_free(r);
    print_diags(ctx);
    CHECK(from(ctx, "# unit: s\n# stop: 2 s\n0.25 0.5 1\n\n0.5,1.5\n", &r) == SPK_OK);
    REQUIRE(r);
    CHECK(spk_recording_sweep_count(r) == 3 && train_is(r, 0, 3, (double[]){250, 500, 1000}));
    CHECK(train_is(r, 1, 0, NULL) && train_is(r, 2, 2, (double[]){500, 1500}));
    CHECK(spk_recording_sweep(r, 1)->spikes.stop_ms == 2000);
    CHECK(spk_recording_stimulus_count(r) == 1);
    spk_recording_free(r);
    CHECK(from(ctx, "neuron,trial,t_s\n2,1,0.5\n1,1,0.25\n2,1,0.25\n2,2,0.125\n", &r) == SPK_OK);
    CHECK(spk_recording_sweep_count(r) == 3 && spk_recording_cell_count(r) == 2);
    CHECK(train_is(r, 1, 2, (double[]){250, 500}) && train_is(r, 2, 1, (double[]){125}));
    CHECK(spk_recording_sweep(r, 2)->number == 2 && spk_recording_cell_id(r, 1) == 2);
    spk_recording_free(r);
    CHECK(from(ctx, "100 200 300\n100 210 330\n", &r) == SPK_OK);
    CHECK_STR(last_message(ctx), "spike times are taken as ms");
    spk_recording_free(r);
    spk_ctx_free(ctx);
    CHECK_STARTS("0.10\n0.15\n0.22\n0.31\n", "a.csv:1:1: error: half of the spikes come within");
    CHECK_STARTS("# ms\n10\n20\nthirty\n", "a.csv:4:1: error: 'thirty' is no spike time");
    CHECK_STARTS("neuron,t\n1,10\n", "a.csv:1:8: error: column t has no unit");
}

TEST(what_is_written_reads_back) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double i[] = {0, 1.25, 2, 0.1}, v[] = {-70, -69.3, 20, NAN}, t[] = {1, 2.5, 1000.0 / 3};
    spk_sweep s[2] = {{.name = "a", .number = 4, .current_pA = {i, 4, 0, 0.1}, .voltage_mV = {v, 4, 0, 0.1}},
                      {.name = "b", .number = 7, .current_pA = {v, 3, 0, 0.25}, .voltage_mV = {i, 3, 0, 0.25}}};
    spk_recording *r = NULL, *back = NULL;
    CHECK(spk_recording_make(ctx, s, 2, NULL, NULL, &r) == SPK_OK);
    CHECK(spk_recording_write(ctx, r, "back.csv", NULL) == SPK_OK);
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.trust_units = true;
    CHECK(read_path(ctx, "back.csv", &o, &back) == SPK_OK);
    for (size_t k = 0; k < 2 && back; k++) {
        const spk_sweep *a = spk_recording_sweep(r, k), *b = spk_recording_sweep(back, k);
        CHECK(a->number == b->number && a->current_pA.n == b->current_pA.n);
        CHECK(memcmp(a->current_pA.value, b->current_pA.value, a->current_pA.n * sizeof(double)) == 0);
        CHECK(memcmp(a->voltage_mV.value, b->voltage_mV.value, b->voltage_mV.n * sizeof(double)) == 0);
        CHECK(a->voltage_mV.dt_ms == b->voltage_mV.dt_ms && b->spikes.n == a->spikes.n);
    }
    spk_recording_free(r);
    spk_recording_free(back);
    spk_sweep trains[2] = {{.name = "x", .spikes = {t, 3, 0, 500}}, {.name = "y", .number = 1, .spikes = {t, 0, 0, 500}}};
    CHECK(spk_recording_make(ctx, trains, 2, NULL, NULL, &r) == SPK_OK);
    CHECK(spk_recording_write(ctx, r, "back.spikes", NULL) == SPK_OK);
    CHECK(read_path(ctx, "back.spikes", NULL, &back) == SPK_OK);
    CHECK(spk_recording_sweep_count(back) == 2 && train_is(back, 0, 3, t) && train_is(back, 1, 0, t));
    CHECK(spk_recording_sweep(back, 1)->spikes.stop_ms == 500);
    spk_recording_free(back);
    CHECK(spk_recording_write(ctx, r, "back.csv", "csv") == SPK_OK);
    CHECK(read_path(ctx, "back.csv", NULL, &back) == SPK_OK);
    CHECK(spk_recording_sweep_count(back) == 1 && train_is(back, 0, 3, t));
    spk_recording_free(back);
    spk_recording_free(r);
    remove("back.csv");
    remove("back.spikes");
    spk_column c[2] = {{"t", "ms", t, 3}, {"n", NULL, i, 2}};
    CHECK(spk_table_write(ctx, "table.csv", c, 2, "one\ntwo") == SPK_OK);
    char *text = NULL;
    size_t n;
    CHECK(spk__read_file(ctx, "table.csv", 0, &text, &n) == SPK_OK);
    CHECK_STR(text, "# one\n# two\nt_ms,n\n1,0\n2.5,1.25\n333.3333333333333,\n");
    spk__free(ctx, text);
    remove("table.csv");
    spk_ctx_free(ctx);
}

static const char small[] = "# dt: 1 ms\nsweep;t_ms;I_pA;V_mV\n0;0;1;-70\n0;1;1;5\n1;0;2;-60\n1;1;2;-61\n";

TEST(every_truncation_is_read_or_refused) {
    const char *files[] = {small, "# s\n1 2 3\n4,5\n", "neuron,trial,t_ms\n1,0,5\n2,0,7\n"};
    for (size_t f = 0; f < 3; f++) {
        for (size_t n = 0; n <= strlen(files[f]); n++) {
            spk_ctx *ctx = spk_ctx_new(NULL);
            spk_recording *r = NULL;
            spk_status st = read_bytes(ctx, "cut.csv", files[f], n, NULL, &r);
            CHECK(st == SPK_OK || (st == SPK_ERR_INPUT && spk_ctx_diag_count(ctx) > 0));
            CHECK((st == SPK_OK) == (r != NULL));
            spk_recording_free(r);
            spk_ctx_free(ctx);
        }
    }
}

static spk_status read_small(spk_ctx *ctx) {
    spk_recording *r = NULL;
    spk_status st = from(ctx, small, &r);
    spk_recording_free(r);
    return st;
}

static spk_status read_small_spikes(spk_ctx *ctx) {
    spk_recording *r = NULL;
    spk_status st = from(ctx, "# s\n1 2 3\n\n4 5\n", &r);
    spk_recording_free(r);
    return st;
}

TEST(every_allocation_may_fail) {
    check_every_allocation(read_small);
    check_every_allocation(read_small_spikes);
}

TEST(the_registry_is_complete) {
    for (size_t i = 0; i < spk_format_count(); i++) {
        const spk_format *f = spk_format_at(i);
        CHECK(f->name && f->sentence && f->extensions && (f->reads || f->writes));
        CHECK(spk_format_find(f->name) == f);
    }
    CHECK(spk_format_find("nothing") == NULL);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    o.format = "cvs";
    CHECK(read_bytes(ctx, "a.csv", "x", 1, &o, &r) == SPK_ERR_USAGE);
    CHECK_STR(last_message(ctx), "no format cvs");
    CHECK(read_path(ctx, "absent.csv", NULL, &r) == SPK_ERR_IO);
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(numbers_read_as_strtod_reads_them);
    RUN(headers_come_in_many_spellings);
    RUN(units_are_converted);
    RUN(the_interval_may_come_from_a_column_a_comment_or_an_option);
    RUN(several_sweeps_in_a_file);
    RUN(bad_tables_are_refused_where_they_are_bad);
    RUN(magnitudes_of_another_unit_are_questioned);
    RUN(spike_files_in_three_layouts);
    RUN(what_is_written_reads_back);
    RUN(every_truncation_is_read_or_refused);
    RUN(every_allocation_may_fail);
    RUN(the_registry_is_complete);
    return test_end();
}
