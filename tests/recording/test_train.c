/* Views of spike trains. */
#include "test.h"
#include <spikefit/recording.h>

TEST(windows_are_half_open_inside_and_closed_at_the_end) {
    double t[] = {1, 2, 2, 5, 10};
    spk_train all = {t, 5, 0, 10};
    spk_train w = spk_train_window(all, 2, 5);
    CHECK(w.n == 2 && w.t_ms == t + 1 && w.start_ms == 2 && w.stop_ms == 5);
    w = spk_train_window(all, 5, 99);
    CHECK(w.n == 2 && w.stop_ms == 10);
    CHECK(spk_train_window(all, 20, 30).n == 0);
}

int main(void) {
    RUN(windows_are_half_open_inside_and_closed_at_the_end);
    return test_end();
}
