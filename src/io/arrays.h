/* Arrays with names, as MATLAB and NumPy keep them, on their way into a recording: shared by their
 * readers. What an array is, is read from its name, as a column of a table: "t_ms", "I_pA", "V_mV",
 * "dt_ms", "spikes_ms". */
#ifndef SPK_IO_ARRAYS_H
#define SPK_IO_ARRAYS_H

#include "io/io.h"

/* Column by column: value (row, column) is v[column * rows + row]. */
typedef struct {
    char name[64];
    double *v;
    size_t rows, columns;
} spk__array;

typedef struct {
    spk_ctx *ctx;
    spk__array *array;
    size_t n, capacity;
    size_t n_other; /* what the file holds besides: text, structures, ... */
} spk__arrays;

/* Takes v, whether it succeeds or not. */
spk_status spk__arrays_add_take(spk__arrays *a, const char *name, double *v, size_t rows,
                                size_t columns);
void spk__arrays_free(spk__arrays *a);

/* Adds sweeps for what the arrays hold. A matrix of voltages or currents holds a sweep in each column, time
 * running along the dimension that fits the time array, or the longer one. The options: `select`
 * "V_mV=vm,I_pA=stim" says what arrays are that their names do not tell; `columns` names the columns of
 * a single array; units, dt_ms as elsewhere. */
spk_status spk__arrays_emit(spk__reader *in, spk__arrays *a);

#endif
