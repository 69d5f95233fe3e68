/* Inside the room: the words of a comparison. */
#ifndef SPK_VALIDATE_TWOSAMPLE_H
#define SPK_VALIDATE_TWOSAMPLE_H

#include <spikefit/twosample.h>

/* Fill the sentences of a row that was judged, and of the whole. */
void spk__twosample_say(spk_twosample_row *row, double level);
void spk__twosample_conclude(spk_twosample *t);

#endif
