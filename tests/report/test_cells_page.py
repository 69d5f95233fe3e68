"""The page of many cells in a browser: it sorts, filters, shows a column more, saves, and fits a phone. Skipped where
there is no Chromium."""
import shutil
import sys
from urllib.parse import unquote, urlparse

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/cli")
from tap import *

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not CHROMIUM:
    print("ok 1 - page # skipped: no chromium")
    print("1..1")
    sys.exit(0)

from playwright.sync_api import sync_playwright  # noqa: E402

os.makedirs(path("cells"))
for seed in (1, 2):
    make_recording(f"cells/<b>{seed}.csv", duration=1000, seed=seed)
write("cells/bad.csv", "no recording\n")
write("s.yaml", "model: [iaf_psc_exp, izhikevich_2007]\nsearch: {evaluations: 200}\n")
r = spikefit("fit", "s.yaml", "--cells", "cells/*.csv", "--out", "run")
check(r.code == 1, r)
browser = sync_playwright().start().chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


def open_page(**options):
    page = browser.new_context(accept_downloads=True, **options).new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.goto("file://" + path("run", "index.html"))
    page.wait_for_selector("html[data-ready=true]")
    return page


def column(page, i):
    return [t.strip() for t in page.locator(f"#table tbody td:nth-child({i})").all_inner_texts()]


page = open_page()


@case
def all_fits_are_there_and_names_are_text():
    same(column(page, 1), ["<b>1"] * 2 + ["<b>2"] * 2 + ["bad"] * 2)
    check("no known format" in column(page, 3)[4], column(page, 3))
    same(page.complaints, [])


@case
def a_click_sorts_and_another_turns_round():
    page.click("#table th:nth-child(4) button")
    losses = [float(x) for x in column(page, 4) if x]
    same(losses, sorted(losses))
    page.click("#table th:nth-child(4) button")
    same([float(x) for x in column(page, 4) if x], losses[::-1])
    same(column(page, 4)[-2:], ["", ""], "what is not known stands last:")


@case
def filters_and_another_column():
    page.fill("#find", "known format")
    same(column(page, 1), ["bad", "bad"])
    page.fill("#find", "")
    page.select_option("label:has-text('Model') select", "iaf_psc_exp")
    same(set(column(page, 2)), {"iaf_psc_exp"})
    page.select_option("label:has-text('Also show') select", label="tau_m (ms)")
    check(page.locator("#table th").last.inner_text() == "tau_m (ms)" and column(page, 9)[0], column(page, 9))
    with page.expect_download() as d:
        page.click("text=Save CSV")
    lines = open(d.value.path()).read().splitlines()
    check(lines[0].endswith("tau_m (ms)") and len(lines) == 4, lines)


@case
def links_lead_to_what_is_there():
    for a in page.locator("#table a").all():
        target = page.evaluate("a => a.href", a.element_handle())
        check(os.path.exists(unquote(urlparse(target).path)), target)


@case
def it_fits_a_phone():
    phone = open_page(viewport={"width": 390, "height": 800})
    same(phone.evaluate("document.documentElement.scrollWidth"), 390)
    same(phone.complaints, [])


run_cases()
