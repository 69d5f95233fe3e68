#!/usr/bin/env bash
# The demonstration runs from nothing, and its fit predicts: on held-out data it comes near what the repeats of the
# recording reach among themselves.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$SPK_SOURCE/tools/demo" "$SPK_BIN" "$folder" >"$folder/out" 2>"$folder/err"
status=$?
cases=0
check() {
    cases=$((cases + 1))
    if [ "$1" = 0 ]; then echo "ok $cases - $2"; else echo "not ok $cases - $2"; failed=1; fi
}
failed=0
check $status "the demonstration ends well"
[ $status = 0 ] || sed 's/^/# /' "$folder/err" | tail -5
[ -s "$folder/run/result.json" ] && [ -s "$folder/study.yaml" ]
check $? "a folder that is given keeps study and result"
# "  test   coincidence_factor   0.733   0.590 .. 0.838   0.780"
line=$(grep -E '^ +test +coincidence_factor' "$folder/out")
echo "# $line"
awk '{exit !($3 > 0.6)}' <<<"$line"
check $? "the model predicts held-out spikes"
awk '{exit !($NF > 0.6 && $NF < 1)}' <<<"$line"
check $? "what is attainable stands beside it"
[ "$(grep -cE '^(recorded [1-4]|model) .*[0-9] ' "$folder/out")" = 5 ] && grep -q 'V (mV)' "$folder/out"
check $? "traces and rasters are drawn"
echo "1..$cases"
exit $failed
